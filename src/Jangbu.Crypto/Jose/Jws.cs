using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Jangbu.Crypto.Jose;

/// <summary>
/// A signed text of ours: JWS compact (RFC 7515 §7.1), header members exactly <c>alg</c> <c>PS256</c>, <c>kid</c> a PeerId and <c>typ</c>.
/// Reading is cheap and computes nothing with a key; <see cref="Verify"/> does.
/// </summary>
public sealed class Jws
{
    /// <summary>The most that a record may be, in letters (PROTOCOL §2).</summary>
    public const int MaximumLength = 16 * 1024;

    private const int MaximumHeaderLength = 256;
    private static readonly string[] HeaderMembers = ["alg", "kid", "typ"];

    private readonly int _signed;

    private Jws(string compact, PeerId kid, byte[] payload, byte[] signature, int signed)
    {
        Compact = compact;
        Kid = kid;
        Payload = payload;
        Signature = signature;
        _signed = signed;
    }

    /// <summary>The text as it came; kept for ever, since there is no canonical form.</summary>
    public string Compact { get; }

    /// <summary>Who the header says signed it; true only once verified with that person's key.</summary>
    public PeerId Kid { get; }

    /// <summary>The payload's bytes as they came.</summary>
    public ReadOnlyMemory<byte> Payload { get; }

    /// <summary>The signature's bytes: 256, 384 or 512.</summary>
    public ReadOnlyMemory<byte> Signature { get; }

    /// <summary>Signs a payload.</summary>
    /// <param name="key">The author's key.</param>
    /// <param name="typ">What kind of text this is, so that one kind is never taken for another.</param>
    /// <param name="payload">The bytes to sign, as they are.</param>
    public static string Sign(IdentityKey key, string typ, ReadOnlySpan<byte> payload)
    {
        ArgumentNullException.ThrowIfNull(key);
        byte[] header = new JsonText().BeginObject().Member("alg", "PS256").Member("kid", key.Id.ToString()).Member("typ", typ).EndObject().ToUtf8();
        string input = $"{Base64UrlText.Encode(header)}.{Base64UrlText.Encode(payload)}";
        return $"{input}.{Base64UrlText.Encode(key.Sign(Encoding.ASCII.GetBytes(input)))}";
    }

    /// <summary>Reads the form without any computation on keys.</summary>
    /// <param name="compact">The three parts.</param>
    /// <param name="typ">The kind of text asked for.</param>
    /// <param name="jws">What it says.</param>
    /// <param name="maximumLength">The most letters to look at.</param>
    /// <returns>False for another length, spelling, <c>alg</c> or <c>typ</c>, a header member more or less, or no PeerId.</returns>
    public static bool TryRead(string? compact, string typ, [NotNullWhen(true)] out Jws? jws, int maximumLength = MaximumLength)
    {
        jws = null;
        if (compact is null || compact.Length > maximumLength)
            return false;
        int first = compact.IndexOf('.', StringComparison.Ordinal), last = compact.LastIndexOf('.');
        if (first is < 0 or > MaximumHeaderLength || last == first
            || !Base64UrlText.TryDecode(compact.AsSpan(0, first), out byte[]? header) || !TryReadHeader(header, typ, out PeerId kid)
            || !Base64UrlText.TryDecode(compact.AsSpan(first + 1, last - first - 1), out byte[]? payload)
            || !Base64UrlText.TryDecode(compact.AsSpan(last + 1), out byte[]? signature) || signature.Length is not (256 or 384 or 512))
            return false;
        jws = new Jws(compact, kid, payload, signature, last);
        return true;
    }

    /// <summary>Whether <paramref name="author"/> is the one the header names and signed these very bytes.</summary>
    public bool Verify(PublicIdentity author)
    {
        ArgumentNullException.ThrowIfNull(author);
        return author.Id == Kid && author.Verify(Encoding.ASCII.GetBytes(Compact, 0, _signed), Signature.Span);
    }

    private static bool TryReadHeader(byte[] header, string typ, out PeerId kid)
    {
        kid = default;
        return StrictJson.TryParse(header, out JsonValue? value) && value.HasMembers(HeaderMembers)
            && value.TryGetText("alg", out string? algorithm) && algorithm == "PS256"
            && value.TryGetText("typ", out string? type) && type == typ
            && value.TryGetText("kid", out string? author) && PeerId.TryParse(author, out kid);
    }
}
