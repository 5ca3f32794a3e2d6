namespace Jangbu.Payments.Records;

/// <summary>A record named by its place: the last one known of a lane.</summary>
/// <param name="Lane">The author's ledger file.</param>
/// <param name="Seq">1, 2, 3 … in the lane.</param>
/// <param name="Hash">The record's hash.</param>
public readonly record struct LaneHead(Guid Lane, long Seq, RecordHash Hash)
{
    /// <summary>Lanes that one author may have toward one contact, and elements of an `ack` (PROTOCOL §8).</summary>
    public const int MaxLanes = 16;
}
