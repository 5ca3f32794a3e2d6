using System.Buffers.Binary;
using System.Net;
using Jangbu.Dht.Krpc;

namespace Jangbu.Dht;

/// <content>Own queries: sending, waiting, repeating, and matching answers to them.</content>
public sealed partial class DhtNode
{
    /// <summary>Queries in flight at once, of all commands together; each costs a kilobyte at most.</summary>
    public const int MaximumPending = 2048;

    /// <summary>An answer later than this belongs to nobody any more.</summary>
    public static readonly TimeSpan AnswerLifetime = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan SlowFloor = TimeSpan.FromMilliseconds(25);
    private static readonly TimeSpan SlowCap = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan LateFloor = TimeSpan.FromMilliseconds(150);
    private static readonly TimeSpan LateCap = TimeSpan.FromSeconds(1);

    private readonly Dictionary<uint, PendingQuery> pending = [];
    private readonly PriorityQueue<uint, TimeSpan> timers = new();
    private readonly Pacer pacer = new();
    private readonly Dictionary<uint, QueryId> pings = [];
    private readonly HashSet<NodeAddress> kin = [];

    /// <summary>Asks one node whether it is there.</summary>
    public QueryId Ping(TimeSpan now, IPEndPoint node)
    {
        QueryId id = NextQuery();
        NodeAddress address = NodeAddress.From(node);
        if (NetworkOf(address) is { } network && address.IsUsable
            && Send(now, network, address, new KrpcQuery { Method = KrpcMethod.Ping, Id = network.Table.Own }, QueryPurpose.Ping) is { } sent)
            pings[sent.Transaction] = id;
        else
            Raise(new DhtEvent.PingCompleted(id, null));
        return id;
    }

    /// <summary>
    /// Rings: sends a plain get for <paramref name="target"/> to one address. A node that watches the target looks at once; any other answers as
    /// always, and nobody on the way can tell the difference. Repeated twice when no answer comes, for wallets do not answer.
    /// </summary>
    public void Ring(TimeSpan now, IPEndPoint node, NodeId target)
    {
        NodeAddress address = NodeAddress.From(node);
        if (NetworkOf(address) is { } network && address.IsUsable)
            Send(now, network, address, new KrpcQuery { Method = KrpcMethod.Get, Id = network.Table.Own, Target = target }, QueryPurpose.Ring);
    }

    private PendingQuery? Send(TimeSpan now, DhtNetwork network, NodeAddress to, in KrpcQuery query, QueryPurpose purpose,
        Operation? operation = null, Lookup? lookup = null, Candidate? candidate = null, NodeId? expected = null)
    {
        if (pending.Count >= MaximumPending)
            return null;
        Span<byte> transaction = stackalloc byte[sizeof(uint)];
        uint number;
        do
        {
            random.GetBytes(transaction);
            number = BinaryPrimitives.ReadUInt32BigEndian(transaction);
        }
        while (pending.ContainsKey(number));
        int length = query.Write(buffer, transaction, readOnly: !Serves);
        var sent = new PendingQuery(number, to, purpose, buffer.AsSpan(0, length).ToArray())
        {
            Method = query.Method,
            Operation = operation,
            Lookup = lookup,
            Candidate = candidate,
            Expected = expected,
        };
        pending[number] = sent;
        Dispatch(now, network, sent);
        return sent;
    }

    private void Dispatch(TimeSpan now, DhtNetwork network, PendingQuery query)
    {
        TimeSpan at = kin.Contains(query.To) ? now : pacer.Reserve(now, query.To);
        query.Stage = QueryStage.Waiting;
        query.SentAt = at;
        if (at > now)
            Schedule(query, at);
        else
            Leave(now, network, query);
    }

    private void Leave(TimeSpan now, DhtNetwork network, PendingQuery query)
    {
        Transmit(query.To, query.Datagram);
        counters.QueriesSent++;
        NoteAsked(query.To);
        query.Stage = QueryStage.Sent;
        query.SentAt = now;
        Schedule(query, now + Clamp(RoundTripTo(network, query) * 3, SlowFloor, SlowCap));
    }

    private void Schedule(PendingQuery query, TimeSpan due)
    {
        query.Due = due;
        timers.Enqueue(query.Transaction, due);
    }

    private void RunTimers(TimeSpan now)
    {
        while (timers.TryPeek(out uint transaction, out TimeSpan due) && due <= now)
        {
            timers.Dequeue();
            if (!pending.TryGetValue(transaction, out PendingQuery? query) || query.Due != due || NetworkOf(query.To) is not { } network)
                continue;
            switch (query.Stage)
            {
                case QueryStage.Waiting:
                    Leave(now, network, query);
                    break;
                case QueryStage.Sent:
                    query.Stage = QueryStage.Slow;
                    Schedule(query, query.SentAt + Clamp(RoundTripTo(network, query) * 3, LateFloor, LateCap));
                    TurnedSlow(now, query);
                    break;
                case QueryStage.Slow:
                    query.Stage = QueryStage.Late;
                    Schedule(query, query.SentAt + AnswerLifetime);
                    if (query.Expected is { } expected)
                        network.Table.Failed(expected, query.To);
                    TurnedLate(now, network, query);
                    break;
                default:
                    Forget(query);
                    TurnedDead(now, query);
                    break;
            }
        }
    }

