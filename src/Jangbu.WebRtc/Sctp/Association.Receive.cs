namespace Jangbu.WebRtc.Sctp;

/// <summary>From a packet to its chunks, and from a chunk to what handles it in the present state.</summary>
public sealed partial class Association
{
    private VerificationTag _packetTag;
    private bool _stopPacket;

    /// <summary>Takes one packet from the peer. Never throws for what the peer sends: what is wrong is dropped and counted.</summary>
    public void Receive(TimeSpan now, ReadOnlySpan<byte> packet)
    {
        Enter(now);
        if (!CommonHeader.TryRead(packet, out CommonHeader header) || !IsForUs(header, packet))
        {
            _stats.Dropped++;
            return;
        }
        ChunkReader reader = new(packet[CommonHeader.Length..]);
        if (!reader.TryNext(out Chunk first))
        {
            _stats.Dropped++;
            return;
        }
        if (!Admit(header, first, reader.AtEnd))
            return;
        _stats.PacketsReceived++;
        _packetTag = header.Tag;
        bool data = false;
        Chunk chunk = first;
        do
        {
            data |= chunk.Type == ChunkType.Data;
            Handle(chunk);
        }
        while (!IsEnded && !_stopPacket && reader.TryNext(out chunk));
        _stopPacket = false;
        if (reader.Malformed)
            _stats.Dropped++;
        if (data && !IsEnded)
            NoteDataPacket();
        TellMessages();
        TellLowBuffers();
        AfterChange();
    }

    private bool IsForUs(CommonHeader header, ReadOnlySpan<byte> packet)
    {
        if (header.SourcePort != _options.PeerPort || header.DestinationPort != _options.LocalPort)
            return false;
        // Zero is good for a peer that we have told so, but never for the two chunks that come before it can know (RFC 9653 §5.2).
        ChunkType type = (ChunkType)packet[CommonHeader.Length];
        if (header.Checksum == 0 && _acceptsZeroChecksum && type is not (ChunkType.Init or ChunkType.CookieEcho))
            return true;
        return header.Checksum == Crc32c.OfPacket(packet);
    }

    /// <summary>Checks the verification tag, and answers or drops what is out of the blue (RFC 9260 §8.4, §8.5).</summary>
    private bool Admit(CommonHeader header, Chunk first, bool alone)
    {
        bool reflected = (first.Flags & 1) != 0;
        switch (first.Type)
        {
            case ChunkType.Init:
                return (header.Tag.IsZero && alone) || Drop();
            case ChunkType.InitAck:
                return (alone && header.Tag == _localTag && State != AssociationState.Closed) || Drop();
            case ChunkType.CookieEcho:
                return true; // the tag is compared with the cookie's
            case ChunkType.Abort:
            case ChunkType.ShutdownComplete:
                bool own = header.Tag == _localTag && !reflected && State != AssociationState.Closed;
                return own || (reflected && !_peerTag.IsZero && header.Tag == _peerTag && !IsEnded) || Drop();
            case ChunkType.ShutdownAck when State is AssociationState.Closed or AssociationState.CookieWait or AssociationState.CookieEchoed:
                Reply([(byte)ChunkType.ShutdownComplete, 1, 0, Chunk.HeaderLength], header.Tag);
                return Drop();
        }
        if (header.Tag == _localTag && State != AssociationState.Closed)
            return true;
        if (State == AssociationState.Closed && first.Type is not (ChunkType.CookieAck or ChunkType.Error or ChunkType.HeartbeatAck))
            Reply([(byte)ChunkType.Abort, 1, 0, Chunk.HeaderLength], header.Tag);
        return Drop();
    }

    private bool Drop()
    {
        _stats.Dropped++;
        return false;
    }

    private void Handle(Chunk chunk)
    {
        switch (chunk.Type)
        {
            case ChunkType.Data:
                ReceiveData(chunk);
                break;
            case ChunkType.Init:
                ReceiveInit(chunk);
                break;
            case ChunkType.InitAck:
                ReceiveInitAck(chunk);
                break;
            case ChunkType.Sack:
                ReceiveSack(chunk);
                break;
            case ChunkType.Heartbeat:
                ReceiveHeartbeat(chunk);
                break;
            case ChunkType.HeartbeatAck:
                ReceiveHeartbeatAck(chunk);
                break;
            case ChunkType.Abort:
                End(AssociationCloseReason.AbortedByPeer);
                break;
            case ChunkType.Shutdown:
                ReceiveShutdown(chunk);
                break;
            case ChunkType.ShutdownAck:
                ReceiveShutdownAck();
                break;
            case ChunkType.Error:
                ReceiveError(chunk);
                break;
            case ChunkType.CookieEcho:
                ReceiveCookieEcho(chunk);
                break;
            case ChunkType.CookieAck:
                ReceiveCookieAck();
                break;
            case ChunkType.ShutdownComplete:
                if (State == AssociationState.ShutdownAckSent)
                    End(AssociationCloseReason.Shutdown);
                break;
            case ChunkType.Reconfiguration:
                ReceiveReconfiguration(chunk);
                break;
            case ChunkType.ForwardTsn:
                ReceiveForwardTsn(chunk);
                break;
            default:
                ReceiveUnknown(chunk);
                break;
        }
    }

