using System.Net;
using Jangbu.WebRtc.Stun;

namespace Jangbu.WebRtc.Ice;

public sealed partial class IceAgent
{
    /// <summary>Rc of RFC 8489 §6.2.1, and no more than a stranger's address is ever sent without having asked for it.</summary>
    public const int MaxSends = 7;

    /// <summary>Over its whole life a pair that keeps being triggered gets no more checks than this before it is valid.</summary>
    private const int MaxTotalSends = 64;

    /// <summary>An answer later than this is worth nothing (RFC 7675's thirty seconds).</summary>
    private static readonly TimeSpan TransactionLife = TimeSpan.FromSeconds(30);

    /// <summary>A triggered check follows the one before at this distance at least: on a fast path the answer is here sooner.</summary>
    private static readonly TimeSpan TriggerDistance = TimeSpan.FromMilliseconds(10);

    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(8);

    private readonly Dictionary<StunTransactionId, PendingCheck> _pending = [];
    private TimeSpan _checkingSince;
    private TimeSpan _nextSlot;
    private bool _repeatNext;

    private void AddPairs(TimeSpan now, LocalBase localBase)
    {
        foreach (Candidate remote in _current.RemoteCandidates)
            AddPair(now, localBase, remote);
        _current.CheckList.Thaw(now);
        SendDueChecks(now);
    }

    private CandidatePair? AddPair(TimeSpan now, LocalBase localBase, Candidate remote)
    {
        if (localBase.Candidate.EndPoint.AddressFamily != remote.EndPoint.AddressFamily
            || (_options.RelayOnly && localBase.Candidate.Type != CandidateType.Relayed)
            || IPAddress.IsLoopback(localBase.Candidate.EndPoint.Address) != IPAddress.IsLoopback(remote.EndPoint.Address))
            return null;
        return _current.CheckList.Find(localBase, remote.EndPoint) ?? AddPair(now, _current, localBase, remote);
    }

    private CandidatePair? AddPair(TimeSpan now, IceGeneration generation, LocalBase localBase, Candidate remote)
    {
        CandidatePair? pair = generation.CheckList.Add(localBase, remote, IsControlling);
        if (pair is not null && localBase.Relay is { } allocation && RelayOf(localBase) is { } relay)
        {
            allocation.AddPeer(now, remote.EndPoint);
            SettleOutput(relay);
        }

        return pair;
    }

    /// <summary>A candidate that a check showed before it was signalled: kept in its place, with the pair as far as it has come (RFC 8445 §7.3.1.3).</summary>
    private void MergeRemote(int known, Candidate signalled)
    {
        Candidate before = _current.RemoteCandidates[known];
        if (before.Type != CandidateType.PeerReflexive || signalled.Type == CandidateType.PeerReflexive)
            return;
        _current.PeerReflexiveCount--;
        _current.RemoteCandidates[known] = signalled;
        foreach (CandidatePair pair in _current.CheckList.Pairs)
        {
            if (pair.Remote.EndPoint.Equals(signalled.EndPoint))
                pair.Remote = signalled;
        }

        _current.CheckList.Reorder(IsControlling);
        if (_selected is not null)
            ShowRoute(_selected);
    }

    /// <summary>
    /// Sends triggered checks at once, then as many ordinary ones as their turn has come: a new pair and a repetition by turns, so that neither
    /// a long list nor a lossy path starves the other.
    /// </summary>
    private void SendDueChecks(TimeSpan now)
    {
        if (State is IceState.Closed or IceState.Failed || _current.Remote is null)
            return;
        foreach (CandidatePair pair in _current.CheckList.Pairs)
        {
            if (pair.IsBlocked)
            {
                if (pair.IsPending && pair.Base.Relay!.IsRefused(pair.Remote.EndPoint))
                    pair.State = PairState.Failed;
            }
            else if (pair is { IsTriggered: true, State: PairState.Waiting or PairState.InProgress } && pair.NextSend <= now)
                SendCheck(now, pair, useCandidate: false);
            else if (pair.State == PairState.InProgress && pair.Sends >= MaxSends && pair.NextSend <= now)
                FailPair(now, pair);
        }

        while (_nextSlot <= now && NextOrdinary(now) is { } next)
        {
            SendCheck(now, next, useCandidate: false);
            TimeSpan distance = CandidatePolicy.IsNear(next.Base.Candidate.EndPoint.Address, next.Remote.EndPoint.Address) ? _options.NearPace : _options.Pace;
            _nextSlot = now + distance;
        }
    }

