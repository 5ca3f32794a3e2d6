using Jangbu.Payments.Records;

namespace Jangbu.Payments.Jobs;

/// <summary>A record that has its place in the lane and its hash, but no signature yet.</summary>
internal sealed class Draft(RecordHeader header, RecordBody body, byte[] payload, Act act)
{
    public RecordHeader Header { get; } = header;

    public RecordBody Body { get; } = body;

    public byte[] Payload { get; } = payload;

    public RecordHash Hash { get; } = RecordHash.Of(payload);

    public Act Act { get; } = act;

    /// <summary>Set when its job is handed back.</summary>
    public string? Jws { get; set; }

    public LaneHead Place => Header.HeadWith(Hash);
}

/// <summary>Records that are signed together and then booked together. Acts are booked in the order in which they were begun.</summary>
internal sealed class Act
{
    /// <summary>Its records, in lane order.</summary>
    public List<Draft> Drafts { get; } = [];

    /// <summary>Books it: called once, when it is the oldest act and all signatures are there.</summary>
    public required Action<Act> Commit { get; init; }

    /// <summary>Called instead, where it is given up because the ledger turned out to be old.</summary>
    public Action? Cancel { get; init; }

    public bool IsSigned => Drafts.TrueForAll(draft => draft.Jws is not null);
}
