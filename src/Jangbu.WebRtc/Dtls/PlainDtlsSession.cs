using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Jangbu.WebRtc.Dtls;

/// <summary>
/// The shape of a DTLS session without its cryptography: for simulations under a virtual clock, where OpenSSL's own clock would spoil every
/// seed. It protects nothing. Flights, repetitions, fingerprints, close and failure behave as in <see cref="OpenSslDtlsSession"/>.
/// </summary>
/// <remarks>
/// It takes only certificates of <see cref="DtlsCertificate.CreateForSimulation"/>, and no real session takes those, so it cannot be put
/// into a program by mistake.
/// </remarks>
public sealed class PlainDtlsSession : IDtlsSession
{
    //  0      1       3        5               13     21
    //  | type | 254.0 | length | record number | hash | data      hash: of all else, cut to 8 bytes; it finds accidents, not forgers
    // Handshake data: kind (1) | certificate (32) | echo of the peer's (32, zero in the first).
    private const byte AlertType = 21, HandshakeType = 22, DataType = 23;
    private const int HeaderLength = 21, HashAt = 13, NameLength = 32, HandshakeLength = 1 + 2 * NameLength;
    private const byte Hello = 1, Finished = 2;
    private const byte CloseNotify = 0, BadCertificate = 42;
    private const int MaxRepetitions = 12, MaxPlaintext = 256;

    private readonly DtlsOptions _options;
    private readonly byte[] _mine;
    private readonly Queue<byte[]> _outgoing = new();
    private readonly Queue<byte[]> _plaintext = new();
    private readonly byte[] _peer = new byte[NameLength];
    private byte _flight;
    private int _repetition;
    private ulong _sent;
    private ulong _highest;
    private ulong _window;

    /// <summary>Makes a session that has sent nothing yet.</summary>
    /// <exception cref="ArgumentException">An option is out of its range, or the certificate is a real one.</exception>
    public PlainDtlsSession(DtlsOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Check();
        _options = options;
        _mine = options.Certificate.Der.ToArray();
        if (_mine.Length != NameLength)
            throw new ArgumentException("A session without cryptography takes only certificates made for simulation", nameof(options));
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
        if (Role == DtlsRole.Client)
            SendFlight(now, Hello);
    }

    /// <inheritdoc/>
    public void Receive(TimeSpan now, ReadOnlySpan<byte> datagram)
    {
        bool taken = false;
        while (State is DtlsState.Handshaking or DtlsState.Connected && TryCut(ref datagram, out byte type, out ulong number, out ReadOnlySpan<byte> data))
        {
            taken = type switch
            {
                HandshakeType when data.Length == HandshakeLength => TakeHandshake(now, data),
                DataType when State == DtlsState.Connected && IsNew(number) && _plaintext.Count < MaxPlaintext => TakeData(data),
                AlertType when data.Length == 1 => TakeAlert(data[0]),
                _ => false,
            };
        }
        if (!taken)
            DatagramsDropped++;
    }

    /// <inheritdoc/>
    public void Advance(TimeSpan now)
    {
        if (State != DtlsState.Handshaking || Deadline is not { } deadline || now < deadline)
            return;
        if (++_repetition > MaxRepetitions)
        {
            Fail(DtlsFailure.TimedOut);
            return;
        }
        Enqueue(_flight);
        Deadline = now + DtlsOptions.RetransmissionAfter(_options.FirstRetransmission, _repetition);
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
        if (State != DtlsState.Connected || data.IsEmpty || data.Length > IDtlsSession.MaxDataLength)
            return false;
        length = WriteRecord(datagram, DataType, data);
        return true;
    }

    /// <inheritdoc/>
    public bool TryRead(out ReadOnlySpan<byte> data)
    {
        bool read = _plaintext.TryDequeue(out byte[]? next);
        data = next;
        return read;
    }

    /// <inheritdoc/>
    public bool TryExport(string label, Span<byte> keyingMaterial)
    {
        ArgumentNullException.ThrowIfNull(label);
        if (State != DtlsState.Connected)
            return false;
        byte[] both = Role == DtlsRole.Client ? [.. _mine, .. _peer] : [.. _peer, .. _mine];
        HKDF.DeriveKey(HashAlgorithmName.SHA256, both, keyingMaterial, [], System.Text.Encoding.ASCII.GetBytes(label));
        return true;
    }

    /// <inheritdoc/>
    public void Close(TimeSpan now)
    {
        if (State is DtlsState.Closed or DtlsState.Failed)
            return;
        if (State == DtlsState.Connected)
            EnqueueAlert(CloseNotify);
        State = DtlsState.Closed;
        Deadline = null;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
    }

    // client: Hello ------->            server: <------- Hello(echo)
    // client: Finished(echo) ------->   server: <------- Finished(echo); each side repeats its last flight until the next one comes.
    private bool TakeHandshake(TimeSpan now, ReadOnlySpan<byte> data)
    {
        ReadOnlySpan<byte> name = data.Slice(1, NameLength), echo = data.Slice(1 + NameLength, NameLength);
        bool echoed = echo.SequenceEqual(_mine);
        byte kind = data[0];
        if (kind == Hello && Role == DtlsRole.Server && State == DtlsState.Handshaking)
            return TakePeer(name) && SendFlight(now, Hello);
        if (kind == Hello && Role == DtlsRole.Client && State == DtlsState.Handshaking && echoed && _flight == Hello)
            return TakePeer(name) && SendFlight(now, Finished);
        if (kind == Finished && Role == DtlsRole.Server && echoed && name.SequenceEqual(_peer))
        {
            // The client repeats its Finished when ours was lost: the answer is repeated too.
            Enqueue(Finished);
            return Connect();
        }
        return kind == Finished && Role == DtlsRole.Client && echoed && _flight == Finished && Connect();
    }

