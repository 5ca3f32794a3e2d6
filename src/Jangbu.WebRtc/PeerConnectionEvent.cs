using Jangbu.WebRtc.Ice;
using Jangbu.WebRtc.Turn;

namespace Jangbu.WebRtc;

/// <summary>What a <see cref="PeerConnectionEvent"/> tells.</summary>
public enum PeerConnectionEventKind
{
    /// <summary>The description is complete: every server has answered or was given up.</summary>
    GatheringDone,

    /// <summary>
    /// A TCP or TLS stream to <see cref="PeerConnectionEvent.Server"/> is needed: the driver opens it and tells by
    /// <see cref="PeerConnection.StreamOpened"/> or <see cref="PeerConnection.StreamClosed"/>.
    /// </summary>
    StreamWanted,

    /// <summary>A path to the peer was chosen, for the first time or instead of another; <see cref="PeerConnectionEvent.Route"/> says which.</summary>
    IceConnected,

    /// <summary>The peer stopped answering; the path goes on being used while others are tried.</summary>
    IceDisconnected,

    /// <summary>The peer is who its description said; nobody else reads along.</summary>
    DtlsConnected,

    /// <summary>Messages may flow.</summary>
    Connected,

    /// <summary>A channel may be used: ours, when the peer has agreed; or the peer's, for the first time named here.</summary>
    ChannelOpened,

    /// <summary>A whole message came.</summary>
    MessageReceived,

    /// <summary>What waits to be sent on a channel fell to its threshold.</summary>
    BufferedAmountLow,

    /// <summary>No more messages will come or go on a channel.</summary>
    ChannelClosed,

    /// <summary>The connection is over; nothing follows.</summary>
    Closed,
}

/// <summary>What the user of a connection must know.</summary>
/// <param name="Kind">Which of the other members mean something.</param>
/// <param name="Channel">The channel of a channel's event.</param>
/// <param name="IsText">Whether a message is UTF-8 text.</param>
/// <param name="Payload">A message's bytes, in a pooled buffer: valid until the next call to <see cref="PeerConnection.TryDequeue"/>.</param>
/// <param name="Route">The path of <see cref="PeerConnectionEventKind.IceConnected"/>.</param>
/// <param name="Server">The TURN server that wants a stream.</param>
/// <param name="Reason">Why the connection closed.</param>
public readonly record struct PeerConnectionEvent(
    PeerConnectionEventKind Kind,
    DataChannel? Channel = null,
    bool IsText = false,
    ReadOnlyMemory<byte> Payload = default,
    IceRoute? Route = null,
    TurnServer? Server = null,
    PeerConnectionCloseReason Reason = PeerConnectionCloseReason.None);

/// <summary>Where a connection stands.</summary>
// New -> Connecting -> Connected -> Closing -> Closed        Closed from any
public enum PeerConnectionState
{
    /// <summary>The peer's description is not known yet.</summary>
    New,

    /// <summary>ICE, DTLS or SCTP are being set up.</summary>
    Connecting,

    /// <summary>Messages may flow.</summary>
    Connected,

    /// <summary>We are closing in order: channels, association, DTLS, ICE.</summary>
    Closing,

    /// <summary>Over.</summary>
    Closed,
}

/// <summary>Why a connection ended.</summary>
public enum PeerConnectionCloseReason
{
    /// <summary>It did not.</summary>
    None,

    /// <summary>We closed it in order.</summary>
    ClosedLocally,

    /// <summary>The peer closed it in order.</summary>
    ClosedByPeer,

    /// <summary>We broke it off, or an orderly close took too long.</summary>
    AbortedLocally,

    /// <summary>The peer broke it off.</summary>
    AbortedByPeer,

    /// <summary>No path to the peer was found, or the path died and no other was found.</summary>
    NoPath,

    /// <summary>The peer's certificate is not the one of its description: somebody stands in between.</summary>
    FingerprintMismatch,

    /// <summary>The DTLS handshake failed, or the peer ended it with an alert.</summary>
    DtlsFailed,

    /// <summary>The descriptions leave no DTLS roles: both active, both passive, or on hold.</summary>
    NoDtlsRole,

    /// <summary>The peer stopped acknowledging, though the path lives.</summary>
    PeerUnreachable,

    /// <summary>The peer broke a rule of SCTP or went past a limit.</summary>
    ProtocolViolation,
}

/// <summary>Counters of a connection.</summary>
public struct PeerConnectionStats
{
    /// <summary>Datagrams that came.</summary>
    public long DatagramsReceived { get; set; }

    /// <summary>Datagrams given out to be sent.</summary>
    public long DatagramsSent { get; set; }

    /// <summary>Datagrams dropped here: neither STUN nor DTLS, or early ones past the limit. The layers count their own.</summary>
    public long DatagramsDropped { get; set; }
}
