namespace Jangbu.Dht;

/// <summary>The nodes closest to targets looked up lately, with their write tokens: a second put or a poll needs no search.</summary>
internal sealed class TargetCache
{
    /// <summary>Targets remembered: more than a person with 100 contacts reads and writes in an hour.</summary>
    public const int MaximumTargets = 512;

    /// <summary>A token is good for five minutes at least; a minute less, for the way.</summary>
    public static readonly TimeSpan TokenLifetime = TimeSpan.FromMinutes(4);

    /// <summary>After this the network may have changed enough to look again.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(5);

    private readonly Dictionary<NodeId, Entry> entries = [];

    /// <summary>Remembers the outcome of a search, in place of an older one.</summary>
    public void Set(TimeSpan now, NodeId target, List<Candidate> closest)
    {
        if (closest.Count == 0)
            return;
        if (entries.Count >= MaximumTargets && !entries.ContainsKey(target))
            Forget(now);
        entries[target] = new Entry(now, closest);
    }

    /// <summary>The closest nodes found lately, or null.</summary>
    public List<Candidate>? Get(TimeSpan now, NodeId target) =>
        entries.TryGetValue(target, out Entry entry) && now - entry.At < Lifetime ? entry.Closest : null;

    public void Remove(NodeId target) => entries.Remove(target);

    private void Forget(TimeSpan now)
    {
        foreach (NodeId old in entries.Where(pair => now - pair.Value.At >= Lifetime).Select(pair => pair.Key).ToArray())
            entries.Remove(old);
        if (entries.Count >= MaximumTargets)
            entries.Remove(entries.MinBy(pair => pair.Value.At).Key);
    }

    private readonly record struct Entry(TimeSpan At, List<Candidate> Closest);
}
