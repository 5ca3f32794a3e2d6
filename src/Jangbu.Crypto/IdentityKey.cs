using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using System.Security.Cryptography;
using System.Text;
using Jangbu.Crypto.OpenSsl;

namespace Jangbu.Crypto;

/// <summary>A person's RSA key pair: signs records and opens one-time keys (PROTOCOL §1). Every member may be called from any thread.</summary>
/// <remarks>
/// One native key object serves all threads: importing it for each signature costs six signatures, every operation of .NET's OpenSSL key makes
/// a context of its own, and two threads on one object gave no wrong result in any measured run (and 1.9 times the work of one).
/// </remarks>
public sealed class IdentityKey : IDisposable
{
    /// <summary>The length of the one-time keys that <see cref="SealedEnvelope"/> wraps.</summary>
    internal const int ContentKeyLength = 32;

    private readonly RSA _rsa;
    private long _privateOperations;

    private IdentityKey(RSA rsa, PublicIdentity identity, X25519Key rendezvousKey)
    {
        _rsa = rsa;
        Public = identity;
        RendezvousKey = rendezvousKey;
    }

    /// <summary>The public half.</summary>
    public PublicIdentity Public { get; }

    /// <summary>The thumbprint of the public half.</summary>
    public PeerId Id => Public.Id;

    /// <summary>The X25519 key derived from the larger prime factor, so that the PEM file alone restores everything. Disposed with this key.</summary>
    public X25519Key RendezvousKey { get; }

    /// <summary>How many RSA private operations were begun; cheap checks come first, so hostile input leaves it unchanged.</summary>
    public long PrivateOperations => Interlocked.Read(ref _privateOperations);

    /// <summary>Makes a new key pair from the cryptographic library's own randomness.</summary>
    /// <param name="bits">2048, 3072 or 4096. A 2048-bit pair takes about half a second.</param>
    public static IdentityKey Generate(int bits)
    {
        if (bits is not (2048 or 3072 or 4096))
            throw new ArgumentOutOfRangeException(nameof(bits), bits, "an identity key has 2048, 3072 or 4096 bits");
        while (true)
        {
            using var rsa = RSA.Create(bits);
            RSAParameters parameters = rsa.ExportParameters(includePrivateParameters: true);
            try
            {
                // A fresh modulus matches the ROCA fingerprint by chance once in a hundred million times; no reader would take it.
                if (TryCreate(parameters, out IdentityKey? key, out _))
                    return key;
            }
            finally
            {
                Clear(parameters);
            }
        }
    }

    /// <summary>Signs with PS256.</summary>
    public byte[] Sign(ReadOnlySpan<byte> data)
    {
        Interlocked.Increment(ref _privateOperations);
        byte[] signature = new byte[Public.BlockLength];
        int length = _rsa.SignData(data, signature, HashAlgorithmName.SHA256, RSASignaturePadding.Pss);
        return length == signature.Length ? signature : throw new CryptographicException($"a signature of {length} bytes, not {signature.Length}");
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        RendezvousKey.Dispose();
        _rsa.Dispose();
    }

    /// <summary>Takes the parts of a private key after checking that they belong together (PROTOCOL §1). The caller clears them.</summary>
    internal static bool TryCreate(in RSAParameters parameters, [NotNullWhen(true)] out IdentityKey? key, out KeyError error)
    {
        key = null;
        if (!PublicIdentity.TryCreate(parameters.Modulus, parameters.Exponent, out PublicIdentity? identity, out error))
            return false;
        error = KeyError.Inconsistent;
        if (!BelongTogether(parameters))
            return false;
        ReadOnlySpan<byte> p = parameters.P, q = parameters.Q;
        ReadOnlySpan<byte> larger = p.SequenceCompareTo(q) > 0 ? p : q;
        Span<byte> seed = stackalloc byte[X25519Key.Length];
        HKDF.DeriveKey(HashAlgorithmName.SHA256, larger, seed, "jangbu/1"u8, "rendezvous"u8);
        X25519Key rendezvous = X25519Key.FromPrivate(seed);
        CryptographicOperations.ZeroMemory(seed);
        key = new IdentityKey(RSA.Create(parameters), identity, rendezvous);
        error = KeyError.None;
        return true;
    }

    /// <summary>The PKCS#8 EncryptedPrivateKeyInfo in DER; the library draws salt and IV.</summary>
    internal byte[] ExportEncryptedPkcs8(ReadOnlySpan<byte> password, int iterations) => _rsa.ExportEncryptedPkcs8PrivateKey(
        password, new PbeParameters(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, iterations));

    /// <summary>Unwraps a one-time key (RSA-OAEP-256). The caller has made every cheap check before.</summary>
    /// <returns>False, and <paramref name="contentKey"/> cleared, for whatever is wrong with the wrapped key.</returns>
    internal bool TryUnwrap(ReadOnlySpan<byte> wrapped, Span<byte> contentKey)
    {
        Interlocked.Increment(ref _privateOperations);
        Span<byte> plain = stackalloc byte[4096 / 8];
        try
        {
            // .NET has no form that reports bad padding without an exception; this is the one place where a peer's bytes cause one.
            int length = _rsa.Decrypt(wrapped, plain, RSAEncryptionPadding.OaepSHA256);
            contentKey.Clear();
            if (length == contentKey.Length)
                plain[..length].CopyTo(contentKey);
            return length == contentKey.Length;
        }
        catch (CryptographicException)
        {
            contentKey.Clear();
            return false;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(plain);
        }
    }

    internal static void Clear(in RSAParameters parameters)
    {
        foreach (byte[]? part in new[] { parameters.D, parameters.P, parameters.Q, parameters.DP, parameters.DQ, parameters.InverseQ })
            CryptographicOperations.ZeroMemory(part);
    }

    /// <summary>Both primes of half the size, p·q = n, and the exponents theirs: a wrong CRT part would sign wrongly and give the key away.</summary>
    private static bool BelongTogether(in RSAParameters parameters)
    {
        int half = parameters.Modulus!.Length / 2;
        if (parameters.P!.Length != half || parameters.Q!.Length != half)
            return false;
        BigInteger n = Number(parameters.Modulus), e = Number(parameters.Exponent), d = Number(parameters.D), p = Number(parameters.P), q = Number(parameters.Q);
        return p * q == n && p != q && d < n
            && d * e % (p - 1) == BigInteger.One && d * e % (q - 1) == BigInteger.One
            && Number(parameters.DP) == d % (p - 1) && Number(parameters.DQ) == d % (q - 1)
            && Number(parameters.InverseQ) < p && Number(parameters.InverseQ) * q % p == BigInteger.One;
    }

    private static BigInteger Number(byte[]? magnitude) => new(magnitude, isUnsigned: true, isBigEndian: true);
}