    private CandidatePair? NextOrdinary(TimeSpan now)
    {
        CandidatePair? fresh = null, repeated = null;
        foreach (CandidatePair pair in _current.CheckList.Pairs)
        {
            if (pair.IsBlocked)
                continue;
            if (pair.State == PairState.Waiting)
                fresh ??= pair;
            else if (pair.State == PairState.InProgress && pair.NextSend <= now && pair.Sends < MaxSends)
                repeated ??= pair;
        }

        bool repeat = repeated is not null && (fresh is null || _repeatNext);
        _repeatNext = !repeat;
        return repeat ? repeated : fresh;
    }

    private void FailPair(TimeSpan now, CandidatePair pair)
    {
        pair.State = PairState.Failed;
        _current.CheckList.Thaw(now);
    }

    private void AddCheckDeadline(ref TimeSpan due)
    {
        if (State is IceState.Failed || _current.Remote is null)
            return;
        foreach (CandidatePair pair in _current.CheckList.Pairs)
        {
            if (pair.IsBlocked)
                continue;
            if (pair.State == PairState.Waiting)
                due = Earlier(due, pair.IsTriggered ? pair.NextSend : _nextSlot);
            else if (pair.State == PairState.InProgress)
                due = Earlier(due, pair.IsTriggered || pair.Sends >= MaxSends || pair.NextSend > _nextSlot ? pair.NextSend : _nextSlot);
        }

        if (_selected is null)
            due = Earlier(due, _checkingSince + _options.ConnectTimeout);
    }

    /// <summary>Every send is a transaction of its own, so a late answer still counts and the round trip is never mistaken.</summary>
    private void SendCheck(TimeSpan now, CandidatePair pair, bool useCandidate)
    {
        IceGeneration generation = GenerationOf(pair);
        if (generation.Remote is null || (pair.State != PairState.Succeeded && pair.TotalSends >= MaxTotalSends))
        {
            pair.State = PairState.Failed;
            return;
        }

        var id = StunTransactionId.Create(_random);
        Span<byte> buffer = stackalloc byte[StunWriter.BufferLength];
        var writer = new StunWriter(buffer, StunClass.Request, StunMethod.Binding, id);
        writer.Add(StunAttribute.Username, generation.Username);
        writer.Add(StunAttribute.Priority, Candidate.ComputePriority(CandidateType.PeerReflexive, (int)(pair.Base.Candidate.Priority >> 8) & ushort.MaxValue));
        writer.Add(IsControlling ? StunAttribute.IceControlling : StunAttribute.IceControlled, _tieBreaker);
        useCandidate &= IsControlling;
        if (useCandidate)
            writer.Add(StunAttribute.UseCandidate, ReadOnlySpan<byte>.Empty);
        writer.AddIntegrity(generation.Remote.Key);
        writer.AddFingerprint();
        Transmit(pair.Base, pair.Remote.EndPoint, writer.Message);

        _stats.ChecksSent++;
        _pending[id] = new PendingCheck(pair, now, useCandidate, IsControlling);
        pair.IsTriggered = false;
        pair.LastSent = now;
        pair.TotalSends++;
        pair.NextSend = now + Backoff(pair.Sends++);
        if (pair.State is PairState.Waiting or PairState.Frozen or PairState.Failed)
            pair.State = PairState.InProgress;
    }

    /// <summary>250 ms, doubled up to 8 s: seven checks reach over sixteen seconds, so a peer that takes long to read our answer is still met.</summary>
    private TimeSpan Backoff(int sends) => Earlier(_options.InitialRetransmission * (1 << Math.Min(sends, 6)), LongestWait);

    private IceGeneration GenerationOf(CandidatePair pair) =>
        _previous is not null && _previous.CheckList.Pairs.Contains(pair) ? _previous : _current;

    private void ForgetOldTransactions(TimeSpan now)
    {
        foreach ((StunTransactionId id, PendingCheck check) in _pending)
        {
            if (now - check.SentAt > TransactionLife)
                _pending.Remove(id);
        }
    }

    /// <summary>What was asked: the answer must match in address and role.</summary>
    private readonly record struct PendingCheck(CandidatePair Pair, TimeSpan SentAt, bool UseCandidate, bool WasControlling);
}
