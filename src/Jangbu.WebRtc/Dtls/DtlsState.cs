namespace Jangbu.WebRtc.Dtls;

/// <summary>The life of a DTLS session.</summary>
// New -> Handshaking -> Connected -> Closed
//   \         \-> Failed     \-> Failed
//    \-> Closed
public enum DtlsState
{
    /// <summary>Nothing was sent or taken yet.</summary>
    New,

    /// <summary>Flights are under way; the peer is not known yet.</summary>
    Handshaking,

    /// <summary>The handshake is complete and the peer's certificate is the one expected.</summary>
    Connected,

    /// <summary>One side said close_notify.</summary>
    Closed,

    /// <summary>The session ended in an error; see <see cref="IDtlsSession.Failure"/>.</summary>
    Failed,
}

/// <summary>Who sends the ClientHello (RFC 8842: <c>active</c> is the client, <c>passive</c> the server).</summary>
public enum DtlsRole
{
    /// <summary>Sends the ClientHello.</summary>
    Client,

    /// <summary>Waits for it.</summary>
    Server,
}

/// <summary>Why a session ended in <see cref="DtlsState.Failed"/>.</summary>
public enum DtlsFailure
{
    /// <summary>It did not fail.</summary>
    None,

    /// <summary>The peer's certificate is not the one whose fingerprint was signalled (RFC 8122 §6.2).</summary>
    FingerprintMismatch,

    /// <summary>No common version, suite or group, or a broken handshake message.</summary>
    HandshakeFailed,

    /// <summary>The peer ended the session with a fatal alert.</summary>
    FatalAlert,

    /// <summary>The peer did not answer any retransmission.</summary>
    TimedOut,
}

/// <summary>SRTP protection profiles (RFC 5764 §4.1.2, RFC 7714 §14.2), by their number on the wire.</summary>
public enum SrtpProtectionProfile
{
    /// <summary>AES-CM 128 with HMAC-SHA1, 80-bit tag.</summary>
    Aes128CmHmacSha1Tag80 = 1,

    /// <summary>AES-CM 128 with HMAC-SHA1, 32-bit tag.</summary>
    Aes128CmHmacSha1Tag32 = 2,

    /// <summary>AEAD AES-128-GCM.</summary>
    AeadAes128Gcm = 7,

    /// <summary>AEAD AES-256-GCM.</summary>
    AeadAes256Gcm = 8,
}
