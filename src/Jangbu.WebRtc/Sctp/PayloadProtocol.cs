namespace Jangbu.WebRtc.Sctp;

/// <summary>Payload protocol identifier: what the upper layer says a message is (RFC 8831 §8; carried, never interpreted, by SCTP).</summary>
public enum PayloadProtocol
{
    /// <summary>Nothing said.</summary>
    Unspecified = 0,

    /// <summary>Data channel establishment: OPEN and ACK (RFC 8832).</summary>
    Dcep = 50,

    /// <summary>UTF-8 text of at least one byte.</summary>
    Text = 51,

    /// <summary>Deprecated piece of a binary message.</summary>
    BinaryPartial = 52,

    /// <summary>Binary message of at least one byte.</summary>
    Binary = 53,

    /// <summary>Deprecated piece of a text message.</summary>
    TextPartial = 54,

    /// <summary>Text of no bytes, sent as one byte that is ignored.</summary>
    TextEmpty = 56,

    /// <summary>Binary message of no bytes, sent as one byte that is ignored.</summary>
    BinaryEmpty = 57,
}
