using System.Buffers.Binary;

namespace Jangbu.WebRtc.Sctp;

/// <summary>
/// Stream reset, asked and answered (RFC 6525). A stream is reset only when all that was queued before has been acknowledged, so that the
/// peer need not put the request off.
/// </summary>
//   0                   1                   2                   3     RFC 6525 §4.1
//  |     Parameter type = 13       | Parameter length = 16 + 2 * N |
//  |           Re-configuration request sequence number            |
//  |           Re-configuration response sequence number           |
//  |                Sender's last assigned TSN                     |
//  |  Stream number 1 (optional)   |    Stream number 2 (optional) |
public sealed partial class Association
{
    private const int OutgoingResetLength = 16;
    private const int IncomingResetLength = 8;
    private const int ResponseLength = 12;

    /// <summary>Streams in one request; more wait for the next.</summary>
    private const int MaxResetStreams = 256;

    private readonly List<OutboundStream> _requested = [];
    private ReconfigurationSequence _nextRequest;
    private ReconfigurationSequence _expectedRequest;
    private ReconfigurationSequence _answeredIncoming;
    private ReconfigurationResult? _lastResult;
    private byte[]? _request;
    private int _wantedResets;
    private TimeSpan? _reconfigurationTimer;
    private DeferredReset? _deferred;

    private enum ReconfigurationResult
    {
        NothingToDo = 0,
        Performed = 1,
        Denied = 2,
        WrongStream = 3,
        AlreadyInProgress = 4,
        BadSequenceNumber = 5,
        InProgress = 6,
    }

    /// <summary>A request that came before the last data that precedes it.</summary>
    private sealed record DeferredReset(ReconfigurationSequence Sequence, Tsn LastTsn, StreamId[] Streams);

    /// <summary>
    /// Resets our outgoing stream once everything queued on it is acknowledged; <see cref="AssociationEventKind.OutgoingStreamReset"/> tells
    /// when it is done. Until the request leaves nothing can be sent on it; what is sent after that waits for the answer.
    /// </summary>
    public void ResetStream(TimeSpan now, StreamId stream)
    {
        Enter(now);
        if (IsEnded)
            return;
        Want(_queue.Stream(stream));
        AfterChange();
    }

    private void Want(OutboundStream stream)
    {
        if (stream.Reset != StreamResetState.None)
            return;
        stream.Reset = StreamResetState.Wanted;
        _wantedResets++;
    }

    private void RequestResets()
    {
        if (_wantedResets == 0 || _request is not null || State != AssociationState.Established)
            return;
        foreach (OutboundStream stream in _queue.Streams)
        {
            bool ready = stream is { Reset: StreamResetState.Wanted, UnacknowledgedMessages: 0 } && stream.Messages.Count == 0;
            if (!ready || _requested.Count == MaxResetStreams)
                continue;
            stream.Reset = StreamResetState.Requested;
            _requested.Add(stream);
            _wantedResets--;
        }
        if (_requested.Count == 0)
            return;
        if (!_peerReconfigures)
        {
            FinishRequest(restart: true); // a peer that knows no reset has nothing to be told
            return;
        }
        int length = OutgoingResetLength + 2 * _requested.Count;
        byte[] chunk = new byte[Chunk.HeaderLength + length];
        Span<byte> parameter = chunk.AsSpan(Chunk.HeaderLength);
        WriteChunkHeader(chunk);
        BinaryPrimitives.WriteUInt16BigEndian(parameter, (ushort)ParameterType.OutgoingResetRequest);
        BinaryPrimitives.WriteUInt16BigEndian(parameter[2..], (ushort)length);
        BinaryPrimitives.WriteUInt32BigEndian(parameter[4..], _nextRequest.Value);
        BinaryPrimitives.WriteUInt32BigEndian(parameter[8..], _answeredIncoming.Value);
        BinaryPrimitives.WriteUInt32BigEndian(parameter[12..], _outstanding.Next.Previous.Value);
        for (int i = 0; i < _requested.Count; i++)
            BinaryPrimitives.WriteUInt16BigEndian(parameter[(OutgoingResetLength + 2 * i)..], _requested[i].Id.Value);
        _request = chunk;
        Control(chunk);
        _reconfigurationTimer = _now + _timeout.Current;
    }

