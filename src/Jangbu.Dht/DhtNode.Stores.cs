using Jangbu.Dht.Items;
using Jangbu.Dht.Krpc;

namespace Jangbu.Dht;

/// <content>Commands that store: put and announce, after the search for the nodes to store on.</content>
public sealed partial class DhtNode
{
    /// <summary>Nodes asked again after a put that matters.</summary>
    public const int ReadBackWidth = 4;

    /// <summary>Stores a mutable item on the nodes closest to its target; ends with <see cref="DhtEvent.PutCompleted"/>.</summary>
    /// <param name="now">The time.</param>
    /// <param name="item">The signed item.</param>
    /// <param name="compare">The sequence number that must be stored before (`cas`); nodes that hold nothing are not asked to compare.</param>
    /// <param name="readBack">Whether some of the nodes are asked afterwards if they really have it: libtorrent confirms puts it does not store.</param>
    public QueryId Put(TimeSpan now, MutableItem item, long? compare = null, bool readBack = false)
    {
        ArgumentNullException.ThrowIfNull(item);
        return BeginPut(now, new Operation(NextQuery(), OperationKind.PutMutable, item.Target.Id)
        {
            MutableTarget = item.Target,
            Item = item,
            Compare = compare,
            WantsReadBack = readBack,
        });
    }

    /// <summary>Stores an immutable item; ends with <see cref="DhtEvent.PutCompleted"/>.</summary>
    public QueryId PutImmutable(TimeSpan now, ImmutableItem item, bool readBack = false)
    {
        ArgumentNullException.ThrowIfNull(item);
        return BeginPut(now, new Operation(NextQuery(), OperationKind.PutImmutable, item.Target) { Value = item, WantsReadBack = readBack });
    }

