namespace Jangbu.Ledger;

/// <summary>That one leaf is in a tree, without showing another leaf (RFC 6962 §2.1.1).</summary>
/// <param name="Index">The leaf's place, from 0.</param>
/// <param name="Size">Leaves of the tree.</param>
/// <param name="Path">Sibling hashes from the leaf upward.</param>
public sealed record InclusionProof(long Index, long Size, IReadOnlyList<EntryHash> Path)
{
    /// <summary>Hashes in the longest path that is looked at: a tree of 2^63 leaves.</summary>
    public const int MaximumPath = 63;

    /// <summary>Whether the path leads from this leaf to this root. Never throws, whatever was read from a file.</summary>
    public bool Verify(EntryHash leafHash, EntryHash root)
    {
        if (Index < 0 || Index >= Size || Path.Count > MaximumPath)
            return false;
        // RFC 9162 §2.1.3.2: `place` and `last` walk up together; where they meet on a right edge, levels without a sibling are skipped.
        long place = Index, last = Size - 1;
        EntryHash node = leafHash;
        foreach (EntryHash sibling in Path)
        {
            if (last == 0)
                return false;
            if ((place & 1) == 1 || place == last)
            {
                node = MerkleTree.NodeHash(sibling, node);
                while ((place & 1) == 0 && place != 0)
                {
                    place >>= 1;
                    last >>= 1;
                }
            }
            else
            {
                node = MerkleTree.NodeHash(node, sibling);
            }
            place >>= 1;
            last >>= 1;
        }
        return last == 0 && node == root;
    }
}
