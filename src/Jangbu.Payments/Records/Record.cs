using Jangbu.Crypto;

namespace Jangbu.Payments.Records;

/// <summary>One signed record: what it says, its signed text as it came, and its hash. Immutable.</summary>
/// <param name="Header">What every record has.</param>
/// <param name="Body">What this one says.</param>
/// <param name="Jws">The compact JWS, byte for byte as signed.</param>
/// <param name="Hash">SHA-256 of the payload.</param>
public sealed record Record(RecordHeader Header, RecordBody Body, string Jws, RecordHash Hash)
{
    /// <summary>The `typ` of a record's JWS.</summary>
    public const string Typ = "jangbu-record";

    /// <summary>Letters that a record's JWS may have.</summary>
    public const int MaxLength = 16 * 1024;

    /// <summary>The kind.</summary>
    public RecordKind Kind => Body.Kind;

    /// <summary>The author.</summary>
    public PeerId From => Header.From;

    /// <summary>The place in its lane.</summary>
    public LaneHead Place => Header.HeadWith(Hash);
}
