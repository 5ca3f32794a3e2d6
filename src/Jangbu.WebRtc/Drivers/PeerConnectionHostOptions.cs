using Jangbu.WebRtc.Dtls;
using Jangbu.WebRtc.Ice;
using Jangbu.WebRtc.Sctp;

namespace Jangbu.WebRtc.Drivers;

/// <summary>Settings of a <see cref="PeerConnectionHost"/>.</summary>
public sealed record PeerConnectionHostOptions
{
    /// <summary>STUN and TURN servers as URIs: <c>stun:host:port</c>, <c>turn:name:password@host:port?transport=tcp</c>, <c>turns:…</c>. None by default.</summary>
    public IReadOnlyList<string> Servers { get; init; } = [];

    /// <summary>Offer loopback addresses, and only they: for two programs on one machine.</summary>
    public bool Loopback { get; init; }

    /// <summary>
    /// Take any certificate of a <c>turns:</c> server. What it relays is protected end to end all the same; but whoever stands between sees the
    /// user name and that a relay is used. For laboratories.
    /// </summary>
    public bool AcceptAnyTurnCertificate { get; init; }

    /// <summary>The certificate of every connection; made at the start when null.</summary>
    public DtlsCertificate? Certificate { get; init; }

    /// <summary>Settings of ICE.</summary>
    public IceOptions Ice { get; init; } = new() { Controlling = false };

    /// <summary>Settings of SCTP.</summary>
    public AssociationOptions Sctp { get; init; } = new();

    /// <summary>Bytes that may wait to be sent on a channel before <see cref="HostedDataChannel.SendAsync(string, CancellationToken)"/> waits. Default 1 MiB.</summary>
    public int SendHighWater { get; init; } = 1 << 20;

    /// <summary>
    /// Bytes of messages that may wait for a channel's reader. Default 1 MiB; past it the connection stops taking messages until they are read,
    /// and the peer is held back by SCTP's window.
    /// </summary>
    public int ReceiveHighWater { get; init; } = 1 << 20;
}
