using System.Net;
using Jangbu.Crypto;
using Jangbu.Node.Slots;

namespace Jangbu.Node;

/// <summary>Two who share a secret, seen from one of them, and how their meeting stands. Owned by <see cref="Rendezvous"/>.</summary>
internal sealed class Pair(PairSecret secret, byte[] me, byte[] them, PublicIdentity? key, PeerId? contact)
{
    private readonly Dictionary<(SlotName, bool Mine, long Epoch), SlotKeys> _slots = [];

    /// <summary>The contact; null for an invitation.</summary>
    public PeerId? Contact { get; } = contact;

    /// <summary>The key that must have signed; null for an invitation, whose card comes later.</summary>
    public PublicIdentity? Key { get; } = key;

    /// <summary>The key's SPKI.</summary>
    public byte[]? KeyBytes { get; } = key?.ExportSpki();

    /// <summary>True when, of two offers made in the same millisecond, mine wins.</summary>
    public bool MineWinsTies { get; } = me.AsSpan().SequenceCompareTo(them) < 0;

    /// <summary>My offer that waits or was answered.</summary>
    public OwnOffer? Offer { get; set; }

    /// <summary>My values in slots, by slot.</summary>
    public Dictionary<SlotName, OwnValue> Own { get; } = [];

    /// <summary>The values of theirs that I read, by slot and epoch.</summary>
    public Dictionary<(SlotName Slot, long Epoch), ReadSlot> Read { get; } = [];

    /// <summary>Their last offer that I took up: hash of its content, its session and time, and the epoch in which to answer.</summary>
    public TakenOffer? Taken { get; set; }

    /// <summary>Their newest offer that lost against mine, unread.</summary>
    public OutweighedOffer? Outweighed { get; set; }

    /// <summary>How often their rings are followed.</summary>
    public RingAllowance Rings { get; } = new();

    /// <summary>Where their DHT node was, as their <c>here</c> slot says.</summary>
    public IReadOnlyList<IPEndPoint> Here { get; set; } = [];

    /// <summary>Who last asked my node for a target of this pair, and when; not known to be them.</summary>
    public (IPEndPoint From, TimeSpan At)? Ringer { get; set; }

    /// <summary>True while this one is to be found, or looked for, beyond the others.</summary>
    public bool Engaged { get; set; }

    /// <summary>When my <c>here</c> is to be stored again.</summary>
    public TimeSpan HereDue { get; set; }

    /// <summary>What my letter holds; null for none.</summary>
    public byte[]? Letter { get; set; }

    /// <summary>When their letter is read next, while listening.</summary>
    public TimeSpan LetterDue { get; set; }

    /// <summary>When their offers are read next, while engaged.</summary>
    public TimeSpan PollDue { get; set; }

    /// <summary>The targets watched for this pair.</summary>
    public Dictionary<SlotName, List<(long Epoch, byte[] Target)>> Watched { get; } = [];

    /// <summary>The keys of a slot that I write.</summary>
    public SlotKeys Mine(SlotName name, long epoch) => Keys(name, true, epoch);

    /// <summary>The keys of a slot that they write.</summary>
    public SlotKeys Theirs(SlotName name, long epoch) => Keys(name, false, epoch);

    /// <summary>Forgets what belongs to epochs before this one.</summary>
    public void ForgetBefore(long epoch)
    {
        foreach ((SlotName, bool, long Epoch) key in _slots.Keys.Where(key => key.Item3 < epoch).ToList())
            _slots.Remove(key);
        foreach ((SlotName, long Epoch) key in Read.Keys.Where(key => key.Epoch < epoch).ToList())
            Read.Remove(key);
    }

    private SlotKeys Keys(SlotName name, bool mine, long epoch)
    {
        if (!_slots.TryGetValue((name, mine, epoch), out SlotKeys? keys))
        {
            keys = secret.Slot(name, mine ? me : them, epoch);
            _slots.Add((name, mine, epoch), keys);
        }
        return keys;
    }
}

/// <summary>An offer of theirs that I answer.</summary>
internal sealed record TakenOffer(byte[] Hash, byte[] Session, long Milliseconds, long Epoch);

/// <summary>An offer of theirs that is older than mine.</summary>
internal sealed record OutweighedOffer(long Epoch, long Seq, byte[] Content);

/// <summary>An offer of mine.</summary>
internal sealed class OwnOffer
{
    /// <summary>Its session id.</summary>
    public required byte[] Session { get; init; }

    /// <summary>Its time, which is its <c>seq</c>.</summary>
    public required long Milliseconds { get; init; }

    /// <summary>Its epoch, where the answer will be too.</summary>
    public required long Epoch { get; init; }

    /// <summary>When it was made.</summary>
    public required TimeSpan Made { get; init; }

    /// <summary>SHA-256 of its content, once signed.</summary>
    public byte[]? Hash { get; set; }

    /// <summary>True once a genuine answer was found; it is then read no more and stored no more.</summary>
    public bool Answered { get; set; }

    /// <summary>When the answer slot is read next.</summary>
    public TimeSpan PollDue { get; set; }

    /// <summary>When the contact is rung again.</summary>
    public TimeSpan RingDue { get; set; } = TimeSpan.MaxValue;
}

/// <summary>A value of mine in a slot.</summary>
internal sealed class OwnValue
{
    /// <summary>Of which slot.</summary>
    public required SlotKeys Keys { get; init; }

    /// <summary>Its <c>seq</c>.</summary>
    public required long Seq { get; init; }

    /// <summary>The sealed items: the same bytes each time they are stored.</summary>
    public required byte[][] Items { get; init; }

    /// <summary>How many items are under way.</summary>
    public int Pending { get; set; }

    /// <summary>The fewest nodes that any item reached in this storing.</summary>
    public int Nodes { get; set; } = int.MaxValue;

    /// <summary>True once it was stored everywhere once.</summary>
    public bool Stored { get; set; }

    /// <summary>When it is stored again.</summary>
    public TimeSpan Due { get; set; } = TimeSpan.MaxValue;
}

/// <summary>A slot of theirs as I have read it.</summary>
internal sealed class ReadSlot
{
    /// <summary>The newest value done with.</summary>
    public long SeqSeen { get; set; } = -1;

    /// <summary>The value being put together.</summary>
    public long Seq { get; set; } = -1;

    /// <summary>Its pieces so far.</summary>
    public byte[]?[] Pieces { get; set; } = [];

    /// <summary>Readings of item 0 under way.</summary>
    public int Reading { get; set; }

    /// <summary>True: somebody rang while a reading was under way, so read once more after it.</summary>
    public bool Again { get; set; }
}