    private void RetryReconfiguration()
    {
        _reconfigurationTimer = null;
        if (_request is null || CountError())
            return;
        _timeout.BackOff();
        Control(_request);
        _reconfigurationTimer = _now + _timeout.Current;
    }

    private void ReceiveReconfiguration(Chunk chunk)
    {
        if (State is not (AssociationState.Established or AssociationState.ShutdownPending or AssociationState.ShutdownReceived))
        {
            _stats.Dropped++;
            return;
        }
        ParameterReader reader = new(chunk.Value);
        // At most two parameters stand in one chunk (RFC 6525 §3.1).
        for (int i = 0; i < 2 && reader.TryNext(out Parameter parameter); i++)
        {
            switch (parameter.Type)
            {
                case ParameterType.OutgoingResetRequest when parameter.Whole.Length >= OutgoingResetLength:
                    ReceiveOutgoingReset(parameter.Value);
                    break;
                case ParameterType.IncomingResetRequest when parameter.Whole.Length >= IncomingResetLength:
                    ReceiveIncomingReset(parameter.Value);
                    break;
                case ParameterType.ReconfigurationResponse when parameter.Whole.Length >= ResponseLength:
                    ReceiveResponse(parameter.Value);
                    break;
                case ParameterType.SsnTsnResetRequest or ParameterType.AddOutgoingStreamsRequest or ParameterType.AddIncomingStreamsRequest
                    when parameter.Whole.Length >= IncomingResetLength:
                    if (IsFresh(ReadSequence(parameter.Value)))
                        Respond(ReconfigurationResult.Denied);
                    break;
                default:
                    _stats.Dropped++;
                    break;
            }
        }
    }

    /// <summary>Whether a request is the next one; a repeat of the last gets the last answer again, any other an error (§5.2.1).</summary>
    private bool IsFresh(ReconfigurationSequence sequence)
    {
        if (sequence == _expectedRequest)
            return true;
        bool repeat = sequence == _expectedRequest.Previous && _lastResult is not null;
        SendResponse(sequence, repeat ? _lastResult!.Value : ReconfigurationResult.BadSequenceNumber);
        return false;
    }

    private void ReceiveOutgoingReset(ReadOnlySpan<byte> value)
    {
        ReconfigurationSequence sequence = ReadSequence(value);
        if (!IsFresh(sequence))
            return;
        StreamId[] streams = ReadStreams(value[12..]);
        foreach (StreamId stream in streams)
        {
            if (stream.Value >= _inboundStreams)
            {
                Respond(ReconfigurationResult.WrongStream);
                return;
            }
        }
        Tsn lastTsn = new(BinaryPrimitives.ReadUInt32BigEndian(value[8..]));
        // The reset of a stream whose last data is farther away than any data can be is a lie.
        if (lastTsn - _received.Tracker.Cumulative > ReceiveQueue.MaxAhead)
        {
            Respond(ReconfigurationResult.Denied);
            return;
        }
        if (lastTsn > _received.Tracker.Cumulative)
        {
            _deferred = new DeferredReset(sequence, lastTsn, streams);
            SendResponse(sequence, ReconfigurationResult.InProgress);
            return;
        }
        PerformReset(streams);
    }

    private void RetryDeferredReset()
    {
        if (_deferred is not { } deferred || _received.Tracker.Cumulative < deferred.LastTsn || IsEnded)
            return;
        _deferred = null;
        if (deferred.Sequence == _expectedRequest)
            PerformReset(deferred.Streams);
    }

    private void PerformReset(StreamId[] streams)
    {
        _deferred = null;
        TellMessages(); // what came before the reset is told before it
        if (streams.Length == 0)
        {
            foreach (InboundStream stream in _received.Streams)
                Reset(stream);
        }
        foreach (StreamId id in streams)
        {
            InboundStream? stream = _received.FindStream(id);
            if (stream is null && _queue.TryFindStream(id, out _))
                stream = _received.Stream(id);
            if (stream is not null)
                Reset(stream);
        }
        Respond(ReconfigurationResult.Performed);
    }

