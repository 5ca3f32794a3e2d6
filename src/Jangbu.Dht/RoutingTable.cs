namespace Jangbu.Dht;

/// <summary>
/// The routing table of BEP 5 for one family: buckets by the number of bits shared with the own id. Nodes enter only after they answered;
/// a node already known is kept in favour of a newcomer as long as it answers.
/// </summary>
/// <remarks>The first three buckets hold more than 8 (as libtorrent's do): most lookups begin there, and it saves each of them a hop.</remarks>
public sealed class RoutingTable(NodeId own)
{
    /// <summary>Contacts of an ordinary bucket, and nodes in an answer (BEP 5).</summary>
    public const int K = 8;

    private static readonly int[] LargeBuckets = [64, 32, 16];

    private readonly List<KBucket?> buckets = [];

    /// <summary>The own id, from which distance is measured.</summary>
    public NodeId Own { get; } = own;

    /// <summary>Contacts in the table.</summary>
    public int Count { get; private set; }

    /// <summary>Number of buckets that were ever used.</summary>
    public int Depth => buckets.Count;

    /// <summary>Every contact.</summary>
    public IEnumerable<DhtContact> Contacts => buckets.Where(bucket => bucket is not null).SelectMany(bucket => bucket!.Contacts);

    /// <summary>A node answered: it enters, or is confirmed, or waits as a replacement.</summary>
    /// <returns>The contact that should be pinged because a newcomer wants its place; null when nothing is to do.</returns>
    public DhtContact? Confirm(TimeSpan now, NodeId id, NodeAddress address, TimeSpan roundTrip)
    {
        if (id == Own)
            return null;
        KBucket bucket = BucketOf(id);
        DhtContact? known = bucket.Find(id);
        if (known is not null && known.Address != address)
        {
            // The id moved, or somebody borrows it: the place belongs to whoever keeps answering.
            if (!known.IsBad)
                return known;
            Evict(bucket, known);
            known = null;
        }
        if (known is not null)
        {
            known.Answered(now, roundTrip);
            bucket.LastChange = now;
            return null;
        }
        var newcomer = new DhtContact(id, address);
        newcomer.Answered(now, roundTrip);
        if (bucket.HasSubnet(address))
            return null;
        if (bucket.IsFull && bucket.Contacts.Find(contact => contact.IsBad) is { } bad)
            Evict(bucket, bad);
        if (!bucket.IsFull)
        {
            bucket.Contacts.Add(newcomer);
            bucket.LastChange = now;
            Count++;
            return null;
        }
        bucket.Remember(newcomer);
        return bucket.Questionable(now);
    }

    /// <summary>A node asked us something; whether it is worth a ping, being unknown and its bucket having room.</summary>
    public bool Asked(TimeSpan now, NodeId id, NodeAddress address)
    {
        if (id == Own)
            return false;
        KBucket? bucket = FindBucket(id);
        if (bucket?.Find(id) is not { } known)
            return bucket is null || (!bucket.IsFull && !bucket.HasSubnet(address));
        if (known.Address == address)
            known.Asked(now);
        return false;
    }

    /// <summary>A node left a query unanswered; when it is bad a replacement takes its place.</summary>
    public void Failed(NodeId id, NodeAddress address)
    {
        KBucket? bucket = FindBucket(id);
        if (bucket?.Find(id) is not { } contact || contact.Address != address)
            return;
        contact.Failed();
        // Without a replacement it stays, unused: after an outage of our own the whole table would be gone otherwise.
        if (contact.IsBad && bucket.Replacements.Count > 0)
            Evict(bucket, contact);
    }

    /// <summary>Removes a node that is no longer what it was: it answered with another id.</summary>
    public void Remove(NodeId id, NodeAddress address)
    {
        KBucket? bucket = FindBucket(id);
        if (bucket?.Find(id) is { } contact && contact.Address == address)
            Evict(bucket, contact);
    }

    /// <summary>The contact of this id, if it is known.</summary>
    public DhtContact? Find(NodeId id) => FindBucket(id)?.Find(id);

    /// <summary>Collects the contacts closest to <paramref name="target"/>, nearest first: good ones, or, for own lookups, all that are not bad.</summary>
    public void Closest(TimeSpan now, NodeId target, int count, bool onlyGood, List<DhtContact> result)
    {
        ArgumentNullException.ThrowIfNull(result);
        result.Clear();
        // All of the target's own bucket are nearer than all deeper ones together, and those nearer than any shallower bucket.
        int prefix = NodeId.CommonPrefix(Own, target);
        Collect(now, prefix, target, count, onlyGood, result);
        if (result.Count < count)
        {
            for (int i = prefix + 1; i < buckets.Count; i++)
                Collect(now, i, target, count, onlyGood, result);
        }
        for (int i = Math.Min(prefix, buckets.Count) - 1; i >= 0 && result.Count < count; i--)
            Collect(now, i, target, count, onlyGood, result);
    }

    /// <summary>The buckets that nothing confirmed for 15 minutes, and their prefix length.</summary>
    public IEnumerable<int> StaleBuckets(TimeSpan now)
    {
        for (int i = 0; i < buckets.Count; i++)
        {
            if (buckets[i] is { Contacts.Count: > 0 } bucket && now - bucket.LastChange >= DhtContact.Freshness)
                yield return i;
        }
    }

    /// <summary>How many contacts share exactly this many bits with the own id.</summary>
    public int CountAt(int prefix) => prefix < buckets.Count ? buckets[prefix]?.Contacts.Count ?? 0 : 0;

    /// <summary>Remembers that a bucket was refreshed, whether or not anyone answered.</summary>
    public void Refreshed(TimeSpan now, int prefix)
    {
        if (prefix < buckets.Count && buckets[prefix] is { } bucket)
            bucket.LastChange = now;
    }

    private static void Insert(List<DhtContact> result, DhtContact contact, NodeId target, int count)
    {
        NodeId distance = contact.Id ^ target;
        int at = result.Count;
        while (at > 0 && distance < (result[at - 1].Id ^ target))
            at--;
        if (at == count)
            return;
        if (result.Count == count)
            result.RemoveAt(count - 1);
        result.Insert(at, contact);
    }

    private void Collect(TimeSpan now, int index, NodeId target, int count, bool onlyGood, List<DhtContact> result)
    {
        if (index >= buckets.Count || buckets[index] is not { } bucket)
            return;
        foreach (DhtContact contact in bucket.Contacts)
        {
            if (onlyGood ? contact.IsGood(now) : !contact.IsBad)
                Insert(result, contact, target, count);
        }
    }

    private void Evict(KBucket bucket, DhtContact contact)
    {
        int before = bucket.Contacts.Count;
        bucket.Evict(contact);
        Count += bucket.Contacts.Count - before;
    }

    private KBucket? FindBucket(NodeId id)
    {
        int prefix = NodeId.CommonPrefix(Own, id);
        return prefix < buckets.Count ? buckets[prefix] : null;
    }

    private KBucket BucketOf(NodeId id)
    {
        int prefix = NodeId.CommonPrefix(Own, id);
        while (buckets.Count <= prefix)
            buckets.Add(null);
        return buckets[prefix] ??= new KBucket(prefix < LargeBuckets.Length ? LargeBuckets[prefix] : K);
    }
}