    /// <summary>The two high bits of an unknown type say whether to go on with the packet and whether to tell the sender (RFC 9260 §3.2).</summary>
    private void ReceiveUnknown(Chunk chunk)
    {
        _stats.Dropped++;
        int action = (int)chunk.Type >> 6;
        if ((action & 1) != 0)
            Control(ErrorCause.Chunk(ChunkType.Error, ErrorCauseCode.UnrecognizedChunkType, chunk.Whole));
        _stopPacket = (action & 2) == 0;
    }

    private void ReceiveData(Chunk chunk)
    {
        if (State is not (AssociationState.Established or AssociationState.ShutdownPending or AssociationState.ShutdownSent))
        {
            _stats.Dropped++;
            return;
        }
        if (!DataChunk.TryRead(chunk, out DataChunk data))
        {
            _stats.Dropped++;
            return;
        }
        if (data.Payload.IsEmpty)
        {
            AbortWith(ErrorCause.NoUserData(data.Tsn), AssociationCloseReason.ProtocolViolation);
            return;
        }
        _sackNow |= (data.Flags & DataChunk.ImmediateFlag) != 0;
        if (data.Stream.Value >= _inboundStreams)
        {
            // Acknowledged and thrown away (RFC 9260 §6.5), or the peer would send it for ever.
            _stats.Dropped++;
            if (_received.Tracker.Contains(data.Tsn) || data.Tsn - _received.Tracker.Cumulative > ReceiveQueue.MaxAhead)
                return;
            Control(ErrorCause.InvalidStream(data.Stream));
            Settle(_received.Pass(_now, data.Tsn));
            return;
        }
        bool hadGap = _received.Tracker.RunCount > 0;
        ReceiveOutcome outcome = _received.Add(_now, data);
        _sackNow |= hadGap || _received.Tracker.RunCount > 0 || outcome is ReceiveOutcome.Duplicate or ReceiveOutcome.Full;
        if (outcome == ReceiveOutcome.Duplicate)
            NoteDuplicate(data.Tsn);
        Settle(outcome);
    }

    private void Settle(ReceiveOutcome outcome)
    {
        switch (outcome)
        {
            case ReceiveOutcome.Full:
                _stats.Dropped++;
                break;
            case ReceiveOutcome.Violation:
                AbortWith(
                    ErrorCause.Chunk(ChunkType.Abort, ErrorCauseCode.ProtocolViolation, "fragments do not fit"u8), AssociationCloseReason.ProtocolViolation);
                break;
            case ReceiveOutcome.TooLong:
                AbortWith(ErrorCause.Chunk(ChunkType.Abort, ErrorCauseCode.OutOfResource, "message too long"u8), AssociationCloseReason.LimitExceeded);
                break;
        }
        RetryDeferredReset();
    }

    private void ReceiveForwardTsn(Chunk chunk)
    {
        if (State is not (AssociationState.Established or AssociationState.ShutdownPending or AssociationState.ShutdownSent)
            || !ForwardTsnChunk.TryRead(chunk, out ForwardTsnChunk forward))
        {
            _stats.Dropped++;
            return;
        }
        int jump = forward.NewCumulative - _received.Tracker.Cumulative;
        _sackNow = true;
        if (jump <= 0)
            return;
        // A sender can have no more chunks under way than its window has bytes: a longer jump is a lie.
        bool lies = jump > _options.ReceiveWindow;
        for (int i = 0; i < forward.StreamCount && !lies; i++)
            lies = forward.Skipped(i).Stream.Value >= _inboundStreams;
        if (lies)
        {
            _stats.Dropped++;
            return;
        }
        Settle(_received.Forward(_now, forward));
    }

    private void ReceiveError(Chunk chunk)
    {
        ParameterReader causes = new(chunk.Value);
        while (causes.TryNext(out Parameter cause))
        {
            if ((ErrorCauseCode)(int)cause.Type != ErrorCauseCode.StaleCookie || State != AssociationState.CookieEchoed)
                continue;
            // Begin again with a fresh cookie (RFC 9260 §5.2.6); the tries go on counting.
            State = AssociationState.CookieWait;
            _initTries++;
            SendInit();
        }
    }

    private void Reply(byte[] chunk, VerificationTag tag)
    {
        if (_lone.Count < MaxControl)
            _lone.Enqueue(new LonePacket(chunk, tag));
    }

    private void Control(byte[] chunk)
    {
        // Before the tags are exchanged there is nobody to tell.
        if (_control.Count < MaxControl && !_peerTag.IsZero)
            _control.Enqueue(chunk);
    }
}
