using System.Runtime.InteropServices;
using System.Text;
using Jangbu.WebRtc.Dtls.OpenSsl;

namespace Jangbu.WebRtc.Dtls;

/// <summary>
/// DTLS 1.2 through the system's OpenSSL 3 (libssl). One thread at a time. OpenSSL reads the wall clock for its retransmissions, so a
/// simulated clock cannot drive them: <see cref="PlainDtlsSession"/> stands in there.
/// </summary>
public sealed unsafe class OpenSslDtlsSession : IDtlsSession
{
    /// <summary>Datagrams of the handshake that may wait to be sent: a flight has at most about 8; more means nobody drains.</summary>
    private const int MaxOutgoing = 64;

    /// <summary>Plaintext that may wait to be read: what the largest coalesced receive (64 KiB) can hold, twice.</summary>
    private const int MaxPlaintext = 128 * 1024;

    /// <summary>Reasons of SSL_R_…_ALERT_… are 1,000 + the alert's number (sslerr.h).</summary>
    private const int LastAlertReason = LibSsl.ReasonAlertBase + 255;

    private readonly DtlsOptions _options;
    private readonly SafeSslHandle _ssl;
    private readonly Queue<byte[]> _outgoing = new();
    private readonly Queue<int> _plaintextLengths = new();
    private byte[] _plaintext = [];
    private int _plaintextStart;
    private int _plaintextEnd;
    private byte* _input;
    private int _inputLength;
    private byte* _output;
    private int _outputCapacity;
    private int _outputLength;
    private int _repetition;
    private bool _mismatch;

    /// <summary>Makes a session that has sent nothing yet.</summary>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    /// <exception cref="DllNotFoundException">OpenSSL 3 is not installed; the message says what to install.</exception>
    public OpenSslDtlsSession(DtlsOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Check();
        _options = options;
        _ssl = LibSsl.SSL_new(options.Certificate.Context());
        nint bio = DatagramBio.Create(this, out nint handle);
        LibSsl.SSL_set_bio(_ssl, bio, bio);
        LibSsl.SSL_set_ex_data(_ssl, 0, handle);
        LibSsl.SSL_ctrl(_ssl, LibSsl.SslCtrlSetMtu, options.Mtu, null);
        LibSsl.DTLS_set_timer_cb(_ssl, &OnTimer);
        // 0 is success here, unlike everywhere else.
        if (options.SrtpProfiles.Count > 0 && LibSsl.SSL_set_tlsext_use_srtp(_ssl, string.Join(':', options.SrtpProfiles.Select(NameOf))) != 0)
            throw new ArgumentException($"OpenSSL does not know the SRTP profiles {string.Join(", ", options.SrtpProfiles)}", nameof(options));
        if (options.Role == DtlsRole.Client)
            LibSsl.SSL_set_connect_state(_ssl);
        else
            LibSsl.SSL_set_accept_state(_ssl);
    }

    /// <inheritdoc/>
    public DtlsRole Role => _options.Role;

    /// <inheritdoc/>
    public DtlsState State { get; private set; }

    /// <inheritdoc/>
    public DtlsFailure Failure { get; private set; }

    /// <inheritdoc/>
    public DtlsFingerprint? PeerFingerprint { get; private set; }

    /// <inheritdoc/>
    public SrtpProtectionProfile? SrtpProfile { get; private set; }

    /// <inheritdoc/>
    public TimeSpan? Deadline { get; private set; }

    /// <inheritdoc/>
    public long DatagramsDropped { get; private set; }

    /// <inheritdoc/>
    public void Start(TimeSpan now)
    {
        if (State != DtlsState.New)
            return;
        State = DtlsState.Handshaking;
        Handshake(now);
    }

    /// <inheritdoc/>
    public void Receive(TimeSpan now, ReadOnlySpan<byte> datagram)
    {
        if (State is not (DtlsState.Handshaking or DtlsState.Connected) || datagram.IsEmpty)
        {
            DatagramsDropped++;
            return;
        }
        fixed (byte* input = datagram)
        {
            _input = input;
            _inputLength = datagram.Length;
            if (State == DtlsState.Handshaking)
                Handshake(now);
            // Never SSL_do_handshake once it is done: it would return at once, read nothing, and a peer whose last flight from us
            // was lost would repeat its own for ever.
            if (State == DtlsState.Connected)
                ReadRecords();
            _input = null;
        }
    }

    /// <inheritdoc/>
    public void Advance(TimeSpan now)
    {
        if (State != DtlsState.Handshaking || Deadline is not { } deadline || now < deadline)
            return;
        LibSsl.ERR_clear_error();
        if (LibSsl.SSL_ctrl(_ssl, LibSsl.SslCtrlHandleTimeout, 0, null) < 0)
            Fail(DtlsFailure.TimedOut);
        else
            Deadline = NextDeadline(now);
    }

