using Jangbu.Dht.Krpc;

namespace Jangbu.Dht;

// Waiting -> Sent -> Slow -> Late -> (gone)      an answer ends it anywhere after Waiting
internal enum QueryStage
{
    /// <summary>Held back by the pacer.</summary>
    Waiting,

    /// <summary>On its way.</summary>
    Sent,

    /// <summary>Three usual round trips are over: another node is asked beside it.</summary>
    Slow,

    /// <summary>So are 150 ms, a person's patience and a burst's delay: nobody waits for it any more, but an answer still counts.</summary>
    Late,
}

internal enum QueryPurpose
{
    Lookup,
    Store,
    ReadBack,
    Check,
    Ping,
    Ring,
}

/// <summary>One query in flight; an answer must bring its transaction id from the address it went to.</summary>
internal sealed class PendingQuery(uint transaction, NodeAddress to, QueryPurpose purpose, byte[] datagram)
{
    public uint Transaction { get; } = transaction;

    public NodeAddress To { get; } = to;

    public QueryPurpose Purpose { get; } = purpose;

    /// <summary>Kept for repeating it.</summary>
    public byte[] Datagram { get; } = datagram;

    public KrpcMethod Method { get; init; }

    public Operation? Operation { get; init; }

    public Lookup? Lookup { get; init; }

    public Candidate? Candidate { get; init; }

    /// <summary>The id that the node is believed to have.</summary>
    public NodeId? Expected { get; init; }

    public QueryStage Stage { get; set; }

    public TimeSpan SentAt { get; set; }

    /// <summary>When the next stage begins; other entries of the timer queue for this query are void.</summary>
    public TimeSpan Due { get; set; }

    public int Repeats { get; set; }
}
