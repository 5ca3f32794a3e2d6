namespace Jangbu.WebRtc.Sctp;

/// <summary>Order of one incoming stream: the number expected next and the whole messages that came before their turn.</summary>
internal sealed class InboundStream(StreamId id)
{
    public StreamId Id { get; } = id;

    public Ssn Expected { get; set; }

    public Dictionary<Ssn, ReceivedMessage> Waiting { get; } = [];

    /// <summary>Length of the last fragmented message: the next one is likely as long, so its buffer need not grow.</summary>
    public int LastLength { get; set; }

    /// <summary>Whether an event about a reset of this stream is queued and unread.</summary>
    public bool ResetTold { get; set; }
}
