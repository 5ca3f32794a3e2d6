namespace Jangbu.WebRtc.Stun;

/// <summary>Attribute types (RFC 8489 §18.3, RFC 8656 §18, RFC 8445 §16). Below 0x8000 the receiver must understand them.</summary>
public enum StunAttribute
{
    /// <summary>The address the request came from, in the clear (RFC 3489 servers).</summary>
    MappedAddress = 0x0001,

    /// <summary>Whose key signs the message.</summary>
    Username = 0x0006,

    /// <summary>HMAC-SHA1 over all before it.</summary>
    MessageIntegrity = 0x0008,

    /// <summary>Why a request was refused.</summary>
    ErrorCode = 0x0009,

    /// <summary>Which attributes were not understood (420).</summary>
    UnknownAttributes = 0x000A,

    /// <summary>TURN channel.</summary>
    ChannelNumber = 0x000C,

    /// <summary>TURN allocation lifetime in seconds.</summary>
    Lifetime = 0x000D,

    /// <summary>TURN peer address.</summary>
    XorPeerAddress = 0x0012,

    /// <summary>TURN payload.</summary>
    Data = 0x0013,

    /// <summary>Whose user names these are.</summary>
    Realm = 0x0014,

    /// <summary>The server's fresh value against replay.</summary>
    Nonce = 0x0015,

    /// <summary>TURN: the address allocated.</summary>
    XorRelayedAddress = 0x0016,

    /// <summary>TURN: IPv4 or IPv6 wanted.</summary>
    RequestedAddressFamily = 0x0017,

    /// <summary>TURN: an even port wanted.</summary>
    EvenPort = 0x0018,

    /// <summary>TURN: UDP wanted.</summary>
    RequestedTransport = 0x0019,

    /// <summary>TURN: no fragments wanted.</summary>
    DontFragment = 0x001A,

    /// <summary>HMAC-SHA256 over all before it.</summary>
    MessageIntegritySha256 = 0x001C,

    /// <summary>How the password becomes the key.</summary>
    PasswordAlgorithm = 0x001D,

    /// <summary>Hashed user name.</summary>
    UserHash = 0x001E,

    /// <summary>The address the request came from, masked with the cookie.</summary>
    XorMappedAddress = 0x0020,

    /// <summary>TURN: a port kept for later.</summary>
    ReservationToken = 0x0022,

    /// <summary>ICE: priority of the candidate a check would discover.</summary>
    Priority = 0x0024,

    /// <summary>ICE: the controlling agent nominates.</summary>
    UseCandidate = 0x0025,

    /// <summary>Name and version of the program.</summary>
    Software = 0x8022,

    /// <summary>Another server to try (300).</summary>
    AlternateServer = 0x8023,

    /// <summary>CRC-32 over all before it.</summary>
    Fingerprint = 0x8028,

    /// <summary>ICE: "I am controlled", with the tie-breaker.</summary>
    IceControlled = 0x8029,

    /// <summary>ICE: "I am controlling", with the tie-breaker.</summary>
    IceControlling = 0x802A,
}
