using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Jangbu.Ledger;

namespace Jangbu.Tests.Ledger;

public sealed class MerkleTreeTests
{
    [Fact]
    public void Root_EverySizeOfTheCustomaryLeaves_IsThePublishedOne()
    {
        JsonElement vectors = VectorFile.Json("merkle/roots.json");
        MerkleTree tree = new();
        int size = 0;
        foreach (JsonElement root in vectors.GetProperty("roots_hex_by_size").EnumerateArray())
        {
            Assert.Equal(root.GetString(), tree.Root.ToString());
            if (size < vectors.GetProperty("leaves_hex").GetArrayLength())
                tree.Add(MerkleTree.LeafHash([], Convert.FromHexString(vectors.GetProperty("leaves_hex")[size++].GetString()!)));
        }
        Assert.Equal(8, tree.Count);
    }

    [Fact]
    public void Root_SixtyFiveLeaves_IsThatOfTheVectorsAndStaysAskable()
    {
        JsonElement roots = VectorFile.Json("own/merkle/roots.json").GetProperty("roots_hex_by_size");
        MerkleTree tree = new();
        for (int i = 0; i < roots.GetArrayLength(); i++)
        {
            Assert.Equal(roots[i].GetString(), tree.Root.ToString());
            tree.Add(MerkleTree.LeafHash([], SHA256.HashData(Encoding.UTF8.GetBytes("shared " + i.ToString(CultureInfo.InvariantCulture)))));
        }
        for (int i = 0; i < roots.GetArrayLength(); i++)
            Assert.Equal(roots[i].GetString(), tree.RootOf(i).ToString());
    }

    [Fact]
    public void InclusionProof_PublishedVectors_AcceptedOrRefusedAsTheySay()
    {
        int wrong = 0;
        foreach (JsonElement vector in VectorFile.Json("merkle/inclusion.json").EnumerateArray())
        {
            InclusionProof proof = new(Number(vector, "leafIdx"), Number(vector, "treeSize"), Hashes(vector.GetProperty("proof")));
            bool accepted = proof.Verify(Hash(vector.GetProperty("leafHash")), Hash(vector.GetProperty("root")));
            Assert.True(accepted != vector.GetProperty("wantErr").GetBoolean(), vector.GetProperty("name").GetString());
            wrong += accepted ? 0 : 1;
        }
        Assert.Equal(63, wrong);
    }

    [Fact]
    public void ConsistencyProof_PublishedVectors_AcceptedOrRefusedAsTheySay()
    {
        int wrong = 0;
        foreach (JsonElement vector in VectorFile.Json("merkle/consistency.json").EnumerateArray())
        {
            ConsistencyProof proof = new(Number(vector, "size1"), Number(vector, "size2"), Hashes(vector.GetProperty("proof")));
            bool accepted = proof.Verify(Hash(vector.GetProperty("root1")), Hash(vector.GetProperty("root2")));
            Assert.True(accepted != vector.GetProperty("wantErr").GetBoolean(), vector.GetProperty("name").GetString());
            wrong += accepted ? 0 : 1;
        }
        Assert.Equal(66, wrong);
    }

