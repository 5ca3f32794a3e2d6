using System.Numerics;
using System.Security.Cryptography;

namespace Jangbu.Ledger;

/// <summary>
/// The tree of RFC 6962 §2.1, kept as it grows: an added leaf costs two hashes on average, a root or a proof of any past size about log2(size).
/// It holds every complete node, 64 bytes a leaf.
/// </summary>
public sealed class MerkleTree
{
    //  level 2:        h0..3                    a node stands at level k, place i when all its 2^k leaves i·2^k … are there;
    //  level 1:   h01       h23      h45        what is not complete (here the root of 0..6) is made when asked for
    //  level 0:  0   1     2   3    4   5   6
    private readonly List<List<EntryHash>> _levels = [[]];

    /// <summary>Number of leaves.</summary>
    public long Count => _levels[0].Count;

    /// <summary>The root over all leaves; of the empty tree SHA-256 of nothing.</summary>
    public EntryHash Root => RootOf(Count);

    /// <summary>The hash of a leaf, SHA-256(0x00 || data), put together from the two parts that a salted leaf has (PROTOCOL §7).</summary>
    public static EntryHash LeafHash(ReadOnlySpan<byte> salt, ReadOnlySpan<byte> data)
    {
        using IncrementalHash sha = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        sha.AppendData([0]);
        sha.AppendData(salt);
        sha.AppendData(data);
        Span<byte> hash = stackalloc byte[EntryHash.Size];
        sha.GetHashAndReset(hash);
        return new EntryHash(hash);
    }

    /// <summary>Adds a leaf by its hash.</summary>
    public void Add(EntryHash leafHash)
    {
        EntryHash node = leafHash;
        for (int level = 0; ; level++)
        {
            if (level == _levels.Count)
                _levels.Add([]);
            List<EntryHash> nodes = _levels[level];
            nodes.Add(node);
            if (nodes.Count % 2 == 1)
                return;
            node = NodeHash(nodes[^2], nodes[^1]);
        }
    }

    /// <summary>The hash of the leaf at an index.</summary>
    public EntryHash Leaf(long index) => _levels[0][checked((int)index)];

    /// <summary>The root when the tree had <paramref name="size"/> leaves.</summary>
    public EntryHash RootOf(long size)
    {
        CheckSize(size);
        return size == 0 ? EntryHash.Of([]) : Range(0, size);
    }

    /// <summary>Proves that a leaf is in the tree of its first <paramref name="size"/> leaves (RFC 6962 §2.1.1).</summary>
    public InclusionProof ProveInclusion(long index, long size)
    {
        CheckSize(size);
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, size);
        List<EntryHash> path = [];
        for (long low = 0, high = size; high - low > 1;)
        {
            long middle = low + Split(high - low);
            path.Add(index < middle ? Range(middle, high) : Range(low, middle));
            if (index < middle)
                high = middle;
            else
                low = middle;
        }
        path.Reverse();
        return new InclusionProof(index, size, [.. path]);
    }

    /// <summary>Proves that the tree of <paramref name="size"/> leaves begins with the one of <paramref name="earlier"/> (RFC 6962 §2.1.2).</summary>
    public ConsistencyProof ProveConsistency(long earlier, long size)
    {
        CheckSize(size);
        ArgumentOutOfRangeException.ThrowIfLessThan(earlier, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(earlier, size);
        List<EntryHash> path = [];
        if (earlier < size)
        {
            long low = 0, high = size;
            while (earlier != high)
            {
                long middle = low + Split(high - low);
                path.Add(earlier <= middle ? Range(middle, high) : Range(low, middle));
                if (earlier <= middle)
                    high = middle;
                else
                    low = middle;
            }
            // The node that is the whole earlier tree is known to who asks.
            if (low != 0)
                path.Add(Range(low, high));
            path.Reverse();
        }
        return new ConsistencyProof(earlier, size, [.. path]);
    }

    internal static EntryHash NodeHash(EntryHash left, EntryHash right)
    {
        Span<byte> node = stackalloc byte[1 + 2 * EntryHash.Size];
        node[0] = 1;
        left.CopyTo(node[1..]);
        right.CopyTo(node[(1 + EntryHash.Size)..]);
        return EntryHash.Of(node);
    }

    private EntryHash Range(long low, long high)
    {
        long count = high - low;
        if (BitOperations.IsPow2(count))
        {
            int level = BitOperations.Log2((ulong)count);
            return _levels[level][checked((int)(low >> level))];
        }
        long middle = low + Split(count);
        return NodeHash(Range(low, middle), Range(middle, high));
    }

    // The largest power of two below count.
    private static long Split(long count) => 1L << BitOperations.Log2((ulong)(count - 1));

    private void CheckSize(long size)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(size);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(size, Count);
    }
}
