using Jangbu.Dht.Krpc;

namespace Jangbu.Dht;

/// <summary>One of the two networks a node takes part in: IPv4 and IPv6 are separate DHTs with tables of their own (BEP 32).</summary>
internal sealed class DhtNetwork(bool isIPv6, NodeId own)
{
    /// <summary>Bootstrap nodes remembered.</summary>
    public const int MaximumBootstraps = 64;

    /// <summary>Before anything was measured a query is late after a second.</summary>
    private static readonly TimeSpan FirstRoundTrip = TimeSpan.FromMilliseconds(330);

    private double density;

    public bool IsIPv6 { get; } = isIPv6;

    public AddressFamilies Family => IsIPv6 ? AddressFamilies.IPv6 : AddressFamilies.IPv4;

    public RoutingTable Table { get; private set; } = new(own);

    public ExternalAddressVotes Votes { get; } = new();

    /// <summary>Addresses given from outside; asked while the table is small.</summary>
    public List<NodeAddress> Bootstraps { get; } = [];

    /// <summary>Contacts of the last run; asked while the table is small.</summary>
    public List<(NodeId Id, NodeAddress Address)> Remembered { get; } = [];

    /// <summary>Smoothed round trip over all nodes.</summary>
    public TimeSpan RoundTrip { get; private set; } = FirstRoundTrip;

    public TimeSpan NextJoin { get; set; }

    public int FailedJoins { get; set; }

    public Operation? Joining { get; set; }

    /// <summary>Buckets to be filled after joining, by the number of bits shared.</summary>
    public Queue<int> Refreshes { get; } = [];

    /// <summary>Nodes in the network, judged by how close the closest of the last lookups were; 0 while unknown.</summary>
    public long EstimatedNodes => density > 0 ? (long)Math.Min(density, 1e12) : 0;

    public void Measure(TimeSpan roundTrip) => RoundTrip = RoundTrip == FirstRoundTrip ? roundTrip : ((RoundTrip * 7) + roundTrip) / 8;

    /// <summary>Takes the closest nodes of a finished lookup into the estimate: the i-th is expected at i/N of the space.</summary>
    public void Estimate(Lookup lookup)
    {
        double squares = 0, weighted = 0;
        int i = 0;
        foreach (Candidate candidate in lookup.Candidates)
        {
            if (candidate.State != CandidateState.Answered || !candidate.Conforms)
                continue;
            i++;
            squares += (double)i * i;
            weighted += i * (candidate.Id ^ lookup.Target).ToFraction();
            if (i == 20)
                break;
        }
        if (i < RoutingTable.K || weighted <= 0)
            return;
        double nodes = squares / weighted;
        density = density == 0 ? nodes : density + ((nodes - density) / 8);
    }

    /// <summary>Takes a new own id; every contact finds its bucket again.</summary>
    public void Rename(NodeId id)
    {
        RoutingTable old = Table;
        Table = new RoutingTable(id);
        foreach (DhtContact contact in old.Contacts)
            Table.Confirm(contact.LastAnswer, contact.Id, contact.Address, contact.RoundTrip);
    }
}
