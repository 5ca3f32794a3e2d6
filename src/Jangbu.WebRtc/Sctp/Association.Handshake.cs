namespace Jangbu.WebRtc.Sctp;

/// <summary>Setting up: INIT, cookies, both ends at once, restarts (RFC 9260 §5).</summary>
public sealed partial class Association
{
    private VerificationTag _localTag;
    private VerificationTag _peerTag;
    private Tsn _localInitialTsn;
    private Tsn _peerInitialTsn;
    private int _inboundStreams;
    private bool _peerForwardTsn;
    private bool _peerReconfigures;
    private bool _acceptsZeroChecksum;
    private bool _sendsZeroChecksum;
    private byte[]? _cookieEcho;
    private bool _cookieEchoDue;
    private bool _cookieAckDue;
    private int _initTries;
    private int _cookieTries;
    private TimeSpan _handshakeSentAt;

    /// <summary>
    /// Begins the association. Both ends may: over DTLS neither knows which comes first, and the standard makes one association of it
    /// (RFC 8831 §6.2, RFC 9260 §5.2.1). Nothing happens when it has begun already.
    /// </summary>
    public void Connect(TimeSpan now)
    {
        Enter(now);
        if (State != AssociationState.Closed || IsEnded)
            return;
        State = AssociationState.CookieWait;
        SendInit();
    }

    private void SendInit()
    {
        // Offered at the first try only: pion/sctp before 1.8.12 answers an INIT that has the parameter with nothing.
        bool offer = _options.ZeroChecksum && _initTries == 0;
        _acceptsZeroChecksum |= offer;
        Reply(MarshalInit(ChunkType.Init, _localTag, _localInitialTsn, offer, default, default), default);
        _initTimer = _now + _timeout.Current;
        _handshakeSentAt = _now;
    }

    private byte[] MarshalInit(
        ChunkType type, VerificationTag tag, Tsn initialTsn, bool zeroChecksum, ReadOnlySpan<byte> cookie, ReadOnlySpan<byte> unrecognized) =>
        InitChunk.Marshal(type, tag, (uint)_options.ReceiveWindow, _options.Streams, initialTsn, zeroChecksum, cookie, unrecognized);

    private void ReceiveInit(Chunk chunk)
    {
        Span<byte> unrecognized = stackalloc byte[ErrorCause.MaxEcho];
        InitProblem problem = InitChunk.Read(chunk, unrecognized, out InitChunk init);
        if (problem != InitProblem.None || IsEnded)
        {
            _stats.Dropped++;
            if (InitProblemAbort(problem, ChunkType.Init) is { } abort && !init.Tag.IsZero)
                Reply(abort, init.Tag);
            return;
        }
        if (State == AssociationState.ShutdownAckSent)
        {
            // The peer missed our SHUTDOWN ACK and begins anew (§9.2).
            Control(EmptyChunk(ChunkType.ShutdownAck));
            return;
        }
        // While we are setting up, both INITs must lead to one association: same tag, same TSN (§5.2.1). Later an INIT may be a restart or
        // an attack: other tags, and the present ones tied into the cookie (§5.2.2).
        bool settingUp = State is AssociationState.CookieWait or AssociationState.CookieEchoed;
        bool none = State == AssociationState.Closed;
        // Before the beginning the tag of a later INIT of ours serves too: then an INIT that crosses makes no second association.
        VerificationTag tag = settingUp || none ? _localTag : NewTag();
        Tsn initialTsn = settingUp || none ? _localInitialTsn : new Tsn(RandomNumber());
        StateCookie cookie = new()
        {
            LocalTag = tag,
            PeerTag = init.Tag,
            LocalTieTag = none || settingUp ? default : _localTag,
            PeerTieTag = none || settingUp ? default : _peerTag,
            LocalInitialTsn = initialTsn,
            PeerInitialTsn = init.InitialTsn,
            PeerWindow = init.Window,
            OutboundStreams = Math.Min(_options.Streams, init.InboundStreams),
            InboundStreams = Math.Min(_options.Streams, init.OutboundStreams),
            ForwardTsn = init.ForwardTsn,
            Reconfiguration = init.Reconfiguration,
            ZeroChecksum = init.ZeroChecksum,
            MadeAt = _now,
        };
        byte[] sealedCookie = cookie.Seal(_cookieSecret, (ushort)_options.LocalPort, (ushort)_options.PeerPort);
        // An old pion that did not offer zero checksum is not told of it either.
        bool offer = _options.ZeroChecksum && init.ZeroChecksum;
        Reply(MarshalInit(ChunkType.InitAck, tag, initialTsn, offer, sealedCookie, init.Unrecognized), init.Tag);
    }

