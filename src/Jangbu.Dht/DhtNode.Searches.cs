using System.Net;
using Jangbu.Dht.Bencoding;
using Jangbu.Dht.Items;
using Jangbu.Dht.Krpc;

namespace Jangbu.Dht;

/// <content>Commands that search: get, poll, peers; and what comes of the answers.</content>
public sealed partial class DhtNode
{
    /// <summary>Nodes asked by a poll.</summary>
    public const int PollWidth = 4;

    private readonly TargetCache cache = new();

    /// <summary>Looks for a mutable item: <see cref="DhtEvent.ItemFound"/> for the first and each newer one, then <see cref="DhtEvent.GetCompleted"/>.</summary>
    /// <param name="now">The time.</param>
    /// <param name="target">Key and salt.</param>
    /// <param name="known">The sequence number already known: nodes that have nothing newer answer briefly, and nothing is reported for it.</param>
    public QueryId Get(TimeSpan now, MutableTarget target, long? known = null)
    {
        ArgumentNullException.ThrowIfNull(target);
        var operation = new Operation(NextQuery(), OperationKind.GetMutable, target.Id) { MutableTarget = target, Known = known };
        if (items.GetMutable(now, target.Id) is { } own && !(own.Sequence <= known))
            Found(operation, own, 0);
        return Begin(now, operation);
    }

    /// <summary>Looks for an immutable item: <see cref="DhtEvent.ValueFound"/>, then <see cref="DhtEvent.GetCompleted"/>.</summary>
    public QueryId GetImmutable(TimeSpan now, NodeId target)
    {
        var operation = new Operation(NextQuery(), OperationKind.GetImmutable, target);
        if (items.GetImmutable(now, target) is { } own)
            Found(operation, own, 0);
        return Begin(now, operation);
    }

    /// <summary>Looks for peers of an info hash: <see cref="DhtEvent.PeersFound"/> as they come, then <see cref="DhtEvent.GetCompleted"/>.</summary>
    public QueryId GetPeers(TimeSpan now, NodeId infoHash) => Begin(now, new Operation(NextQuery(), OperationKind.GetPeers, infoHash));

    /// <summary>
    /// A cheap get for a target read again and again: asks only the four nodes nearest to it that answered last, those that hold it first; once
    /// in five minutes, or when none of them answers, it searches as <see cref="Get"/> does.
    /// </summary>
    public QueryId Poll(TimeSpan now, MutableTarget target, long? known = null)
    {
        ArgumentNullException.ThrowIfNull(target);
        if (cache.Get(now, target.Id) is not { } closest)
            return Get(now, target, known);
        var operation = new Operation(NextQuery(), OperationKind.GetMutable, target.Id) { MutableTarget = target, Known = known, FromCache = true };
        if (items.GetMutable(now, target.Id) is { } own && !(own.Sequence <= known))
            Found(operation, own, 0);
        var asked = new HashSet<NodeAddress>();
        foreach (Candidate candidate in closest.OrderBy(candidate => candidate.Held is null).Take(PollWidth))
        {
            if (NetworkOf(candidate.Address) is not { } network || !asked.Add(candidate.Address))
                continue;
            Lookup lookup = SearchOf(operation, network);
            lookup.Offer(candidate.Id, candidate.Address, 1);
            lookup.Wanted = lookup.Candidates.Count;
        }
        Drive(now, operation);
        return operation.Id;
    }

    private static Lookup SearchOf(Operation operation, DhtNetwork network)
    {
        foreach ((DhtNetwork existing, Lookup search) in operation.Searches)
        {
            if (existing == network)
                return search;
        }
        var lookup = new Lookup(operation.Target, 0) { Closed = true };
        operation.Searches.Add((network, lookup));
        return lookup;
    }

    private QueryId Begin(TimeSpan now, Operation operation)
    {
        int wanted = operation.IsPut ? Math.Max(options.Stores, RoutingTable.K) : RoutingTable.K;
        foreach (DhtNetwork? network in networks)
        {
            if (network is null)
                continue;
            var lookup = new Lookup(operation.Target, wanted);
            // More than are wanted: when some are silent the next ones are at hand at once.
            network.Table.Closest(now, operation.Target, wanted * 2, onlyGood: false, nearest);
            foreach (DhtContact contact in nearest)
                Offer(network, lookup, contact.Id, contact.Address, 1);
            OfferBeginnings(network, lookup);
            if (lookup.Candidates.Count > 0)
                operation.Searches.Add((network, lookup));
        }
        Drive(now, operation);
        return operation.Id;
    }

    private static void Offer(DhtNetwork network, Lookup lookup, NodeId id, NodeAddress address, int hops)
    {
        if (id == network.Table.Own)
            return;
        Candidate? candidate = lookup.Offer(id, address, hops);
        // One that left our last query unanswered is asked again only when too few others answer.
        if (candidate is not null && network.Table.Find(id) is { Failures: > 0 } known && known.Address == address)
            lookup.MarkLate(candidate);
    }