    /// <inheritdoc/>
    public bool TryTransmit(Span<byte> datagram, out int length)
    {
        length = 0;
        if (!_outgoing.TryDequeue(out byte[]? next))
            return false;
        next.CopyTo(datagram);
        length = next.Length;
        return true;
    }

    /// <inheritdoc/>
    public bool TryProtect(ReadOnlySpan<byte> data, Span<byte> datagram, out int length)
    {
        length = 0;
        if (State != DtlsState.Connected || data.IsEmpty)
            return false;
        int written;
        fixed (byte* source = data)
        fixed (byte* output = datagram)
        {
            LibSsl.ERR_clear_error();
            _output = output;
            _outputCapacity = datagram.Length;
            _outputLength = 0;
            written = LibSsl.SSL_write(_ssl, source, data.Length);
            _output = null;
        }
        length = _outputLength;
        return written == data.Length && length > 0;
    }

    /// <inheritdoc/>
    public bool TryRead(out ReadOnlySpan<byte> data)
    {
        if (!_plaintextLengths.TryDequeue(out int length))
        {
            _plaintextStart = _plaintextEnd = 0;
            data = default;
            return false;
        }
        data = _plaintext.AsSpan(_plaintextStart, length);
        _plaintextStart += length;
        return true;
    }

    /// <inheritdoc/>
    public bool TryExport(string label, Span<byte> keyingMaterial)
    {
        ArgumentNullException.ThrowIfNull(label);
        if (State != DtlsState.Connected)
            return false;
        byte[] name = Encoding.ASCII.GetBytes(label);
        fixed (byte* output = keyingMaterial)
        fixed (byte* text = name)
            return LibSsl.SSL_export_keying_material(_ssl, output, (nuint)keyingMaterial.Length, text, (nuint)name.Length, null, 0, 0) == 1;
    }

    /// <inheritdoc/>
    public void Close(TimeSpan now)
    {
        if (State is DtlsState.Closed or DtlsState.Failed)
            return;
        if (State == DtlsState.Connected)
        {
            LibSsl.ERR_clear_error();
            LibSsl.SSL_shutdown(_ssl);
        }
        State = DtlsState.Closed;
        Deadline = null;
    }

    /// <inheritdoc/>
    public void Dispose() => _ssl.Dispose();

    private void Handshake(TimeSpan now)
    {
        LibSsl.ERR_clear_error();
        int result = LibSsl.SSL_do_handshake(_ssl);
        if (result == 1)
        {
            State = DtlsState.Connected;
            Deadline = null;
            _plaintext = new byte[IDtlsSession.MaxDataLength + 8 * 1024];
            LibSsl.SrtpProfile* profile = LibSsl.SSL_get_selected_srtp_profile(_ssl);
            SrtpProfile = profile == null ? null : (SrtpProtectionProfile)profile->Id;
            return;
        }
        if (LibSsl.SSL_get_error(_ssl, result) is LibSsl.ErrorWantRead or LibSsl.ErrorWantWrite)
            Deadline = NextDeadline(now);
        else
            Fail(FailureOf(LibSsl.TakeErrorReason()));
    }

    /// <summary>One datagram may hold several records: reads until OpenSSL wants another datagram.</summary>
    private void ReadRecords()
    {
        int before = _plaintextLengths.Count, outgoing = _outgoing.Count;
        while (true)
        {
            if (!MakeRoom())
            {
                DatagramsDropped++;
                return;
            }
            int read;
            LibSsl.ERR_clear_error();
            fixed (byte* buffer = _plaintext)
                read = LibSsl.SSL_read(_ssl, buffer + _plaintextEnd, _plaintext.Length - _plaintextEnd);
            if (read > 0)
            {
                _plaintextEnd += read;
                _plaintextLengths.Enqueue(read);
                continue;
            }
            switch (LibSsl.SSL_get_error(_ssl, read))
            {
                case LibSsl.ErrorWantRead:
                    if (_plaintextLengths.Count == before && _outgoing.Count == outgoing)
                        DatagramsDropped++;
                    return;
                case LibSsl.ErrorZeroReturn:
                    LibSsl.SSL_shutdown(_ssl);
                    State = DtlsState.Closed;
                    return;
                default:
                    Fail(FailureOf(LibSsl.TakeErrorReason()));
                    return;
            }
        }
    }

    /// <summary>Keeps room for one whole record behind the plaintext that waits; false when too much of it waits.</summary>
    private bool MakeRoom()
    {
        if (_plaintext.Length - _plaintextEnd >= IDtlsSession.MaxDataLength)
            return true;
        if (_plaintext.Length >= MaxPlaintext)
            return false;
        Array.Resize(ref _plaintext, Math.Min(MaxPlaintext, _plaintext.Length * 2));
        return true;
    }

