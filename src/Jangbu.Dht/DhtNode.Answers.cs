using Jangbu.Dht.Bencoding;
using Jangbu.Dht.Items;
using Jangbu.Dht.Krpc;

namespace Jangbu.Dht;

/// <content>Queries of others, answered.</content>
public sealed partial class DhtNode
{
    /// <summary>Largest answer over IPv4: fits an Ethernet frame with room for a tunnel.</summary>
    public const int MaximumAnswerIPv4 = 1400;

    /// <summary>Largest answer over IPv6: its minimum MTU of 1,280 less 48 bytes of headers, so nothing is ever fragmented.</summary>
    public const int MaximumAnswerIPv6 = 1232;

    /// <summary>An answer has at most so many times the bytes of its query, for the address of the query is unproven.</summary>
    public const int MaximumAmplification = 16;

    private readonly WriteToken tokens;
    private readonly QueryLimiter limiter = new();
    private readonly ItemStore items;
    private readonly PeerStore peers = new();
    private readonly List<DhtContact> nearest = [];
    private readonly List<DhtContact> nearest6 = [];

    private void TakeQuery(TimeSpan now, DhtNetwork network, NodeAddress asker, int queryLength, ref KrpcMessage query)
    {
        if (query.Method == KrpcMethod.Get && query.Target is { } asked && watched.Contains(asked))
            Raise(new DhtEvent.WatchedTargetAsked(asked, asker.ToEndPoint()));
        NoteUnasked(now, asker);
        if (!Serves)
            return;
        if (!limiter.Allows(now, asker))
        {
            counters.Limited++;
            return;
        }
        counters.QueriesAnswered++;
        int length = Answer(now, network, asker, queryLength, ref query);
        if (length > 0)
            Transmit(asker, buffer.AsSpan(0, length));
        // Whoever asks may be a node worth knowing; it must answer first (a spoofed address would not).
        if (query.HasId && !query.ReadOnly && network.Table.Asked(now, query.Id, asker))
            Check(now, asker, query.Id);
    }

    private int Answer(TimeSpan now, DhtNetwork network, NodeAddress asker, int queryLength, ref KrpcMessage query)
    {
        if (!query.IsProper || !query.HasId)
            return Refuse(asker, ref query, KrpcCode.Protocol, "malformed arguments"u8);
        switch (query.Method)
        {
            case KrpcMethod.Ping:
                return Confirm(network, asker, ref query);
            case KrpcMethod.FindNode or KrpcMethod.GetPeers or KrpcMethod.Get when query.Target is null:
                return Refuse(asker, ref query, KrpcCode.Protocol, "no target"u8);
            case KrpcMethod.FindNode:
                return AnswerNodes(now, network, asker, queryLength, ref query);
            case KrpcMethod.GetPeers:
                return AnswerPeers(now, network, asker, queryLength, ref query);
            case KrpcMethod.AnnouncePeer:
                return AnswerAnnounce(now, network, asker, ref query);
            case KrpcMethod.Get:
                return AnswerGet(now, network, asker, queryLength, ref query);
            case KrpcMethod.Put:
                return AnswerPut(now, network, asker, ref query);
            // A query of the future that names a target is answered like find_node, as libtorrent does.
            case KrpcMethod.Unknown when query.Target is not null:
                return AnswerNodes(now, network, asker, queryLength, ref query);
            default:
                return Refuse(asker, ref query, KrpcCode.UnknownMethod, "method unknown"u8);
        }
    }

    private int Confirm(DhtNetwork network, NodeAddress asker, ref KrpcMessage query) =>
        new KrpcResponse { Id = network.Table.Own, Asker = asker }.Write(buffer, query.Transaction, MaximumAnswerIPv6);

    private int Refuse(NodeAddress asker, ref KrpcMessage query, KrpcCode code, ReadOnlySpan<byte> text) =>
        KrpcResponse.WriteError(buffer, query.Transaction, asker, code, text);

    private int AnswerNodes(TimeSpan now, DhtNetwork network, NodeAddress asker, int queryLength, ref KrpcMessage query)
    {
        (List<DhtContact>? nodes, List<DhtContact>? nodes6) = Nearest(now, network, ref query);
        return new KrpcResponse { Id = network.Table.Own, Asker = asker, Nodes = nodes, Nodes6 = nodes6 }
            .Write(buffer, query.Transaction, Limit(asker, queryLength));
    }

    private int AnswerPeers(TimeSpan now, DhtNetwork network, NodeAddress asker, int queryLength, ref KrpcMessage query)
    {
        (List<DhtContact>? nodes, List<DhtContact>? nodes6) = Nearest(now, network, ref query);
        Span<byte> token = stackalloc byte[WriteToken.Size];
        tokens.Write(now, asker, query.Target!.Value, token);
        return new KrpcResponse
        {
            Id = network.Table.Own,
            Asker = asker,
            Nodes = nodes,
            Nodes6 = nodes6,
            Token = token,
            Peers = peers.Peers(now, query.Target.Value, asker.IsIPv6),
        }.Write(buffer, query.Transaction, Limit(asker, queryLength));
    }

