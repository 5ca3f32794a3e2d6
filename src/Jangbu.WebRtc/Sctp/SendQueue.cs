using System.Diagnostics.CodeAnalysis;

namespace Jangbu.WebRtc.Sctp;

/// <summary>
/// Messages that wait to be sent. Streams take turns message by message, so that a bulk transfer on one channel does not starve another;
/// within a message fragments stay together, as DATA chunks must.
/// </summary>
internal sealed class SendQueue(BufferPool buffers)
{
    private readonly Dictionary<StreamId, OutboundStream> _streams = [];
    private readonly Queue<OutboundStream> _round = [];
    private readonly Stack<OutgoingMessage> _spare = [];
    private readonly Queue<StreamId> _low = [];

    /// <summary>Bytes over all streams that have not been sent once.</summary>
    public int Buffered { get; private set; }

    public bool IsEmpty => Buffered == 0;

    public IEnumerable<OutboundStream> Streams => _streams.Values;

    public OutboundStream Stream(StreamId id)
    {
        if (_streams.TryGetValue(id, out OutboundStream? stream))
            return stream;
        stream = new OutboundStream(id);
        _streams.Add(id, stream);
        return stream;
    }

    public bool TryFindStream(StreamId id, [NotNullWhen(true)] out OutboundStream? stream) => _streams.TryGetValue(id, out stream);

    public void Add(
        OutboundStream stream, PayloadProtocol protocol, ReadOnlySpan<byte> payload, bool ordered, int? maxRetransmits, TimeSpan? expires,
        bool counted = true)
    {
        if (!_spare.TryPop(out OutgoingMessage? message))
            message = new OutgoingMessage();
        message.Buffer = buffers.Rent(payload.Length);
        payload.CopyTo(message.Buffer);
        message.Length = payload.Length;
        message.Stream = stream;
        message.Protocol = protocol;
        message.IsOrdered = ordered;
        message.MaxRetransmits = maxRetransmits;
        message.Expires = expires;
        message.Sent = 0;
        message.Outstanding = 0;
        message.TimeoutsWaited = 0;
        message.IsAbandoned = false;
        message.IsCounted = counted;
        stream.Messages.Enqueue(message);
        stream.Buffered += counted ? payload.Length : 0;
        Buffered += payload.Length;
        Schedule(stream);
    }

    /// <summary>Gives a stream its turn when it has something to send and is not being reset.</summary>
    public void Schedule(OutboundStream stream)
    {
        if (stream.IsScheduled || stream.Messages.Count == 0 || stream.Reset == StreamResetState.Requested)
            return;
        stream.IsScheduled = true;
        _round.Enqueue(stream);
    }

    /// <summary>The message whose next fragment should go; those not worth sending any more are dropped on the way.</summary>
    /// <param name="dropped">Counts messages dropped before any of them was sent.</param>
    public bool TryPeek(TimeSpan now, [NotNullWhen(true)] out OutgoingMessage? message, ref long dropped)
    {
        while (_round.TryPeek(out OutboundStream? stream))
        {
            while (stream.Messages.TryPeek(out message))
            {
                if (message.Sent > 0 || message.Expires is not { } expires || now <= expires)
                    return true;
                Drop(stream.Messages.Dequeue());
                dropped++;
            }
            _round.Dequeue();
            stream.IsScheduled = false;
        }
        message = null;
        return false;
    }

    /// <summary>Notes that the peeked message sent its next <paramref name="length"/> bytes; after the last the next stream has its turn.</summary>
    public void Advance(OutgoingMessage message, int length)
    {
        OutboundStream stream = message.Stream;
        if (message.Sent == 0)
        {
            stream.UnacknowledgedMessages++;
            if (message.IsOrdered)
            {
                message.Ssn = stream.Next;
                stream.Next = stream.Next.Next;
            }
        }
        message.Sent += length;
        message.Outstanding++;
        Unbuffer(message, length);
        if (message.Sent < message.Length)
            return;
        stream.Messages.Dequeue();
        Rotate();
    }

    /// <summary>Gives up what a message sent in part has not sent; it stands at the head of its stream.</summary>
    public void CutOff(OutgoingMessage message)
    {
        int rest = message.Length - message.Sent;
        if (rest == 0)
            return;
        OutboundStream stream = message.Stream;
        stream.Messages.Dequeue();
        Unbuffer(message, rest);
        if (_round.Peek() == stream)
            Rotate();
    }

    /// <summary>Returns the buffers of a message that the peer has or never will.</summary>
    public void Release(OutgoingMessage message)
    {
        buffers.Return(message.Buffer);
        message.Buffer = [];
        _spare.Push(message);
    }

    /// <summary>
    /// A time-out passed: each message that could not be sent at all counts it as a try, and goes when it has no tries left. Else an outage
    /// would pile up messages that were worth one try (libdatachannel #1518).
    /// </summary>
    /// <returns>How many were dropped.</returns>
    public int CountTimeout(TimeSpan now)
    {
        int dropped = 0;
        foreach (OutboundStream stream in _streams.Values)
        {
            for (int left = stream.Messages.Count; left > 0; left--)
            {
                OutgoingMessage message = stream.Messages.Dequeue();
                bool over = message.Sent == 0
                    && ((message.MaxRetransmits is { } most && ++message.TimeoutsWaited > most) || (message.Expires is { } expires && now > expires));
                if (over)
                {
                    Drop(message);
                    dropped++;
                }
                else
                {
                    stream.Messages.Enqueue(message);
                }
            }
        }
        return dropped;
    }

    /// <summary>The next stream whose waiting bytes fell to its threshold from above.</summary>
    public bool TryDequeueLow(out StreamId stream) => _low.TryDequeue(out stream);

    /// <summary>Drops every message; streams keep their thresholds. Those sent in part are released by whoever holds their fragments.</summary>
    public void Clear()
    {
        foreach (OutboundStream stream in _streams.Values)
        {
            while (stream.Messages.TryDequeue(out OutgoingMessage? message))
            {
                Unbuffer(message, message.Length - message.Sent);
                message.IsAbandoned = true;
                if (message.Sent == 0)
                    Release(message);
            }
            stream.IsScheduled = false;
        }
        _round.Clear();
    }

    /// <summary>The peer began anew: numbers start over, resets are off.</summary>
    public void RestartStreams()
    {
        foreach (OutboundStream stream in _streams.Values)
        {
            stream.Next = default;
            stream.Reset = StreamResetState.None;
        }
    }

    private void Drop(OutgoingMessage message)
    {
        Unbuffer(message, message.Length);
        Release(message);
    }

    private void Unbuffer(OutgoingMessage message, int length)
    {
        OutboundStream stream = message.Stream;
        Buffered -= length;
        if (!message.IsCounted)
            return;
        bool above = stream.Buffered > stream.LowThreshold;
        stream.Buffered -= length;
        if (above && stream.Buffered <= stream.LowThreshold)
            _low.Enqueue(stream.Id);
    }

    private void Rotate()
    {
        OutboundStream stream = _round.Dequeue();
        if (stream.Messages.Count > 0)
            _round.Enqueue(stream);
        else
            stream.IsScheduled = false;
    }
}