    [Fact]
    public void Proofs_EveryLeafAndPairOfEveryTreeTo256Leaves_AreAccepted()
    {
        const int Largest = 256;
        MerkleTree tree = Tree(Largest);
        EntryHash[] roots = [.. Enumerable.Range(0, Largest + 1).Select(size => Reference(tree, 0, size))];
        for (int size = 1; size <= Largest; size++)
        {
            Assert.Equal(roots[size], tree.RootOf(size));
            for (int index = 0; index < size; index++)
                Assert.True(tree.ProveInclusion(index, size).Verify(tree.Leaf(index), roots[size]), $"leaf {index} of {size}");
            for (int earlier = 1; earlier <= size; earlier++)
                Assert.True(tree.ProveConsistency(earlier, size).Verify(roots[earlier], roots[size]), $"{earlier} in {size}");
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(5)]
    [InlineData(31)]
    [InlineData(64)]
    [InlineData(255)]
    [InlineData(256)]
    public void InclusionProof_EachBitFlippedOrAnotherNumber_IsRefused(int size)
    {
        MerkleTree tree = Tree(size);
        for (int index = 0; index < size; index += 1 + size / 24)
        {
            InclusionProof proof = tree.ProveInclusion(index, size);
            EntryHash leaf = tree.Leaf(index), root = tree.Root;
            foreach (EntryHash[] path in Flips(proof.Path))
                Assert.False((proof with { Path = path }).Verify(leaf, root));
            foreach (EntryHash other in BitFlips(leaf))
                Assert.False(proof.Verify(other, root));
            foreach (EntryHash other in BitFlips(root))
                Assert.False(proof.Verify(leaf, other));
            for (long other = -1; other <= size; other++)
                Assert.Equal(other == index, (proof with { Index = other }).Verify(leaf, root));
            Assert.False((proof with { Path = [.. proof.Path, root] }).Verify(leaf, root));
            Assert.False((proof with { Path = [.. proof.Path.Skip(1)] }).Verify(leaf, root) && size > 1);
        }
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(7)]
    [InlineData(32)]
    [InlineData(101)]
    [InlineData(256)]
    public void ConsistencyProof_EachBitFlippedOrAnotherNumber_IsRefused(int size)
    {
        MerkleTree tree = Tree(size);
        for (int earlier = 1; earlier < size; earlier += 1 + size / 16)
        {
            ConsistencyProof proof = tree.ProveConsistency(earlier, size);
            EntryHash first = tree.RootOf(earlier), second = tree.Root;
            foreach (EntryHash[] path in Flips(proof.Path))
                Assert.False((proof with { Path = path }).Verify(first, second));
            foreach (EntryHash other in BitFlips(first))
                Assert.False(proof.Verify(other, second));
            foreach (EntryHash other in BitFlips(second))
                Assert.False(proof.Verify(first, other));
            Assert.False((proof with { Earlier = 0 }).Verify(first, second));
            Assert.False((proof with { Earlier = size }).Verify(first, second));
            Assert.False((proof with { Path = [.. proof.Path, first] }).Verify(first, second));
            Assert.False((proof with { Path = [.. proof.Path.SkipLast(1)] }).Verify(first, second));
        }
    }

    [Fact]
    public void Proofs_PathOfTheGreatestLengthAndOnePast_AreLookedAtAndRefused()
    {
        EntryHash[] path = [.. Enumerable.Repeat(EntryHash.None, InclusionProof.MaximumPath)];
        EntryHash root = path.Aggregate(EntryHash.None, (node, sibling) => MerkleTreeNode(node, sibling));
        Assert.True(new InclusionProof(0, long.MaxValue, path).Verify(EntryHash.None, root));
        Assert.False(new InclusionProof(0, long.MaxValue, [.. path, EntryHash.None]).Verify(EntryHash.None, MerkleTreeNode(root, EntryHash.None)));
        Assert.False(new ConsistencyProof(1, long.MaxValue, [.. path, .. path]).Verify(EntryHash.None, root));
    }

    [Fact]
    public void ProveInclusion_LeafOrSizeOutside_Throws()
    {
        MerkleTree tree = Tree(3);
        Assert.Throws<ArgumentOutOfRangeException>(() => tree.ProveInclusion(3, 3));
        Assert.Throws<ArgumentOutOfRangeException>(() => tree.ProveInclusion(0, 4));
        Assert.Throws<ArgumentOutOfRangeException>(() => tree.ProveConsistency(4, 3));
        Assert.Throws<ArgumentOutOfRangeException>(() => tree.ProveConsistency(0, 3));
    }

    private static MerkleTree Tree(int size)
    {
        MerkleTree tree = new();
        for (int i = 0; i < size; i++)
            tree.Add(MerkleTree.LeafHash([(byte)(i >> 8)], [(byte)i]));
        return tree;
    }

    // RFC 6962 §2.1 word for word.
    private static EntryHash Reference(MerkleTree tree, int low, int high)
    {
        if (high == low)
            return EntryHash.Of([]);
        if (high - low == 1)
            return tree.Leaf(low);
        int split = 1;
        while (split * 2 < high - low)
            split *= 2;
        return MerkleTreeNode(Reference(tree, low, low + split), Reference(tree, low + split, high));
    }

    private static EntryHash MerkleTreeNode(EntryHash left, EntryHash right) => EntryHash.Of([1, .. left.ToByteArray(), .. right.ToByteArray()]);

    private static IEnumerable<EntryHash[]> Flips(IReadOnlyList<EntryHash> path)
    {
        for (int i = 0; i < path.Count; i++)
            foreach (EntryHash flipped in BitFlips(path[i]))
                yield return [.. path.Take(i), flipped, .. path.Skip(i + 1)];
    }

    private static IEnumerable<EntryHash> BitFlips(EntryHash hash)
    {
        for (int bit = 0; bit < 256; bit++)
        {
            byte[] bytes = hash.ToByteArray();
            bytes[bit / 8] ^= (byte)(1 << bit % 8);
            yield return new EntryHash(bytes);
        }
    }

    // Two of the numbers are above 2^63; no tree of ours has so many leaves.
    private static long Number(JsonElement vector, string name) => vector.GetProperty(name).TryGetInt64(out long number) ? number : -1;

    // The source takes roots of any length; one that is no hash is stood for by its hash, which keeps equal equal and other other.
    private static EntryHash Hash(JsonElement text)
    {
        byte[] bytes = Convert.FromBase64String(text.GetString()!);
        return bytes.Length == EntryHash.Size ? new EntryHash(bytes) : EntryHash.Of([0xff, .. bytes]);
    }

    private static EntryHash[] Hashes(JsonElement proof) =>
        proof.ValueKind == JsonValueKind.Array ? [.. proof.EnumerateArray().Select(Hash)] : [];
}
