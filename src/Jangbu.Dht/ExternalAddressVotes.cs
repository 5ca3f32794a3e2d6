namespace Jangbu.Dht;

/// <summary>How other nodes say they see us (BEP 42, key `ip`). One vote for each host; what most of the latest say is believed.</summary>
internal sealed class ExternalAddressVotes
{
    /// <summary>Latest voters remembered.</summary>
    public const int MaximumVotes = 16;

    /// <summary>Voters needed before the own id is changed for it; fewer nodes than that may all belong to one liar.</summary>
    public const int Quorum = 3;

    private readonly List<(NodeAddress Voter, NodeAddress Seen)> votes = [];

    /// <summary>The address most voters saw; null while none has a majority.</summary>
    public NodeAddress? Address { get; private set; }

    /// <summary>Whether three of four who saw this address saw the same port.</summary>
    public bool IsStable { get; private set; }

    /// <summary>Whether enough voters agree to act on it.</summary>
    public bool HasQuorum { get; private set; }

    /// <summary>Counts a vote; true when the outcome changed.</summary>
    public bool Add(NodeAddress voter, NodeAddress seen)
    {
        if (!seen.IsUsable || seen.IsIPv6 != voter.IsIPv6)
            return false;
        NodeAddress host = voter.Host;
        for (int i = votes.Count - 1; i >= 0; i--)
        {
            if (votes[i].Voter == host)
                votes.RemoveAt(i);
        }
        if (votes.Count >= MaximumVotes)
            votes.RemoveAt(0);
        votes.Add((host, seen));
        // The usual case, once for each answer: one more of the same opinion.
        if (HasQuorum && IsStable && seen == Address)
            return false;
        (NodeAddress? address, bool stable) before = (Address, IsStable);
        Count();
        return before != (Address, IsStable);
    }

    private void Count()
    {
        NodeAddress? winner = null;
        int most = 0;
        foreach ((_, NodeAddress seen) in votes)
        {
            int same = votes.Count(vote => vote.Seen with { Port = 0 } == seen with { Port = 0 });
            // Among equals the later vote: after a change of network the new address shall win.
            if (same >= most)
                (winner, most) = (seen, same);
        }
        if (winner is not { } host || most * 2 <= votes.Count)
            return;
        var ports = votes.Where(vote => vote.Seen with { Port = 0 } == host with { Port = 0 }).GroupBy(vote => vote.Seen.Port).OrderByDescending(group => group.Count()).ToArray();
        Address = host with { Port = ports[0].Key };
        // A NAT that maps by destination shows each voter another port; one liar among four shall not look like that.
        IsStable = ports[0].Count() * 4 >= ports.Sum(group => group.Count()) * 3;
        HasQuorum = most >= Quorum;
    }
}
