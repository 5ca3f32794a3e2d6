namespace Jangbu.Dht;

/// <summary>Contacts that share exactly so many bits with the own id, and the newcomers waiting for a place among them.</summary>
internal sealed class KBucket(int capacity)
{
    /// <summary>Newcomers remembered while the bucket is full; more would only be older.</summary>
    public const int MaximumReplacements = 8;

    /// <summary>Contacts in no order.</summary>
    public List<DhtContact> Contacts { get; } = [];

    /// <summary>Nodes that answered while the bucket was full, oldest first.</summary>
    public List<DhtContact> Replacements { get; } = [];

    /// <summary>When something here was last confirmed (BEP 5: a bucket unchanged for 15 minutes is refreshed).</summary>
    public TimeSpan LastChange { get; set; }

    /// <summary>How many contacts fit.</summary>
    public int Capacity { get; } = capacity;

    /// <summary>Whether no contact fits any more.</summary>
    public bool IsFull => Contacts.Count >= Capacity;

    public DhtContact? Find(NodeId id)
    {
        foreach (DhtContact contact in Contacts)
        {
            if (contact.Id == id)
                return contact;
        }
        return null;
    }

    /// <summary>One node of each subnet: whoever owns a /24 shall not own a bucket.</summary>
    public bool HasSubnet(NodeAddress address)
    {
        NodeAddress subnet = address.Subnet;
        foreach (DhtContact contact in Contacts)
        {
            if (contact.Address.Subnet == subnet)
                return true;
        }
        return false;
    }

    /// <summary>Keeps a newcomer for later, in place of the oldest.</summary>
    public void Remember(DhtContact newcomer)
    {
        Replacements.RemoveAll(contact => contact.Id == newcomer.Id || contact.Address == newcomer.Address);
        if (Replacements.Count >= MaximumReplacements)
            Replacements.RemoveAt(0);
        Replacements.Add(newcomer);
    }

    /// <summary>Takes a bad contact out; the latest newcomer that fits takes its place.</summary>
    public void Evict(DhtContact bad)
    {
        Contacts.Remove(bad);
        for (int i = Replacements.Count - 1; i >= 0 && !IsFull; i--)
        {
            DhtContact newcomer = Replacements[i];
            Replacements.RemoveAt(i);
            if (!HasSubnet(newcomer.Address))
                Contacts.Add(newcomer);
        }
    }

    /// <summary>The contact most in need of a proof of life, or null when all are good.</summary>
    public DhtContact? Questionable(TimeSpan now)
    {
        DhtContact? oldest = null;
        foreach (DhtContact contact in Contacts)
        {
            if (!contact.IsGood(now) && (oldest is null || contact.LastAnswer < oldest.LastAnswer))
                oldest = contact;
        }
        return oldest;
    }
}
