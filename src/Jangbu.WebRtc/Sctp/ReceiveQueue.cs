namespace Jangbu.WebRtc.Sctp;

/// <summary>What became of a received DATA chunk.</summary>
internal enum ReceiveOutcome
{
    Accepted,
    Duplicate,

    /// <summary>No room, or too far ahead: the peer must send it again.</summary>
    Full,

    /// <summary>Fragments that do not make a message, or two messages of one number.</summary>
    Violation,

    /// <summary>More than the longest message taken.</summary>
    TooLong,
}

/// <summary>
/// Takes DATA chunks in any order and gives whole messages: unordered ones as soon as they are whole, ordered ones in the order of their
/// stream, whatever other streams wait for (RFC 9260 §6.6, §6.9). Every byte held is counted against the window.
/// </summary>
/// <remarks>
/// Fragments of a message have consecutive TSNs. So at most one unfinished message reaches below the first gap: it grows in one buffer.
/// What lies above a gap is held by TSN until the gap closes, or until the fragments around it make it whole.
/// </remarks>
internal sealed partial class ReceiveQueue(int window, int maxMessageSize, BufferPool buffers)
{
    /// <summary>How far above the cumulative TSN a chunk is taken: bounds the table of fragments to 640 KiB. 16,382 chunks of a full packet are 19 MB.</summary>
    public const int MaxAhead = (1 << 14) - 2;

    /// <summary>What a held fragment or message costs beside its bytes; keeps a peer from filling memory with messages of one byte.</summary>
    public const int Overhead = 64;

    /// <summary>Room beyond the window for chunks that fill holes: without it a full buffer could never be emptied.</summary>
    private const int HoleAllowance = 1 << 16;

    private readonly TsnTracker _tracker = new();
    private readonly Dictionary<StreamId, InboundStream> _streams = [];
    private readonly Queue<ReceivedMessage> _whole = [];
    private byte[]? _assembly;
    private int _assembled;
    private InboundStream? _assemblyStream;
    private Fragment _assemblyHead;
    private bool _skipping;
    private int _held;

    public TsnTracker Tracker => _tracker;

    /// <summary>Bytes given out by <see cref="TryDequeue"/> and not yet released by the reader.</summary>
    public int Unread { get; private set; }

    public int Buffered => _held + Unread;

    /// <summary>The receiver window credit to advertise.</summary>
    public uint Window => (uint)Math.Max(0, window - Buffered);

    /// <summary>Since when the message that comes in at the front has been unfinished; null when none is.</summary>
    public TimeSpan? UnfinishedSince { get; private set; }

    public void Start(Tsn initial)
    {
        Clear();
        _tracker.Start(initial);
    }

    /// <summary>Returns every buffer; the queue can be started again. Messages not yet dequeued are lost.</summary>
    public void Clear()
    {
        ReleaseFragments(_tracker.Highest);
        DropAssembly();
        foreach (InboundStream stream in _streams.Values)
            DropWaiting(stream);
        _streams.Clear();
        while (_whole.TryDequeue(out ReceivedMessage message))
        {
            _held -= message.Length + Overhead;
            buffers.Return(message.Buffer);
        }
    }

    public InboundStream? FindStream(StreamId id) => _streams.GetValueOrDefault(id);

    public IEnumerable<InboundStream> Streams => _streams.Values;

    /// <summary>Takes a chunk with at least one byte of user data on a stream within the negotiated number.</summary>
    public ReceiveOutcome Add(TimeSpan now, in DataChunk data)
    {
        if (_tracker.Contains(data.Tsn))
            return ReceiveOutcome.Duplicate;
        bool isNext = data.Tsn == _tracker.Cumulative.Next;
        if (!HasRoom(data.Tsn, isNext))
            return ReceiveOutcome.Full;
        Fragment fragment = new(data.Flags, data.Stream, data.Ssn, data.Protocol);
        if (!isNext)
        {
            _tracker.Add(data.Tsn);
            return Hold(data.Tsn, fragment, data.Payload);
        }
        Tsn first = data.Tsn.Next;
        _tracker.Add(data.Tsn);
        ReceiveOutcome outcome = Feed(now, fragment, data.Payload);
        return outcome == ReceiveOutcome.Accepted ? Drain(now, first) : outcome;
    }

