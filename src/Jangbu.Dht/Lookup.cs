namespace Jangbu.Dht;

internal enum LookupStep
{
    /// <summary>Ask the given candidate now.</summary>
    Ask,

    /// <summary>Repeat the query to the given late candidate: too few others answer.</summary>
    Repeat,

    /// <summary>Answers are awaited.</summary>
    Wait,

    /// <summary>The closest nodes that answer have answered.</summary>
    Done,
}

/// <summary>
/// An iterative search (BEP 5) in one family. Pure bookkeeping: it decides whom to ask next and when to stop. A slow node makes room for
/// another beside it, a late one is no longer waited for, so silent nodes cost one short timeout and not one each.
/// </summary>
internal sealed class Lookup(NodeId target, int wanted)
{
    /// <summary>Queries in flight while answers still lead closer.</summary>
    public const int Parallel = 4;

    /// <summary>Queries in flight once the closest nodes are known.</summary>
    public const int ParallelAtEnd = 8;

    /// <summary>Queries of one lookup: four times what 10 million nodes need; poisoned answers end here.</summary>
    public const int MaximumQueries = 128;

    /// <summary>Nodes taken from one answer; BEP 5 sends 8, some send 16, and more would crowd out everyone else's.</summary>
    public const int MaximumNodesPerAnswer = 16;

    /// <summary>Candidates remembered; the farthest fall out.</summary>
    public const int MaximumCandidates = 96;

    private readonly List<Candidate> candidates = [];
    private readonly HashSet<NodeAddress> subnets = [];
    private int inFlight;

    public NodeId Target { get; } = target;

    /// <summary>Live nodes that must have answered.</summary>
    public int Wanted { get; set; } = wanted;

    /// <summary>Asks only the candidates given at the start.</summary>
    public bool Closed { get; init; }

    public int Queries { get; private set; }

    public int Answered { get; private set; }

    public bool IsDone { get; private set; }

    /// <summary>Nearest first, those that fit BEP 42 before the others.</summary>
    public IReadOnlyList<Candidate> Candidates => candidates;

    /// <summary>Offers a node; one of each subnet is taken, and none twice.</summary>
    public Candidate? Offer(NodeId id, NodeAddress address, int hops)
    {
        if (!address.IsUsable || subnets.Contains(address.Subnet))
            return null;
        var candidate = new Candidate(id, address, hops, SecureNodeId.Fits(id, address));
        int at = candidates.Count;
        while (at > 0 && Before(candidate, candidates[at - 1]))
            at--;
        if (at >= MaximumCandidates)
            return null;
        subnets.Add(address.Subnet);
        candidates.Insert(at, candidate);
        if (candidates.Count > MaximumCandidates)
        {
            Candidate last = candidates[^1];
            candidates.RemoveAt(candidates.Count - 1);
            subnets.Remove(last.Address.Subnet);
            if (last.State is CandidateState.Asked)
                inFlight--;
        }
        return candidate;
    }

    /// <summary>What to do next.</summary>
    public LookupStep Next(out Candidate? candidate)
    {
        candidate = null;
        if (IsDone)
            return LookupStep.Done;
        int window = 0, answered = 0;
        bool waiting = false, descending = true;
        Candidate? late = null;
        foreach (Candidate current in candidates)
        {
            switch (current.State)
            {
                case CandidateState.Answered:
                    descending = false;
                    answered++;
                    window++;
                    break;
                case CandidateState.Asked:
                    waiting = true;
                    window++;
                    break;
                case CandidateState.Slow:
                    waiting = true;
                    break;
                case CandidateState.Late when !current.Repeated:
                    late ??= current;
                    break;
                case CandidateState.Fresh when inFlight < (descending ? Parallel : ParallelAtEnd) && Queries < MaximumQueries:
                    candidate = current;
                    return LookupStep.Ask;
                case CandidateState.Fresh when Queries < MaximumQueries:
                    // It waits for a free place, and nobody farther can end the search before it was asked.
                    waiting = true;
                    window++;
                    break;
            }
            if (window >= Wanted)
            {
                IsDone = answered >= Wanted;
                return IsDone ? LookupStep.Done : LookupStep.Wait;
            }
        }
        if (waiting)
            return LookupStep.Wait;
        if (late is not null && answered < RoutingTable.K && Queries < MaximumQueries)
        {
            candidate = late;
            return LookupStep.Repeat;
        }
        IsDone = true;
        return LookupStep.Done;
    }

    /// <summary>Goes on until so many nodes more have answered.</summary>
    public void Extend(int more)
    {
        Wanted += more;
        IsDone = false;
    }

    public void MarkAsked(Candidate candidate)
    {
        Queries++;
        candidate.Repeated |= candidate.State == CandidateState.Late;
        candidate.State = CandidateState.Asked;
        inFlight++;
    }

    public void MarkSlow(Candidate candidate) => Leave(candidate, CandidateState.Slow);

    public void MarkLate(Candidate candidate) => Leave(candidate, CandidateState.Late);

    public void MarkDead(Candidate candidate)
    {
        Leave(candidate, CandidateState.Dead);
        // A dead entry must not keep its subnet's living nodes out.
        subnets.Remove(candidate.Address.Subnet);
    }

    public void MarkAnswered(Candidate candidate)
    {
        Leave(candidate, CandidateState.Answered);
        Answered++;
    }

    /// <summary>The node answered under another id than expected: it takes the place it really has.</summary>
    public Candidate? Rename(Candidate candidate, NodeId id)
    {
        MarkDead(candidate);
        candidates.Remove(candidate);
        return Offer(id, candidate.Address, candidate.Hops);
    }

    private void Leave(Candidate candidate, CandidateState state)
    {
        if (candidate.State == CandidateState.Asked)
            inFlight--;
        candidate.State = state;
    }

    private bool Before(Candidate left, Candidate right) =>
        left.Conforms != right.Conforms ? left.Conforms : (left.Id ^ Target) < (right.Id ^ Target);
}
