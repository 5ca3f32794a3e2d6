namespace Jangbu.WebRtc.Sctp;

/// <summary>Why an association ended.</summary>
public enum AssociationCloseReason
{
    /// <summary>Not ended.</summary>
    None,

    /// <summary>Orderly, everything sent was acknowledged.</summary>
    Shutdown,

    /// <summary>We aborted at the owner's wish.</summary>
    AbortedLocally,

    /// <summary>The peer sent ABORT.</summary>
    AbortedByPeer,

    /// <summary>No answer to INIT or COOKIE ECHO.</summary>
    HandshakeTimedOut,

    /// <summary>Too many retransmissions in a row without an answer.</summary>
    PeerUnreachable,

    /// <summary>The peer broke a rule that cannot be passed over.</summary>
    ProtocolViolation,

    /// <summary>The peer went past a limit of <see cref="AssociationOptions"/>: message size or message deadline.</summary>
    LimitExceeded,

    /// <summary>The peer kept its receive window shut for <see cref="AssociationOptions.ZeroWindowLimit"/>.</summary>
    PeerStalled,
}