    private void Drive(TimeSpan now, Operation operation)
    {
        if (operation.Phase != OperationPhase.Searching)
            return;
        bool done = true;
        foreach ((DhtNetwork network, Lookup lookup) in operation.Searches)
        {
            LookupStep step;
            while ((step = lookup.Next(out Candidate? candidate)) is LookupStep.Ask or LookupStep.Repeat)
            {
                lookup.MarkAsked(candidate!);
                if (!Ask(now, network, operation, lookup, candidate!))
                    lookup.MarkDead(candidate!);
            }
            done &= step == LookupStep.Done;
        }
        if (done)
            SearchEnded(now, operation);
    }

    private bool Ask(TimeSpan now, DhtNetwork network, Operation operation, Lookup lookup, Candidate candidate)
    {
        KrpcMethod method = operation.Kind switch
        {
            OperationKind.FindNode => KrpcMethod.FindNode,
            OperationKind.GetPeers or OperationKind.Announce => KrpcMethod.GetPeers,
            _ => KrpcMethod.Get,
        };
        var query = new KrpcQuery
        {
            Method = method,
            Id = network.Table.Own,
            Target = operation.Target,
            Sequence = method == KrpcMethod.Get ? operation.Kind == OperationKind.PutMutable ? operation.Item!.Sequence : operation.Known : null,
            Want = options.Families == AddressFamilies.Both ? AddressFamilies.Both : AddressFamilies.None,
        };
        NodeId? expected = candidate.Id == operation.Target ? null : candidate.Id;
        return Send(now, network, candidate.Address, query, QueryPurpose.Lookup, operation, lookup, candidate, expected) is not null;
    }

    private void TakeSearchAnswer(TimeSpan now, DhtNetwork network, PendingQuery query, ref KrpcMessage answer, bool isSelf)
    {
        (Operation operation, Lookup lookup, Candidate? candidate) = (query.Operation!, query.Lookup!, query.Candidate!);
        bool first = candidate.State != CandidateState.Answered;
        if (operation.Phase == OperationPhase.Completed || !first)
            return;
        if (answer.Kind == KrpcKind.Error || isSelf)
        {
            lookup.MarkDead(candidate);
            Drive(now, operation);
            return;
        }
        if (answer.Id != candidate.Id)
            candidate = lookup.Rename(candidate, answer.Id);
        if (candidate is not null)
        {
            lookup.MarkAnswered(candidate);
            candidate.Token = answer.Token.IsEmpty ? null : answer.Token.ToArray();
            candidate.TokenAt = now;
            TakeFindings(now, operation, candidate, ref answer);
            if (!lookup.Closed)
                TakeNodes(operation, candidate.Hops + 1, ref answer);
        }
        Drive(now, operation);
    }

    private void TakeNodes(Operation operation, int hops, ref KrpcMessage answer)
    {
        foreach ((DhtNetwork network, Lookup lookup) in operation.Searches)
            TakeNodes(network, lookup, network.IsIPv6 ? answer.Nodes6 : answer.Nodes, hops);
        // The first nodes heard of in the other family open its search.
        foreach (DhtNetwork? network in networks)
        {
            ReadOnlySpan<byte> nodes = network is { IsIPv6: true } ? answer.Nodes6 : answer.Nodes;
            if (network is null || nodes.IsEmpty || operation.Searches.Exists(search => search.Network == network))
                continue;
            var lookup = new Lookup(operation.Target, operation.Searches[0].Lookup.Wanted);
            operation.Searches.Add((network, lookup));
            TakeNodes(network, lookup, nodes, hops);
        }
    }

    private static void TakeNodes(DhtNetwork network, Lookup lookup, ReadOnlySpan<byte> nodes, int hops)
    {
        int size = NodeId.Size + (network.IsIPv6 ? NodeAddress.SizeIPv6 : NodeAddress.SizeIPv4);
        for (int taken = 0; nodes.Length >= size && taken < Lookup.MaximumNodesPerAnswer; nodes = nodes[size..], taken++)
        {
            if (NodeAddress.TryReadCompact(nodes[NodeId.Size..size], out NodeAddress address))
                Offer(network, lookup, NodeId.Read(nodes), address, hops);
        }
    }

    private void TakeFindings(TimeSpan now, Operation operation, Candidate candidate, ref KrpcMessage answer)
    {
        switch (operation.Kind)
        {
            case OperationKind.GetMutable or OperationKind.PutMutable when answer.Sequence is { } sequence:
                candidate.Held = sequence;
                if (answer.HasValue)
                    TakeMutable(operation, candidate, sequence, ref answer);
                else if (operation.Known == sequence)
                    operation.NewestSequence = Math.Max(operation.NewestSequence ?? 0, sequence);
                break;
            case OperationKind.GetImmutable when answer.HasValue && answer.Value.Length <= MutableItem.MaximumValueLength:
                candidate.Held = -1;
                if (NodeId.Hash(answer.Value) != operation.Target)
                    counters.Forged++;
                else if (!operation.Found)
                    Found(operation, new ImmutableItem(answer.Value), candidate.Hops);
                break;
            case OperationKind.GetPeers when !answer.Values.IsEmpty:
                TakePeers(operation, candidate, ref answer);
                break;
        }
        if (!operation.Found)
            operation.Hops = Math.Max(operation.Hops, candidate.Hops);
    }

