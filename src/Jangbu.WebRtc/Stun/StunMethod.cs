namespace Jangbu.WebRtc.Stun;

/// <summary>What a STUN message is about (RFC 8489 §18.1, RFC 8656 §17).</summary>
public enum StunMethod
{
    /// <summary>Connectivity check, consent, and the question for one's own outer address.</summary>
    Binding = 0x001,

    /// <summary>TURN: asks for a relayed address.</summary>
    Allocate = 0x003,

    /// <summary>TURN: prolongs or ends an allocation.</summary>
    Refresh = 0x004,

    /// <summary>TURN: data toward a peer, without a channel.</summary>
    Send = 0x006,

    /// <summary>TURN: data from a peer, without a channel.</summary>
    Data = 0x007,

    /// <summary>TURN: lets a peer's address in.</summary>
    CreatePermission = 0x008,

    /// <summary>TURN: gives a peer a channel number.</summary>
    ChannelBind = 0x009,
}

/// <summary>The two class bits of a STUN message (RFC 8489 §5).</summary>
public enum StunClass
{
    /// <summary>Asks for an answer.</summary>
    Request = 0,

    /// <summary>Asks for none.</summary>
    Indication = 1,

    /// <summary>The answer that grants.</summary>
    Success = 2,

    /// <summary>The answer that refuses, with an error code.</summary>
    Error = 3,
}
