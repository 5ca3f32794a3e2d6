namespace Jangbu.WebRtc.Sctp;

/// <summary>Everything that happens because time passes (RFC 9260 §6.3, §8). Whatever is awaited has a timer here, so that nothing stalls.</summary>
public sealed partial class Association
{
    private const int HeartbeatNonceLength = 8;

    private readonly byte[] _heartbeatNonce = new byte[HeartbeatNonceLength];
    private TimeSpan? _initTimer;
    private TimeSpan? _retransmissionTimer;
    private TimeSpan? _sackTimer;
    private TimeSpan? _heartbeatTimer;
    private TimeSpan? _shutdownTimer;
    private TimeSpan? _shutdownGuard;
    private TimeSpan? _heartbeatSentAt;
    private int _errors;

    /// <summary>Fires what is due.</summary>
    public void Advance(TimeSpan now)
    {
        Enter(now);
        if (IsDue(_initTimer))
            RetryHandshake();
        if (IsDue(_sackTimer))
        {
            _sackTimer = null;
            _sackNow = true;
        }
        if (IsDue(_retransmissionTimer))
            RetransmissionTimedOut();
        if (IsDue(_reconfigurationTimer))
            RetryReconfiguration();
        if (IsDue(_shutdownTimer))
            RetryShutdown();
        if (IsDue(_heartbeatTimer))
            SendHeartbeat();
        if (IsDue(_shutdownGuard))
            AbortWith(ErrorCause.Chunk(ChunkType.Abort, ErrorCauseCode.ProtocolViolation, "shutdown never ends"u8), AssociationCloseReason.PeerUnreachable);
        if (IsDue(MessageDeadline))
            AbortWith(ErrorCause.Chunk(ChunkType.Abort, ErrorCauseCode.OutOfResource, "message never ends"u8), AssociationCloseReason.LimitExceeded);
        if (IsDue(ZeroWindowDeadline))
            AbortWith(ErrorCause.Chunk(ChunkType.Abort, ErrorCauseCode.OutOfResource, "window never opens"u8), AssociationCloseReason.PeerStalled);
        TellLowBuffers();
        AfterChange();
    }

    private TimeSpan? MessageDeadline => _received.UnfinishedSince is { } since && _received.Unread == 0 ? since + _options.MessageDeadline : null;

    private TimeSpan? ZeroWindowDeadline => _windowShutSince is { } since ? since + _options.ZeroWindowLimit : null;

    private TimeSpan? EarliestTimer()
    {
        TimeSpan? earliest = _initTimer;
        Take(_sackTimer);
        Take(_retransmissionTimer);
        Take(_reconfigurationTimer);
        Take(_shutdownTimer);
        Take(_heartbeatTimer);
        Take(_shutdownGuard);
        Take(MessageDeadline);
        Take(ZeroWindowDeadline);
        return earliest;

        void Take(TimeSpan? timer)
        {
            if (timer is not null && (earliest is null || timer < earliest))
                earliest = timer;
        }
    }

    private bool IsDue(TimeSpan? timer) => timer is not null && timer <= _now;

    /// <summary>After every change: what is outstanding has a timer, what waited for it goes on.</summary>
    private void AfterChange()
    {
        if (IsEnded)
            return;
        if (_outstanding.Count == 0)
            _retransmissionTimer = null;
        else if (State is not (AssociationState.CookieWait or AssociationState.CookieEchoed))
            _retransmissionTimer ??= _now + _timeout.Current;
        bool waits = _peerWindow == 0 && State >= AssociationState.Established && (_outstanding.Count > 0 || !_queue.IsEmpty);
        _windowShutSince = waits ? _windowShutSince ?? _now : null;
        RequestResets();
        ContinueShutdown();
    }

    private void RetryHandshake()
    {
        bool echoes = State == AssociationState.CookieEchoed;
        if ((echoes ? _cookieTries++ : _initTries++) >= _options.MaxInitRetransmissions)
        {
            End(AssociationCloseReason.HandshakeTimedOut);
            return;
        }
        _timeout.BackOff();
        if (!echoes)
        {
            SendInit();
            return;
        }
        _cookieEchoDue = true;
        _initTimer = _now + _timeout.Current;
        _outstanding.LoseAll(_now, mayAbandon: false); // the data that rode with the COOKIE ECHO rides again
        GrantBurst(0);
    }

    private void RetransmissionTimedOut()
    {
        _retransmissionTimer = null;
        _stats.Timeouts++;
        if (CountError())
            return;
        _timeout.BackOff();
        if (_outstanding.FlightBytes > 0)
            _congestion.CollapseForTimeout();
        _recoveryUntil = null;
        _recoveryPacketDue = false;
        _outstanding.LoseAll(_now, _peerForwardTsn);
        _stats.MessagesAbandoned += _queue.CountTimeout(_now);
        _forwardDue |= _peerForwardTsn && _outstanding.AdvancedAck > _outstanding.CumulativeAck;
        _burst = 0;
        GrantBurst(0);
    }

    /// <summary>One more time without an answer (§8.1).</summary>
    /// <returns>True when it was the last, and the association is over.</returns>
    private bool CountError()
    {
        if (++_errors <= _options.MaxRetransmissions)
            return false;
        End(AssociationCloseReason.PeerUnreachable);
        return true;
    }

    private void ScheduleHeartbeat()
    {
        if (_options.HeartbeatInterval > TimeSpan.Zero && _heartbeatSentAt is null)
            _heartbeatTimer = _now + _options.HeartbeatInterval;
    }

    /// <summary>Asks whether the peer is there; unanswered within the time-out it counts as an error and is asked again (§8.3).</summary>
    private void SendHeartbeat()
    {
        _heartbeatTimer = null;
        if (State is not (AssociationState.Established or AssociationState.ShutdownPending or AssociationState.ShutdownReceived))
            return;
        _buffers.Trim();
        if (_heartbeatSentAt is not null)
        {
            if (CountError())
                return;
            _timeout.BackOff();
        }
        _random.GetBytes(_heartbeatNonce);
        byte[] chunk = new byte[Chunk.HeaderLength + Parameter.HeaderLength + HeartbeatNonceLength];
        chunk[0] = (byte)ChunkType.Heartbeat;
        chunk[3] = (byte)chunk.Length;
        chunk[5] = (byte)ParameterType.HeartbeatInformation;
        chunk[7] = Parameter.HeaderLength + HeartbeatNonceLength;
        _heartbeatNonce.CopyTo(chunk.AsSpan(Chunk.HeaderLength + Parameter.HeaderLength));
        Control(chunk);
        _heartbeatSentAt = _now;
        _heartbeatTimer = _now + _timeout.Current;
    }

    private void ReceiveHeartbeat(Chunk chunk)
    {
        if (State == AssociationState.CookieWait || chunk.Value.Length < Parameter.HeaderLength || chunk.Whole.Length > _packetSize - CommonHeader.Length)
        {
            _stats.Dropped++;
            return;
        }
        byte[] answer = chunk.Whole.ToArray();
        answer[0] = (byte)ChunkType.HeartbeatAck;
        Control(answer);
    }

    private void ReceiveHeartbeatAck(Chunk chunk)
    {
        ParameterReader reader = new(chunk.Value);
        if (_heartbeatSentAt is not { } sentAt || !reader.TryNext(out Parameter information)
            || information.Type != ParameterType.HeartbeatInformation || !information.Value.SequenceEqual(_heartbeatNonce))
        {
            _stats.Dropped++;
            return;
        }
        _timeout.Measure(_now - sentAt);
        _errors = 0;
        _heartbeatSentAt = null;
        ScheduleHeartbeat();
    }
}
