using System.Net;

namespace Jangbu.WebRtc.Ice;

/// <summary>The pairs of one generation of an agent, highest priority first (RFC 8445 §6.1.2): one stream, one component.</summary>
internal sealed class CheckList
{
    /// <summary>RFC 8445 §6.1.2.5 recommends 100.</summary>
    public const int MaxPairs = 100;

    private readonly List<CandidatePair> _pairs = [];

    public IReadOnlyList<CandidatePair> Pairs => _pairs;

    public CandidatePair? Find(LocalBase localBase, IPEndPoint remote) =>
        _pairs.Find(pair => ReferenceEquals(pair.Base, localBase) && pair.Remote.EndPoint.Equals(remote));

    /// <summary>Adds a pair in its place. When the list is full the lowest that has shown nothing gives way.</summary>
    /// <returns>Null when the list is full of better ones.</returns>
    public CandidatePair? Add(LocalBase localBase, Candidate remote, bool controlling)
    {
        var pair = new CandidatePair(localBase, remote);
        pair.ComputePriority(controlling);
        if (_pairs.Count >= MaxPairs)
        {
            int weakest = _pairs.FindLastIndex(known => known.State != PairState.Succeeded && !known.WasRequested);
            if (weakest < 0 || _pairs[weakest].Priority >= pair.Priority)
                return null;
            _pairs.RemoveAt(weakest);
        }

        int place = _pairs.FindIndex(known => known.Priority < pair.Priority);
        _pairs.Insert(place < 0 ? _pairs.Count : place, pair);
        return pair;
    }

    public void RemoveBase(LocalBase localBase) => _pairs.RemoveAll(pair => ReferenceEquals(pair.Base, localBase));

    /// <summary>Orders anew, after a role switch or a changed remote priority.</summary>
    public void Reorder(bool controlling)
    {
        foreach (CandidatePair pair in _pairs)
            pair.ComputePriority(controlling);
        _pairs.Sort((first, second) => second.Priority.CompareTo(first.Priority));
    }

    /// <summary>
    /// Lets the first pair of each foundation wait for its check; the others of the same foundation stay frozen until it has an outcome
    /// (RFC 8445 §6.1.2.6, §6.1.4.2), since what goes for one goes for all.
    /// </summary>
    public void Thaw(TimeSpan now)
    {
        foreach (CandidatePair pair in _pairs)
        {
            if (pair.State == PairState.Frozen && !_pairs.Exists(other => other.State is PairState.Waiting or PairState.InProgress && other.Foundation == pair.Foundation))
                pair.Restart(now);
        }
    }

    /// <summary>After a success all pairs of its foundation are worth a check.</summary>
    public void ThawFoundation(string foundation, TimeSpan now)
    {
        foreach (CandidatePair pair in _pairs)
        {
            if (pair.State == PairState.Frozen && pair.Foundation == foundation)
                pair.Restart(now);
        }
    }
}
