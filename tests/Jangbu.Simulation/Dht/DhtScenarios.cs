using System.Globalization;
using System.Text;
using Jangbu.Crypto.OpenSsl;
using Jangbu.Dht;
using Jangbu.Dht.Bencoding;
using Jangbu.Dht.Items;

namespace Jangbu.Simulation.Dht;

/// <summary>What a scenario measured.</summary>
/// <param name="Tried">Gets, or items stored.</param>
/// <param name="Succeeded">Of those, the ones that brought the newest version.</param>
/// <param name="Hops">Steps to the first value, sorted.</param>
/// <param name="Queries">Queries of each get, sorted.</param>
/// <param name="First">Time to the first value, sorted.</param>
/// <param name="Complete">Time to the end, sorted.</param>
public sealed record DhtMeasurement(int Tried, int Succeeded, int[] Hops, int[] Queries, double[] First, double[] Complete)
{
    /// <summary>Share of successes.</summary>
    public double Success => Tried == 0 ? 0 : (double)Succeeded / Tried;

    /// <summary>The value below which this share of a sorted list lies.</summary>
    public static T At<T>(T[] sorted, double share)
    {
        ArgumentNullException.ThrowIfNull(sorted);
        return sorted[Math.Min(sorted.Length - 1, (int)(sorted.Length * share))];
    }

    /// <summary>One line for people.</summary>
    public override string ToString() => Queries.Length == 0 ? "nothing measured" : string.Create(CultureInfo.InvariantCulture,
        $"found {Succeeded}/{Tried} ({Success:P2}); hops median {At(Hops, 0.5)} p95 {At(Hops, 0.95)} max {Hops[^1]}; queries median {At(Queries, 0.5)} mean {Queries.Average():F1} p95 {At(Queries, 0.95)}; first ms median {At(First, 0.5):F0} p95 {At(First, 0.95):F0}; complete ms median {At(Complete, 0.5):F0} p95 {At(Complete, 0.95):F0}");
}

