namespace Jangbu.WebRtc.Sctp;

/// <summary>Where an association stands (RFC 9260 §4).</summary>
public enum AssociationState
{
    /// <summary>Nothing is set up yet, or everything is over.</summary>
    Closed,

    /// <summary>INIT is sent, INIT ACK is awaited.</summary>
    CookieWait,

    /// <summary>COOKIE ECHO is sent, COOKIE ACK is awaited.</summary>
    CookieEchoed,

    /// <summary>Data flows.</summary>
    Established,

    /// <summary>We wish to end; what was sent is still awaited to be acknowledged.</summary>
    ShutdownPending,

    /// <summary>SHUTDOWN is sent.</summary>
    ShutdownSent,

    /// <summary>The peer wishes to end; what we sent is still awaited to be acknowledged.</summary>
    ShutdownReceived,

    /// <summary>SHUTDOWN ACK is sent.</summary>
    ShutdownAckSent,
}
