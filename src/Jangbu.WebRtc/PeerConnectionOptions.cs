using System.Net;
using Jangbu.WebRtc.Dtls;
using Jangbu.WebRtc.Ice;
using Jangbu.WebRtc.Sctp;
using Jangbu.WebRtc.Turn;

namespace Jangbu.WebRtc;

/// <summary>Which side of the description exchange an end plays.</summary>
public enum PeerRole
{
    /// <summary>Makes the offer, and nominates the path.</summary>
    Offerer,

    /// <summary>Answers it; opens DTLS.</summary>
    Answerer,
}

/// <summary>Settings of a <see cref="PeerConnection"/>; checked once when it is made.</summary>
public sealed record PeerConnectionOptions
{
    /// <summary>Which side this end plays.</summary>
    public required PeerRole Role { get; init; }

    /// <summary>The certificate whose fingerprint the description says. One may serve many connections.</summary>
    public required DtlsCertificate Certificate { get; init; }

    /// <summary>STUN servers, resolved; at most <see cref="IceAgent.MaxServers"/> are asked.</summary>
    public IReadOnlyList<IPEndPoint> StunServers { get; init; } = [];

    /// <summary>TURN servers, resolved.</summary>
    public IReadOnlyList<TurnServer> TurnServers { get; init; } = [];

    /// <summary>Settings of ICE; <see cref="IceOptions.Controlling"/> follows <see cref="Role"/> whatever it says here.</summary>
    public IceOptions Ice { get; init; } = new() { Controlling = false };

    /// <summary>Settings of SCTP; the peer's port follows its description.</summary>
    public AssociationOptions Sctp { get; init; } = new();

    /// <summary>Makes the DTLS session. Default: OpenSSL; a simulation gives <see cref="PlainDtlsSession"/>.</summary>
    public Func<DtlsOptions, IDtlsSession> CreateDtlsSession { get; init; } = static options => new OpenSslDtlsSession(options);

    /// <summary>How long an orderly close may take before it becomes an abort. Default 5 seconds; 100 ms to 60 s.</summary>
    public TimeSpan CloseTimeout { get; init; } = TimeSpan.FromSeconds(5);

    internal void Check()
    {
        if (CloseTimeout < TimeSpan.FromMilliseconds(100) || CloseTimeout > TimeSpan.FromSeconds(60))
            throw new ArgumentException($"{nameof(CloseTimeout)} is {CloseTimeout}; it must be 100 ms to 60 s");
    }
}
