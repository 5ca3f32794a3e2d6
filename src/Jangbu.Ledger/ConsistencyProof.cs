namespace Jangbu.Ledger;

/// <summary>That a tree only grew: its first leaves are those of an earlier tree (RFC 6962 §2.1.2).</summary>
/// <param name="Earlier">Leaves of the earlier tree, at least 1: every tree begins with the empty one, so nothing is proved from there.</param>
/// <param name="Size">Leaves of the later tree.</param>
/// <param name="Path">Node hashes; empty when both trees are of one size.</param>
public sealed record ConsistencyProof(long Earlier, long Size, IReadOnlyList<EntryHash> Path)
{
    /// <summary>Hashes in the longest path that is looked at: two edges of a tree of 2^63 leaves meet after these.</summary>
    public const int MaximumPath = 64;

    /// <summary>Whether the path ties both roots together. Never throws, whatever was read from a file.</summary>
    public bool Verify(EntryHash earlierRoot, EntryHash root)
    {
        if (Earlier < 1 || Earlier > Size || Path.Count > MaximumPath)
            return false;
        if (Earlier == Size)
            return Path.Count == 0 && earlierRoot == root;
        // RFC 9162 §2.1.4.2.
        long place = Earlier - 1, last = Size - 1;
        while ((place & 1) == 1)
        {
            place >>= 1;
            last >>= 1;
        }
        int next = 0;
        EntryHash first = earlierRoot;
        if (place != 0)
        {
            if (Path.Count == 0)
                return false;
            first = Path[next++];
        }
        EntryHash second = first;
        for (; next < Path.Count; next++)
        {
            if (last == 0)
                return false;
            if ((place & 1) == 1 || place == last)
            {
                first = MerkleTree.NodeHash(Path[next], first);
                second = MerkleTree.NodeHash(Path[next], second);
                while ((place & 1) == 0 && place != 0)
                {
                    place >>= 1;
                    last >>= 1;
                }
            }
            else
            {
                second = MerkleTree.NodeHash(second, Path[next]);
            }
            place >>= 1;
            last >>= 1;
        }
        return last == 0 && first == earlierRoot && second == root;
    }
}
