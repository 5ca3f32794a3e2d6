using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using Jangbu.Crypto;
using Jangbu.Crypto.Jose;
using Jangbu.Ledger;
using Jangbu.Payments.Records;

namespace Jangbu.Payments.Proofs;

/// <summary>What a proof file is about (PROTOCOL §7).</summary>
public enum ProofKind
{
    /// <summary>One transaction, what was decided, and what reversed it.</summary>
    Payment,

    /// <summary>Two records of one author that cannot both stand.</summary>
    Fork,

    /// <summary>Two balance records that say the same from both sides.</summary>
    Balance,
}

/// <summary>A proof file `.jbproof`: cards, signed records, and perhaps where they stand in somebody's book. Read, but not verified yet.</summary>
/// <param name="Kind">What it is about.</param>
/// <param name="Cards">The two people.</param>
/// <param name="Records">Signed records, as JWS.</param>
/// <param name="Books">Where they stand in books.</param>
public sealed record Proof(ProofKind Kind, IReadOnlyList<string> Cards, IReadOnlyList<string> Records, IReadOnlyList<ProofBook> Books)
{
    /// <summary>Bytes of a proof file (PROTOCOL §8).</summary>
    public const int MaxLength = 1024 * 1024;

    private const string Format = "jangbu-proof";
    // A hash in hex, an index, a salt and a path of 63: no more fit a proof of 1 MiB.
    private const int MaxLeaves = 4096;
    private static readonly string[] Kinds = ["payment", "fork", "balance"];

    /// <summary>The kind as the file names it.</summary>
    public string KindName => Kinds[(int)Kind];

    /// <summary>The file's bytes.</summary>
    public byte[] ToUtf8()
    {
        JsonText json = new JsonText().BeginObject().Member("format", Format).Member("v", 1).Member("kind", KindName);
        WriteTexts(json.Name("cards"), Cards);
        WriteTexts(json.Name("records"), Records);
        if (Books.Count > 0)
        {
            json.Name("books").BeginArray();
            foreach (ProofBook book in Books)
                book.Write(json);
            json.EndArray();
        }
        return json.EndObject().ToUtf8();
    }

    /// <summary>Reads the form of a proof file; what it says is for <see cref="ProofVerifier"/>.</summary>
    public static bool TryRead(ReadOnlySpan<byte> file, [NotNullWhen(true)] out Proof? proof)
    {
        proof = null;
        if (file.Length > MaxLength || !StrictJson.TryParse(file, out JsonValue? json) || !json.HasMembers(["format", "v", "kind", "cards", "records"], ["books"])
            || !json.TryGetText("format", out string? format) || format != Format || !json.TryGetInteger("v", out long version) || version != 1
            || !json.TryGetText("kind", out string? name) || Array.IndexOf(Kinds, name) is not (>= 0 and int kind)
            || !TryReadTexts(json["cards"], out List<string>? cards) || !TryReadTexts(json["records"], out List<string>? records))
            return false;
        List<ProofBook> books = [];
        if (json["books"] is { } list)
        {
            if (list.Kind != JsonKind.Array)
                return false;
            foreach (JsonValue one in list.Elements)
            {
                if (!ProofBook.TryRead(one, MaxLeaves, out ProofBook? book))
                    return false;
                books.Add(book);
            }
        }
        proof = new Proof((ProofKind)kind, cards, records, books);
        return true;
    }

    private static void WriteTexts(JsonText json, IEnumerable<string> texts)
    {
        json.BeginArray();
        foreach (string text in texts)
            json.Text(text);
        json.EndArray();
    }

    private static bool TryReadTexts(JsonValue? list, [NotNullWhen(true)] out List<string>? texts)
    {
        texts = null;
        if (list is not { Kind: JsonKind.Array } || list.Elements.Any(text => text.Kind != JsonKind.Text))
            return false;
        texts = [.. list.Elements.Select(text => text.Text)];
        return true;
    }
}

/// <summary>Where records stand in one person's book: a checkpoint they signed, and paths to its root.</summary>
/// <param name="Checkpoint">The checkpoint, as JWS.</param>
/// <param name="Leaves">Records with their places.</param>
public sealed record ProofBook(string Checkpoint, IReadOnlyList<ProofLeaf> Leaves)
{
    internal void Write(JsonText json)
    {
        json.BeginObject().Member("checkpoint", Checkpoint).Name("leaves").BeginArray();
        foreach (ProofLeaf leaf in Leaves)
        {
            json.BeginObject().Member("record", leaf.Record.ToString()).Member("index", leaf.Index).Member("salt", Base64UrlText.Encode(leaf.Salt))
                .Name("path").BeginArray();
            foreach (EntryHash node in leaf.Path)
                json.Text(Base64UrlText.Encode(node.ToByteArray()));
            json.EndArray().EndObject();
        }
        json.EndArray().EndObject();
    }

    internal static bool TryRead(JsonValue json, int maxLeaves, [NotNullWhen(true)] out ProofBook? book)
    {
        book = null;
        if (!json.HasMembers(["checkpoint", "leaves"]) || !json.TryGetText("checkpoint", out string? checkpoint)
            || json["leaves"] is not { Kind: JsonKind.Array } list || list.Elements.Count > maxLeaves)
            return false;
        List<ProofLeaf> leaves = [];
        foreach (JsonValue leaf in list.Elements)
        {
            if (!leaf.HasMembers(["record", "index", "salt", "path"]) || !leaf.TryGetText("record", out string? name) || !RecordHash.TryParse(name, out RecordHash record)
                || !leaf.TryGetInteger("index", out long index) || !leaf.TryGetText("salt", out string? saltText) || !TryReadHash(saltText, out byte[]? salt)
                || leaf["path"] is not { Kind: JsonKind.Array } path || path.Elements.Count > InclusionProof.MaximumPath)
                return false;
            List<EntryHash> nodes = [];
            foreach (JsonValue node in path.Elements)
            {
                if (node.Kind != JsonKind.Text || !TryReadHash(node.Text, out byte[]? hash))
                    return false;
                nodes.Add(new EntryHash(hash));
            }
            leaves.Add(new ProofLeaf(record, index, salt, nodes));
        }
        book = new ProofBook(checkpoint, leaves);
        return true;
    }

    private static bool TryReadHash(string text, [NotNullWhen(true)] out byte[]? hash) =>
        Base64UrlText.TryDecode(text, out hash) && hash.Length == SHA256.HashSizeInBytes;
}

/// <summary>A record's leaf: index, salt and path in the tree of a checkpoint.</summary>
/// <param name="Record">The record's hash.</param>
/// <param name="Index">Its leaf, from 0.</param>
/// <param name="Salt">32 bytes.</param>
/// <param name="Path">From the leaf upward.</param>
public sealed record ProofLeaf(RecordHash Record, long Index, byte[] Salt, IReadOnlyList<EntryHash> Path);