    /// <summary>Counts a chunk as received without keeping it: its stream does not exist.</summary>
    public ReceiveOutcome Pass(TimeSpan now, Tsn tsn)
    {
        bool isNext = tsn == _tracker.Cumulative.Next;
        _tracker.Add(tsn);
        return isNext ? Drain(now, tsn.Next) : ReceiveOutcome.Accepted;
    }

    /// <summary>Applies a FORWARD TSN that lies ahead of the cumulative TSN (RFC 3758 §3.6).</summary>
    public ReceiveOutcome Forward(TimeSpan now, in ForwardTsnChunk forward)
    {
        Tsn target = forward.NewCumulative;
        ReleaseFragments(target);
        DropAssembly();
        _skipping = true;
        for (int i = 0; i < forward.StreamCount; i++)
        {
            (StreamId id, Ssn skipped) = forward.Skipped(i);
            if (_streams.TryGetValue(id, out InboundStream? stream))
                Skip(stream, skipped);
            else
                Stream(id).Expected = skipped.Next;
        }
        _tracker.AdvanceTo(target);
        return Drain(now, target.Next);
    }

    /// <summary>Starts a stream over, or all of them (RFC 6525 §5.2.2).</summary>
    public void ResetStream(InboundStream stream)
    {
        DropWaiting(stream);
        stream.Expected = default;
    }

    /// <summary>Gives the next whole message; its bytes count as unread until it is released.</summary>
    public bool TryDequeue(out ReceivedMessage message)
    {
        if (!_whole.TryDequeue(out message))
            return false;
        _held -= message.Length + Overhead;
        Unread += message.Length + Overhead;
        return true;
    }

    /// <summary>Takes back the buffer of a message that has been read.</summary>
    public void Release(in ReceivedMessage message)
    {
        Unread -= message.Length + Overhead;
        buffers.Return(message.Buffer);
    }

    private bool HasRoom(Tsn tsn, bool isNext)
    {
        if (tsn - _tracker.Cumulative > MaxAhead)
            return false;
        if (tsn > _tracker.Highest && !isNext)
            return Buffered < window;
        if (!isNext)
            return Buffered < window + HoleAllowance;
        if (Unread >= window)
            return false;
        // The chunk that everything waits for goes before chunks that came early (RFC 9260 §6.2 allows to drop those).
        int most = tsn > _tracker.Highest ? window : window + maxMessageSize + HoleAllowance;
        while (Buffered >= most && _tracker.RunCount > 0 && Renege())
        {
        }
        return Buffered < most || (tsn > _tracker.Highest && _assembly is not null && Unread == 0 && Buffered < window + maxMessageSize);
    }

    /// <summary>Adds the next fragment in TSN order to the message that grows at the front.</summary>
    private ReceiveOutcome Feed(TimeSpan now, in Fragment fragment, ReadOnlySpan<byte> payload)
    {
        if (fragment.IsBeginning)
        {
            if (_assembly is not null)
                return ReceiveOutcome.Violation;
            _skipping = false;
            InboundStream stream = Stream(fragment.Stream);
            if (payload.Length > maxMessageSize)
                return ReceiveOutcome.TooLong;
            if (fragment.IsEnding)
                return Deliver(stream, Copy(fragment, payload));
            _assembly = buffers.Rent(Math.Max(stream.LastLength, payload.Length * 2));
            _assemblyStream = stream;
            _assemblyHead = fragment;
            _assembled = 0;
            _held += Overhead;
            UnfinishedSince = now;
        }
        else if (_assembly is null)
        {
            // The rest of a message that FORWARD TSN cut off is passed over.
            return _skipping ? ReceiveOutcome.Accepted : ReceiveOutcome.Violation;
        }
        else if (!fragment.Continues(_assemblyHead))
        {
            return ReceiveOutcome.Violation;
        }
        if (_assembled + payload.Length > maxMessageSize)
            return ReceiveOutcome.TooLong;
        Append(payload);
        return fragment.IsEnding ? Finish() : ReceiveOutcome.Accepted;
    }

    private void Append(ReadOnlySpan<byte> payload)
    {
        if (_assembled + payload.Length > _assembly!.Length)
        {
            byte[] larger = buffers.Rent(Math.Max(_assembled + payload.Length, Math.Min(_assembly.Length * 2, maxMessageSize)));
            _assembly.AsSpan(0, _assembled).CopyTo(larger);
            buffers.Return(_assembly);
            _assembly = larger;
        }
        payload.CopyTo(_assembly.AsSpan(_assembled));
        _assembled += payload.Length;
        _held += payload.Length;
    }

