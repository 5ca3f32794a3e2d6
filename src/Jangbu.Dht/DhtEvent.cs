using System.Net;
using Jangbu.Dht.Items;
using Jangbu.Dht.Krpc;

namespace Jangbu.Dht;

/// <summary>Names a command given to a <see cref="DhtNode"/>, in the events that answer it.</summary>
public readonly record struct QueryId(long Value);

/// <summary>What a <see cref="DhtNode"/> tells the layer above.</summary>
public abstract record DhtEvent
{
    private DhtEvent()
    {
    }

    /// <summary>A verified item: the first as soon as any node sent one, then each with a greater sequence number.</summary>
    /// <param name="Query">The get or poll it answers.</param>
    /// <param name="Item">The item.</param>
    public sealed record ItemFound(QueryId Query, MutableItem Item) : DhtEvent;

    /// <summary>The immutable value, checked against its target.</summary>
    /// <param name="Query">The get it answers.</param>
    /// <param name="Item">The item.</param>
    public sealed record ValueFound(QueryId Query, ImmutableItem Item) : DhtEvent;

    /// <summary>Peers of an info hash that were not reported before.</summary>
    /// <param name="Query">The query it answers.</param>
    /// <param name="Peers">At least one.</param>
    public sealed record PeersFound(QueryId Query, IReadOnlyList<IPEndPoint> Peers) : DhtEvent;

    /// <summary>A get, poll or search for peers is over.</summary>
    /// <param name="Query">Which.</param>
    /// <param name="Newest">The newest mutable item seen, or null.</param>
    /// <param name="NodesAsked">Queries sent.</param>
    /// <param name="NodesAnswered">Nodes that answered; none means that the network cannot be reached.</param>
    /// <param name="Hops">How many steps from the own table the first value (else the nearest node) was.</param>
    public sealed record GetCompleted(QueryId Query, MutableItem? Newest, int NodesAsked, int NodesAnswered, int Hops) : DhtEvent;

    /// <summary>A put or an announcement is over.</summary>
    /// <param name="Query">Which.</param>
    /// <param name="Stored">Nodes that confirmed.</param>
    /// <param name="Verified">Nodes that were asked again afterwards and really had it; 0 when no reading back was wanted.</param>
    /// <param name="Refusal">The code most nodes refused with, if any did.</param>
    /// <param name="NewestSeen">The greatest sequence number found on the way; when it is greater than the one put, somebody else wrote.</param>
    /// <param name="NodesAsked">Queries sent, the search for the nodes included.</param>
    public sealed record PutCompleted(QueryId Query, int Stored, int Verified, KrpcCode Refusal, long? NewestSeen, int NodesAsked) : DhtEvent;

    /// <summary>A ping was answered, or not.</summary>
    /// <param name="Query">Which.</param>
    /// <param name="RoundTrip">Null when no answer came.</param>
    public sealed record PingCompleted(QueryId Query, TimeSpan? RoundTrip) : DhtEvent;

    /// <summary>Somebody asked for a target that is watched: the ring.</summary>
    /// <param name="Target">The watched target.</param>
    /// <param name="From">Who asked; unproven.</param>
    public sealed record WatchedTargetAsked(NodeId Target, IPEndPoint From) : DhtEvent;

    /// <summary>How other nodes see this node changed.</summary>
    /// <param name="EndPoint">The outer address that most nodes report.</param>
    /// <param name="Stable">Whether nearly all see the same port: a NAT that maps by destination shows each another one.</param>
    public sealed record ExternalAddress(IPEndPoint EndPoint, bool Stable) : DhtEvent;

    /// <summary>A search for the own neighbourhood is over: at start, and again every quarter of an hour.</summary>
    /// <param name="Contacts">Nodes known now; 0 means that no bootstrap node answered, and it is tried again.</param>
    public sealed record Joined(int Contacts) : DhtEvent;

    /// <summary>An automatic node began or ceased to serve others.</summary>
    /// <param name="Serves">Whether it does now.</param>
    public sealed record ServingChanged(bool Serves) : DhtEvent;
}

/// <summary>Counters of a node; all but the first four only rise.</summary>
/// <param name="Contacts">Nodes in the routing tables.</param>
/// <param name="GoodContacts">Those of them that answered lately.</param>
/// <param name="Items">Items kept for others.</param>
/// <param name="EstimatedNodes">Size of the network as the last lookups suggest; 0 while unknown.</param>
/// <param name="DatagramsReceived">Datagrams in.</param>
/// <param name="DatagramsSent">Datagrams out.</param>
/// <param name="BytesReceived">Bytes in.</param>
/// <param name="BytesSent">Bytes out.</param>
/// <param name="QueriesAnswered">Queries answered, refusals included.</param>
/// <param name="QueriesSent">Queries sent, repeats included.</param>
/// <param name="Malformed">Datagrams that were no KRPC message.</param>
/// <param name="Foreign">Answers that nobody waited for, or from an address that was not asked.</param>
/// <param name="Limited">Queries not answered because their sender, or all together, asked too much.</param>
/// <param name="Forged">Values whose signature or hash did not fit.</param>
public readonly record struct DhtStats(
    int Contacts,
    int GoodContacts,
    int Items,
    long EstimatedNodes,
    long DatagramsReceived,
    long DatagramsSent,
    long BytesReceived,
    long BytesSent,
    long QueriesAnswered,
    long QueriesSent,
    long Malformed,
    long Foreign,
    long Limited,
    long Forged);
