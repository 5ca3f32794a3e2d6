using System.Security.Cryptography;

namespace Jangbu.WebRtc.Sctp;

/// <summary>
/// One end of an SCTP association (RFC 9260) inside DTLS (RFC 8261), with partial reliability (RFC 3758), stream reset (RFC 6525) and zero
/// checksum (RFC 9653). It owns no clock, socket or thread: packets and the time go in, packets, events and a deadline come out.
/// </summary>
/// <remarks>
/// After any call that changes something, drain <see cref="TryDequeue"/> and then <see cref="TryTransmit"/>. Several packets may be received
/// before one drain: then one SACK answers them all, and what the reader sends meanwhile rides in the same packet as the SACK. Not thread-safe.
/// </remarks>
// Closed -> CookieWait -> CookieEchoed -> Established -> ShutdownPending -> ShutdownSent -> Closed
//    \----------(COOKIE ECHO)---------------^      \----> ShutdownReceived -> ShutdownAckSent -> Closed
public sealed partial class Association
{
    /// <summary>Control chunks that wait for a packet; more answers than this in one drain are a flood and fall away.</summary>
    private const int MaxControl = 32;

    private readonly AssociationOptions _options;
    private readonly RandomNumberGenerator _random;
    private readonly byte[] _cookieSecret = new byte[32];
    private readonly int _packetSize;
    private readonly ReceiveQueue _received;
    private readonly BufferPool _buffers = new();
    private readonly SendQueue _queue;
    private readonly OutstandingQueue _outstanding;
    private readonly RetransmissionTimeout _timeout;
    private readonly Queue<LonePacket> _lone = [];
    private readonly Queue<byte[]> _control = [];
    private readonly Queue<PendingEvent> _events = [];
    private CongestionWindow _congestion;
    private ReceivedMessage? _reading;
    private TimeSpan _now;
    private AssociationStats _stats;