    private void Fail(DtlsFailure failure)
    {
        State = DtlsState.Failed;
        Failure = failure;
        Deadline = null;
        _plaintextLengths.Clear();
    }

    private DtlsFailure FailureOf(int reason) =>
        _mismatch ? DtlsFailure.FingerprintMismatch
        : reason == LibSsl.ReasonReadTimeoutExpired ? DtlsFailure.TimedOut
        : reason is > LibSsl.ReasonAlertBase and <= LastAlertReason ? DtlsFailure.FatalAlert
        : DtlsFailure.HandshakeFailed;

    private TimeSpan? NextDeadline(TimeSpan now)
    {
        // struct timeval: two longs, which have 32 bits on Windows and 64 elsewhere.
        long* timeval = stackalloc long[2];
        if (LibSsl.SSL_ctrl(_ssl, LibSsl.SslCtrlGetTimeout, 0, timeval) != 1)
            return null;
        (long seconds, long microseconds) = OperatingSystem.IsWindows() ? (((int*)timeval)[0], ((int*)timeval)[1]) : (timeval[0], timeval[1]);
        return now + TimeSpan.FromSeconds(seconds) + TimeSpan.FromMicroseconds(microseconds);
    }

    /// <summary>BIO_write: straight into the caller's buffer while it protects data, else a datagram of the queue.</summary>
    internal void TakeOutput(byte* data, int length)
    {
        if (_output != null && _outputLength == 0 && length <= _outputCapacity)
        {
            Buffer.MemoryCopy(data, _output, _outputCapacity, length);
            _outputLength = length;
        }
        else if (_outgoing.Count < MaxOutgoing)
        {
            _outgoing.Enqueue(new ReadOnlySpan<byte>(data, length).ToArray());
        }
    }

    /// <summary>BIO_read: the datagram at hand, once; -1 when there is none.</summary>
    internal int GiveInput(byte* buffer, int length)
    {
        if (_input == null)
            return -1;
        int count = Math.Min(length, _inputLength);
        Buffer.MemoryCopy(_input, buffer, length, count);
        _input = null;
        return count;
    }

    /// <summary>Called by OpenSSL in place of its chain verification: the signalled fingerprint is all that counts (RFC 8122 §6.2).</summary>
    [UnmanagedCallersOnly]
    internal static int OnVerify(nint store, nint argument)
    {
        nint ssl = LibSsl.X509_STORE_CTX_get_ex_data(store, LibSsl.SSL_get_ex_data_X509_STORE_CTX_idx());
        nint certificate = LibSsl.X509_STORE_CTX_get0_cert(store);
        OpenSslDtlsSession? session = DatagramBio.SessionOf(LibSsl.SSL_get_ex_data(ssl, 0));
        if (certificate != 0 && session is not null && session.TakeCertificate(certificate))
            return 1;
        LibSsl.X509_STORE_CTX_set_error(store, LibSsl.VerifyErrorCertRejected);
        return 0;
    }

    /// <summary>Called by OpenSSL for the first timer of a flight (0) and after each repetition.</summary>
    [UnmanagedCallersOnly]
    private static uint OnTimer(nint ssl, uint previous)
    {
        if (DatagramBio.SessionOf(LibSsl.SSL_get_ex_data(ssl, 0)) is not { } session)
            return 1_000_000;
        session._repetition = previous == 0 ? 0 : session._repetition + 1;
        return (uint)DtlsOptions.RetransmissionAfter(session._options.FirstRetransmission, session._repetition).TotalMicroseconds;
    }

    private bool TakeCertificate(nint certificate)
    {
        int length = LibSsl.i2d_X509(certificate, null);
        if (length <= 0)
            return false;
        byte[] der = new byte[length];
        fixed (byte* start = der)
        {
            byte* end = start;
            if (LibSsl.i2d_X509(certificate, &end) != length)
                return false;
        }
        PeerFingerprint = DtlsFingerprint.OfCertificate(der);
        foreach (DtlsFingerprint expected in _options.PeerFingerprints)
        {
            if (expected.Matches(der))
                return true;
        }
        _mismatch = true;
        return false;
    }

    private static string NameOf(SrtpProtectionProfile profile) => profile switch
    {
        SrtpProtectionProfile.Aes128CmHmacSha1Tag80 => "SRTP_AES128_CM_SHA1_80",
        SrtpProtectionProfile.Aes128CmHmacSha1Tag32 => "SRTP_AES128_CM_SHA1_32",
        SrtpProtectionProfile.AeadAes128Gcm => "SRTP_AEAD_AES_128_GCM",
        _ => "SRTP_AEAD_AES_256_GCM",
    };
}