    private void TurnedSlow(TimeSpan now, PendingQuery query)
    {
        if (query is not { Purpose: QueryPurpose.Lookup, Lookup.IsDone: false })
            return;
        query.Lookup.MarkSlow(query.Candidate!);
        Drive(now, query.Operation!);
    }

    private void TurnedLate(TimeSpan now, DhtNetwork network, PendingQuery query)
    {
        switch (query.Purpose)
        {
            case QueryPurpose.Lookup when !query.Lookup!.IsDone:
                query.Lookup.MarkLate(query.Candidate!);
                Drive(now, query.Operation!);
                break;
            // One loss in a hundred must not cost a store; the node answered a moment ago.
            case QueryPurpose.Store or QueryPurpose.ReadBack when query.Repeats == 0:
            case QueryPurpose.Ring when query.Repeats < 2:
                query.Repeats++;
                Dispatch(now, network, query);
                break;
            case QueryPurpose.Store or QueryPurpose.ReadBack:
                Forget(query);
                StoreEnded(now, query, KrpcCode.None, stored: false);
                break;
        }
    }

    private void TurnedDead(TimeSpan now, PendingQuery query)
    {
        if (query.Purpose == QueryPurpose.Lookup && query.Candidate!.State != CandidateState.Answered && !query.Lookup!.IsDone)
        {
            query.Lookup.MarkDead(query.Candidate);
            Drive(now, query.Operation!);
        }
        else if (query.Purpose == QueryPurpose.Ping && pings.Remove(query.Transaction, out QueryId ping))
        {
            Raise(new DhtEvent.PingCompleted(ping, null));
        }
    }

    private void TakeAnswer(TimeSpan now, DhtNetwork network, NodeAddress from, ref KrpcMessage answer)
    {
        // Both must fit: the transaction, which a blind forger does not see, and the address it went to.
        if (answer.Transaction.Length != sizeof(uint)
            || !pending.TryGetValue(BinaryPrimitives.ReadUInt32BigEndian(answer.Transaction), out PendingQuery? query)
            || query.To != from || query.Stage == QueryStage.Waiting)
        {
            counters.Foreign++;
            return;
        }
        Forget(query);
        bool isSelf = answer.HasId && answer.Id == network.Table.Own;
        if (answer.Kind == KrpcKind.Response && !isSelf)
            Confirm(now, network, from, query, ref answer);
        switch (query.Purpose)
        {
            case QueryPurpose.Lookup:
                TakeSearchAnswer(now, network, query, ref answer, isSelf);
                break;
            case QueryPurpose.Store:
                StoreEnded(now, query, Refusal(answer), answer.Kind == KrpcKind.Response);
                break;
            case QueryPurpose.ReadBack:
                TakeReadBack(now, query, ref answer);
                break;
            case QueryPurpose.Ping when pings.Remove(query.Transaction, out QueryId ping):
                Raise(new DhtEvent.PingCompleted(ping, now - query.SentAt));
                break;
        }
    }

    private void Confirm(TimeSpan now, DhtNetwork network, NodeAddress from, PendingQuery query, ref KrpcMessage answer)
    {
        TimeSpan roundTrip = now - query.SentAt;
        // Nodes of our own kind inside a private network ban nobody at four packets a second, so they are not paced.
        if (from.IsPrivate && kin.Count < Pacer.MaximumEntries && answer.Version.StartsWith(KrpcResponse.ClientVersion[..2]))
            kin.Add(from);
        // An answer to a repeated query may belong to either sending (Karn), so it measures nothing.
        if (query.Repeats == 0)
            network.Measure(roundTrip);
        if (query.Expected is { } expected && expected != answer.Id)
            network.Table.Remove(expected, from);
        if (network.Table.Confirm(now, answer.Id, from, roundTrip) is { } questionable)
            Check(now, questionable.Address, questionable.Id);
        if (NodeAddress.TryReadCompact(answer.ExternalAddress, out NodeAddress seen) && network.Votes.Add(from, seen))
            TakeExternalAddress(now, network);
    }

    /// <summary>Pings a node for our own sake: to let it in, or to see whether it may stay.</summary>
    private void Check(TimeSpan now, NodeAddress address, NodeId? id)
    {
        if (checks >= MaximumChecks || NetworkOf(address) is not { } network)
            return;
        if (Send(now, network, address, new KrpcQuery { Method = KrpcMethod.Ping, Id = network.Table.Own }, QueryPurpose.Check, expected: id) is not null)
            checks++;
    }

    private void Forget(PendingQuery query)
    {
        pending.Remove(query.Transaction);
        if (query.Purpose == QueryPurpose.Check)
            checks--;
    }

    private static TimeSpan RoundTripTo(DhtNetwork network, PendingQuery query) =>
        query.Expected is { } id && network.Table.Find(id) is { } contact && contact.Address == query.To && contact.RoundTrip > TimeSpan.Zero
            ? contact.RoundTrip
            : network.RoundTrip;

    private static TimeSpan Clamp(TimeSpan value, TimeSpan least, TimeSpan most) => value < least ? least : value > most ? most : value;

    private static KrpcCode Refusal(in KrpcMessage answer) =>
        answer.Kind != KrpcKind.Error ? KrpcCode.None
        : answer.ErrorCode is 201 or 202 or 203 or 204 or 205 or 206 or 207 or 301 or 302 ? (KrpcCode)answer.ErrorCode
        : KrpcCode.Generic;
}
