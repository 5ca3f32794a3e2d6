using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Jangbu.Crypto;
using Jangbu.Crypto.Jose;
using Jangbu.Payments;

namespace Jangbu.Tests.Payments;

/// <summary>Keys whose signature is a keyed hash and whose envelopes are open: for histories by the thousand. Form and lengths are the real ones.</summary>
internal sealed class FastKeys(PeerId id) : IPersonKeys
{
    private static readonly byte[] Secret = [1, 2, 3, 4, 5, 6, 7, 8];

    public PeerId Id { get; } = id;

    public string Sign(string typ, ReadOnlySpan<byte> payload)
    {
        string header = $$"""{"alg":"PS256","kid":"{{Id}}","typ":"{{typ}}"}""";
        string input = $"{Base64UrlText.Encode(Encoding.ASCII.GetBytes(header))}.{Base64UrlText.Encode(payload)}";
        return $"{input}.{Base64UrlText.Encode(Mac(Id, Encoding.ASCII.GetBytes(input)))}";
    }

    public bool Verify(Jws signed, ContactCard author)
    {
        int end = signed.Compact.LastIndexOf('.');
        return signed.Kid == author.Id && Mac(author.Id, Encoding.ASCII.GetBytes(signed.Compact[..end])).AsSpan().SequenceEqual(signed.Signature.Span);
    }

    public string Seal(ContactCard receiver, ReadOnlySpan<byte> plaintext, RandomNumberGenerator random) =>
        $$"""{"protected":"{{receiver.Id}}","encrypted_key":"","iv":"","ciphertext":"{{Base64UrlText.Encode(plaintext)}}","tag":""}""";

    public bool TryOpen(ReadOnlySpan<byte> envelope, [NotNullWhen(true)] out byte[]? plaintext)
    {
        plaintext = null;
        return StrictJson.TryParse(envelope, out JsonValue? json) && json["protected"]?.Text == Id.ToString()
            && Base64UrlText.TryDecode(json["ciphertext"]?.Text, out plaintext);
    }

    private static byte[] Mac(PeerId author, byte[] input)
    {
        byte[] mac = SHA256.HashData([.. Secret, .. author.ToByteArray(), .. input]);
        byte[] signature = new byte[256];
        for (int i = 0; i < signature.Length; i += mac.Length)
            mac.CopyTo(signature, i);
        return signature;
    }
}
