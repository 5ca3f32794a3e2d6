using System.Net;
using System.Security.Cryptography;
using Jangbu.WebRtc;
using Jangbu.WebRtc.Dtls;
using Jangbu.WebRtc.Ice;
using Jangbu.WebRtc.Sctp;
using Jangbu.WebRtc.Turn;

namespace Jangbu.Node;

/// <summary>Makes roads over WebRTC that share one certificate and the servers.</summary>
internal sealed class PeerRoadMaker(DtlsCertificate certificate, bool relayOnly, bool loopback, RandomNumberGenerator random) : IDisposable
{
    /// <summary>STUN servers, resolved; empty until they are.</summary>
    public IReadOnlyList<IPEndPoint> StunServers { get; set; } = [];

    /// <summary>TURN servers, resolved; empty until they are.</summary>
    public IReadOnlyList<TurnServer> TurnServers { get; set; } = [];

    /// <summary>Makes one.</summary>
    public IRoad Make(Moment now, bool offerer, IReadOnlyList<IPEndPoint> locals) => new PeerRoad(now, new PeerConnectionOptions
    {
        Role = offerer ? PeerRole.Offerer : PeerRole.Answerer,
        Certificate = certificate,
        StunServers = StunServers,
        TurnServers = TurnServers,
        Ice = new IceOptions { Controlling = offerer, RelayOnly = relayOnly },
        Sctp = new AssociationOptions { MaxMessageSize = Payments.PaymentSession.MaxMessage },
    }, locals, loopback, random);

    /// <inheritdoc/>
    public void Dispose() => certificate.Dispose();
}
