namespace Jangbu.WebRtc.Ice;

public sealed partial class IceAgent
{
    /// <summary>An unanswered consent request is repeated this soon at the earliest; one lost packet must change nothing.</summary>
    private static readonly TimeSpan ProbeDistance = TimeSpan.FromMilliseconds(500);

    /// <summary>An answer older than this is not taken as a sign of life for a pair that is being selected.</summary>
    private static readonly TimeSpan FreshAnswer = TimeSpan.FromSeconds(4);

    /// <summary>Requests without an answer, one after another, until the road is called disconnected.</summary>
    private const int ProbesUntilDisconnected = 4;

    private TimeSpan _consentSince;
    private TimeSpan _lastConsent;
    private TimeSpan _nextConsent;
    private int _unanswered;

    /// <summary>Consent freshness (RFC 7675): requests at random distances, each from the start of the last; they keep the mappings open too.</summary>
    private void AdvanceConsent(TimeSpan now)
    {
        if (_selected is null)
        {
            if (State == IceState.Checking && now >= _checkingSince + _options.ConnectTimeout)
                Fail();
            return;
        }

        if (now >= _consentSince + _options.ConsentExpiry)
        {
            // Nothing may be sent to an address that has not answered for so long; another that answered meanwhile would be selected by now.
            Fail();
            return;
        }

        if (now < _nextConsent)
            return;
        ForgetOldTransactions(now);
        if (_unanswered > 0 && _contender is { State: PairState.Succeeded } contender)
        {
            Select(now, contender);
            return;
        }

        if (_unanswered == ProbesUntilDisconnected && State == IceState.Connected)
        {
            ChangeState(IceState.Disconnected);
            TryOtherPairs(now);
            ProbeRelays(now);
        }

        // With USE-CANDIDATE a controlled peer follows us to a mapping that has changed.
        SendCheck(now, _selected, useCandidate: true);
        _unanswered++;
        _lastConsent = now;
        _nextConsent = now + Longer(ProbeDistance * (State == IceState.Disconnected ? 2 : 1), (_selected.RoundTrip ?? TimeSpan.Zero) * 3);
    }

    private void AddConsentDeadline(ref TimeSpan due)
    {
        if (_selected is not null)
            due = Earlier(due, Earlier(_nextConsent, _consentSince + _options.ConsentExpiry));
    }

    /// <summary>Begins the watch over a pair that was just selected; at once where its last answer is old.</summary>
    private void WatchSelected(TimeSpan now, CandidatePair pair)
    {
        _consentSince = now;
        _lastConsent = now;
        _unanswered = 0;
        _nextConsent = pair.LastAnswer + FreshAnswer > now ? now + RandomInterval() : now;
    }

    /// <summary>The peer has come from a new address: perhaps the selected road is no more. Asks it before its time, not more often than a probe.</summary>
    private void DoubtSelected(TimeSpan now)
    {
        if (_selected is not null)
            _nextConsent = Earlier(_nextConsent, Longer(now, _lastConsent + ProbeDistance));
    }

    /// <summary>An answer on the selected pair.</summary>
    private void TakeConsent(TimeSpan now, CandidatePair pair)
    {
        if (!ReferenceEquals(pair, _selected))
            return;
        ShowRoute(pair);
        _contender = null;
        _consentSince = now;
        _unanswered = 0;
        _nextConsent = _lastConsent + RandomInterval();
        if (State == IceState.Disconnected)
            ChangeState(IceState.Connected);
    }

    private TimeSpan RandomInterval()
    {
        double share = (DrawUInt64() >> 11) * (1.0 / (1UL << 53));
        return _options.ConsentInterval * (0.8 + (0.4 * share));
    }

    /// <summary>Gives every other pair a fresh run of checks, the failed ones too: the network may be another by now.</summary>
    private void TryOtherPairs(TimeSpan now)
    {
        foreach (CandidatePair pair in _current.CheckList.Pairs)
        {
            if (!ReferenceEquals(pair, _selected))
                pair.Restart(now);
        }

        _nextSlot = now;
        SendDueChecks(now);
    }

    private void Fail()
    {
        _selected = null;
        _nominating = null;
        Route = null;
        ChangeState(IceState.Failed);
    }

    private static TimeSpan Longer(TimeSpan first, TimeSpan second) => first > second ? first : second;
}
