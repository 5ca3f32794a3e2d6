using System.Diagnostics.CodeAnalysis;
using Jangbu.Crypto.Jose;
using Jangbu.Crypto.OpenSsl;

namespace Jangbu.Crypto;

/// <summary>
/// A person's card: key, name and rendezvous key under that key's signature (PROTOCOL §1). It proves that its maker has the key, not whose
/// hand it is in.
/// </summary>
public sealed record ContactCard
{
    /// <summary>The most letters of a card.</summary>
    public const int MaximumLength = 8 * 1024;

    /// <summary>The most code points of a name.</summary>
    public const int MaximumNameLength = 64;

    /// <summary>The refusal of a card whose form, header, member or value is wrong.</summary>
    public const string BadRecord = "bad_record";

    /// <summary>The refusal of a card that its own key did not sign.</summary>
    public const string BadSignature = "bad_signature";

    /// <summary>The refusal of a card of more than 8 KiB.</summary>
    public const string TooLarge = "too_large";

    private const string Typ = "jangbu-card", Scheme = "jangbu:card/";
    private static readonly string[] Members = ["v", "id", "name", "key", "rdv", "at"];
    private static readonly string[] KeyMembers = ["kty", "n", "e"];
    private readonly byte[] _rendezvous;

    private ContactCard(PublicIdentity key, string name, byte[] rendezvous, DateTimeOffset at, string jws)
    {
        Key = key;
        Name = name;
        _rendezvous = rendezvous;
        At = at;
        Jws = jws;
    }

    /// <summary>Whose card it is.</summary>
    public PeerId Id => Key.Id;

    /// <summary>The name that the person chose.</summary>
    public string Name { get; }

    /// <summary>The person's key.</summary>
    public PublicIdentity Key { get; }

    /// <summary>The 32 bytes of the X25519 public key for the rendezvous; a copy.</summary>
    public byte[] Rdv => [.. _rendezvous];

    /// <summary>When it was made, by its maker's clock.</summary>
    public DateTimeOffset At { get; }

    /// <summary>The signed text; what a <c>.jbcard</c> file holds.</summary>
    public string Jws { get; }

    /// <summary>The link, which a QR code shows too.</summary>
    public string Link => Scheme + Jws;

    /// <summary>Makes one's own card.</summary>
    /// <exception cref="ArgumentException">A name that is not 1 to 64 code points of printable text.</exception>
    public static ContactCard Create(IdentityKey key, string name, DateTimeOffset at)
    {
        ArgumentNullException.ThrowIfNull(key);
        if (!IsName(name))
            throw new ArgumentException($"a name has 1 to {MaximumNameLength} characters and no control characters", nameof(name));
        byte[] rendezvous = key.RendezvousKey.PublicKey;
        byte[] payload = new JsonText().BeginObject().Member("v", 1).Member("id", key.Id.ToString()).Member("name", name)
            .Name("key").BeginObject().Member("kty", "RSA").Member("n", Base64UrlText.Encode(key.Public.N)).Member("e", Base64UrlText.Encode(PublicIdentity.E)).EndObject()
            .Member("rdv", Base64UrlText.Encode(rendezvous)).Member("at", Rfc3339Time.Format(at)).EndObject().ToUtf8();
        string jws = Jose.Jws.Sign(key, Typ, payload);
        return TryRead(jws, out ContactCard? card, out _) ? card : throw new InvalidOperationException("a card that we made does not read");
    }

    /// <summary>Whether a text may be the name on a card.</summary>
    public static bool IsName([NotNullWhen(true)] string? name) =>
        name is not null && StrictJson.IsText(name) && StrictJson.CodePoints(name) is >= 1 and <= MaximumNameLength;

    /// <summary>Reads what a person gives: a <c>.jbcard</c> file's text or a link, with white space around it.</summary>
    public static bool TryReadText(string? text, [NotNullWhen(true)] out ContactCard? card, out string code)
    {
        ReadOnlySpan<char> compact = text.AsSpan().Trim();
        return TryRead((compact.StartsWith(Scheme, StringComparison.Ordinal) ? compact[Scheme.Length..] : compact).ToString(), out card, out code);
    }

    /// <summary>Reads a card's signed text and verifies it.</summary>
    /// <param name="compact">The JWS.</param>
    /// <param name="card">The card.</param>
    /// <param name="code">Where it is refused: <c>too_large</c>, <c>bad_record</c> or <c>bad_signature</c>; else empty.</param>
    public static bool TryRead(string? compact, [NotNullWhen(true)] out ContactCard? card, out string code)
    {
        card = null;
        code = compact?.Length > MaximumLength ? TooLarge : BadRecord;
        if (!Jose.Jws.TryRead(compact, Typ, out Jws? jws, MaximumLength) || !StrictJson.TryParse(jws.Payload.Span, out JsonValue? payload)
            || !TryReadPayload(payload, jws.Compact, out ContactCard? read) || read.Id != jws.Kid)
            return false;
        code = BadSignature;
        if (!jws.Verify(read.Key))
            return false;
        card = read;
        code = "";
        return true;
    }

    /// <summary>Same signed text; the members follow from it.</summary>
    public bool Equals(ContactCard? other) => other is not null && Jws == other.Jws;

    /// <inheritdoc/>
    public override int GetHashCode() => Jws.GetHashCode(StringComparison.Ordinal);

    private static bool TryReadPayload(JsonValue payload, string compact, [NotNullWhen(true)] out ContactCard? card)
    {
        card = null;
        if (!payload.HasMembers(Members) || !payload.TryGetInteger("v", out long version) || version != 1
            || !payload.TryGetText("id", out string? idText) || !PeerId.TryParse(idText, out PeerId id)
            || !payload.TryGetText("name", out string? name) || !IsName(name)
            || !payload.TryGetText("rdv", out string? rdv) || !Base64UrlText.TryDecode(rdv, out byte[]? rendezvous) || rendezvous.Length != X25519Key.Length
            || !payload.TryGetText("at", out string? time) || !Rfc3339Time.TryParse(time, out DateTimeOffset at)
            || !TryReadKey(payload["key"]!, out PublicIdentity? key) || key.Id != id)
            return false;
        card = new ContactCard(key, name, rendezvous, at, compact);
        return true;
    }

    private static bool TryReadKey(JsonValue jwk, [NotNullWhen(true)] out PublicIdentity? key)
    {
        key = null;
        return jwk.HasMembers(KeyMembers) && jwk.TryGetText("kty", out string? type) && type == "RSA"
            && jwk.TryGetText("n", out string? n) && Base64UrlText.TryDecode(n, out byte[]? modulus)
            && jwk.TryGetText("e", out string? e) && Base64UrlText.TryDecode(e, out byte[]? exponent)
            && PublicIdentity.TryCreate(modulus, exponent, out key, out _);
    }
}