    private int AnswerAnnounce(TimeSpan now, DhtNetwork network, NodeAddress asker, ref KrpcMessage query)
    {
        if (query.Target is not { } infoHash || (!query.ImpliedPort && query.Port is not (> 0 and <= ushort.MaxValue)))
            return Refuse(asker, ref query, KrpcCode.Protocol, "no info_hash or port"u8);
        if (!tokens.IsValid(now, asker, infoHash, query.Token))
            return Refuse(asker, ref query, KrpcCode.Protocol, "bad token"u8);
        if (!peers.Announce(now, infoHash, query.ImpliedPort ? asker : asker with { Port = (ushort)query.Port!.Value }))
            return Refuse(asker, ref query, KrpcCode.Server, "full"u8);
        return Confirm(network, asker, ref query);
    }

    private int AnswerGet(TimeSpan now, DhtNetwork network, NodeAddress asker, int queryLength, ref KrpcMessage query)
    {
        NodeId target = query.Target!.Value;
        (List<DhtContact>? nodes, List<DhtContact>? nodes6) = Nearest(now, network, ref query);
        Span<byte> token = stackalloc byte[WriteToken.Size];
        tokens.Write(now, asker, target, token);
        MutableItem? item = items.GetMutable(now, target);
        // Whoever knows this version already is told only its number.
        MutableItem? told = item is not null && query.Sequence >= item.Sequence ? null : item;
        return new KrpcResponse
        {
            Id = network.Table.Own,
            Asker = asker,
            Nodes = nodes,
            Nodes6 = nodes6,
            Token = token,
            Sequence = item?.Sequence,
            Key = told is null ? default : told.Target.PublicKey,
            Signature = told is null ? default : told.Signature.Span,
            Value = told is not null ? told.Value.Span : items.GetImmutable(now, target) is { } value ? value.Value.Span : default,
        }.Write(buffer, query.Transaction, Limit(asker, queryLength));
    }

    private int AnswerPut(TimeSpan now, DhtNetwork network, NodeAddress asker, ref KrpcMessage query)
    {
        KrpcCode code = Store(now, asker, ref query);
        return code == KrpcCode.None ? Confirm(network, asker, ref query) : Refuse(asker, ref query, code, code switch
        {
            KrpcCode.ValueTooBig => "value larger than 1000 bytes"u8,
            KrpcCode.SaltTooBig => "salt longer than 64 bytes"u8,
            KrpcCode.BadSignature => "signature does not fit"u8,
            KrpcCode.CompareMismatch => "cas does not match"u8,
            KrpcCode.OldSequence => "seq is less than the stored one"u8,
            _ => "malformed put or bad token"u8,
        });
    }

    // Cheapest first: sizes, then the token, then the signature, then what is stored (BEP 44).
    private KrpcCode Store(TimeSpan now, NodeAddress asker, ref KrpcMessage query)
    {
        if (!query.HasValue || query.HasKey != query.HasSignature || (query.HasKey && query.Sequence is null))
            return KrpcCode.Protocol;
        if (query.Value.Length > MutableItem.MaximumValueLength)
            return KrpcCode.ValueTooBig;
        if (query.Salt.Length > MutableTarget.MaximumSaltLength)
            return KrpcCode.SaltTooBig;
        if (!query.HasKey)
        {
            var value = new ImmutableItem(query.Value);
            if (!tokens.IsValid(now, asker, value.Target, query.Token))
                return KrpcCode.Protocol;
            items.Put(now, asker, value);
            return KrpcCode.None;
        }
        if (query.Key.Length != MutableTarget.KeySize)
            return KrpcCode.Protocol;
        var target = new MutableTarget(query.Key, query.Salt);
        if (!tokens.IsValid(now, asker, target.Id, query.Token))
            return KrpcCode.Protocol;
        long sequence = query.Sequence!.Value;
        // A repeated put of what is stored costs no signature check.
        MutableItem? item = items.Holds(now, target.Id, sequence, query.Value, query.Signature) ? items.GetMutable(now, target.Id) : null;
        if (item is null && !MutableItem.TryVerify(target, sequence, query.Value, query.Signature, out item))
        {
            counters.Forged++;
            return KrpcCode.BadSignature;
        }
        return items.Put(now, asker, item!, query.Compare);
    }

    private (List<DhtContact>? Nodes, List<DhtContact>? Nodes6) Nearest(TimeSpan now, DhtNetwork network, ref KrpcMessage query)
    {
        AddressFamilies want = query.Want == AddressFamilies.None ? network.Family : query.Want;
        nearest.Clear();
        nearest6.Clear();
        if (want.HasFlag(AddressFamilies.IPv4))
            networks[0]?.Table.Closest(now, query.Target!.Value, RoutingTable.K, onlyGood: true, nearest);
        if (want.HasFlag(AddressFamilies.IPv6))
            networks[1]?.Table.Closest(now, query.Target!.Value, RoutingTable.K, onlyGood: true, nearest6);
        return (want.HasFlag(AddressFamilies.IPv4) ? nearest : null, want.HasFlag(AddressFamilies.IPv6) ? nearest6 : null);
    }

    private static int Limit(NodeAddress asker, int queryLength) =>
        Math.Min(asker.IsIPv6 ? MaximumAnswerIPv6 : MaximumAnswerIPv4, queryLength * MaximumAmplification);
}
