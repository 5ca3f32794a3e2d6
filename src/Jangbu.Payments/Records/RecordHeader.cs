using Jangbu.Crypto;

namespace Jangbu.Payments.Records;

/// <summary>What every record has beside its body (PROTOCOL §2).</summary>
/// <param name="Id">UUIDv7; unique for ever per author and recipient.</param>
/// <param name="From">The author, whose key signed it.</param>
/// <param name="To">The recipient.</param>
/// <param name="Lane">The author's ledger file.</param>
/// <param name="Seq">1, 2, 3 … in the lane toward this recipient.</param>
/// <param name="Prev">Hash of the record before it in the lane.</param>
/// <param name="Ack">The last record of each lane of the recipient on the author's disk, ordered by lane.</param>
/// <param name="At">The author's clock, to the millisecond.</param>
public sealed record RecordHeader(
    Guid Id, PeerId From, PeerId To, Guid Lane, long Seq, RecordHash Prev, IReadOnlyList<LaneHead> Ack, DateTimeOffset At)
{
    /// <summary>This record's place, once its hash is known.</summary>
    public LaneHead HeadWith(RecordHash hash) => new(Lane, Seq, hash);
}
