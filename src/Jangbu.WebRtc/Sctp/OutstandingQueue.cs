namespace Jangbu.WebRtc.Sctp;

/// <summary>What a chunk with a TSN waits for.</summary>
internal enum ChunkState : byte
{
    InFlight,

    /// <summary>Taken for lost; to be sent again.</summary>
    Lost,

    /// <summary>Reported by a gap block; the peer may still take that back.</summary>
    Acknowledged,

    /// <summary>Not worth sending any more (RFC 3758).</summary>
    Abandoned,
}

/// <summary>A chunk that has a TSN and is not cumulatively acknowledged.</summary>
internal struct OutstandingChunk
{
    public OutgoingMessage Message;
    public int Offset;
    public int Length;
    public byte Flags;
    public ChunkState State;
    public byte Misses;
    public int Transmissions;

    /// <summary>Place of its last transmission among all transmissions.</summary>
    public long Order;
}

/// <summary>What a SACK changed.</summary>
internal struct SackOutcome
{
    public bool CumulativeAdvanced;
    public int BytesAcknowledged;

    /// <summary>Whether a chunk was newly taken for lost.</summary>
    public bool LossFound;

    /// <summary>Whether a retransmission itself was among the lost.</summary>
    public bool RetransmissionLost;

    /// <summary>Whether the chunk whose round trip is being timed arrived.</summary>
    public bool TimedArrived;
}

/// <summary>The chunks between the peer's cumulative acknowledgement and the newest TSN, in a ring (RFC 9260 §6.2.1, §6.3.3, §7.2.4).</summary>
internal sealed partial class OutstandingQueue(SendQueue queue)
{
    /// <summary>As far ahead as our own receive side takes; a slot is 40 bytes, so the ring stays under 1 MiB.</summary>
    public const int MaxCount = ReceiveQueue.MaxAhead;

    /// <summary>Missing reports that make a chunk lost (RFC 9260 §7.2.4).</summary>
    private const int MissesForLoss = 3;

    private OutstandingChunk[] _slots = new OutstandingChunk[64];
    private long _order;
    private int _gapAcknowledged;
    private Tsn _lostFrom;
    private Tsn? _timed;
    private TimeSpan _timedAt;

    /// <summary>The TSN that the next new chunk gets.</summary>
    public Tsn Next { get; private set; }

    public Tsn CumulativeAck { get; private set; }

    /// <summary>How far the peer may pass over abandoned chunks (RFC 3758 §3.5, Advanced.Peer.Ack.Point).</summary>
    public Tsn AdvancedAck { get; private set; }

    /// <summary>Payload bytes sent and neither acknowledged nor taken for lost.</summary>
    public int FlightBytes { get; private set; }

    public int LostCount { get; private set; }

    public long MessagesAbandoned { get; private set; }

    public int Count => Next - CumulativeAck - 1;

    public ref OutstandingChunk this[Tsn tsn] => ref _slots[tsn.Value & (uint)(_slots.Length - 1)];

    public void Start(Tsn initial)
    {
        Clear();
        Next = initial;
        CumulativeAck = initial.Previous;
        AdvancedAck = CumulativeAck;
        _lostFrom = initial;
    }

    /// <summary>Gives the next fragment of a message its TSN.</summary>
    public Tsn Add(TimeSpan now, OutgoingMessage message, int offset, int length, byte flags)
    {
        Tsn tsn = Next;
        if (Count + 1 > _slots.Length)
            Grow();
        this[tsn] = new OutstandingChunk { Message = message, Offset = offset, Length = length, Flags = flags, Transmissions = 1, Order = ++_order };
        Next = tsn.Next;
        FlightBytes += length;
        if (_timed is null)
        {
            _timed = tsn;
            _timedAt = now;
        }
        return tsn;
    }

    /// <summary>The lowest chunk taken for lost.</summary>
    public bool TryPeekLost(out Tsn tsn)
    {
        tsn = _lostFrom;
        if (LostCount == 0)
            return false;
        while (this[tsn].State != ChunkState.Lost)
            tsn = tsn.Next;
        _lostFrom = tsn;
        return true;
    }

    /// <summary>Notes that a lost chunk is sent again.</summary>
    public void Resend(Tsn tsn)
    {
        ref OutstandingChunk chunk = ref this[tsn];
        chunk.State = ChunkState.InFlight;
        chunk.Misses = 0;
        chunk.Transmissions++;
        chunk.Order = ++_order;
        LostCount--;
        FlightBytes += chunk.Length;
        if (_timed == tsn)
            _timed = null; // Karn's rule: whose answer it will be cannot be told
    }

