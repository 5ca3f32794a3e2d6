using System.Net;

namespace Jangbu.WebRtc.Ice;

public sealed partial class IceAgent
{
    private CandidatePair? _selected;
    private CandidatePair? _nominating;
    private CandidatePair? _contender;
    private TimeSpan? _firstValidAt;

    /// <summary>
    /// Controlling: decides whether a valid pair is good enough now, and asks for it (regular nomination, RFC 8445 §8.1.1). Host to host at once;
    /// what goes through outer addresses or relays waits a little while something better is still being checked.
    /// </summary>
    private void Nominate(TimeSpan now)
    {
        if (!IsControlling || State is IceState.Closed or IceState.Failed || _current.Remote is null)
            return;
        if (_nominating is { } under)
        {
            if (under.State != PairState.Succeeded)
                _nominating = null;
            else if (under.NextSend <= now && under.Sends >= MaxSends)
                LosePair(now, under);
            else if (under.NextSend <= now)
                SendCheck(now, under, useCandidate: true);
            if (_nominating is not null)
                return;
        }

        if (NominationCandidate() is { } best && NominationTime(best) <= now)
        {
            best.IsNominating = true;
            best.Sends = 0;
            _nominating = best;
            SendCheck(now, best, useCandidate: true);
        }
    }

    /// <summary>The best valid pair, if it would be a gain over what is selected.</summary>
    private CandidatePair? NominationCandidate()
    {
        CandidatePair? best = null;
        foreach (CandidatePair pair in _current.CheckList.Pairs)
        {
            if (pair.State == PairState.Succeeded && !ReferenceEquals(pair, _selected) && (best is null || (best.IsRelayed && !pair.IsRelayed)))
                best = pair;
        }

        if (best is null || _selected is null || GenerationOf(_selected) != _current)
            return best;
        // A dead road is left for any that has answered since; a relayed one is left for a direct one. Otherwise the nomination stands.
        bool dead = State == IceState.Disconnected && best.LastAnswer > _selected.LastAnswer;
        return dead || (_selected.IsRelayed && !best.IsRelayed) ? best : null;
    }

    private TimeSpan NominationTime(CandidatePair best)
    {
        TimeSpan since = _firstValidAt ?? _checkingSince;
        if (State == IceState.Disconnected || best.IsHostToHost || !IsBetterPending(best))
            return since;
        return since + (best.IsRelayed ? _options.RelayPatience : _options.ReflexivePatience);
    }

    private bool IsBetterPending(CandidatePair best)
    {
        foreach (CandidatePair pair in _current.CheckList.Pairs)
        {
            if (pair.IsPending && (pair.Priority > best.Priority || (best.IsRelayed && !pair.IsRelayed)))
                return true;
        }

        return false;
    }

    private void AddNominationDeadline(ref TimeSpan due)
    {
        if (!IsControlling || State is IceState.Failed || _current.Remote is null)
            return;
        if (_nominating is { } under)
            due = Earlier(due, under.NextSend);
        else if (NominationCandidate() is { } best)
            due = Earlier(due, NominationTime(best));
    }

    /// <summary>
    /// Controlled: the peer has nominated a valid pair. The better of two nominated ones counts, as long as it answers: some stacks nominate every
    /// pair (RFC 5245's aggressive nomination), and following each would make the road flap. A lesser one is taken when the selected one, asked at
    /// once, stays silent: then the peer has moved.
    /// </summary>
    private void Follow(TimeSpan now, CandidatePair pair)
    {
        pair.SelectOnSuccess = false;
        bool lesser = _selected is not null && State == IceState.Connected && pair.Priority < _selected.Priority && GenerationOf(_selected) == GenerationOf(pair);
        if (!lesser)
        {
            Select(now, pair);
            return;
        }

        _contender = pair;
        DoubtSelected(now);
    }

    private void Select(TimeSpan now, CandidatePair pair)
    {
        pair.SelectOnSuccess = false;
        pair.IsNominating = false;
        _contender = null;
        if (ReferenceEquals(_nominating, pair))
            _nominating = null;
        bool changed = !ReferenceEquals(_selected, pair);
        _selected = pair;
        if (GenerationOf(pair) == _current)
            _previous = null;
        if (changed)
        {
            StopOtherChecks(pair);
            WatchSelected(now, pair);
            ShowRoute(pair);
        }

        ChangeState(IceState.Connected);
    }

    /// <summary>Once a direct pair is chosen nothing else needs checking; with a relayed one the direct ones may still come through.</summary>
    private void StopOtherChecks(CandidatePair chosen)
    {
        foreach (CandidatePair pair in _current.CheckList.Pairs)
        {
            if (pair.IsPending && !pair.IsTriggered && (!chosen.IsRelayed || pair.IsRelayed))
                pair.State = PairState.Failed;
        }
    }

    private void ShowRoute(CandidatePair pair)
    {
        CandidateType own = pair.Base.Candidate.Type;
        if (own == CandidateType.Host && pair.Mapped is { } mapped && !mapped.Equals(pair.Base.Candidate.EndPoint))
            own = _localCandidates.Exists(known => known.Type == CandidateType.ServerReflexive && known.EndPoint.Equals(mapped)) ? CandidateType.ServerReflexive : CandidateType.PeerReflexive;
        var route = new IceRoute(pair.Base.Socket, pair.Remote.EndPoint, own, pair.Remote.Type);
        if (route == Route)
            return;
        Route = route;
        _events.Enqueue(new IceEvent.RouteSelected(route));
    }

    /// <summary>A pair that was valid does not answer its nomination.</summary>
    private void LosePair(TimeSpan now, CandidatePair pair)
    {
        pair.IsNominating = false;
        pair.State = PairState.Failed;
        if (ReferenceEquals(_nominating, pair))
            _nominating = null;
        _current.CheckList.Thaw(now);
    }

    /// <summary>The selected pair cannot be used any more: falls back to searching among what is left.</summary>
    private void LoseSelected(TimeSpan now)
    {
        _selected = null;
        Route = null;
        if (State is IceState.Connected or IceState.Disconnected)
        {
            _checkingSince = now;
            ChangeState(IceState.Checking);
            TryOtherPairs(now);
        }
    }
}
