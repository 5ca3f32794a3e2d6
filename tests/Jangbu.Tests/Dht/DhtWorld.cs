using System.Net;
using Jangbu.Dht;

namespace Jangbu.Tests.Dht;

/// <summary>Several nodes in one process over a link that takes time and loses datagrams, all by one seed; time is virtual.</summary>
internal sealed class DhtWorld(ulong seed)
{
    private ulong chance = seed;
    private readonly Dictionary<NodeAddress, DhtNode> nodes = [];
    private readonly PriorityQueue<(NodeAddress From, NodeAddress To, byte[] Datagram), (TimeSpan At, long Order)> wire = new();
    private readonly byte[] buffer = new byte[DhtNode.MaximumDatagramLength];
    private long order;

    public TimeSpan Now { get; private set; } = TimeSpan.FromSeconds(1);

    /// <summary>One way.</summary>
    public TimeSpan Latency { get; set; } = TimeSpan.FromMilliseconds(1);

    /// <summary>Datagrams lost of 1,000.</summary>
    public int LossPerThousand { get; set; }

    /// <summary>Nodes that receive and send nothing.</summary>
    public HashSet<DhtNode> Silent { get; } = [];

    public Dictionary<DhtNode, List<DhtEvent>> Events { get; } = [];

    private readonly Dictionary<DhtNode, List<NodeAddress>> addresses = [];

    public long Delivered { get; private set; }

    public DhtNode Add(DhtOptions options, params string[] at)
    {
        var node = new DhtNode(options, new SeededRandom(unchecked(chance + ((ulong)nodes.Count * 0x9E37_79B9_7F4A_7C15UL))));
        addresses.Add(node, [.. at.Select(address => NodeAddress.From(IPEndPoint.Parse(address)))]);
        foreach (NodeAddress address in addresses[node])
            nodes.Add(address, node);
        Events.Add(node, []);
        return node;
    }

    /// <summary>A whole network of serving nodes on loopback, each joined through the first.</summary>
    public List<DhtNode> AddNetwork(int count, DhtMode mode = DhtMode.Server)
    {
        var added = new List<DhtNode>();
        for (int i = 0; i < count; i++)
        {
            DhtNode node = Add(new DhtOptions { Mode = mode }, $"127.0.0.1:{7000 + i}");
            if (i > 0)
                Do(() => node.AddNode(Now, IPEndPoint.Parse("127.0.0.1:7000")));
            added.Add(node);
            Run(TimeSpan.FromMilliseconds(100));
        }
        Run(TimeSpan.FromSeconds(5));
        return added;
    }

    /// <summary>Gives a node a command and sends what comes of it.</summary>
    public void Do(Action command)
    {
        command();
        foreach (DhtNode node in addresses.Keys)
            Drain(node);
    }

    public T Do<T>(Func<T> command)
    {
        T result = command();
        foreach (DhtNode node in addresses.Keys)
            Drain(node);
        return result;
    }

    public void Run(TimeSpan duration) => RunUntil(() => false, duration);

    /// <summary>Goes on until the condition holds; false when the time is over first.</summary>
    public bool RunUntil(Func<bool> condition, TimeSpan atMost)
    {
        TimeSpan end = Now + atMost;
        while (!condition())
        {
            TimeSpan next = end;
            if (wire.TryPeek(out _, out (TimeSpan At, long) due) && due.At < next)
                next = due.At;
            foreach (DhtNode node in addresses.Keys)
            {
                if (!Silent.Contains(node) && node.Deadline < next)
                    next = node.Deadline.Value;
            }
            Now = next > Now ? next : Now;
            while (wire.TryPeek(out (NodeAddress From, NodeAddress To, byte[] Datagram) arriving, out due) && due.At <= Now)
            {
                wire.Dequeue();
                if (!nodes.TryGetValue(arriving.To, out DhtNode? node) || Silent.Contains(node))
                    continue;
                Delivered++;
                node.Receive(Now, arriving.From, arriving.Datagram);
                Drain(node);
            }
            foreach (DhtNode node in addresses.Keys)
            {
                if (node.Deadline > Now || Silent.Contains(node))
                    continue;
                node.Advance(Now);
                Drain(node);
            }
            if (Now >= end)
                return condition();
        }
        return true;
    }

    /// <summary>Runs until <paramref name="node"/> raised an event of this kind for this query, and returns it.</summary>
    public T Await<T>(DhtNode node, Func<T, bool> match, int seconds = 20)
        where T : DhtEvent
    {
        T? found = null;
        bool came = RunUntil(() => (found = Events[node].OfType<T>().FirstOrDefault(match)) is not null, TimeSpan.FromSeconds(seconds));
        Assert.True(came, $"no {typeof(T).Name} within {seconds} s of virtual time");
        return found!;
    }

    private void Drain(DhtNode node)
    {
        while (node.TryTransmit(buffer, out int length, out NodeAddress to))
        {
            if (Silent.Contains(node) || Chance() < LossPerThousand)
                continue;
            NodeAddress from = addresses[node].Find(address => address.IsIPv6 == to.IsIPv6);
            wire.Enqueue((from, to, buffer.AsSpan(0, length).ToArray()), (Now + Latency, order++));
        }
        while (node.TryDequeue(out DhtEvent happened))
            Events[node].Add(happened);
    }

    private int Chance()
    {
        chance = unchecked((chance * 6364136223846793005UL) + 1442695040888963407UL);
        return (int)((chance >> 33) % 1000);
    }
}