    /// <summary>The time-out: everything in flight counts as lost, but what is not worth sending again, which is abandoned.</summary>
    public void LoseAll(TimeSpan now, bool mayAbandon)
    {
        for (Tsn tsn = CumulativeAck.Next; tsn < Next; tsn = tsn.Next)
        {
            if (this[tsn].State == ChunkState.InFlight)
                Lose(tsn, now, mayAbandon);
        }
        _timed = null;
        AdvanceOverAbandoned();
    }

    /// <summary>Abandons lost chunks whose message's life is over, before they are sent again.</summary>
    public void AbandonExpired(TimeSpan now)
    {
        for (Tsn tsn = _lostFrom; LostCount > 0 && tsn < Next; tsn = tsn.Next)
        {
            ref OutstandingChunk chunk = ref this[tsn];
            if (chunk.State == ChunkState.Lost && chunk.Message.Expires is { } expires && now > expires)
                Abandon(chunk.Message, tsn);
        }
        AdvanceOverAbandoned();
    }

    /// <summary>Gives up a message that was sent in part and whose rest is not worth sending.</summary>
    public void AbandonUnfinished(OutgoingMessage message)
    {
        Abandon(message, Next);
        AdvanceOverAbandoned();
    }

    /// <summary>Returns every message.</summary>
    public void Clear()
    {
        for (Tsn tsn = CumulativeAck.Next; tsn < Next; tsn = tsn.Next)
            Free(ref this[tsn]);
        CumulativeAck = Next.Previous;
        FlightBytes = 0;
        LostCount = 0;
        _gapAcknowledged = 0;
        _timed = null;
    }

    /// <summary>Time since the timed chunk was sent; asked when <see cref="SackOutcome.TimedArrived"/>.</summary>
    public TimeSpan RoundTrip(TimeSpan now) => now - _timedAt;

    private void Lose(Tsn tsn, TimeSpan now, bool mayAbandon)
    {
        ref OutstandingChunk chunk = ref this[tsn];
        chunk.State = ChunkState.Lost;
        FlightBytes -= chunk.Length;
        LostCount++;
        if (LostCount == 1 || tsn < _lostFrom)
            _lostFrom = tsn;
        OutgoingMessage message = chunk.Message;
        if (mayAbandon && ((message.MaxRetransmits is { } most && chunk.Transmissions > most) || (message.Expires is { } expires && now > expires)))
            Abandon(message, tsn);
    }

    /// <summary>Abandons a whole message; its fragments are neighbours that end before or around <paramref name="near"/>.</summary>
    private void Abandon(OutgoingMessage message, Tsn near)
    {
        if (message.IsAbandoned)
            return;
        message.IsAbandoned = true;
        MessagesAbandoned++;
        Tsn first = near;
        while (first > CumulativeAck.Next && this[first.Previous].Message == message)
            first = first.Previous;
        for (Tsn tsn = first; tsn < Next && this[tsn].Message == message; tsn = tsn.Next)
        {
            ref OutstandingChunk chunk = ref this[tsn];
            if (chunk.State == ChunkState.InFlight)
                FlightBytes -= chunk.Length;
            else if (chunk.State == ChunkState.Lost)
                LostCount--;
            else if (chunk.State == ChunkState.Acknowledged)
                _gapAcknowledged--;
            chunk.State = ChunkState.Abandoned;
            if (_timed == tsn)
                _timed = null;
        }
        if (message.Sent == message.Length)
            return;
        // The peer may have all that was sent and wait for the rest: one more TSN, never sent, is what FORWARD TSN then passes over.
        if (Count + 1 > _slots.Length)
            Grow();
        this[Next] = new OutstandingChunk { Message = message, State = ChunkState.Abandoned };
        Next = Next.Next;
        message.Outstanding++;
        queue.CutOff(message);
    }

    private void AdvanceOverAbandoned()
    {
        if (AdvancedAck < CumulativeAck)
            AdvancedAck = CumulativeAck;
        while (AdvancedAck.Next < Next && this[AdvancedAck.Next].State == ChunkState.Abandoned)
            AdvancedAck = AdvancedAck.Next;
    }

    private void Free(ref OutstandingChunk chunk)
    {
        OutgoingMessage message = chunk.Message;
        chunk.Message = null!;
        message.Outstanding--;
        if (message.Outstanding > 0 || !message.IsWhollySent)
            return;
        message.Stream.UnacknowledgedMessages--;
        queue.Release(message);
    }

    private void Grow()
    {
        OutstandingChunk[] old = _slots;
        _slots = new OutstandingChunk[old.Length * 2];
        for (Tsn tsn = CumulativeAck.Next; tsn < Next; tsn = tsn.Next)
            this[tsn] = old[tsn.Value & (uint)(old.Length - 1)];
    }
}
