using System.Security.Cryptography;
using System.Text;
using Jangbu.Crypto;
using Jangbu.Crypto.Fernet;
using Jangbu.Crypto.Jose;

namespace Jangbu.Fuzz.Targets;

/// <summary>Keys, texts and envelopes.</summary>
public static class CryptoTargets
{
    private static readonly FernetKey Key = FernetKey.FromBytes(new byte[32]);

    private static readonly byte[] Thumbprint = SHA256.HashData("fuzz"u8);

    public static IEnumerable<FuzzTarget> All =>
    [
        new("peer-id", static input =>
        {
            string text = Encoding.Latin1.GetString(input);
            if (!PeerId.TryParse(text, out PeerId id))
                return false;
            PromiseBrokenException.Unless(id.ToString() == text, "a PeerId in two spellings");
            return true;
        })
        { Seeds = [Encoding.ASCII.GetBytes(PeerId.FromThumbprint(Thumbprint).ToString())], Dictionary = FuzzTarget.Words("jb1", "qqqq"), Largest = 128 },

        new("base64url", static input =>
        {
            string text = Encoding.Latin1.GetString(input);
            if (!Base64UrlText.TryDecode(text, out byte[]? bytes))
                return false;
            PromiseBrokenException.Unless(Base64UrlText.Encode(bytes) == text, "base64url in two spellings");
            return true;
        })
        { Seeds = [.. FuzzTarget.Words("AAAA", "_-8", "AA")], Dictionary = FuzzTarget.Words("=", "-", "_", " ") },

        new("json", static input => StrictJson.TryParse(input, out _))
        {
            Seeds = [.. FuzzTarget.Words("""{"a":1,"b":[true,false,null,"x\u00e9\ud83c\udf5a"],"c":{"d":{}}}""", "9007199254740991", "[]")],
            Dictionary = FuzzTarget.Words("{", "}", "[", "]", "\"", ":", ",", "\\u", "\\ud800", "true", "1e3", "-0", "9007199254740992", "\\n", "\uFEFF"),
            Allowance = 16384,
        },

        new("fernet", static input => FernetToken.TryDecrypt(Key, (ReadOnlySpan<byte>)input, out _))
        {
            Seeds = [Encoding.ASCII.GetBytes(FernetToken.Encrypt(Key, "the plaintext of a seed"u8, 1_700_000_000, Random))],
            Dictionary = FuzzTarget.Words("gAAAAA", "=", "=="),
        },

        new("spki", static input =>
        {
            if (!PublicIdentity.TryImportSpki(input, out PublicIdentity? identity, out _))
                return false;
            PromiseBrokenException.Unless(identity.ExportSpki().AsSpan().SequenceEqual(input), "a public key in two spellings");
            return true;
        })
        { Seeds = [Person.Public.ExportSpki()], Largest = 1024, Allowance = 32768 },
    ];

    /// <summary>One person for all targets: making a key costs half a second.</summary>
    public static IdentityKey Person { get; } = IdentityKey.Generate(2048);

    /// <summary>Entropy for seeds that cannot be fixed.</summary>
    public static RandomNumberGenerator Random { get; } = RandomNumberGenerator.Create();
}
