using System.Net;
using Jangbu.Dht;
using Jangbu.Dht.Krpc;

namespace Jangbu.Simulation.Dht;

/// <summary>
/// Thousands of nodes in one process and in virtual time: a link between any two takes 20 to 300 ms there and back (most are short, a few long)
/// and loses one datagram in a hundred. The same seed gives the same run to the byte.
/// </summary>
public sealed class DhtSimulation
{
    private readonly ScenarioRandom random;
    private readonly Dictionary<NodeAddress, SimulatedNode> nodes = [];
    private readonly PriorityQueue<Arrival, long> wire = new();
    private readonly PriorityQueue<SimulatedNode, long> wakes = new();
    private readonly byte[] buffer = new byte[DhtNode.MaximumDatagramLength];
    private readonly ulong latencySeed;

    /// <summary>An empty network.</summary>
    public DhtSimulation(ulong seed)
    {
        random = new ScenarioRandom(seed);
        latencySeed = random.Next();
    }

    /// <summary>The virtual time.</summary>
    public TimeSpan Now { get; private set; } = TimeSpan.FromSeconds(1);

    /// <summary>Datagrams lost of 1,000.</summary>
    public int LossPerThousand { get; set; } = 10;

    /// <summary>Datagrams that arrived.</summary>
    public long Delivered { get; private set; }

    /// <summary>The nodes that are there, in the order they came.</summary>
    public List<SimulatedNode> Nodes { get; } = [];

    /// <summary>The scenario's own dice.</summary>
    public ScenarioRandom Random => random;

    /// <summary>Adds a node at a random public address of its own, with an id that fits it.</summary>
    public SimulatedNode Add(DhtMode mode, SimulatedNode? through)
    {
        NodeAddress address;
        do
            address = new NodeAddress(0, (uint)(random.Next() >> 32), 6881, false);
        while (!address.IsUsable || address.IsPrivate || nodes.ContainsKey(address));
        return Add(mode, address, SecureNodeId.Create(address, random), through);
    }

    /// <summary>Adds a node.</summary>
    public SimulatedNode Add(DhtMode mode, NodeAddress address, NodeId id, SimulatedNode? through)
    {
        var options = new DhtOptions { Mode = mode, Families = AddressFamilies.IPv4, Id = id };
        var added = new SimulatedNode(new DhtNode(options, new ScenarioRandom(random.Next())), address);
        nodes.Add(address, added);
        Nodes.Add(added);
        if (through is not null)
            added.Node.AddNode(Now, through.Address.ToEndPoint());
        Settle(added);
        return added;
    }

    /// <summary>Takes a node away for good.</summary>
    public void Remove(SimulatedNode node)
    {
        node.IsSilent = true;
        nodes.Remove(node.Address);
        Nodes.Remove(node);
    }

    /// <summary>Joins so many serving nodes, one every <paramref name="interval"/>, each through a random earlier one.</summary>
    public void Populate(int count, TimeSpan interval, TimeSpan settle)
    {
        for (int i = 0; i < count; i++)
        {
            Add(DhtMode.Server, Nodes.Count == 0 ? null : Nodes[random.Below(Nodes.Count)]);
            Run(interval);
        }
        Run(settle);
    }

    /// <summary>Gives a node a command and sends what comes of it.</summary>
    public QueryId Do(SimulatedNode node, Func<DhtNode, QueryId> command)
    {
        QueryId query = command(node.Node);
        Settle(node);
        return query;
    }

    /// <summary>Lets time pass.</summary>
    public void Run(TimeSpan duration) => RunUntil(() => false, Now + duration);

    /// <summary>Lets time pass until the condition holds, at most until <paramref name="end"/>.</summary>
    public bool RunUntil(Func<bool> condition, TimeSpan end)
    {
        while (!condition())
        {
            long arrival = wire.TryPeek(out _, out long first) ? first : long.MaxValue;
            long wake = wakes.TryPeek(out _, out long due) ? due : long.MaxValue;
            long next = Math.Min(arrival, wake);
            if (next > end.Ticks)
            {
                Now = end;
                return condition();
            }
            Now = TimeSpan.FromTicks(Math.Max(next, Now.Ticks));
            if (arrival <= wake)
                Deliver(wire.Dequeue());
            else
                Wake(wakes.Dequeue(), due);
        }
        return true;
    }

    private void Deliver(Arrival arriving)
    {
        if (!nodes.TryGetValue(arriving.To, out SimulatedNode? node) || node.IsSilent)
            return;
        Delivered++;
        if (node.Malice is { } malice && malice.TryAnswer(node, arriving.From, arriving.Datagram, buffer, out int length))
        {
            if (length > 0)
                Send(node.Address, arriving.From, buffer.AsSpan(0, length));
            return;
        }
        node.Node.Receive(Now, arriving.From, arriving.Datagram);
        Settle(node);
    }

    private void Wake(SimulatedNode node, long due)
    {
        if (node.WakeAt != due || node.IsSilent)
            return;
        node.WakeAt = long.MaxValue;
        node.Node.Advance(Now);
        Settle(node);
    }

    private void Settle(SimulatedNode node)
    {
        while (node.Node.TryTransmit(buffer, out int length, out NodeAddress to))
            Send(node.Address, to, buffer.AsSpan(0, length));
        while (node.Node.TryDequeue(out DhtEvent happened))
            node.Observer?.Invoke(happened);
        if (node.Node.Deadline is { } deadline && deadline.Ticks < node.WakeAt)
        {
            node.WakeAt = Math.Max(deadline.Ticks, Now.Ticks);
            wakes.Enqueue(node, node.WakeAt);
        }
    }

    private void Send(NodeAddress from, NodeAddress to, ReadOnlySpan<byte> datagram)
    {
        if (random.Below(1000) < LossPerThousand)
            return;
        wire.Enqueue(new Arrival(from, to, datagram.ToArray()), Now.Ticks + Latency(from, to).Ticks);
    }

    /// <summary>One way between two addresses: the same both ways and at all times, 10 to 150 ms, the cube of a fraction making long ones rare.</summary>
    private TimeSpan Latency(NodeAddress left, NodeAddress right)
    {
        double fraction = (ScenarioRandom.Mix(unchecked(latencySeed ^ ((left.Low + right.Low) * 0x2545_F491_4F6C_DD1D))) >> 11) / (double)(1UL << 53);
        return TimeSpan.FromMilliseconds(10 + (140 * fraction * fraction * fraction));
    }

    private readonly record struct Arrival(NodeAddress From, NodeAddress To, byte[] Datagram);
}

/// <summary>A node and where it is.</summary>
public sealed class SimulatedNode(DhtNode node, NodeAddress address)
{
    /// <summary>The engine.</summary>
    public DhtNode Node { get; } = node;

    /// <summary>Its outer address.</summary>
    public NodeAddress Address { get; } = address;

    /// <summary>Sends and receives nothing any more.</summary>
    public bool IsSilent { get; set; }

    /// <summary>What it answers instead of the truth.</summary>
    public DhtMalice? Malice { get; set; }

    /// <summary>Sees its events.</summary>
    public Action<DhtEvent>? Observer { get; set; }

    internal long WakeAt { get; set; } = long.MaxValue;
}
