using System.Buffers.Binary;

namespace Jangbu.WebRtc.Sctp;

/// <summary>Ending: in order, so that everything sent arrives (RFC 9260 §9.2), or at once (§9.1).</summary>
public sealed partial class Association
{
    private const int ShutdownLength = 8;

    private bool _shutdownDue;

    /// <summary>Ends in order: sends what is queued, awaits its acknowledgement, agrees with the peer to end. No more can be sent.</summary>
    public void Shutdown(TimeSpan now)
    {
        Enter(now);
        if (IsEnded)
            return;
        if (State == AssociationState.Established)
        {
            State = AssociationState.ShutdownPending;
            _shutdownGuard = _now + 5 * _options.MaxRetransmissionTimeout + TimeSpan.FromSeconds(5);
        }
        else if (State is AssociationState.Closed or AssociationState.CookieWait)
        {
            _lone.Clear();
            End(AssociationCloseReason.Shutdown);
        }
        else if (State == AssociationState.CookieEchoed)
        {
            AbortWith(ErrorCause.Chunk(ChunkType.Abort, ErrorCauseCode.UserInitiatedAbort, default), AssociationCloseReason.Shutdown);
        }
        AfterChange();
    }

    /// <summary>
    /// Ends at once. The ABORT is the last packet that <see cref="TryTransmit"/> gives: send it before the transport closes, or the peer
    /// waits half a minute to notice (werift #682).
    /// </summary>
    public void Abort(TimeSpan now)
    {
        Enter(now);
        if (IsEnded)
            return;
        if (_peerTag.IsZero)
        {
            _lone.Clear();
            End(AssociationCloseReason.AbortedLocally);
            return;
        }
        AbortWith(ErrorCause.Chunk(ChunkType.Abort, ErrorCauseCode.UserInitiatedAbort, default), AssociationCloseReason.AbortedLocally);
    }

    private void AbortWith(byte[] abort, AssociationCloseReason reason)
    {
        if (IsEnded)
            return;
        _lone.Clear();
        Reply(abort, _peerTag);
        End(reason);
    }

    private void End(AssociationCloseReason reason)
    {
        State = AssociationState.Closed;
        CloseReason = reason;
        _initTimer = null;
        _retransmissionTimer = null;
        _sackTimer = null;
        _heartbeatTimer = null;
        _shutdownTimer = null;
        _shutdownGuard = null;
        _reconfigurationTimer = null;
        _windowShutSince = null;
        _control.Clear();
        TellMessages();
        _queue.Clear();
        _outstanding.Clear();
        _received.Clear();
        _buffers.Trim();
        while (_queue.TryDequeueLow(out _))
        {
            // what falls to nothing because all is over is no invitation to send
        }
        Tell(AssociationEventKind.Closed, reason: reason);
    }

    private void ContinueShutdown()
    {
        if (State is not (AssociationState.ShutdownPending or AssociationState.ShutdownReceived) || !_queue.IsEmpty || _outstanding.Count > 0)
            return;
        if (State == AssociationState.ShutdownPending)
        {
            State = AssociationState.ShutdownSent;
            _shutdownDue = true;
        }
        else
        {
            State = AssociationState.ShutdownAckSent;
            Control(EmptyChunk(ChunkType.ShutdownAck));
        }
        _shutdownTimer = _now + _timeout.Current;
        _shutdownGuard ??= _now + 5 * _options.MaxRetransmissionTimeout + TimeSpan.FromSeconds(5);
    }

    private void RetryShutdown()
    {
        _shutdownTimer = null;
        if (CountError())
            return;
        _timeout.BackOff();
        if (State == AssociationState.ShutdownSent)
            _shutdownDue = true;
        else if (State == AssociationState.ShutdownAckSent)
            Control(EmptyChunk(ChunkType.ShutdownAck));
        _shutdownTimer = _now + _timeout.Current;
    }

    private void WriteShutdown(ref PacketWriter writer)
    {
        if (writer.Room < ShutdownLength)
            return;
        BinaryPrimitives.WriteUInt32BigEndian(writer.Add(ChunkType.Shutdown, 0, sizeof(uint)), _received.Tracker.Cumulative.Value);
        _shutdownDue = false;
    }

    private void ReceiveShutdown(Chunk chunk)
    {
        if (chunk.Whole.Length < ShutdownLength || State < AssociationState.Established)
        {
            _stats.Dropped++;
            return;
        }
        if (State == AssociationState.ShutdownSent)
        {
            State = AssociationState.ShutdownAckSent; // both wish to end (§9.2)
            _shutdownDue = false;
            Control(EmptyChunk(ChunkType.ShutdownAck));
            _shutdownTimer = _now + _timeout.Current;
            return;
        }
        if (State == AssociationState.ShutdownAckSent)
        {
            Control(EmptyChunk(ChunkType.ShutdownAck));
            return;
        }
        State = AssociationState.ShutdownReceived;
        int flight = _outstanding.FlightBytes;
        if (_outstanding.TryApply(new Tsn(BinaryPrimitives.ReadUInt32BigEndian(chunk.Value)), out SackOutcome outcome))
            Applied(outcome, flight);
    }

    private void ReceiveShutdownAck()
    {
        if (State is not (AssociationState.ShutdownSent or AssociationState.ShutdownAckSent))
        {
            _stats.Dropped++;
            return;
        }
        Reply(EmptyChunk(ChunkType.ShutdownComplete), _peerTag);
        End(AssociationCloseReason.Shutdown);
    }
}
