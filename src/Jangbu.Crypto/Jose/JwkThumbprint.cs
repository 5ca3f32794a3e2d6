using System.Security.Cryptography;
using System.Text;

namespace Jangbu.Crypto.Jose;

/// <summary>The RFC 7638 thumbprint of an RSA public key.</summary>
public static class JwkThumbprint
{
    /// <summary>SHA-256 over the required members in lexicographic order without white space.</summary>
    /// <param name="modulus">Big-endian without leading zeros.</param>
    /// <param name="exponent">Big-endian without leading zeros.</param>
    public static PeerId Compute(ReadOnlySpan<byte> modulus, ReadOnlySpan<byte> exponent)
    {
        string jwk = $$"""{"e":"{{Base64UrlText.Encode(exponent)}}","kty":"RSA","n":"{{Base64UrlText.Encode(modulus)}}"}""";
        return PeerId.FromThumbprint(SHA256.HashData(Encoding.ASCII.GetBytes(jwk)));
    }
}