/// <summary>The scenarios of the DHT: each builds a network, does something to it, and reads items back.</summary>
public sealed class DhtScenarios(ulong seed, TextWriter output)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly ScenarioRandom dice = new(seed + 1);
    private long sequence = 1;

    /// <summary>A network of this size, joined one by one.</summary>
    public DhtSimulation Build(int nodes)
    {
        var simulation = new DhtSimulation(seed);
        // In a growing network a newcomer asks a random node that is there; ten a second is a rush.
        simulation.Populate(nodes, TimeSpan.FromMilliseconds(20), TimeSpan.FromSeconds(60));
        output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{nodes} nodes up after {simulation.Now.TotalSeconds:F0} s of virtual time and {simulation.Delivered} datagrams; contacts mean {simulation.Nodes.Average(node => node.Node.Stats(simulation.Now).Contacts):F0}"));
        return simulation;
    }

    /// <summary>Items put by random nodes and read by others while all is well but for one datagram lost in a hundred.</summary>
    public DhtMeasurement Lookups(DhtSimulation simulation, int items)
    {
        ArgumentNullException.ThrowIfNull(simulation);
        return ReadAll(simulation, PutAll(simulation, items));
    }

    /// <summary>A share of all nodes falls silent at the same moment, then the items are read.</summary>
    public DhtMeasurement Silent(DhtSimulation simulation, int items, double share)
    {
        ArgumentNullException.ThrowIfNull(simulation);
        List<MutableItem> stored = PutAll(simulation, items);
        foreach (SimulatedNode node in simulation.Nodes)
            node.IsSilent |= dice.Fraction() < share;
        return ReadAll(simulation, stored);
    }

    /// <summary>A share of all nodes lies, withholds, replays and poisons, before and after the puts.</summary>
    public DhtMeasurement Malicious(DhtSimulation simulation, int items, double share)
    {
        ArgumentNullException.ThrowIfNull(simulation);
        var malice = new DhtMalice(simulation.Random);
        List<MutableItem> old = PutAll(simulation, items);
        foreach (SimulatedNode node in simulation.Nodes.Where(_ => dice.Fraction() < share))
            malice.Join(node);
        var stored = new List<MutableItem>();
        foreach (MutableItem item in old)
        {
            malice.Replay(item);
            stored.Add(Put(simulation, keys[item.Target.Id]));
        }
        return ReadAll(simulation, stored);
    }

    /// <summary>Around each target 64 hostile nodes of one /24 are nearer than any honest one.</summary>
    public DhtMeasurement Sybil(DhtSimulation simulation, int items, int attackers)
    {
        ArgumentNullException.ThrowIfNull(simulation);
        var stored = new List<MutableItem>();
        for (int i = 0; i < items; i++)
        {
            var malice = new DhtMalice(simulation.Random);
            byte[] key = NewKey();
            NodeId target = Sign(key, 0).Target.Id;
            uint network = ((uint)(simulation.Random.Next() >> 32) & 0x3FFF_FF00) | 0x1000_0000;
            for (uint host = 1; host <= attackers; host++)
            {
                var id = target with { Low = (uint)(simulation.Random.Next() >> 32) };
                malice.Join(simulation.Add(DhtMode.Server, new NodeAddress(0, network | host, 6881, false), id, Honest(simulation)));
            }
            simulation.Run(TimeSpan.FromSeconds(20));
            stored.Add(Put(simulation, key));
        }
        return ReadAll(simulation, stored);
    }

    /// <summary>Half of the nodes are replaced every hour; items are stored again each hour and read all the time.</summary>
    public DhtMeasurement Churn(DhtSimulation simulation, int items, TimeSpan duration, bool republish)
    {
        ArgumentNullException.ThrowIfNull(simulation);
        List<MutableItem> stored = PutAll(simulation, items);
        var results = new List<DhtMeasurement>();
        TimeSpan end = simulation.Now + duration, nextRead = simulation.Now + TimeSpan.FromMinutes(10), nextPut = simulation.Now + TimeSpan.FromHours(1);
        TimeSpan step = TimeSpan.FromHours(2) / simulation.Nodes.Count;
        while (simulation.Now < end)
        {
            simulation.Remove(Honest(simulation));
            simulation.Add(DhtMode.Server, Honest(simulation));
            simulation.Run(step);
            if (republish && simulation.Now >= nextPut)
            {
                nextPut += TimeSpan.FromHours(1);
                foreach (MutableItem item in stored)
                    Await(simulation, Honest(simulation), node => node.Put(simulation.Now, item));
            }
            if (simulation.Now >= nextRead)
            {
                nextRead += TimeSpan.FromMinutes(10);
                results.Add(ReadAll(simulation, stored));
            }
        }
        return Merge(results);
    }

    private readonly Dictionary<NodeId, byte[]> keys = [];

    private List<MutableItem> PutAll(DhtSimulation simulation, int items)
    {
        var stored = new List<MutableItem>();
        for (int i = 0; i < items; i++)
            stored.Add(Put(simulation, NewKey()));
        return stored;
    }

    private MutableItem Put(DhtSimulation simulation, byte[] key)
    {
        MutableItem item = Sign(key, ++sequence);
        keys[item.Target.Id] = key;
        Await(simulation, Honest(simulation), node => node.Put(simulation.Now, item));
        return item;
    }

    private DhtMeasurement ReadAll(DhtSimulation simulation, List<MutableItem> items)
    {
        int found = 0;
        List<int> hops = [], queries = [];
        List<double> first = [], complete = [];
        foreach (MutableItem item in items)
        {
            TimeSpan start = simulation.Now;
            TimeSpan? firstAt = null;
            SimulatedNode reader = Honest(simulation);
            DhtEvent.GetCompleted? done = null;
            reader.Observer = happened =>
            {
                if (happened is DhtEvent.ItemFound)
                    firstAt ??= simulation.Now;
                done ??= happened as DhtEvent.GetCompleted;
            };
            simulation.Do(reader, node => node.Get(simulation.Now, item.Target));
            simulation.RunUntil(() => done is not null, start + Patience);
            reader.Observer = null;
            if (done is null)
                continue;
            if (done.Newest?.Sequence == item.Sequence)
                found++;
            hops.Add(done.Hops);
            queries.Add(done.NodesAsked);
            complete.Add((simulation.Now - start).TotalMilliseconds);
            first.Add(((firstAt ?? simulation.Now) - start).TotalMilliseconds);
        }
        return Sorted(items.Count, found, hops, queries, first, complete);
    }

    private static void Await(DhtSimulation simulation, SimulatedNode node, Func<DhtNode, QueryId> command)
    {
        bool done = false;
        node.Observer = happened => done |= happened is DhtEvent.PutCompleted;
        simulation.Do(node, command);
        simulation.RunUntil(() => done, simulation.Now + Patience);
        node.Observer = null;
    }

    private SimulatedNode Honest(DhtSimulation simulation)
    {
        SimulatedNode node;
        do
            node = simulation.Nodes[dice.Below(simulation.Nodes.Count)];
        while (node.IsSilent || node.Malice is not null);
        return node;
    }

    private byte[] NewKey()
    {
        byte[] key = new byte[Ed25519Key.Length];
        dice.GetBytes(key);
        return key;
    }

    private static MutableItem Sign(byte[] key, long sequence)
    {
        using Ed25519Key pair = Ed25519Key.FromSeed(key);
        return MutableItem.Sign(pair, [], sequence, Bencode.EncodeString(Encoding.ASCII.GetBytes(new string('v', 900))));
    }

    private static DhtMeasurement Merge(List<DhtMeasurement> parts) => Sorted(
        parts.Sum(part => part.Tried), parts.Sum(part => part.Succeeded), [.. parts.SelectMany(part => part.Hops)], [.. parts.SelectMany(part => part.Queries)],
        [.. parts.SelectMany(part => part.First)], [.. parts.SelectMany(part => part.Complete)]);

    private static DhtMeasurement Sorted(int tried, int found, List<int> hops, List<int> queries, List<double> first, List<double> complete) =>
        new(tried, found, [.. hops.Order()], [.. queries.Order()], [.. first.Order()], [.. complete.Order()]);
}
