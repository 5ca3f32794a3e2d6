using Jangbu.Dht.Items;
using Jangbu.Dht.Krpc;

namespace Jangbu.Dht;

internal enum OperationKind
{
    FindNode,
    GetMutable,
    GetImmutable,
    GetPeers,
    PutMutable,
    PutImmutable,
    Announce,
}

// Searching -> Completed                                  gets
// Searching -> Storing -> [ReadingBack ->] Completed      puts; with a fresh closest set they begin at Storing
internal enum OperationPhase
{
    Searching,
    Storing,
    ReadingBack,
    Completed,
}

/// <summary>One command under way: the searches in both families and, for a put, the stores after them.</summary>
internal sealed class Operation(QueryId id, OperationKind kind, NodeId target)
{
    public QueryId Id { get; } = id;

    public OperationKind Kind { get; } = kind;

    public NodeId Target { get; } = target;

    public OperationPhase Phase { get; set; }

    /// <summary>Not asked for from outside: joining, and filling buckets.</summary>
    public bool IsInternal { get; init; }

    public MutableTarget? MutableTarget { get; init; }

    public MutableItem? Item { get; init; }

    public ImmutableItem? Value { get; init; }

    public long? Compare { get; init; }

    /// <summary>Port to announce, 0 for the one the datagrams come from.</summary>
    public int Port { get; init; }

    public bool WantsReadBack { get; init; }

    /// <summary>Highest sequence number already known, for small answers.</summary>
    public long? Known { get; init; }

    public List<(DhtNetwork Network, Lookup Lookup)> Searches { get; } = [];

    public MutableItem? Newest { get; set; }

    /// <summary>Greatest sequence number any node showed, with or without its value.</summary>
    public long? NewestSequence { get; set; }

    public bool Found { get; set; }

    public int Hops { get; set; }

    public HashSet<NodeAddress>? Peers { get; set; }

    /// <summary>Stores or readings back still awaited.</summary>
    public int Outstanding { get; set; }

    public int StoreQueries { get; set; }

    public bool FromCache { get; set; }

    public List<Candidate> Stores { get; } = [];

    public int Verified { get; set; }

    public Dictionary<KrpcCode, int> Refusals { get; } = [];

    public bool IsPut => Kind is OperationKind.PutMutable or OperationKind.PutImmutable or OperationKind.Announce;

    public int QueriesSent => StoreQueries + Searches.Sum(search => search.Lookup.Queries);
}
