namespace Jangbu.WebRtc.Sctp;

/// <summary>SACKs, in and out, and what they do to the congestion window (RFC 9260 §6.2, §7).</summary>
public sealed partial class Association
{
    /// <summary>Duplicates named in one SACK; more would only cost room.</summary>
    private const int MaxDuplicates = 16;

    private readonly Tsn[] _duplicates = new Tsn[MaxDuplicates];
    private int _duplicateCount;
    private int _packetsSinceSack;
    private bool _sackNow;
    private uint _advertisedWindow;
    private uint _peerWindow;
    private Tsn? _recoveryUntil;
    private bool _recoveryPacketDue;
    private int _burst;
    private TimeSpan? _windowShutSince;

    /// <summary>Bytes that the peer can take beyond what is in flight to it.</summary>
    private long PeerRoom => (long)_peerWindow - _outstanding.FlightBytes;

    private void NoteDataPacket()
    {
        _packetsSinceSack++;
        if (State == AssociationState.ShutdownSent)
        {
            // Each answered by a SHUTDOWN, at once, and the timer begins again (§9.2).
            _sackNow = true;
            _shutdownDue = true;
            _shutdownTimer = _now + _timeout.Current;
        }
        // Every second packet at once, a single one after a while (§6.2).
        if (_packetsSinceSack >= 2)
            _sackNow = true;
        else if (!_sackNow)
            _sackTimer ??= _now + _options.SackDelay;
    }

    private void NoteDuplicate(Tsn tsn)
    {
        _stats.Duplicates++;
        if (_duplicateCount < MaxDuplicates)
            _duplicates[_duplicateCount++] = tsn;
    }

    /// <summary>Tells the peer of room that a reader made, once it is worth a packet (§6.2 against the silly window).</summary>
    private void UpdateWindow()
    {
        uint window = _received.Window;
        if (State != AssociationState.Established || window <= _advertisedWindow)
            return;
        uint half = (uint)_options.ReceiveWindow / 2;
        bool wasShut = _advertisedWindow < 2 * _packetSize && window >= 2 * _packetSize;
        if (wasShut || (_advertisedWindow < half && window >= half))
            _sackNow = true;
    }

    private void WriteSack(ref PacketWriter packet)
    {
        TsnTracker tracker = _received.Tracker;
        int room = (packet.Room - SackChunk.HeaderLength) / SackChunk.GapLength;
        int gaps = 0;
        while (gaps < tracker.RunCount && gaps < room && tracker.Run(gaps).Last - tracker.Cumulative <= ushort.MaxValue)
            gaps++;
        int duplicates = Math.Min(_duplicateCount, room - gaps);
        Span<byte> value = packet.Add(
            ChunkType.Sack, 0, SackChunk.HeaderLength - Chunk.HeaderLength + gaps * SackChunk.GapLength + duplicates * SackChunk.DuplicateLength);
        _advertisedWindow = _received.Window;
        SackChunk.WriteHeader(value, tracker.Cumulative, _advertisedWindow, gaps, duplicates);
        for (int i = 0; i < gaps; i++)
        {
            (Tsn first, Tsn last) = tracker.Run(i);
            SackChunk.WriteGap(value, i, first - tracker.Cumulative, last - tracker.Cumulative);
        }
        for (int i = 0; i < duplicates; i++)
            SackChunk.WriteDuplicate(value, gaps, i, _duplicates[i]);
        _stats.SacksSent++;
        ForgetAcknowledgements();
    }

    private void ForgetAcknowledgements()
    {
        _duplicateCount = 0;
        _packetsSinceSack = 0;
        _sackNow = false;
        _sackTimer = null;
    }

    private void ReceiveSack(Chunk chunk)
    {
        bool takes = State is AssociationState.Established or AssociationState.ShutdownPending
            or AssociationState.ShutdownReceived or AssociationState.ShutdownSent;
        int flight = _outstanding.FlightBytes;
        if (!takes || !SackChunk.TryRead(chunk, out SackChunk sack)
            || !_outstanding.TryApply(sack, _now, _recoveryUntil is not null, _peerForwardTsn, out SackOutcome outcome))
        {
            _stats.Dropped++;
            return;
        }
        _peerWindow = sack.Window;
        if (_peerWindow == 0)
            _errors = 0; // a peer that answers probes is there, however long its window stays shut (§6.1 A)
        else
            _windowShutSince = null;
        Applied(outcome, flight);
    }

    private void Applied(in SackOutcome outcome, int flight)
    {
        if (outcome.TimedArrived)
            _timeout.Measure(_outstanding.RoundTrip(_now));
        if (outcome.BytesAcknowledged > 0 || outcome.CumulativeAdvanced)
            _errors = 0;
        if (outcome.CumulativeAdvanced)
        {
            // Not only a new measurement: under heavy loss all that arrives was sent twice, and the doubling would never end.
            _timeout.EndBackOff();
            _retransmissionTimer = _outstanding.Count > 0 ? _now + _timeout.Current : null;
            if (_recoveryUntil is null)
                _congestion.Acknowledge(outcome.BytesAcknowledged, flight, _outstanding.Count == 0);
            else if (_outstanding.CumulativeAck >= _recoveryUntil)
                _recoveryUntil = null;
        }
        if (outcome.LossFound)
            RecoverFast(outcome.RetransmissionLost);
        _forwardDue |= _peerForwardTsn && _outstanding.AdvancedAck > _outstanding.CumulativeAck;
        GrantBurst(outcome.BytesAcknowledged);
        ContinueShutdown();
    }

    /// <summary>Fast retransmit (§7.2.4): one reduction for each round of loss, and one packet at once whatever the window says.</summary>
    private void RecoverFast(bool retransmissionLost)
    {
        _stats.FastRetransmissions++;
        if (_recoveryUntil is not null && !retransmissionLost)
            return;
        if (_recoveryUntil is null || retransmissionLost)
            _congestion.HalveForFastRetransmit();
        _recoveryUntil = _outstanding.Next.Previous;
        _recoveryPacketDue = _outstanding.LostCount > 0;
    }

    /// <summary>
    /// How much may leave until the next SACK: twice what was acknowledged and a burst (§6.1 D). Without it a window that opened wide at
    /// once would leave in one flood that the next queue drops.
    /// </summary>
    private void GrantBurst(int acknowledged) => _burst = Math.Max(_burst, Math.Min(int.MaxValue / 2, 2 * acknowledged) + _options.MaxBurst * _packetSize);

    private void ShrinkAfterIdleness()
    {
        // Once for each time-out of silence (§7.2.1); after some the floor is reached anyway.
        TimeSpan idle = _now - _lastDataSent;
        for (int i = 0; i < 16 && idle > _timeout.Current; i++)
        {
            _congestion.ShrinkForIdleness();
            idle -= _timeout.Current;
        }
    }
}
