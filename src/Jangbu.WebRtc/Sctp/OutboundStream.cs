namespace Jangbu.WebRtc.Sctp;

/// <summary>How far the reset of an outgoing stream is.</summary>
internal enum StreamResetState
{
    None,

    /// <summary>Asked for; waits for what was queued before it to be acknowledged.</summary>
    Wanted,

    /// <summary>In the request that awaits the peer's answer.</summary>
    Requested,
}

/// <summary>The messages of one outgoing stream that wait for a TSN.</summary>
internal sealed class OutboundStream(StreamId id)
{
    public StreamId Id { get; } = id;

    public Queue<OutgoingMessage> Messages { get; } = [];

    public Ssn Next { get; set; }

    /// <summary>Bytes of the user queued and not yet sent for the first time.</summary>
    public int Buffered { get; set; }

    public int LowThreshold { get; set; }

    /// <summary>Messages sent in part or whole and not wholly acknowledged.</summary>
    public int UnacknowledgedMessages { get; set; }

    public StreamResetState Reset { get; set; }

    /// <summary>Whether the scheduler has it in its round.</summary>
    public bool IsScheduled { get; set; }
}