    private static byte[]? InitProblemAbort(InitProblem problem, ChunkType type) => problem switch
    {
        InitProblem.InvalidMandatoryParameter => ErrorCause.Chunk(ChunkType.Abort, ErrorCauseCode.InvalidMandatoryParameter, default),
        InitProblem.UnresolvableAddress => ErrorCause.Chunk(ChunkType.Abort, ErrorCauseCode.UnresolvableAddress, default),
        InitProblem.MissingCookie when type == ChunkType.InitAck =>
            ErrorCause.Chunk(ChunkType.Abort, ErrorCauseCode.MissingMandatoryParameter, [0, 0, 0, 1, 0, (byte)ParameterType.StateCookie]),
        _ => null,
    };

    private void ReceiveInitAck(Chunk chunk)
    {
        if (State != AssociationState.CookieWait)
        {
            _stats.Dropped++; // §5.2.3: a late copy
            return;
        }
        Span<byte> unrecognized = stackalloc byte[ErrorCause.MaxEcho];
        InitProblem problem = InitChunk.Read(chunk, unrecognized, out InitChunk init);
        if (problem != InitProblem.None)
        {
            _stats.Dropped++;
            if (InitProblemAbort(problem, ChunkType.InitAck) is { } abort)
            {
                Reply(abort, init.Tag);
                End(AssociationCloseReason.ProtocolViolation);
            }
            return;
        }
        if (_initTries == 0)
            _timeout.Measure(_now - _handshakeSentAt);
        _peerTag = init.Tag;
        Agree(
            init.InitialTsn, init.Window, Math.Min(_options.Streams, init.InboundStreams), Math.Min(_options.Streams, init.OutboundStreams),
            init.ForwardTsn, init.Reconfiguration, init.ZeroChecksum);
        byte[] echo = new byte[Chunk.HeaderLength + init.Cookie.Length];
        echo[0] = (byte)ChunkType.CookieEcho;
        echo[2] = (byte)(echo.Length >> 8);
        echo[3] = (byte)(echo.Length & 0xFF);
        init.Cookie.CopyTo(echo.AsSpan(Chunk.HeaderLength));
        if (echo.Length > _packetSize - CommonHeader.Length)
        {
            _stats.Dropped++; // a cookie that fits no packet cannot be sent back; the INIT is tried again
            return;
        }
        _cookieEcho = echo;
        _cookieEchoDue = true;
        _cookieTries = 0;
        State = AssociationState.CookieEchoed;
        _initTimer = _now + _timeout.Current;
        if (!init.Unrecognized.IsEmpty)
            Control(ErrorCause.Chunk(ChunkType.Error, ErrorCauseCode.UnrecognizedParameters, init.Unrecognized));
        GrantBurst(0);
    }

    private void ReceiveCookieEcho(Chunk chunk)
    {
        if (IsEnded
            || !StateCookie.TryOpen(chunk.Value, _cookieSecret, (ushort)_options.LocalPort, (ushort)_options.PeerPort, out StateCookie cookie)
            || _packetTag != cookie.LocalTag)
        {
            Discard();
            return;
        }
        bool current = cookie.LocalTag == _localTag && cookie.PeerTag == _peerTag && State != AssociationState.Closed;
        TimeSpan age = _now - cookie.MadeAt;
        if (age > _options.CookieLifetime && !current)
        {
            Reply(ErrorCause.StaleCookie(age - _options.CookieLifetime), cookie.PeerTag);
            _stopPacket = true;
            return;
        }
        // RFC 9260 §5.2.4, table 12: what the tags of the cookie say when there is an association already.
        if (State == AssociationState.Closed)
            Adopt(cookie);
        else if (current)
            AcceptSameCookie(); // D: the peer's COOKIE ECHO to what we hold too
        else if (cookie.LocalTag == _localTag)
            Adopt(cookie); // B: both began at once
        else if (cookie.LocalTieTag == _localTag && cookie.PeerTieTag == _peerTag && !_peerTag.IsZero)
            Restart(cookie); // A: the peer lost its state
        else
            Discard(); // C and all others: late or forged
    }

