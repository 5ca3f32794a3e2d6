using Jangbu.Dht.Krpc;

namespace Jangbu.Dht.Items;

/// <summary>
/// What a node keeps for others (BEP 44): bounded in number, by writer's subnet, and in time. When full, the subnet that holds most loses what
/// was written or read longest ago, so a flood from one place pushes out only its own.
/// </summary>
public sealed class ItemStore(int capacity, int subnetCapacity)
{
    /// <summary>An item not written again for two hours is dropped (BEP 44).</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromHours(2);

    private readonly Dictionary<NodeId, LinkedListNode<Stored>> items = [];
    private readonly Dictionary<NodeAddress, LinkedList<Stored>> subnets = [];

    /// <summary>Items held now.</summary>
    public int Count => items.Count;

    /// <summary>The stored mutable item, or null; being read keeps it longest among its neighbours, but no longer than two hours.</summary>
    public MutableItem? GetMutable(TimeSpan now, NodeId target) => Touch(now, target)?.Mutable;

    /// <summary>The stored immutable value, or null.</summary>
    public ImmutableItem? GetImmutable(TimeSpan now, NodeId target) => Touch(now, target)?.Immutable;

    /// <summary>Stores an immutable value, or makes a stored one last again.</summary>
    public void Put(TimeSpan now, NodeAddress writer, ImmutableItem item)
    {
        ArgumentNullException.ThrowIfNull(item);
        Replace(now, writer, item.Target, null, item);
    }

    /// <summary>Stores a mutable item under the rules of BEP 44: `cas` first, then the sequence number.</summary>
    /// <returns>None when the item is stored (or was, in this version); the code to answer otherwise.</returns>
    public KrpcCode Put(TimeSpan now, NodeAddress writer, MutableItem item, long? compare)
    {
        ArgumentNullException.ThrowIfNull(item);
        if (GetMutable(now, item.Target.Id) is { } stored)
        {
            if (compare is { } expected && expected != stored.Sequence)
                return KrpcCode.CompareMismatch;
            // The same number with other bytes is an equivocation of the key's owner: the first stays.
            if (item.Sequence < stored.Sequence || (item.Sequence == stored.Sequence && !stored.HasSameContent(item.Sequence, item.Value.Span)))
                return KrpcCode.OldSequence;
        }
        Replace(now, writer, item.Target.Id, item, null);
        return KrpcCode.None;
    }

    /// <summary>Whether exactly this version is stored: then its signature was checked before.</summary>
    public bool Holds(TimeSpan now, NodeId target, long sequence, ReadOnlySpan<byte> value, ReadOnlySpan<byte> signature) =>
        Find(now, target)?.Value.Mutable is { } item && item.HasSameContent(sequence, value) && signature.SequenceEqual(item.Signature.Span);

    /// <summary>Drops what is too old; returns when the next item will be.</summary>
    public void Expire(TimeSpan now)
    {
        foreach (NodeId target in items.Where(pair => now - pair.Value.Value.Written >= Lifetime).Select(pair => pair.Key).ToArray())
            Remove(items[target]);
    }

    private LinkedListNode<Stored>? Find(TimeSpan now, NodeId target) =>
        items.TryGetValue(target, out LinkedListNode<Stored>? node) && now - node.Value.Written < Lifetime ? node : null;

    private Stored? Touch(TimeSpan now, NodeId target)
    {
        if (Find(now, target) is not { } node)
            return null;
        LinkedList<Stored> list = subnets[node.Value.Subnet];
        list.Remove(node);
        list.AddLast(node);
        return node.Value;
    }

    private void Replace(TimeSpan now, NodeAddress writer, NodeId target, MutableItem? mutable, ImmutableItem? immutable)
    {
        NodeAddress subnet = writer.Subnet;
        if (items.TryGetValue(target, out LinkedListNode<Stored>? old))
        {
            // The first writer's subnet goes on paying for it: a stranger's republish must not be able to move it into a flooded one.
            subnet = old.Value.Subnet;
            Remove(old);
        }
        if (!subnets.TryGetValue(subnet, out LinkedList<Stored>? list))
            subnets[subnet] = list = new LinkedList<Stored>();
        if (list.Count >= subnetCapacity)
            Remove(list.First!);
        else if (items.Count >= capacity)
            Remove(subnets.Values.MaxBy(candidate => candidate.Count)!.First!);
        // Removing may have emptied and dropped the list.
        subnets[subnet] = list;
        items[target] = list.AddLast(new Stored(target, subnet, now, mutable, immutable));
    }

    private void Remove(LinkedListNode<Stored> node)
    {
        items.Remove(node.Value.Target);
        LinkedList<Stored> list = subnets[node.Value.Subnet];
        list.Remove(node);
        if (list.Count == 0)
            subnets.Remove(node.Value.Subnet);
    }

    private sealed record Stored(NodeId Target, NodeAddress Subnet, TimeSpan Written, MutableItem? Mutable, ImmutableItem? Immutable);
}