    private ReceiveOutcome Finish()
    {
        byte[] buffer = _assembly!;
        // A short message in a buffer made for a long one would hold more memory than is counted.
        if (buffer.Length > 2 * _assembled + 1024)
        {
            buffer = buffers.Rent(_assembled);
            _assembly.AsSpan(0, _assembled).CopyTo(buffer);
            buffers.Return(_assembly!);
        }
        _assembly = null;
        UnfinishedSince = null;
        InboundStream stream = _assemblyStream!;
        stream.LastLength = _assembled;
        return Deliver(stream, new ReceivedMessage(stream.Id, _assemblyHead.Protocol, _assemblyHead.IsUnordered, _assemblyHead.Ssn, buffer, _assembled));
    }

    private void DropAssembly()
    {
        if (_assembly is null)
            return;
        buffers.Return(_assembly);
        _assembly = null;
        _held -= _assembled + Overhead;
        UnfinishedSince = null;
    }

    private ReceivedMessage Copy(in Fragment fragment, ReadOnlySpan<byte> payload)
    {
        byte[] buffer = buffers.Rent(payload.Length);
        payload.CopyTo(buffer);
        _held += payload.Length + Overhead;
        return new ReceivedMessage(fragment.Stream, fragment.Protocol, fragment.IsUnordered, fragment.Ssn, buffer, payload.Length);
    }

    /// <summary>Queues a whole message for the reader, or keeps it until its turn.</summary>
    private ReceiveOutcome Deliver(InboundStream stream, in ReceivedMessage message)
    {
        if (message.IsUnordered)
        {
            _whole.Enqueue(message);
        }
        else if (message.Ssn == stream.Expected)
        {
            _whole.Enqueue(message);
            stream.Expected = stream.Expected.Next;
            DeliverWaiting(stream);
        }
        else if (message.Ssn < stream.Expected || !stream.Waiting.TryAdd(message.Ssn, message))
        {
            _held -= message.Length + Overhead;
            buffers.Return(message.Buffer);
            return message.Ssn < stream.Expected ? ReceiveOutcome.Accepted : ReceiveOutcome.Violation;
        }
        return ReceiveOutcome.Accepted;
    }

    private void DeliverWaiting(InboundStream stream)
    {
        while (stream.Waiting.Count > 0 && stream.Waiting.Remove(stream.Expected, out ReceivedMessage message))
        {
            _whole.Enqueue(message);
            stream.Expected = stream.Expected.Next;
        }
    }

    /// <summary>Passes over the messages up to <paramref name="skipped"/>; those that are whole go to the reader.</summary>
    private void Skip(InboundStream stream, Ssn skipped)
    {
        if (skipped < stream.Expected)
            return;
        // The fewer of the two: numbers to pass, or messages that wait. A hostile jump of 32,767 must not cost 32,767 steps.
        if (stream.Waiting.Count > 0 && skipped - stream.Expected > stream.Waiting.Count)
        {
            List<Ssn> due = [];
            foreach (Ssn ssn in stream.Waiting.Keys)
            {
                if (ssn <= skipped)
                    due.Add(ssn);
            }
            due.Sort((left, right) => left - right);
            foreach (Ssn ssn in due)
            {
                stream.Waiting.Remove(ssn, out ReceivedMessage message);
                _whole.Enqueue(message);
            }
        }
        else
        {
            for (Ssn ssn = stream.Expected; stream.Waiting.Count > 0 && ssn <= skipped; ssn = ssn.Next)
            {
                if (stream.Waiting.Remove(ssn, out ReceivedMessage message))
                    _whole.Enqueue(message);
            }
        }
        stream.Expected = skipped.Next;
        DeliverWaiting(stream);
    }

    private void DropWaiting(InboundStream stream)
    {
        foreach (ReceivedMessage message in stream.Waiting.Values)
        {
            _held -= message.Length + Overhead;
            buffers.Return(message.Buffer);
        }
        stream.Waiting.Clear();
    }

    public InboundStream Stream(StreamId id)
    {
        if (_streams.TryGetValue(id, out InboundStream? stream))
            return stream;
        stream = new InboundStream(id);
        _streams.Add(id, stream);
        return stream;
    }
}
