namespace Jangbu.WebRtc.Dtls;

/// <summary>
/// One DTLS session over datagrams that somebody else carries (RFC 6347 as used by RFC 8122 and RFC 8842).
/// Sans-IO: datagrams go in through <see cref="Receive"/>, come out of <see cref="TryTransmit"/>, and time is an argument.
/// </summary>
/// <remarks>
/// No byte of the peer's reaches <see cref="TryRead"/> before its certificate matched one of
/// <see cref="DtlsOptions.PeerFingerprints"/>; a session whose peer shows another certificate ends in <see cref="DtlsState.Failed"/>.
/// </remarks>
public interface IDtlsSession : IDisposable
{
    /// <summary>Which side of the handshake this end plays.</summary>
    DtlsRole Role { get; }

    /// <summary>Where the session stands; it only moves forward.</summary>
    DtlsState State { get; }

    /// <summary>Why the session failed; <see cref="DtlsFailure.None"/> in every state but <see cref="DtlsState.Failed"/>.</summary>
    DtlsFailure Failure { get; }

    /// <summary>SHA-256 of the certificate the peer showed; null before it did.</summary>
    DtlsFingerprint? PeerFingerprint { get; }

    /// <summary>The SRTP profile both sides chose (RFC 5764); null when none was offered or none is common.</summary>
    SrtpProtectionProfile? SrtpProfile { get; }

    /// <summary>When <see cref="Advance"/> must be called next; null while no retransmission is pending.</summary>
    TimeSpan? Deadline { get; }

    /// <summary>Datagrams that were dropped: junk, replays, records that do not verify, or plaintext nobody fetched.</summary>
    long DatagramsDropped { get; }

    /// <summary>Begins the handshake: a client makes its ClientHello, a server waits for one. Later calls change nothing.</summary>
    void Start(TimeSpan now);

    /// <summary>Takes one datagram from the peer; bad ones are counted and change nothing.</summary>
    void Receive(TimeSpan now, ReadOnlySpan<byte> datagram);

    /// <summary>Retransmits the last flight when it is due.</summary>
    void Advance(TimeSpan now);

    /// <summary>The next datagram of the handshake, an alert, or a retransmission.</summary>
    /// <param name="datagram">At least <see cref="DtlsOptions.Mtu"/> bytes.</param>
    /// <param name="length">Bytes written.</param>
    bool TryTransmit(Span<byte> datagram, out int length);

    /// <summary>Protects one piece of application data as one record in the caller's buffer.</summary>
    /// <param name="data">1 to <see cref="MaxDataLength"/> bytes.</param>
    /// <param name="datagram">At least <c>data.Length</c> + <see cref="RecordOverhead"/> bytes.</param>
    /// <param name="length">Bytes written.</param>
    /// <returns>False unless the session is <see cref="DtlsState.Connected"/>.</returns>
    bool TryProtect(ReadOnlySpan<byte> data, Span<byte> datagram, out int length);

    /// <summary>The next piece of application data of the peer's.</summary>
    /// <param name="data">Valid until the next call of any member.</param>
    bool TryRead(out ReadOnlySpan<byte> data);

    /// <summary>Keying material bound to this session (RFC 5705), without a context, as DTLS-SRTP uses it (RFC 5764 §4.2).</summary>
    /// <returns>False unless the session is <see cref="DtlsState.Connected"/>.</returns>
    bool TryExport(string label, Span<byte> keyingMaterial);

    /// <summary>Says close_notify; the datagram comes out of <see cref="TryTransmit"/>.</summary>
    void Close(TimeSpan now);

    /// <summary>
    /// Bytes a record adds to its data at most: 13 of header, 8 of explicit nonce, 16 of tag (AES-GCM in DTLS 1.2).
    /// </summary>
    public const int RecordOverhead = 37;

    /// <summary>The longest data of one record (RFC 6347 §4.1).</summary>
    public const int MaxDataLength = 16_384;
}
