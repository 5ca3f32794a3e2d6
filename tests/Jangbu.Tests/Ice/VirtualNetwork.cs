using System.Net;

namespace Jangbu.Tests.Ice;

/// <summary>
/// Hosts, address translators and servers under a virtual clock: one thread, one seed. A datagram passes the sender's translator, the open
/// network with its delay and loss, and the receiver's translator.
/// </summary>
internal sealed class VirtualNetwork(int seed)
{
    private readonly PriorityQueue<Action, (TimeSpan At, long Order)> _queue = new();
    private readonly Dictionary<IPAddress, Action<IPEndPoint, IPEndPoint, byte[]>> _receivers = [];
    private readonly Dictionary<IPAddress, VirtualNat> _behind = [];
    private readonly Dictionary<IPAddress, VirtualNat> _outer = [];
    private readonly Random _random = new(seed);
    private long _order;

    public TimeSpan Now { get; private set; } = TimeSpan.FromSeconds(1);
    public TimeSpan Delay { get; set; } = TimeSpan.FromMilliseconds(10);
    public TimeSpan Jitter { get; set; }
    public double Loss { get; set; }
    public double Duplicates { get; set; }

    /// <summary>Source and destination as the open network sees them, before loss.</summary>
    public List<(TimeSpan At, IPEndPoint From, IPEndPoint To, int Length)> Sent { get; } = [];

    /// <summary>Says which datagrams the open network loses, besides <see cref="Loss"/>.</summary>
    public Func<IPEndPoint, IPEndPoint, bool> Cut { get; set; } = (_, _) => false;

    /// <summary>Sees and may change every datagram that a host receives; null drops it.</summary>
    public Func<IPEndPoint, IPEndPoint, byte[], byte[]?> Tamper { get; set; } = (_, _, datagram) => datagram;

    public void AddHost(IPAddress address, Action<IPEndPoint, IPEndPoint, byte[]> receiver, VirtualNat? nat = null)
    {
        _receivers[address] = receiver;
        if (nat is null)
            return;
        _behind[address] = nat;
        _outer[nat.OuterAddress] = nat;
    }

    /// <summary>Gives a translator another outer address and forgets its mappings, as a provider does at night.</summary>
    public void Rebind(VirtualNat nat, IPAddress outer)
    {
        _outer.Remove(nat.OuterAddress);
        nat.Rebind(outer);
        _outer[outer] = nat;
    }

    public void Send(IPEndPoint from, IPEndPoint to, ReadOnlySpan<byte> datagram)
    {
        byte[] bytes = datagram.ToArray();
        IPEndPoint seenFrom = from;
        VirtualNat? own = _behind.GetValueOrDefault(from.Address);
        if (own is not null && !(_behind.TryGetValue(to.Address, out VirtualNat? shared) && shared == own))
        {
            if (_behind.ContainsKey(to.Address) || !own.TryOutbound(from, to, out seenFrom))
                return;
        }
        else if (own is null && _behind.ContainsKey(to.Address))
        {
            return;
        }

        Sent.Add((Now, seenFrom, to, bytes.Length));
        if (Draw() < Loss || Cut(seenFrom, to))
            return;
        int copies = Draw() < Duplicates ? 2 : 1;
        for (int copy = 0; copy < copies; copy++)
            At(Now + Delay + (Jitter * Draw()), () => Deliver(seenFrom, to, bytes));
    }

    public void At(TimeSpan time, Action action) => _queue.Enqueue(action, (time < Now ? Now : time, _order++));

    /// <summary>Runs until a condition holds or time is over.</summary>
    public bool RunUntil(Func<bool> condition, TimeSpan limit)
    {
        TimeSpan end = Now + limit;
        int steps = 0;
        while (!condition())
        {
            if (!_queue.TryPeek(out _, out (TimeSpan At, long) next) || next.At > end)
            {
                Now = end;
                return false;
            }

            Assert.True(++steps < 2_000_000, "the simulation does not come to rest: an engine's deadline lies in the past and it does nothing about it");
            Now = next.At;
            _queue.Dequeue()();
        }

        return true;
    }

    public void Run(TimeSpan time) => RunUntil(() => false, time);

    private void Deliver(IPEndPoint from, IPEndPoint to, byte[] bytes)
    {
        if (_outer.TryGetValue(to.Address, out VirtualNat? nat))
        {
            if (!nat.TryInbound(from, to, out IPEndPoint? inner))
                return;
            to = inner!;
        }

        if (_receivers.TryGetValue(to.Address, out Action<IPEndPoint, IPEndPoint, byte[]>? receiver) && Tamper(from, to, bytes) is { } arrived)
            receiver(to, from, arrived);
    }

    private double Draw() => _random.NextDouble();
}