    private void AcceptSameCookie()
    {
        if (State is AssociationState.CookieWait or AssociationState.CookieEchoed)
            Establish();
        if (State is AssociationState.Established or AssociationState.ShutdownPending)
            AcknowledgeCookie();
    }

    private void Discard()
    {
        _stats.Dropped++;
        _stopPacket = true;
    }

    private void Adopt(in StateCookie cookie)
    {
        bool established = State >= AssociationState.Established;
        if (established && _received.Tracker.Cumulative != _peerInitialTsn.Previous)
        {
            Discard(); // data came under the present tags: they are the peer's
            return;
        }
        _peerTag = cookie.PeerTag;
        Agree(
            cookie.PeerInitialTsn, cookie.PeerWindow, cookie.OutboundStreams, cookie.InboundStreams, cookie.ForwardTsn, cookie.Reconfiguration,
            cookie.ZeroChecksum);
        _acceptsZeroChecksum |= _options.ZeroChecksum && cookie.ZeroChecksum;
        if (!established)
            Establish();
        AcknowledgeCookie();
    }

    /// <summary>Takes over what INIT or INIT ACK said; the window counts from here, not from the first SACK (pion/sctp #364).</summary>
    private void Agree(Tsn peerInitialTsn, uint window, int outbound, int inbound, bool forwardTsn, bool reconfiguration, bool zeroChecksum)
    {
        _received.Start(peerInitialTsn);
        _advertisedWindow = (uint)_options.ReceiveWindow;
        _peerInitialTsn = peerInitialTsn;
        _expectedRequest = new ReconfigurationSequence(peerInitialTsn.Value);
        _peerWindow = window;
        OutboundStreams = outbound;
        _inboundStreams = inbound;
        _peerForwardTsn = forwardTsn;
        _peerReconfigures = reconfiguration;
        _sendsZeroChecksum = zeroChecksum && _options.ZeroChecksum;
    }

    private void ReceiveCookieAck()
    {
        if (State == AssociationState.CookieEchoed)
            Establish();
    }

    private void Establish()
    {
        State = AssociationState.Established;
        _initTimer = null;
        _cookieEcho = null;
        _cookieEchoDue = false;
        _errors = 0;
        ScheduleHeartbeat();
        GrantBurst(0);
        Tell(AssociationEventKind.Established);
    }

    private void AcknowledgeCookie()
    {
        _cookieAckDue = true;
        _sackNow |= _packetsSinceSack > 0;
    }

    private void Restart(in StateCookie cookie)
    {
        if (State == AssociationState.ShutdownAckSent)
        {
            Control(EmptyChunk(ChunkType.ShutdownAck));
            Control(ErrorCause.Chunk(ChunkType.Error, ErrorCauseCode.CookieReceivedWhileShuttingDown, default));
            _stopPacket = true;
            return;
        }
        _queue.Clear();
        _queue.RestartStreams();
        _localTag = cookie.LocalTag;
        _peerTag = cookie.PeerTag;
        _localInitialTsn = cookie.LocalInitialTsn;
        _outstanding.Start(_localInitialTsn);
        _nextRequest = new ReconfigurationSequence(_localInitialTsn.Value);
        ForgetReconfiguration();
        ForgetAcknowledgements();
        _congestion = new CongestionWindow(_packetSize);
        _recoveryUntil = null;
        _retransmissionTimer = null;
        _control.Clear();
        _shutdownTimer = null;
        Agree(
            cookie.PeerInitialTsn, cookie.PeerWindow, cookie.OutboundStreams, cookie.InboundStreams, cookie.ForwardTsn, cookie.Reconfiguration,
            cookie.ZeroChecksum);
        State = AssociationState.Established;
        Tell(AssociationEventKind.Restarted);
        _errors = 0;
        AcknowledgeCookie();
    }

    private static byte[] EmptyChunk(ChunkType type) => [(byte)type, 0, 0, Chunk.HeaderLength];
}