    private void TakeMutable(Operation operation, Candidate candidate, long sequence, ref KrpcMessage answer)
    {
        MutableTarget? target = operation.MutableTarget;
        // Twenty nodes send the same bytes: one signature is checked, not twenty.
        if (target is null || operation.Newest?.HasSameContent(sequence, answer.Value) == true)
            return;
        if ((answer.HasKey && !answer.Key.SequenceEqual(target.PublicKey)) || !MutableItem.TryVerify(target, sequence, answer.Value, answer.Signature, out MutableItem? item))
        {
            candidate.Held = null;
            counters.Forged++;
            return;
        }
        operation.NewestSequence = Math.Max(operation.NewestSequence ?? 0, sequence);
        if (!(item!.Sequence <= operation.Newest?.Sequence) && !(item.Sequence <= operation.Known))
            Found(operation, item, candidate.Hops);
    }

    private void Found(Operation operation, MutableItem item, int hops)
    {
        if (!operation.Found)
            operation.Hops = hops;
        operation.Found = true;
        operation.Newest = item;
        operation.NewestSequence = Math.Max(operation.NewestSequence ?? 0, item.Sequence);
        if (operation.Kind == OperationKind.GetMutable)
            Raise(new DhtEvent.ItemFound(operation.Id, item));
    }

    private void Found(Operation operation, ImmutableItem item, int hops)
    {
        operation.Found = true;
        operation.Hops = hops;
        Raise(new DhtEvent.ValueFound(operation.Id, item));
    }

    private void TakePeers(Operation operation, Candidate candidate, ref KrpcMessage answer)
    {
        HashSet<NodeAddress> known = operation.Peers ??= [];
        var found = new List<IPEndPoint>();
        if (BencodeReader.TryList(answer.Values, BencodeOrder.Any, out BencodeReader reader))
        {
            while (reader.TryNext(out ReadOnlySpan<byte> value) && known.Count < MaximumPeersFound)
            {
                if (Bencode.TryReadString(value, out ReadOnlySpan<byte> compact) && NodeAddress.TryReadCompact(compact, out NodeAddress peer)
                    && peer.IsUsable && known.Add(peer))
                    found.Add(peer.ToEndPoint());
            }
        }
        if (found.Count == 0)
            return;
        candidate.Held = -1;
        if (!operation.Found)
            operation.Hops = candidate.Hops;
        operation.Found = true;
        Raise(new DhtEvent.PeersFound(operation.Id, found));
    }

    /// <summary>Peers reported by one search; a popular torrent has more than anyone connects to.</summary>
    public const int MaximumPeersFound = 1000;

    private void SearchEnded(TimeSpan now, Operation operation)
    {
        foreach ((DhtNetwork network, Lookup lookup) in operation.Searches)
        {
            if (!lookup.Closed)
                network.Estimate(lookup);
        }
        Remember(now, operation);
        if (operation.IsPut)
        {
            BeginStores(now, operation);
            return;
        }
        operation.Phase = OperationPhase.Completed;
        int answered = operation.Searches.Sum(search => search.Lookup.Answered);
        if (operation.IsInternal)
            JoinEnded(now, operation);
        else
            Raise(new DhtEvent.GetCompleted(operation.Id, operation.Newest, operation.QueriesSent, answered, operation.Hops));
    }

    private void Remember(TimeSpan now, Operation operation)
    {
        if (operation.Kind == OperationKind.FindNode)
            return;
        if (operation.FromCache)
        {
            // A poll refreshes nothing but notices when its nodes are gone.
            if (operation.Searches.TrueForAll(search => search.Lookup.Answered == 0))
                cache.Remove(operation.Target);
            else
                RefreshTokens(now, operation);
            return;
        }
        cache.Set(now, operation.Target, [.. operation.Searches.SelectMany(search => search.Lookup.Candidates)
            .Where(candidate => candidate.State == CandidateState.Answered)]);
    }

    private void RefreshTokens(TimeSpan now, Operation operation)
    {
        if (cache.Get(now, operation.Target) is not { } closest)
            return;
        foreach (Candidate fresh in operation.Searches.SelectMany(search => search.Lookup.Candidates))
        {
            if (fresh.Token is null || closest.Find(candidate => candidate.Address == fresh.Address) is not { } old)
                continue;
            (old.Token, old.TokenAt) = (fresh.Token, fresh.TokenAt);
            old.Held = fresh.Held ?? old.Held;
        }
    }
}
