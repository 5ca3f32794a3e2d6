using System.Net;
using System.Security.Cryptography;
using Jangbu.Dht.Items;
using Jangbu.Dht.Krpc;

namespace Jangbu.Dht;

/// <summary>
/// A node of BitTorrent's Mainline DHT (BEP 5, 32, 42, 43, 44) as an engine: datagrams and time in, datagrams and events out. It joins through
/// any known node, stores and finds signed items and peers, and, when it serves, keeps them for others. Not thread-safe.
/// </summary>
/// <remarks>After each call drain `TryTransmit` and <see cref="TryDequeue"/>; call <see cref="Advance"/> at <see cref="Deadline"/>.</remarks>
public sealed partial class DhtNode
{
    /// <summary>Largest datagram read; KRPC messages stay below 1,500.</summary>
    public const int MaximumDatagramLength = 2048;

    /// <summary>Events and datagrams waiting for the driver; a driver that never drains loses the rest.</summary>
    public const int MaximumQueued = 4096;

    private readonly DhtOptions options;
    private readonly RandomNumberGenerator random;
    private readonly DhtNetwork?[] networks = new DhtNetwork?[2];
    private readonly Queue<(NodeAddress To, byte[] Datagram)> outgoing = [];
    private readonly Queue<DhtEvent> events = [];
    private readonly HashSet<NodeId> watched = [];
    private readonly byte[] buffer = new byte[MaximumDatagramLength];
    private Counters counters;
    private long lastQuery;