    private void Reset(InboundStream stream)
    {
        _received.ResetStream(stream);
        // A peer that resets without end must not fill the queue of a reader that sleeps.
        if (stream.ResetTold)
            return;
        stream.ResetTold = true;
        Tell(AssociationEventKind.IncomingStreamReset, stream.Id);
    }

    /// <summary>The peer asks us to reset streams of ours: our request is the answer (§5.2.3).</summary>
    private void ReceiveIncomingReset(ReadOnlySpan<byte> value)
    {
        ReconfigurationSequence sequence = ReadSequence(value);
        if (!IsFresh(sequence))
            return;
        bool any = false;
        foreach (StreamId id in ReadStreams(value[4..]))
        {
            if (!_queue.TryFindStream(id, out OutboundStream? stream))
                continue;
            any = true;
            Want(stream);
        }
        _answeredIncoming = sequence;
        Respond(any ? ReconfigurationResult.InProgress : ReconfigurationResult.NothingToDo);
    }

    private void ReceiveResponse(ReadOnlySpan<byte> value)
    {
        if (_request is null || ReadSequence(value) != _nextRequest)
            return;
        ReconfigurationResult result = (ReconfigurationResult)BinaryPrimitives.ReadUInt32BigEndian(value[4..]);
        _errors = 0;
        if (result == ReconfigurationResult.InProgress)
        {
            _reconfigurationTimer = _now + _timeout.Current;
            return;
        }
        _nextRequest = _nextRequest.Next;
        FinishRequest(restart: result is ReconfigurationResult.Performed or ReconfigurationResult.NothingToDo);
    }

    private void FinishRequest(bool restart)
    {
        _request = null;
        _reconfigurationTimer = null;
        foreach (OutboundStream stream in _requested)
        {
            if (restart)
                stream.Next = default;
            stream.Reset = StreamResetState.None;
            _queue.Schedule(stream);
            Tell(AssociationEventKind.OutgoingStreamReset, stream.Id);
        }
        _requested.Clear();
    }

    private void Respond(ReconfigurationResult result)
    {
        _lastResult = result;
        SendResponse(_expectedRequest, result);
        _expectedRequest = _expectedRequest.Next;
    }

    private void SendResponse(ReconfigurationSequence sequence, ReconfigurationResult result)
    {
        byte[] chunk = new byte[Chunk.HeaderLength + ResponseLength];
        WriteChunkHeader(chunk);
        BinaryPrimitives.WriteUInt16BigEndian(chunk.AsSpan(4), (ushort)ParameterType.ReconfigurationResponse);
        BinaryPrimitives.WriteUInt16BigEndian(chunk.AsSpan(6), ResponseLength);
        BinaryPrimitives.WriteUInt32BigEndian(chunk.AsSpan(8), sequence.Value);
        BinaryPrimitives.WriteUInt32BigEndian(chunk.AsSpan(12), (uint)result);
        Control(chunk);
    }

    private static void WriteChunkHeader(byte[] chunk)
    {
        chunk[0] = (byte)ChunkType.Reconfiguration;
        BinaryPrimitives.WriteUInt16BigEndian(chunk.AsSpan(2), (ushort)chunk.Length);
    }

    private static ReconfigurationSequence ReadSequence(ReadOnlySpan<byte> value) => new(BinaryPrimitives.ReadUInt32BigEndian(value));

    private static StreamId[] ReadStreams(ReadOnlySpan<byte> bytes)
    {
        StreamId[] streams = new StreamId[bytes.Length / 2];
        for (int i = 0; i < streams.Length; i++)
            streams[i] = new StreamId(BinaryPrimitives.ReadUInt16BigEndian(bytes[(2 * i)..]));
        return streams;
    }

    private void ForgetReconfiguration()
    {
        _requested.Clear();
        _request = null;
        _wantedResets = 0;
        _lastResult = null;
        _deferred = null;
        _reconfigurationTimer = null;
    }
}
