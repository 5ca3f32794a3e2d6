using System.Net;
using Jangbu.WebRtc.Turn;

namespace Jangbu.WebRtc.Ice;

/// <summary>RFC 8445 §6.1.2.6.</summary>
internal enum PairState
{
    Frozen,
    Waiting,
    InProgress,
    Succeeded,
    Failed,
}

/// <summary>A place to send from: a socket of ours, or an address that a relay lends.</summary>
internal sealed class LocalBase(Candidate candidate, IPEndPoint socket)
{
    /// <summary>The host or relayed candidate.</summary>
    public Candidate Candidate { get; } = candidate;

    /// <summary>The bound address that datagrams leave from and come in at.</summary>
    public IPEndPoint Socket { get; } = socket;

    /// <summary>The allocation that lends the address; null for a socket.</summary>
    public TurnAllocation? Relay { get; init; }
}

/// <summary>A base of ours with an address of the peer, and how far its check has come.</summary>
internal sealed class CandidatePair(LocalBase localBase, Candidate remote)
{
    public LocalBase Base { get; } = localBase;

    /// <summary>Replaced when the candidate of a peer-reflexive address is signalled later; everything else of the pair stays.</summary>
    public Candidate Remote { get; set; } = remote;

    public ulong Priority { get; private set; }
    public PairState State { get; set; } = PairState.Frozen;

    /// <summary>Checks sent since the pair was last (re)started, and ever.</summary>
    public int Sends { get; set; }
    public int TotalSends { get; set; }
    public TimeSpan LastSent { get; set; } = TimeSpan.MinValue;
    public TimeSpan NextSend { get; set; }

    /// <summary>The next send answers a request of the peer and need not wait for its turn.</summary>
    public bool IsTriggered { get; set; }

    /// <summary>The peer sent an authenticated check over this pair.</summary>
    public bool WasRequested { get; set; }

    /// <summary>Controlled: USE-CANDIDATE came before our own check succeeded.</summary>
    public bool SelectOnSuccess { get; set; }

    /// <summary>Controlling: the checks now carry USE-CANDIDATE.</summary>
    public bool IsNominating { get; set; }
    public TimeSpan LastAnswer { get; set; } = TimeSpan.MinValue;
    public TimeSpan? RoundTrip { get; set; }

    /// <summary>What the peer saw of us, once a check succeeded.</summary>
    public IPEndPoint? Mapped { get; set; }

    public string Foundation => $"{Base.Candidate.Foundation} {Remote.Foundation}";
    public bool IsRelayed => Base.Candidate.Type == CandidateType.Relayed || Remote.Type == CandidateType.Relayed;
    public bool IsHostToHost => Base.Candidate.Type == CandidateType.Host && Remote.Type == CandidateType.Host;

    /// <summary>The relay does not pass to this peer yet.</summary>
    public bool IsBlocked => Base.Relay is { } relay && !relay.IsBound(Remote.EndPoint);
    public bool IsPending => State is PairState.Frozen or PairState.Waiting or PairState.InProgress;

    /// <summary>2^32·min(G,D) + 2·max(G,D) + (G>D ? 1 : 0), G the controlling side's priority (RFC 8445 §6.1.2.3).</summary>
    public void ComputePriority(bool controlling)
    {
        ulong own = Base.Candidate.Priority, peer = Remote.Priority;
        (ulong g, ulong d) = controlling ? (own, peer) : (peer, own);
        Priority = (Math.Min(g, d) << 32) + (2 * Math.Max(g, d)) + (g > d ? 1UL : 0UL);
    }

    /// <summary>Gives the pair a fresh run of checks.</summary>
    public void Restart(TimeSpan now)
    {
        State = PairState.Waiting;
        Sends = 0;
        NextSend = now;
    }
}
