using Jangbu.Dht.Bencoding;

namespace Jangbu.Dht.Krpc;

/// <summary>A query to be written; what is null or empty is left out.</summary>
public readonly ref struct KrpcQuery
{
    /// <summary>Which query.</summary>
    public required KrpcMethod Method { get; init; }

    /// <summary>The sender's id.</summary>
    public required NodeId Id { get; init; }

    /// <summary>The target; written as `info_hash` where BEP 5 names it so.</summary>
    public NodeId? Target { get; init; }

    /// <summary>The answering node's write token.</summary>
    public ReadOnlySpan<byte> Token { get; init; }

    /// <summary>The value, bencoded.</summary>
    public ReadOnlySpan<byte> Value { get; init; }

    /// <summary>The Ed25519 public key.</summary>
    public ReadOnlySpan<byte> Key { get; init; }

    /// <summary>The signature.</summary>
    public ReadOnlySpan<byte> Signature { get; init; }

    /// <summary>The salt.</summary>
    public ReadOnlySpan<byte> Salt { get; init; }

    /// <summary>Sequence number of a put; the one already known, in a get.</summary>
    public long? Sequence { get; init; }

    /// <summary>Sequence number that must be stored.</summary>
    public long? Compare { get; init; }

    /// <summary>Port of an announced peer; 0 asks for the port the datagram comes from.</summary>
    public int? Port { get; init; }

    /// <summary>Families of nodes asked for.</summary>
    public AddressFamilies Want { get; init; }

    /// <summary>Writes the query and says how long it is.</summary>
    public int Write(Span<byte> buffer, ReadOnlySpan<byte> transaction, bool readOnly)
    {
        var writer = new BencodeWriter(buffer);
        writer.Dictionary();
        writer.String("a"u8);
        WriteArguments(ref writer);
        writer.String("q"u8, Method switch
        {
            KrpcMethod.Ping => "ping"u8,
            KrpcMethod.FindNode => "find_node"u8,
            KrpcMethod.GetPeers => "get_peers"u8,
            KrpcMethod.AnnouncePeer => "announce_peer"u8,
            KrpcMethod.Get => "get"u8,
            KrpcMethod.Put => "put"u8,
            _ => throw new System.Diagnostics.UnreachableException($"a query named {Method} is never sent"),
        });
        if (readOnly)
            writer.Integer("ro"u8, 1);
        writer.String("t"u8, transaction);
        writer.String("v"u8, KrpcResponse.ClientVersion);
        writer.String("y"u8, "q"u8);
        writer.End();
        return writer.Overflowed ? throw new System.Diagnostics.UnreachableException("a query is never larger than the buffer for it") : writer.Length;
    }

    private void WriteArguments(ref BencodeWriter writer)
    {
        Span<byte> id = stackalloc byte[NodeId.Size];
        writer.Dictionary();
        if (Compare is { } compare)
            writer.Integer("cas"u8, compare);
        Id.CopyTo(id);
        writer.String("id"u8, id);
        if (Port == 0)
            writer.Integer("implied_port"u8, 1);
        bool hash = Method is KrpcMethod.GetPeers or KrpcMethod.AnnouncePeer;
        if (Target is { } infoHash && hash)
        {
            infoHash.CopyTo(id);
            writer.String("info_hash"u8, id);
        }
        if (!Key.IsEmpty)
            writer.String("k"u8, Key);
        if (Port is { } port)
            writer.Integer("port"u8, port);
        if (!Salt.IsEmpty)
            writer.String("salt"u8, Salt);
        if (Sequence is { } sequence)
            writer.Integer("seq"u8, sequence);
        if (!Signature.IsEmpty)
            writer.String("sig"u8, Signature);
        if (Target is { } target && !hash)
        {
            target.CopyTo(id);
            writer.String("target"u8, id);
        }
        if (!Token.IsEmpty)
            writer.String("token"u8, Token);
        if (!Value.IsEmpty)
        {
            writer.String("v"u8);
            writer.Raw(Value);
        }
        if (Want != AddressFamilies.None)
        {
            writer.String("want"u8);
            writer.List();
            if (Want.HasFlag(AddressFamilies.IPv4))
                writer.String("n4"u8);
            if (Want.HasFlag(AddressFamilies.IPv6))
                writer.String("n6"u8);
            writer.End();
        }
        writer.End();
    }
}
