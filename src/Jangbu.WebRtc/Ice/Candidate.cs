using System.Net;

namespace Jangbu.WebRtc.Ice;

/// <summary>How an address became known (RFC 8445 §5.1.1). The value is the candidate's place in PROTOCOL §4.2, prflx aside.</summary>
public enum CandidateType
{
    /// <summary>An address of one's own interface.</summary>
    Host = 0,

    /// <summary>The outer address that a STUN or TURN server saw.</summary>
    ServerReflexive = 1,

    /// <summary>An address lent by a TURN server.</summary>
    Relayed = 2,

    /// <summary>An outer address that a check showed; never written into a description by us.</summary>
    PeerReflexive = 3,
}

/// <summary>One address at which an agent may be reached: UDP, component 1.</summary>
public sealed record Candidate
{
    /// <summary>Candidates of the same type, base and server share it (RFC 8445 §5.1.1.3); 1 to 32 characters.</summary>
    public required string Foundation { get; init; }

    /// <summary>RFC 8445 §5.1.2; the higher is tried first.</summary>
    public required uint Priority { get; init; }

    /// <summary>Where to send.</summary>
    public required IPEndPoint EndPoint { get; init; }

    /// <summary>How the address became known.</summary>
    public required CandidateType Type { get; init; }

    /// <summary>For diagnostics only (RFC 8839 §5.1); 0.0.0.0:0 or [::]:0 hides it, which is what we write.</summary>
    public IPEndPoint? Related { get; init; }

    /// <summary>The formula of RFC 8445 §5.1.2.1 for component 1, with its recommended type preferences.</summary>
    /// <param name="type">Host 126, peer-reflexive 110, server-reflexive 100, relayed 0.</param>
    /// <param name="localPreference">0 to 65,535; orders candidates of one type.</param>
    public static uint ComputePriority(CandidateType type, int localPreference)
    {
        uint preference = type switch
        {
            CandidateType.Host => 126,
            CandidateType.PeerReflexive => 110,
            CandidateType.ServerReflexive => 100,
            _ => 0,
        };
        return (preference << 24) | ((uint)Math.Clamp(localPreference, 0, ushort.MaxValue) << 8) | 255;
    }
}