    /// <summary>Makes a node that knows nobody yet.</summary>
    /// <param name="options">Checked here.</param>
    /// <param name="random">Source of ids, transactions and secrets.</param>
    public DhtNode(DhtOptions options, RandomNumberGenerator random)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(random);
        options.Check();
        this.options = options;
        this.random = random;
        tokens = new WriteToken(random);
        items = new ItemStore(options.ItemCapacity, options.SubnetItemCapacity);
        NodeId id = options.Id ?? NodeId.Random(random);
        if (options.Families.HasFlag(AddressFamilies.IPv4))
            networks[0] = new DhtNetwork(false, id);
        if (options.Families.HasFlag(AddressFamilies.IPv6))
            networks[1] = new DhtNetwork(true, id);
        Serves = options.Mode == DhtMode.Server;
    }

    /// <summary>The own id (of the first family in use; BEP 42 may make them differ).</summary>
    public NodeId Id => (networks[0] ?? networks[1]!).Table.Own;

    /// <summary>Whether this node answers queries.</summary>
    public bool Serves { get; private set; }

    /// <summary>When <see cref="Advance"/> should next be called.</summary>
    public TimeSpan? Deadline
    {
        get
        {
            TimeSpan due = nextUpkeep;
            return timers.TryPeek(out _, out TimeSpan timer) && timer < due ? timer : due;
        }
    }

    /// <summary>Counters and sizes at this moment.</summary>
    public DhtStats Stats(TimeSpan now)
    {
        int contacts = 0, good = 0;
        long nodes = 0;
        foreach (DhtNetwork? network in networks)
        {
            contacts += network?.Table.Count ?? 0;
            good += network?.Table.Contacts.Count(contact => contact.IsGood(now)) ?? 0;
            nodes = Math.Max(nodes, network?.EstimatedNodes ?? 0);
        }
        return new(contacts, good, items.Count, nodes, counters.DatagramsReceived, counters.DatagramsSent, counters.BytesReceived, counters.BytesSent,
            counters.QueriesAnswered, counters.QueriesSent, counters.Malformed, counters.Foreign, counters.Limited, counters.Forged);
    }

    /// <summary>Takes a datagram from the network. Never throws for what is in it.</summary>
    public void Receive(TimeSpan now, IPEndPoint from, ReadOnlySpan<byte> datagram) => Receive(now, NodeAddress.From(from), datagram);

    /// <summary>Takes a datagram from the network. Never throws for what is in it.</summary>
    public void Receive(TimeSpan now, NodeAddress from, ReadOnlySpan<byte> datagram)
    {
        counters.DatagramsReceived++;
        counters.BytesReceived += datagram.Length;
        if (NetworkOf(from) is not { } network || !from.IsUsable)
        {
            counters.Foreign++;
            return;
        }
        if (datagram.Length > MaximumDatagramLength || !KrpcMessage.TryRead(datagram, out KrpcMessage message))
        {
            counters.Malformed++;
            return;
        }
        if (message.Kind == KrpcKind.Query)
            TakeQuery(now, network, from, datagram.Length, ref message);
        else
            TakeAnswer(now, network, from, ref message);
    }

    /// <summary>Does what is due: repeats, gives up on silent nodes, and keeps the table fresh.</summary>
    public void Advance(TimeSpan now)
    {
        RunTimers(now);
        if (now >= nextUpkeep)
            Upkeep(now);
    }

    /// <summary>Hands out the next datagram to send.</summary>
    /// <param name="datagram">At least <see cref="MaximumDatagramLength"/> bytes.</param>
    /// <param name="length">Its length.</param>
    /// <param name="to">Where to; the driver picks the socket by family.</param>
    public bool TryTransmit(Span<byte> datagram, out int length, out IPEndPoint to)
    {
        bool any = TryTransmit(datagram, out length, out NodeAddress address);
        to = any ? address.ToEndPoint() : Nowhere;
        return any;
    }

    /// <summary>Hands out the next datagram to send.</summary>
    public bool TryTransmit(Span<byte> datagram, out int length, out NodeAddress to)
    {
        length = 0;
        if (!outgoing.TryDequeue(out (NodeAddress To, byte[] Datagram) next))
        {
            to = default;
            return false;
        }
        next.Datagram.CopyTo(datagram);
        length = next.Datagram.Length;
        to = next.To;
        counters.DatagramsSent++;
        counters.BytesSent += length;
        return true;
    }

    /// <summary>Hands out the next event.</summary>
    public bool TryDequeue(out DhtEvent happened) => events.TryDequeue(out happened!);

    /// <summary>Names a node to join the network through, or one merely known; it enters the table when it answers.</summary>
    public void AddNode(TimeSpan now, IPEndPoint node)
    {
        NodeAddress address = NodeAddress.From(node);
        // A private network has no NAT inside it, so whoever is there can be reached.
        if (address.IsPrivate && options.Mode == DhtMode.Automatic)
            SetServing(true);
        if (!address.IsUsable || NetworkOf(address) is not { } network || network.Bootstraps.Contains(address))
            return;
        if (network.Bootstraps.Count >= DhtNetwork.MaximumBootstraps)
            network.Bootstraps.RemoveAt(0);
        network.Bootstraps.Add(address);
        if (network.Joining is not null || network.Table.Count >= RoutingTable.K)
        {
            Check(now, address, null);
            return;
        }
        network.NextJoin = now;
        nextUpkeep = now;
    }

    /// <summary>Tells of every query for this target: whoever rings asks for it.</summary>
    public void Watch(NodeId target) => watched.Add(target);

    /// <summary>Stops telling.</summary>
    public void Unwatch(NodeId target) => watched.Remove(target);

    private static readonly IPEndPoint Nowhere = new(IPAddress.None, 0);

    private DhtNetwork? NetworkOf(NodeAddress address) => networks[address.IsIPv6 ? 1 : 0];

    private QueryId NextQuery() => new(++lastQuery);

    private void Raise(DhtEvent happened)
    {
        if (events.Count < MaximumQueued)
            events.Enqueue(happened);
    }

    private void Transmit(NodeAddress to, ReadOnlySpan<byte> datagram)
    {
        if (outgoing.Count < MaximumQueued)
            outgoing.Enqueue((to, datagram.ToArray()));
    }

    private struct Counters
    {
        public long DatagramsReceived, DatagramsSent, BytesReceived, BytesSent, QueriesAnswered, QueriesSent, Malformed, Foreign, Limited, Forged;
    }
}
