using System.Net;

namespace Jangbu.WebRtc.Ice;

/// <summary>Where an agent stands.</summary>
// New -> Checking -> Connected <-> Disconnected -> Failed      Closed from any
//            \-> Failed      (a restart brings Checking back, also out of Failed)
public enum IceState
{
    /// <summary>The peer's description is not known yet.</summary>
    New,

    /// <summary>Looking for a pair.</summary>
    Checking,

    /// <summary>A pair is selected and the peer answers on it.</summary>
    Connected,

    /// <summary>Answers stopped; other pairs are tried and the selected one goes on being used.</summary>
    Disconnected,

    /// <summary>No pair was found in time, or consent expired: nothing is sent any more. Only a restart helps.</summary>
    Failed,

    /// <summary>Closed by the user.</summary>
    Closed,
}

/// <summary>The road that is in use.</summary>
/// <param name="Local">The socket to send from; where our own relay carries it, the relayed address.</param>
/// <param name="Remote">Where the peer is; for a relayed route as the relay sees it.</param>
/// <param name="LocalType">Our side's kind, after what the peer saw of us.</param>
/// <param name="RemoteType">The peer's kind.</param>
public sealed record IceRoute(IPEndPoint Local, IPEndPoint Remote, CandidateType LocalType, CandidateType RemoteType)
{
    /// <summary>Whether our own relay carries it; then each datagram must be wrapped.</summary>
    public bool IsRelayedByUs => LocalType == CandidateType.Relayed;

    /// <summary>The lesser of the two kinds: what a person is told (host, srflx, prflx or relay).</summary>
    public CandidateType Kind => (LocalType, RemoteType) switch
    {
        (CandidateType.Relayed, _) or (_, CandidateType.Relayed) => CandidateType.Relayed,
        (CandidateType.PeerReflexive, _) or (_, CandidateType.PeerReflexive) => CandidateType.PeerReflexive,
        (CandidateType.ServerReflexive, _) or (_, CandidateType.ServerReflexive) => CandidateType.ServerReflexive,
        _ => CandidateType.Host,
    };
}

/// <summary>What the layer above must know.</summary>
public abstract record IceEvent
{
    private IceEvent()
    {
    }

    /// <summary>A local candidate was found.</summary>
    public sealed record CandidateFound(Candidate Candidate) : IceEvent;

    /// <summary>All servers answered or were given up: the description is complete.</summary>
    public sealed record GatheringDone : IceEvent;

    /// <summary>The state changed.</summary>
    public sealed record StateChanged(IceState State) : IceEvent;

    /// <summary>A TCP or TLS connection to a TURN server is needed: the driver opens it and tells by <see cref="IceAgent.StreamOpened"/> or <see cref="IceAgent.StreamClosed"/>.</summary>
    public sealed record StreamWanted(Turn.TurnServer Server) : IceEvent;

    /// <summary>A pair was nominated, for the first time or instead of another.</summary>
    public sealed record RouteSelected(IceRoute Route) : IceEvent;
}

/// <summary>Counters of an agent.</summary>
public struct IceStats
{
    /// <summary>Connectivity checks and consent requests sent.</summary>
    public long ChecksSent { get; set; }

    /// <summary>Authenticated requests answered.</summary>
    public long ChecksAnswered { get; set; }

    /// <summary>Datagrams dropped: no STUN, not authenticated, unknown transaction, other source than asked.</summary>
    public long Dropped { get; set; }

    /// <summary>Remote candidates left out by policy or limit.</summary>
    public long CandidatesRefused { get; set; }

    /// <summary>487 sent or received.</summary>
    public long RoleConflicts { get; set; }
}
