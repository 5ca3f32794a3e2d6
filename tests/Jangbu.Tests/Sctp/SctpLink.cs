using Jangbu.WebRtc.Sctp;

namespace Jangbu.Tests.Sctp;

/// <summary>What a link does to packets.</summary>
internal sealed record LinkFaults
{
    public double Loss { get; init; }

    public double Duplication { get; init; }

    public TimeSpan Delay { get; init; } = TimeSpan.FromMilliseconds(20);

    public TimeSpan Jitter { get; init; }
}

/// <summary>Two associations over a link of virtual time; every fault comes from the seed.</summary>
internal sealed class SctpLink
{
    private readonly Random _random;
    private readonly PriorityQueue<(Association To, byte[] Packet), (TimeSpan At, long Order)> _air = new();
    private readonly byte[] _buffer = new byte[65_536];
    private long _order;

    public SctpLink(int seed = 1, LinkFaults? faults = null, AssociationOptions? left = null, AssociationOptions? right = null,
        uint[]? leftWords = null, uint[]? rightWords = null)
    {
        _random = new Random(seed);
        Faults = faults ?? new LinkFaults();
        Left = new Association(left ?? new AssociationOptions(), new SeededRandom(seed * 2 + 1, leftWords ?? []));
        Right = new Association(right ?? new AssociationOptions(), new SeededRandom(seed * 2 + 2, rightWords ?? []));
        ReadLeft = happened => LeftEvents.Add(Kept.Of(happened));
        ReadRight = happened => RightEvents.Add(Kept.Of(happened));
    }

    public Association Left { get; }

    public Association Right { get; }

    public LinkFaults Faults { get; set; }

    public TimeSpan Now { get; private set; } = TimeSpan.FromSeconds(1);

    public List<Kept> LeftEvents { get; } = [];

    public List<Kept> RightEvents { get; } = [];

    /// <summary>What the reader of each side does with an event; keeps it, at first. Null does not read at all.</summary>
    public Action<AssociationEvent>? ReadLeft { get; set; }

    public Action<AssociationEvent>? ReadRight { get; set; }

    /// <summary>Sees every packet that leaves; false drops it.</summary>
    public Func<Association, byte[], bool>? Tap { get; set; }

    public long PacketsCarried { get; private set; }

    public void Connect(bool both = true)
    {
        Left.Connect(Now);
        if (both)
            Right.Connect(Now);
        RunUntil(() => Left.State == AssociationState.Established && Right.State == AssociationState.Established, TimeSpan.FromMinutes(2));
    }

    /// <summary>Runs until the condition holds; fails when it does not within the time.</summary>
    public void RunUntil(Func<bool> condition, TimeSpan limit)
    {
        TimeSpan end = Now + limit;
        Drain();
        while (!condition())
            Assert.True(Step(end), $"the condition does not hold after {limit}: left {Left.State}, right {Right.State}");
    }

    public void Run(TimeSpan duration)
    {
        TimeSpan end = Now + duration;
        Drain();
        while (Step(end))
        {
        }
        Now = end;
    }

    /// <summary>Goes to the next arrival or deadline.</summary>
    /// <returns>False when there is none before the end.</returns>
    public bool Step(TimeSpan end)
    {
        TimeSpan? next = Earlier(Left.Deadline, Right.Deadline);
        if (_air.TryPeek(out _, out (TimeSpan At, long Order) first))
            next = Earlier(next, first.At);
        if (next is null || next > end)
            return false;
        Now = next.Value > Now ? next.Value : Now;
        while (_air.TryPeek(out (Association To, byte[] Packet) arrival, out first) && first.At <= Now)
        {
            _air.Dequeue();
            arrival.To.Receive(Now, arrival.Packet);
        }
        if (Left.Deadline <= Now)
            Left.Advance(Now);
        if (Right.Deadline <= Now)
            Right.Advance(Now);
        Drain();
        return true;
    }

    public void Drain()
    {
        bool again = true;
        while (again)
        {
            again = DrainEvents(Left, ReadLeft) | DrainEvents(Right, ReadRight);
            again |= DrainPackets(Left, Right) | DrainPackets(Right, Left);
        }
    }

    private static bool DrainEvents(Association association, Action<AssociationEvent>? read)
    {
        bool any = false;
        while (read is not null && association.TryDequeue(out AssociationEvent happened))
        {
            any = true;
            read(happened);
        }
        return any;
    }

    private bool DrainPackets(Association from, Association to)
    {
        bool any = false;
        for (int sent = 0; from.TryTransmit(_buffer, out int length); sent++)
        {
            any = true;
            Assert.True(sent < 20_000, "packets without end at one moment");
            byte[] packet = _buffer.AsSpan(0, length).ToArray();
            Assert.True(length <= from.MaxPacketSize, $"a packet of {length}");
            if (Tap is { } tap && !tap(from, packet))
                continue;
            int copies = _random.NextDouble() < Faults.Loss ? 0 : _random.NextDouble() < Faults.Duplication ? 2 : 1;
            for (int i = 0; i < copies; i++)
            {
                TimeSpan at = Now + Faults.Delay + Faults.Jitter * _random.NextDouble();
                _air.Enqueue((to, packet), (at, _order++));
                PacketsCarried++;
            }
        }
        return any;
    }

    private static TimeSpan? Earlier(TimeSpan? left, TimeSpan? right) =>
        left is null || right < left ? right ?? left : left;
}

/// <summary>An event with its own copy of the message.</summary>
internal sealed record Kept(AssociationEventKind Kind, StreamId Stream, PayloadProtocol Protocol, byte[] Payload, AssociationCloseReason Reason)
{
    public static Kept Of(AssociationEvent happened) =>
        new(happened.Kind, happened.Stream, happened.Protocol, happened.Payload.ToArray(), happened.Reason);
}