    /// <summary>Makes an end that has sent nothing; it answers an INIT, or begins with <see cref="Connect"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    public Association(AssociationOptions options, RandomNumberGenerator random)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(random);
        options.Check();
        _options = options;
        _random = random;
        _packetSize = options.MaxPacketSize & ~3;
        _received = new ReceiveQueue(options.ReceiveWindow, options.MaxMessageSize, _buffers);
        _queue = new SendQueue(_buffers);
        _outstanding = new OutstandingQueue(_queue);
        _congestion = new CongestionWindow(_packetSize);
        _timeout = new RetransmissionTimeout(
            options.InitialRetransmissionTimeout, options.MinRetransmissionTimeout, options.MaxRetransmissionTimeout);
        _localTag = NewTag();
        _localInitialTsn = new Tsn(RandomNumber());
        random.GetBytes(_cookieSecret);
        _outstanding.Start(_localInitialTsn);
        _nextRequest = new ReconfigurationSequence(_localInitialTsn.Value);
    }

    /// <summary>Where the association stands.</summary>
    public AssociationState State { get; private set; }

    /// <summary>Why it ended; none before that.</summary>
    public AssociationCloseReason CloseReason { get; private set; }

    /// <summary>Whether it has ended for good; a new one must be made.</summary>
    public bool IsEnded => CloseReason != AssociationCloseReason.None;

    /// <summary>Streams that we may send on; what we asked for until the peer has answered.</summary>
    public int OutboundStreams { get; private set; } = ushort.MaxValue;

    /// <summary>Bytes over all streams that wait to be sent for the first time.</summary>
    public int BufferedAmount => _queue.Buffered;

    /// <summary>The peer's smoothed round trip; null before one is measured.</summary>
    public TimeSpan? RoundTrip => _timeout.SmoothedRoundTrip;

    /// <summary>The longest packet that <see cref="TryTransmit"/> gives: <see cref="AssociationOptions.MaxPacketSize"/> cut to whole words.</summary>
    public int MaxPacketSize => _packetSize;

    /// <summary>Bytes that may be in flight now; at most what the congestion window allows.</summary>
    public int CongestionWindow => _congestion.Size;

    /// <summary>Bytes sent and not known to have arrived or to be lost.</summary>
    public int BytesInFlight => _outstanding.FlightBytes;

    /// <summary>Counters since the association was made.</summary>
    public AssociationStats Stats => _stats with { MessagesAbandoned = _stats.MessagesAbandoned + _outstanding.MessagesAbandoned };

    /// <summary>When <see cref="Advance"/> is due; null when nothing is awaited.</summary>
    public TimeSpan? Deadline => EarliestTimer();

    /// <summary>
    /// Queues a message. It is copied; the caller's buffer is free at once. Before the association is established messages wait for it.
    /// </summary>
    /// <param name="now">Monotonic time.</param>
    /// <param name="stream">Below the negotiated number of streams.</param>
    /// <param name="protocol">What the message is, for the peer.</param>
    /// <param name="payload">At least one byte: SCTP knows no empty message (RFC 9260 §3.3.1); data channels have their own sign for it.</param>
    /// <param name="ordered">Whether it must not overtake earlier messages of the stream.</param>
    /// <param name="reliability">How long it is worth sending; takes effect when the peer knows FORWARD TSN.</param>
    /// <exception cref="ArgumentException">The payload is empty.</exception>
    public SendResult Send(
        TimeSpan now, StreamId stream, PayloadProtocol protocol, ReadOnlySpan<byte> payload, bool ordered = true, Reliability reliability = default) =>
        Queue(now, stream, protocol, payload, ordered, reliability, counted: true);

    /// <summary>Queues a message of DCEP: ordered, reliable, and no part of what the user sees buffered.</summary>
    internal SendResult SendControl(TimeSpan now, StreamId stream, ReadOnlySpan<byte> payload) =>
        Queue(now, stream, PayloadProtocol.Dcep, payload, ordered: true, Reliability.Full, counted: false);

    private SendResult Queue(
        TimeSpan now, StreamId stream, PayloadProtocol protocol, ReadOnlySpan<byte> payload, bool ordered, Reliability reliability, bool counted)
    {
        if (payload.IsEmpty)
            throw new ArgumentException("An SCTP message has at least one byte.", nameof(payload));
        Enter(now);
        if (IsEnded || State is AssociationState.ShutdownPending or AssociationState.ShutdownSent
            or AssociationState.ShutdownReceived or AssociationState.ShutdownAckSent)
            return SendResult.Closed;
        if (stream.Value >= OutboundStreams)
            return SendResult.NoSuchStream;
        OutboundStream outbound = _queue.Stream(stream);
        if (outbound.Reset == StreamResetState.Wanted)
            return SendResult.Resetting;
        // A message longer than the whole buffer goes when nothing else waits: a limit must not make it unsendable.
        if (_queue.Buffered + (long)payload.Length > _options.MaxBuffered && _queue.Buffered > 0)
            return SendResult.BufferFull;
        TimeSpan? expires = reliability.MaxPacketLifeTime is { } life ? now + life : null;
        if (_outstanding.Count == 0 && _queue.IsEmpty)
            ShrinkAfterIdleness();
        _queue.Add(outbound, protocol, payload, ordered, reliability.MaxRetransmits, expires, counted);
        _stats.MessagesSent++;
        GrantBurst(0);
        return SendResult.Queued;
    }

    /// <summary>Bytes that the user sent on a stream and that wait to leave for the first time.</summary>
    public int BufferedAmountOf(StreamId stream) => _queue.TryFindStream(stream, out OutboundStream? outbound) ? outbound.Buffered : 0;

    /// <summary>Sets at how many waiting bytes <see cref="AssociationEventKind.BufferedAmountLow"/> is told, when they fall to it from above. 0 at first.</summary>
    public void SetBufferedAmountLowThreshold(StreamId stream, int threshold)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(threshold);
        _queue.Stream(stream).LowThreshold = threshold;
    }

    /// <summary>Gives what the layer above must know, in order. A message's bytes are valid until the next call.</summary>
    public bool TryDequeue(out AssociationEvent associationEvent)
    {
        if (_reading is { } read)
        {
            _reading = null;
            _received.Release(read);
            UpdateWindow();
        }
        TellLowBuffers();
        associationEvent = default;
        if (!_events.TryDequeue(out PendingEvent pending))
            return false;
        if (pending.Kind == AssociationEventKind.Message)
        {
            ReceivedMessage message = pending.Message;
            _reading = message;
            associationEvent = new AssociationEvent(
                AssociationEventKind.Message, message.Stream, message.Protocol, message.Buffer.AsMemory(0, message.Length), message.IsUnordered);
            return true;
        }
        if (pending.Kind == AssociationEventKind.IncomingStreamReset && _received.FindStream(pending.Stream) is { } stream)
            stream.ResetTold = false;
        associationEvent = new AssociationEvent(pending.Kind, pending.Stream, Reason: pending.Reason);
        return true;
    }

    private void Tell(AssociationEventKind kind, StreamId stream = default, AssociationCloseReason reason = AssociationCloseReason.None) =>
        _events.Enqueue(new PendingEvent(kind, stream, default, reason));

    private void TellMessages()
    {
        while (_received.TryDequeue(out ReceivedMessage message))
        {
            _stats.MessagesReceived++;
            _events.Enqueue(new PendingEvent(AssociationEventKind.Message, message.Stream, message, AssociationCloseReason.None));
        }
    }

    private void TellLowBuffers()
    {
        while (_queue.TryDequeueLow(out StreamId stream))
            Tell(AssociationEventKind.BufferedAmountLow, stream);
    }

    /// <summary>Time never runs backwards here, whatever a driver passes.</summary>
    private void Enter(TimeSpan now) => _now = now > _now ? now : _now;

    private VerificationTag NewTag()
    {
        VerificationTag tag;
        do
            tag = new VerificationTag(RandomNumber());
        while (tag.IsZero);
        return tag;
    }

    private uint RandomNumber()
    {
        Span<byte> bytes = stackalloc byte[sizeof(uint)];
        _random.GetBytes(bytes);
        return BitConverter.ToUInt32(bytes);
    }

    /// <summary>An event that the reader has not taken; the message is set for that kind only.</summary>
    private readonly record struct PendingEvent(AssociationEventKind Kind, StreamId Stream, ReceivedMessage Message, AssociationCloseReason Reason);

    /// <summary>A packet of one chunk that must travel alone or under another tag.</summary>
    private readonly record struct LonePacket(byte[] Chunk, VerificationTag Tag);
}