    private bool TakePeer(ReadOnlySpan<byte> name)
    {
        name.CopyTo(_peer);
        PeerFingerprint = DtlsFingerprint.OfCertificate(name);
        foreach (DtlsFingerprint expected in _options.PeerFingerprints)
        {
            if (expected.Matches(name))
                return true;
        }
        EnqueueAlert(BadCertificate);
        Fail(DtlsFailure.FingerprintMismatch);
        return false;
    }

    private bool Connect()
    {
        if (State == DtlsState.Handshaking)
        {
            State = DtlsState.Connected;
            Deadline = null;
            SrtpProfile = _options.SrtpProfiles.Count == 0 ? null : _options.SrtpProfiles[0];
        }
        return true;
    }

    private bool SendFlight(TimeSpan now, byte kind)
    {
        _flight = kind;
        _repetition = 0;
        Enqueue(kind);
        Deadline = now + DtlsOptions.RetransmissionAfter(_options.FirstRetransmission, 0);
        return true;
    }

    private bool TakeData(ReadOnlySpan<byte> data)
    {
        _plaintext.Enqueue(data.ToArray());
        return true;
    }

    private bool TakeAlert(byte alert)
    {
        if (alert != CloseNotify)
        {
            Fail(DtlsFailure.FatalAlert);
            return true;
        }
        if (State == DtlsState.Connected)
            Close(TimeSpan.Zero);
        return true;
    }

    private void Fail(DtlsFailure failure)
    {
        State = DtlsState.Failed;
        Failure = failure;
        Deadline = null;
        _plaintext.Clear();
    }

    private void Enqueue(byte kind)
    {
        Span<byte> data = stackalloc byte[HandshakeLength];
        data[0] = kind;
        _mine.CopyTo(data[1..]);
        _peer.CopyTo(data[(1 + NameLength)..]);
        Enqueue(HandshakeType, data);
    }

    private void EnqueueAlert(byte alert) => Enqueue(AlertType, [alert]);

    private void Enqueue(byte type, ReadOnlySpan<byte> data)
    {
        byte[] datagram = new byte[HeaderLength + data.Length];
        WriteRecord(datagram, type, data);
        _outgoing.Enqueue(datagram);
    }

    private int WriteRecord(Span<byte> target, byte type, ReadOnlySpan<byte> data)
    {
        target[0] = type;
        BinaryPrimitives.WriteUInt16BigEndian(target[1..], 0xFE00);
        BinaryPrimitives.WriteUInt16BigEndian(target[3..], (ushort)data.Length);
        BinaryPrimitives.WriteUInt64BigEndian(target[5..], ++_sent);
        data.CopyTo(target[HeaderLength..]);
        WriteHash(target[..(HeaderLength + data.Length)], target.Slice(HashAt, HeaderLength - HashAt));
        return HeaderLength + data.Length;
    }

    private static void WriteHash(ReadOnlySpan<byte> record, Span<byte> hash)
    {
        Span<byte> copy = stackalloc byte[record.Length];
        record.CopyTo(copy);
        copy[HashAt..HeaderLength].Clear();
        Span<byte> whole = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(copy, whole);
        whole[..hash.Length].CopyTo(hash);
    }

    private static bool TryCut(ref ReadOnlySpan<byte> datagram, out byte type, out ulong number, out ReadOnlySpan<byte> data)
    {
        type = 0;
        number = 0;
        data = default;
        if (datagram.Length < HeaderLength || BinaryPrimitives.ReadUInt16BigEndian(datagram[1..]) != 0xFE00)
            return false;
        int length = BinaryPrimitives.ReadUInt16BigEndian(datagram[3..]);
        if (length > datagram.Length - HeaderLength || length > IDtlsSession.MaxDataLength)
            return false;
        Span<byte> hash = stackalloc byte[HeaderLength - HashAt];
        WriteHash(datagram[..(HeaderLength + length)], hash);
        if (!hash.SequenceEqual(datagram[HashAt..HeaderLength]))
            return false;
        type = datagram[0];
        number = BinaryPrimitives.ReadUInt64BigEndian(datagram[5..]);
        data = datagram.Slice(HeaderLength, length);
        datagram = datagram[(HeaderLength + length)..];
        return true;
    }

    /// <summary>The replay window of RFC 6347 §4.1.2.6: 64 records.</summary>
    private bool IsNew(ulong number)
    {
        if (number > _highest)
        {
            ulong ahead = number - _highest;
            _window = ahead >= 64 ? 1 : _window << (int)ahead | 1;
            _highest = number;
            return true;
        }
        ulong behind = _highest - number;
        if (behind >= 64 || (_window & 1UL << (int)behind) != 0)
            return false;
        _window |= 1UL << (int)behind;
        return true;
    }
}
