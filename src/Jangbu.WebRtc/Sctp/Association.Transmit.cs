using System.Buffers.Binary;

namespace Jangbu.WebRtc.Sctp;

/// <summary>From what is due to packets: control chunks, acknowledgement, what was lost, what is new, as many chunks as fit (RFC 9260 §6.1, §6.10).</summary>
public sealed partial class Association
{
    private readonly Dictionary<StreamId, Ssn> _skipped = [];
    private TimeSpan _lastDataSent;
    private bool _forwardDue;

    /// <summary>Writes the next packet that should leave; call until it gives none.</summary>
    /// <param name="packet">At least <see cref="MaxPacketSize"/> bytes.</param>
    /// <param name="length">How many of them are the packet.</param>
    /// <exception cref="ArgumentException">The buffer is too short.</exception>
    public bool TryTransmit(Span<byte> packet, out int length)
    {
        if (packet.Length < _packetSize)
            throw new ArgumentException($"A packet may take {_packetSize} bytes.", nameof(packet));
        length = 0;
        if (_lone.TryDequeue(out LonePacket lone))
        {
            PacketWriter single = NewPacket(packet, lone.Tag);
            single.AddWhole(lone.Chunk);
            return Finish(single, zeroChecksum: false, out length);
        }
        if (State is AssociationState.Closed or AssociationState.CookieWait || (State == AssociationState.CookieEchoed && !_cookieEchoDue))
            return false;
        PacketWriter writer = NewPacket(packet[.._packetSize], _peerTag);
        // The COOKIE ECHO keeps its checksum (RFC 9653 §5.2); data may ride with it and saves a round trip.
        bool zeroChecksum = _sendsZeroChecksum && !_cookieEchoDue;
        if (_cookieEchoDue)
            writer.AddWhole(_cookieEcho);
        if (_cookieAckDue)
            writer.Add(ChunkType.CookieAck, 0, 0);
        _cookieEchoDue = false;
        _cookieAckDue = false;
        bool data = IsDataDue();
        if (_sackNow || (data && _packetsSinceSack > 0))
            WriteSack(ref writer);
        if (_shutdownDue)
            WriteShutdown(ref writer);
        while (_control.TryPeek(out byte[]? control) && PacketWriter.Padded(control.Length) <= writer.Room)
            writer.AddWhole(_control.Dequeue());
        if (_forwardDue)
            WriteForwardTsn(ref writer);
        if (data)
            WriteData(ref writer);
        if (writer.IsEmpty)
            return false;
        AfterChange();
        return Finish(writer, zeroChecksum, out length);
    }

    private PacketWriter NewPacket(Span<byte> packet, VerificationTag tag) =>
        new(packet, (ushort)_options.LocalPort, (ushort)_options.PeerPort, tag);

    private bool Finish(in PacketWriter writer, bool zeroChecksum, out int length)
    {
        writer.Finish(zeroChecksum);
        length = writer.Length;
        _stats.PacketsSent++;
        return true;
    }

    private bool MaySendNew => State is AssociationState.Established or AssociationState.ShutdownPending
        or AssociationState.ShutdownReceived or AssociationState.CookieEchoed;

    private bool CongestionAllows => _outstanding.FlightBytes < _congestion.Size && _burst > 0;

    private bool IsDataDue()
    {
        if (_outstanding.LostCount > 0 && (_recoveryPacketDue || CongestionAllows))
            return true;
        return !_queue.IsEmpty && MaySendNew && CongestionAllows && (PeerRoom > 0 || _outstanding.FlightBytes == 0);
    }

    private void WriteData(ref PacketWriter writer)
    {
        if (_outstanding.LostCount > 0 && _peerForwardTsn)
        {
            Tsn passed = _outstanding.AdvancedAck;
            _outstanding.AbandonExpired(_now);
            _forwardDue |= _outstanding.AdvancedAck > passed;
        }
        int before = writer.Length;
        bool sentAgain = WriteLost(ref writer);
        if (sentAgain)
            _recoveryPacketDue = false;
        if (_outstanding.LostCount == 0 && MaySendNew)
            WriteNew(ref writer);
        if (writer.Length == before)
            return;
        _burst -= writer.Length - before;
        _lastDataSent = _now;
        ScheduleHeartbeat();
    }

