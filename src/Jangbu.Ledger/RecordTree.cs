using System.Buffers.Binary;
using System.Security.Cryptography;
using Jangbu.Crypto.Jose;

namespace Jangbu.Ledger;

/// <summary>
/// The Merkle tree over all records of a ledger (PROTOCOL §7): one leaf a record, in the order of the entries, each once. Leaves are salted with what only the ledger's
/// data key gives, so a proof of one says nothing about its neighbours, not even to who could guess them.
/// </summary>
public sealed class RecordTree
{
    private static readonly byte[] SaltLabel = "jangbu/1/leaf"u8.ToArray();

    private readonly byte[] _prk = new byte[EntryHash.Size];
    private readonly Dictionary<EntryHash, long> _indexes = [];

    internal RecordTree(ReadOnlySpan<byte> dataKey) => HKDF.Extract(HashAlgorithmName.SHA256, dataKey, SaltLabel, _prk);

    /// <summary>The tree, for roots and proofs of any size it had.</summary>
    public MerkleTree Tree { get; } = new();

    /// <summary>The place of a record, by the hash of its payload; null when the ledger has it not.</summary>
    public long? IndexOf(EntryHash record) => _indexes.TryGetValue(record, out long index) ? index : null;

    /// <summary>The salt of a leaf: HKDF-SHA256(ikm = data key, salt = "jangbu/1/leaf", info = index as 8 bytes, 32).</summary>
    public byte[] Salt(long index)
    {
        byte[] salt = new byte[EntryHash.Size];
        Salt(index, salt);
        return salt;
    }

    /// <summary>Adds the records of an entry, if it is one of <c>sent</c> or <c>received</c>: first <c>records</c>, then <c>receipt</c>.</summary>
    internal void Add(Entry entry)
    {
        if (entry.Kind is not (EntryKind.Sent or EntryKind.Received))
            return;
        if (!StrictJson.TryParse(entry.Data.Span, out JsonValue? data))
            throw new System.Diagnostics.UnreachableException($"entry {entry.N} was checked and does not read");
        foreach (JsonValue record in data["records"]!.Elements)
            Add(record.Text);
        if (data["receipt"] is { } receipt)
            Add(receipt.Text);
    }

    private void Add(string jws)
    {
        int first = jws.IndexOf('.', StringComparison.Ordinal), last = jws.LastIndexOf('.');
        // A record whose payload is no base64url has no payload that could be a leaf; the checks of records name it.
        if (Base64UrlText.TryDecode(jws.AsSpan(first + 1, last - first - 1), out byte[]? payload))
            Add(payload);
    }

    private void Add(ReadOnlySpan<byte> payload)
    {
        EntryHash record = EntryHash.Of(payload);
        long index = Tree.Count;
        if (!_indexes.TryAdd(record, index))
            return;
        Span<byte> salt = stackalloc byte[EntryHash.Size];
        Salt(index, salt);
        Tree.Add(MerkleTree.LeafHash(salt, payload));
    }

    private void Salt(long index, Span<byte> salt)
    {
        Span<byte> info = stackalloc byte[8];
        BinaryPrimitives.WriteInt64BigEndian(info, index);
        HKDF.Expand(HashAlgorithmName.SHA256, _prk, salt, info);
    }
}
