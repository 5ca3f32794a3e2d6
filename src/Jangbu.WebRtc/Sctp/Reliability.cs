namespace Jangbu.WebRtc.Sctp;

/// <summary>How long a message is worth sending (RFC 3758, RFC 7496; RFC 8831 §6.4 allows one limit at a time).</summary>
/// <param name="MaxRetransmits">How often a fragment may be sent again; null for no limit.</param>
/// <param name="MaxPacketLifeTime">How long after the send it may still be transmitted; null for no limit.</param>
public readonly record struct Reliability(int? MaxRetransmits, TimeSpan? MaxPacketLifeTime)
{
    /// <summary>Until it arrives.</summary>
    public static Reliability Full => default;
}