    /// <summary>Chunks taken for lost, lowest first; they are packed anew, whatever packets they were in.</summary>
    private bool WriteLost(ref PacketWriter writer)
    {
        bool any = false;
        while (_outstanding.TryPeekLost(out Tsn tsn))
        {
            ref OutstandingChunk chunk = ref _outstanding[tsn];
            if (PacketWriter.Padded(DataChunk.HeaderLength + chunk.Length) > writer.Room)
                break;
            bool window = PeerRoom >= chunk.Length || _outstanding.FlightBytes == 0;
            if (!_recoveryPacketDue && !(CongestionAllows && window))
                break;
            // What is sent a third time waits for nobody's delayed acknowledgement.
            byte immediate = chunk.Transmissions > 1 || !window ? DataChunk.ImmediateFlag : (byte)0;
            OutgoingMessage message = chunk.Message;
            DataChunk.Write(
                ref writer, (byte)(chunk.Flags | immediate), tsn, message.Stream.Id, message.Ssn, message.Protocol,
                message.Buffer.AsSpan(chunk.Offset, chunk.Length));
            _outstanding.Resend(tsn);
            _stats.Retransmissions++;
            any = true;
            // The timer belongs to the lowest chunk: sent again, it gets its full time again (§6.3.2 R4, §7.2.4).
            if (tsn == _outstanding.CumulativeAck.Next && State >= AssociationState.Established)
                _retransmissionTimer = _now + _timeout.Current;
        }
        return any;
    }

    private void WriteNew(ref PacketWriter writer)
    {
        int dataBefore = writer.Length;
        while (CongestionAllows && _outstanding.Count < OutstandingQueue.MaxCount)
        {
            long dropped = 0;
            bool some = _queue.TryPeek(_now, out OutgoingMessage? message, ref dropped);
            _stats.MessagesAbandoned += dropped;
            if (!some)
                return;
            if (message!.Sent > 0 && _peerForwardTsn && message.Expires is { } expires && _now > expires)
            {
                _outstanding.AbandonUnfinished(message);
                _forwardDue = true;
                continue;
            }
            int rest = message.Length - message.Sent;
            int room = (writer.Room - DataChunk.HeaderLength) & ~3;
            // A sliver of a long message is not worth its header, when the packet carries something already.
            if (room <= 0 || (rest > room && room < _packetSize / 2 && writer.Length > CommonHeader.Length + SackChunk.HeaderLength))
                return;
            int length = Math.Min(rest, room);
            if (PeerRoom < length && _outstanding.FlightBytes > 0)
                return;
            byte flags = (byte)((message.Sent == 0 ? DataChunk.BeginningFlag : 0) | (length == rest ? DataChunk.EndingFlag : 0)
                | (message.IsOrdered ? 0 : DataChunk.UnorderedFlag));
            int offset = message.Sent;
            bool probes = PeerRoom < length;
            Tsn tsn = _outstanding.Add(_now, message, offset, length, flags);
            _queue.Advance(message, length);
            // Nothing more may follow until an acknowledgement comes: let the peer not wait for a second packet (RFC 9260 §6.1, I bit).
            bool blocks = probes || State == AssociationState.ShutdownPending || (!CongestionAllows && !_queue.IsEmpty);
            DataChunk.Write(
                ref writer, (byte)(flags | (blocks ? DataChunk.ImmediateFlag : 0)), tsn, message.Stream.Id, message.Ssn, message.Protocol,
                message.Buffer.AsSpan(offset, length));
            _stats.ChunksSent++;
            if (_burst <= writer.Length - dataBefore)
                return;
        }
    }

    /// <summary>Tells the peer to pass over what was abandoned; as far as the streams to name fit (RFC 3758 §3.5).</summary>
    private void WriteForwardTsn(ref PacketWriter writer)
    {
        Tsn target = _outstanding.CumulativeAck;
        if (_outstanding.AdvancedAck <= target || State is AssociationState.ShutdownSent or AssociationState.ShutdownAckSent)
        {
            _forwardDue = false;
            return;
        }
        int room = (writer.Room - ForwardTsnChunk.HeaderLength) / ForwardTsnChunk.StreamLength;
        if (room <= 0)
            return;
        _skipped.Clear();
        while (target < _outstanding.AdvancedAck)
        {
            OutgoingMessage message = _outstanding[target.Next].Message;
            if (message.IsOrdered)
            {
                if (_skipped.Count == room && !_skipped.ContainsKey(message.Stream.Id))
                    break;
                _skipped[message.Stream.Id] = message.Ssn;
            }
            target = target.Next;
        }
        Span<byte> value = writer.Add(
            ChunkType.ForwardTsn, 0, ForwardTsnChunk.HeaderLength - Chunk.HeaderLength + _skipped.Count * ForwardTsnChunk.StreamLength);
        BinaryPrimitives.WriteUInt32BigEndian(value, target.Value);
        foreach ((StreamId stream, Ssn ssn) in _skipped)
        {
            value = value[sizeof(uint)..];
            BinaryPrimitives.WriteUInt16BigEndian(value, stream.Value);
            BinaryPrimitives.WriteUInt16BigEndian(value[2..], ssn.Value);
        }
        _forwardDue = false;
        _retransmissionTimer ??= _now + _timeout.Current;
    }
}
