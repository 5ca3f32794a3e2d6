namespace Jangbu.WebRtc.Sctp;

/// <summary>Counters of one association since it was made.</summary>
public record struct AssociationStats
{
    /// <summary>Packets given to the network.</summary>
    public long PacketsSent { get; set; }

    /// <summary>Packets taken from the network and understood.</summary>
    public long PacketsReceived { get; set; }

    /// <summary>Packets and chunks thrown away: malformed, foreign, forged or past a limit.</summary>
    public long Dropped { get; set; }

    /// <summary>DATA chunks sent for the first time.</summary>
    public long ChunksSent { get; set; }

    /// <summary>DATA chunks sent again.</summary>
    public long Retransmissions { get; set; }

    /// <summary>DATA chunks marked for retransmission by missing reports.</summary>
    public long FastRetransmissions { get; set; }

    /// <summary>Times that the retransmission timer ran out.</summary>
    public long Timeouts { get; set; }

    /// <summary>SACKs sent.</summary>
    public long SacksSent { get; set; }

    /// <summary>DATA chunks received more than once.</summary>
    public long Duplicates { get; set; }

    /// <summary>Messages given up under partial reliability, sent in part or not at all.</summary>
    public long MessagesAbandoned { get; set; }

    /// <summary>Whole messages received.</summary>
    public long MessagesReceived { get; set; }

    /// <summary>Messages queued by <see cref="Association.Send"/>.</summary>
    public long MessagesSent { get; set; }
}
