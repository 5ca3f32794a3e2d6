using Jangbu.Dht.Bencoding;

namespace Jangbu.Dht.Krpc;

/// <summary>An answer to be written; what is null or empty is left out.</summary>
public readonly ref struct KrpcResponse
{
    /// <summary>The answering node's id.</summary>
    public required NodeId Id { get; init; }

    /// <summary>How the asker is seen from here (BEP 42, key `ip`).</summary>
    public required NodeAddress Asker { get; init; }

    /// <summary>Write token for the asked target.</summary>
    public ReadOnlySpan<byte> Token { get; init; }

    /// <summary>The stored value, bencoded.</summary>
    public ReadOnlySpan<byte> Value { get; init; }

    /// <summary>Its public key.</summary>
    public ReadOnlySpan<byte> Key { get; init; }

    /// <summary>Its signature.</summary>
    public ReadOnlySpan<byte> Signature { get; init; }

    /// <summary>Its sequence number.</summary>
    public long? Sequence { get; init; }

    /// <summary>Compact IPv4 nodes; null when none were asked for.</summary>
    public IReadOnlyList<DhtContact>? Nodes { get; init; }

    /// <summary>Compact IPv6 nodes; null when none were asked for.</summary>
    public IReadOnlyList<DhtContact>? Nodes6 { get; init; }

    /// <summary>Peers of a torrent.</summary>
    public IReadOnlyList<NodeAddress>? Peers { get; init; }

    /// <summary>Two letters of client and two of version, said in each message; by it a node knows its own kind.</summary>
    public static ReadOnlySpan<byte> ClientVersion => "JB\0\x01"u8;

    /// <summary>Writes the answer, with as few nodes and peers less as it takes to stay within <paramref name="limit"/> bytes.</summary>
    /// <returns>Its length. The largest values alone exceed IPv6's smallest MTU by a few bytes; a whole value is worth a fragment then.</returns>
    public int Write(Span<byte> buffer, ReadOnlySpan<byte> transaction, int limit)
    {
        int nodes = Nodes?.Count ?? 0, nodes6 = Nodes6?.Count ?? 0, peers = Peers?.Count ?? 0;
        Span<byte> room = buffer[..Math.Min(buffer.Length, limit)];
        while (true)
        {
            int length = Write(room, transaction, nodes, nodes6, peers);
            if (length > 0)
                return length;
            if (nodes + nodes6 + peers == 0)
                return Write(buffer, transaction, -1, -1, 0);
            // The value matters most, then nodes of the two families alike, then peers: one is as good as another.
            if (peers > 1)
                peers /= 2;
            else if (nodes6 >= nodes && nodes6 > 0)
                nodes6--;
            else if (nodes > 0)
                nodes--;
            else
                peers = 0;
        }
    }

    /// <summary>Writes a refusal.</summary>
    public static int WriteError(Span<byte> buffer, ReadOnlySpan<byte> transaction, NodeAddress asker, KrpcCode code, ReadOnlySpan<byte> text)
    {
        var writer = new BencodeWriter(buffer);
        writer.Dictionary();
        writer.String("e"u8);
        writer.List();
        writer.Integer((int)code);
        writer.String(text);
        writer.End();
        WriteAddress(ref writer, asker);
        writer.String("t"u8, transaction);
        writer.String("v"u8, ClientVersion);
        writer.String("y"u8, "e"u8);
        writer.End();
        return writer.Overflowed ? 0 : writer.Length;
    }

    private int Write(Span<byte> buffer, ReadOnlySpan<byte> transaction, int nodes, int nodes6, int peers)
    {
        var writer = new BencodeWriter(buffer);
        writer.Dictionary();
        WriteAddress(ref writer, Asker);
        writer.String("r"u8);
        WriteResults(ref writer, nodes, nodes6, peers);
        writer.String("t"u8, transaction);
        writer.String("v"u8, ClientVersion);
        writer.String("y"u8, "r"u8);
        writer.End();
        return writer.Overflowed ? 0 : writer.Length;
    }

    private void WriteResults(ref BencodeWriter writer, int nodes, int nodes6, int peers)
    {
        writer.Dictionary();
        writer.String("id"u8);
        Id.CopyTo(writer.Reserve(NodeId.Size));
        if (!Key.IsEmpty)
            writer.String("k"u8, Key);
        if (Nodes is not null && nodes >= 0)
            WriteNodes(ref writer, "nodes"u8, Nodes, nodes, NodeId.Size + NodeAddress.SizeIPv4);
        if (Nodes6 is not null && nodes6 >= 0)
            WriteNodes(ref writer, "nodes6"u8, Nodes6, nodes6, NodeId.Size + NodeAddress.SizeIPv6);
        if (Sequence is { } sequence)
            writer.Integer("seq"u8, sequence);
        if (!Signature.IsEmpty)
            writer.String("sig"u8, Signature);
        if (!Token.IsEmpty)
            writer.String("token"u8, Token);
        if (!Value.IsEmpty)
        {
            writer.String("v"u8);
            writer.Raw(Value);
        }
        if (peers > 0)
        {
            writer.String("values"u8);
            writer.List();
            for (int i = 0; i < peers; i++)
                Peers![i].WriteCompact(writer.Reserve(Peers[i].CompactSize));
            writer.End();
        }
        writer.End();
    }

    private static void WriteNodes(ref BencodeWriter writer, ReadOnlySpan<byte> key, IReadOnlyList<DhtContact> nodes, int count, int size)
    {
        writer.String(key);
        Span<byte> room = writer.Reserve(count * size);
        for (int i = 0; i < count; i++)
        {
            nodes[i].Id.CopyTo(room[(i * size)..]);
            nodes[i].Address.WriteCompact(room[((i * size) + NodeId.Size)..]);
        }
    }

    private static void WriteAddress(ref BencodeWriter writer, NodeAddress asker)
    {
        writer.String("ip"u8);
        asker.WriteCompact(writer.Reserve(asker.CompactSize));
    }
}