    /// <summary>Announces a peer of an info hash; ends with <see cref="DhtEvent.PutCompleted"/>.</summary>
    /// <param name="now">The time.</param>
    /// <param name="infoHash">Of which torrent.</param>
    /// <param name="port">Its port, or 0 for the port the datagrams of this node come from.</param>
    public QueryId Announce(TimeSpan now, NodeId infoHash, int port)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(port);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(port, ushort.MaxValue);
        return Begin(now, new Operation(NextQuery(), OperationKind.Announce, infoHash) { Port = port });
    }

    private QueryId BeginPut(TimeSpan now, Operation operation)
    {
        // With the closest nodes and their tokens at hand the put takes one round trip.
        if (cache.Get(now, operation.Target) is not { } closest
            || closest.Exists(candidate => candidate.Token is null || now - candidate.TokenAt >= TargetCache.TokenLifetime))
            return Begin(now, operation);
        operation.FromCache = true;
        foreach (Candidate candidate in closest)
            candidate.Stored = false;
        operation.Stores.AddRange(closest.Take(options.Stores));
        SendStores(now, operation);
        return operation.Id;
    }

    private void BeginStores(TimeSpan now, Operation operation)
    {
        foreach ((DhtNetwork network, Lookup lookup) in operation.Searches)
        {
            if (lookup.Wanted <= options.Stores && IsCrowded(network, lookup))
            {
                lookup.Extend(options.Stores);
                Drive(now, operation);
                return;
            }
        }
        foreach ((DhtNetwork network, Lookup lookup) in operation.Searches)
        {
            int wanted = lookup.Wanted > options.Stores ? lookup.Wanted : options.Stores;
            operation.Stores.AddRange(lookup.Candidates
                .Where(candidate => candidate.State == CandidateState.Answered && candidate.Token is not null).Take(wanted));
        }
        SendStores(now, operation);
    }

    /// <summary>
    /// Whether the nodes found stand closer together than so many honest ones would: somebody gathered around the target. Twice as many stores then
    /// reach past him.
    /// </summary>
    private bool IsCrowded(DhtNetwork network, Lookup lookup)
    {
        if (network.EstimatedNodes < options.Stores * 4 || lookup.Answered < options.Stores)
            return false;
        NodeId farthest = lookup.Candidates.Where(candidate => candidate.State == CandidateState.Answered)
            .Take(options.Stores).Last().Id ^ lookup.Target;
        return farthest.ToFraction() * network.EstimatedNodes < options.Stores / 2.0;
    }

    private void SendStores(TimeSpan now, Operation operation)
    {
        operation.Phase = OperationPhase.Storing;
        // Counted before sending, so that a store that fails at once cannot end the whole early.
        operation.Outstanding = operation.Stores.Count;
        foreach (Candidate candidate in operation.Stores)
        {
            if (NetworkOf(candidate.Address) is not { } network
                || Send(now, network, candidate.Address, StoreQuery(network, operation, candidate), QueryPurpose.Store, operation, null, candidate, candidate.Id) is null)
                operation.Outstanding--;
            else
                operation.StoreQueries++;
        }
        if (operation.Outstanding == 0)
            StoresEnded(now, operation);
    }

    private static KrpcQuery StoreQuery(DhtNetwork network, Operation operation, Candidate candidate) => operation.Kind switch
    {
        OperationKind.PutMutable => new KrpcQuery
        {
            Method = KrpcMethod.Put,
            Id = network.Table.Own,
            Token = candidate.Token,
            Key = operation.Item!.Target.PublicKey,
            Salt = operation.Item.Target.Salt,
            Sequence = operation.Item.Sequence,
            Signature = operation.Item.Signature.Span,
            Value = operation.Item.Value.Span,
            Compare = candidate.Held is null ? null : operation.Compare,
        },
        OperationKind.PutImmutable => new KrpcQuery
        {
            Method = KrpcMethod.Put,
            Id = network.Table.Own,
            Token = candidate.Token,
            Value = operation.Value!.Value.Span,
        },
        _ => new KrpcQuery
        {
            Method = KrpcMethod.AnnouncePeer,
            Id = network.Table.Own,
            Token = candidate.Token,
            Target = operation.Target,
            Port = operation.Port,
        },
    };

    private void StoreEnded(TimeSpan now, PendingQuery query, KrpcCode refusal, bool stored)
    {
        Operation operation = query.Operation!;
        if (query.Purpose == QueryPurpose.Store)
        {
            // bittorrent-dht refuses the very version it holds with 302: that is a republish which succeeded.
            stored |= refusal == KrpcCode.OldSequence && operation.Item is { } item && query.Candidate!.Held == item.Sequence;
            query.Candidate!.Stored = stored;
            if (stored)
                query.Candidate.Held = operation.Item?.Sequence ?? -1;
            else if (refusal != KrpcCode.None)
                operation.Refusals[refusal] = operation.Refusals.GetValueOrDefault(refusal) + 1;
        }
        if (--operation.Outstanding > 0)
            return;
        if (operation.Phase == OperationPhase.Storing)
            StoresEnded(now, operation);
        else
            PutEnded(operation, 0);
    }

    private void StoresEnded(TimeSpan now, Operation operation)
    {
        int stored = operation.Stores.Count(candidate => candidate.Stored);
        if (operation.FromCache && stored * 2 < operation.Stores.Count && !operation.Refusals.ContainsKey(KrpcCode.OldSequence))
        {
            // The remembered nodes are gone or their tokens are: search again, once.
            cache.Remove(operation.Target);
            operation.FromCache = false;
            operation.Stores.Clear();
            operation.Refusals.Clear();
            operation.Phase = OperationPhase.Searching;
            Begin(now, operation);
            return;
        }
        int own = KeepOwn(now, operation) ? 1 : 0;
        if (!operation.WantsReadBack || stored == 0 || operation.Kind == OperationKind.Announce)
        {
            PutEnded(operation, own);
            return;
        }
        operation.Phase = OperationPhase.ReadingBack;
        List<Candidate> asked = [.. operation.Stores.Where(candidate => candidate.Stored).Take(ReadBackWidth)];
        operation.Outstanding = asked.Count;
        foreach (Candidate candidate in asked)
        {
            DhtNetwork network = NetworkOf(candidate.Address)!;
            var query = new KrpcQuery { Method = KrpcMethod.Get, Id = network.Table.Own, Target = operation.Target };
            if (Send(now, network, candidate.Address, query, QueryPurpose.ReadBack, operation, null, candidate, candidate.Id) is null)
                operation.Outstanding--;
            else
                operation.StoreQueries++;
        }
        if (operation.Outstanding == 0)
            PutEnded(operation, own);
    }

    private void TakeReadBack(TimeSpan now, PendingQuery query, ref KrpcMessage answer)
    {
        Operation operation = query.Operation!;
        bool holds = answer.Kind == KrpcKind.Response && (operation.Item is { } item
            ? answer.Sequence is { } sequence && item.HasSameContent(sequence, answer.Value)
            : answer.Value.SequenceEqual(operation.Value!.Value.Span));
        if (holds)
            operation.Verified++;
        StoreEnded(now, query, KrpcCode.None, holds);
    }

    /// <summary>A node that serves and stands among the closest is one of the stores itself.</summary>
    private bool KeepOwn(TimeSpan now, Operation operation)
    {
        if (!Serves || operation.Kind == OperationKind.Announce)
            return false;
        NodeId own = Id ^ operation.Target;
        if (operation.Stores.Count >= options.Stores && operation.Stores.TrueForAll(candidate => (candidate.Id ^ operation.Target) < own))
            return false;
        if (operation.Item is { } item)
            return items.Put(now, default, item, operation.Compare) == KrpcCode.None;
        items.Put(now, default, operation.Value!);
        return true;
    }

    private void PutEnded(Operation operation, int own)
    {
        operation.Phase = OperationPhase.Completed;
        KrpcCode refusal = operation.Refusals.Count == 0 ? KrpcCode.None : operation.Refusals.MaxBy(pair => pair.Value).Key;
        int stored = operation.Stores.Count(candidate => candidate.Stored) + own;
        Raise(new DhtEvent.PutCompleted(operation.Id, stored, operation.Verified, refusal, operation.NewestSequence, operation.QueriesSent));
    }
}
