using System.Net;
using System.Security.Cryptography;
using Jangbu.Crypto;
using Jangbu.Node.Slots;

namespace Jangbu.Node;

/// <summary>
/// Finds contacts through the DHT, and lets them find this node (PROTOCOL §4). Pure: what it wants from the DHT leaves as
/// <see cref="RendezvousCommand"/>, what the DHT says comes in by the methods of <c>Rendezvous.Reading.cs</c>.
/// </summary>
/// <remarks>
/// Offers and answers stand in <c>Rendezvous.Offers.cs</c>, rings and the <c>here</c> slot in <c>Rendezvous.Ring.cs</c>.
/// </remarks>
internal sealed partial class Rendezvous(PublicIdentity me, RandomNumberGenerator random)
{
    private readonly List<Pair> _pairs = [];
    private readonly Queue<RendezvousCommand> _commands = [];
    private readonly Queue<RendezvousEvent> _events = [];
    private readonly byte[] _myKey = me.ExportSpki();
    private RendezvousStats _stats;
    private (long Current, long? Neighbour) _epochs = (-1, null);
    private Pair? _last;
    private int _round;
    private TimeSpan _roundDue;
    private TimeSpan _deadline = TimeSpan.MaxValue;
    private long _nextId;
    private long _lastSeq;
    private bool _listening;

    /// <summary>True when loopback addresses may be written and rung: the bootstrap nodes are on loopback (PROTOCOL §4.2).</summary>
    public bool Loopback { get; init; }

    /// <summary>What was counted.</summary>
    public RendezvousStats Stats => _stats;

    /// <summary>When <see cref="Advance"/> is to be called.</summary>
    public TimeSpan? Deadline => _deadline == TimeSpan.MaxValue ? null : _deadline;

    /// <summary>Adds a contact. Its offers are read once <see cref="Listen"/> was called or it is engaged.</summary>
    public Pair Add(Moment now, PairSecret secret, PublicIdentity contact)
    {
        byte[] mine = new byte[32], theirs = new byte[32];
        me.Id.CopyTo(mine);
        contact.Id.CopyTo(theirs);
        return Add(now, new Pair(secret, mine, theirs, contact, contact.Id));
    }

    /// <summary>Adds one side of an invitation: its inviter, who answers, or its joiner, who offers (PROTOCOL §4.1).</summary>
    public Pair AddInvitation(Moment now, PairSecret secret, bool inviter)
    {
        byte[] first = new byte[32], second = new byte[32];
        second.AsSpan().Fill(1);
        return Add(now, new Pair(secret, inviter ? first : second, inviter ? second : first, null, null));
    }

    /// <summary>Forgets a contact or invitation.</summary>
    public void Remove(Pair pair)
    {
        Unwatch(pair);
        _pairs.Remove(pair);
        if (_last == pair)
            _last = null;
        _deadline = TimeSpan.Zero;
    }

    /// <summary>Begins to read the offers of all contacts, and to be found by them.</summary>
    public void Listen(Moment now)
    {
        _listening = true;
        _roundDue = now.Now;
        Refresh(now);
    }

    /// <summary>Looks for this one and lets it find this node, whether or not <see cref="Listen"/> was called.</summary>
    public void Engage(Moment now, Pair pair)
    {
        if (pair.Engaged)
            return;
        pair.Engaged = true;
        pair.HereDue = pair.PollDue = now.Now;
        Refresh(now, pair);
    }

    /// <summary>Says with whom the last session was: it is looked at most often.</summary>
    public void Spoke(Moment now, Pair pair)
    {
        _last = pair;
        pair.PollDue = now.Now + LastSpokenInterval;
        _deadline = TimeSpan.Zero;
    }

    /// <summary>Does what is due.</summary>
    public void Advance(Moment now)
    {
        bool epochsChanged = _epochs != Epochs.ToRead(now.Wall.ToUnixTimeSeconds());
        if (now.Now < _deadline && !epochsChanged)
            return;
        if (epochsChanged)
            Refresh(now);
        foreach (Pair pair in _pairs)
        {
            AdvanceOffer(now, pair);
            AdvanceHere(now, pair);
            AdvanceLetter(now, pair);
            if (IsFollowed(pair) && now.Now >= pair.PollDue)
            {
                pair.PollDue = now.Now + LastSpokenInterval;
                ReadOffers(now, pair, cheap: true);
            }
        }
        if (_listening && now.Now >= _roundDue)
            Round(now);
        _deadline = NextDeadline();
    }

    /// <summary>Takes the next thing to be done outside.</summary>
    public bool TryDequeueCommand(out RendezvousCommand command) => _commands.TryDequeue(out command!);

    /// <summary>Takes the next thing found out.</summary>
    public bool TryDequeue(out RendezvousEvent found) => _events.TryDequeue(out found!);

    private Pair Add(Moment now, Pair pair)
    {
        if (_pairs.Count >= MaxPairs)
            throw new InvalidOperationException($"a node looks for at most {MaxPairs} contacts");
        // A thousand contacts at once would be a thousand stores at once: those that join late stand in a row.
        pair.HereDue = now.Now + HereSpacing * _pairs.Count;
        pair.PollDue = now.Now;
        pair.LetterDue = now.Now + LetterInterval + HereSpacing * _pairs.Count;
        _pairs.Add(pair);
        Refresh(now, pair);
        return pair;
    }

    /// <summary>Keeps epochs and watched targets in step with the clock.</summary>
    private void Refresh(Moment now)
    {
        _epochs = Epochs.ToRead(now.Wall.ToUnixTimeSeconds());
        foreach (Pair pair in _pairs)
        {
            pair.ForgetBefore(Math.Min(_epochs.Current - 1, pair.Offer?.Epoch ?? long.MaxValue));
            WatchOffers(pair);
        }
        _deadline = TimeSpan.Zero;
    }

    /// <summary>The same for one alone: a thousand are not looked through because one was added or engaged.</summary>
    private void Refresh(Moment now, Pair pair)
    {
        if (_epochs != Epochs.ToRead(now.Wall.ToUnixTimeSeconds()))
            Refresh(now);
        else
            WatchOffers(pair);
        _deadline = TimeSpan.Zero;
    }

    /// <summary>Reads the next in turn: one a second, and faster only where that would not come round in a minute.</summary>
    private void Round(Moment now)
    {
        int others = _pairs.Count(pair => !IsFollowed(pair));
        _roundDue = now.Now + TimeSpan.FromTicks(Math.Min(TimeSpan.FromSeconds(1).Ticks, TimeSpan.FromSeconds(60).Ticks / Math.Max(1, others)));
        for (int tries = 0; tries < _pairs.Count; tries++)
        {
            _round = (_round + 1) % _pairs.Count;
            if (IsFollowed(_pairs[_round]))
                continue;
            ReadOffers(now, _pairs[_round], cheap: true);
            return;
        }
    }

    private bool IsFollowed(Pair pair) => pair.Engaged || (_listening && pair == _last);

    private bool IsHeard(Pair pair) => _listening || pair.Engaged;

    private TimeSpan NextDeadline()
    {
        TimeSpan next = _listening ? _roundDue : TimeSpan.MaxValue;
        foreach (Pair pair in _pairs)
        {
            if (IsFollowed(pair))
                next = Earlier(next, pair.PollDue);
            if (IsHeard(pair) && _outer.Count > 0)
                next = Earlier(next, pair.HereDue);
            if (_listening && pair.Contact is not null)
                next = Earlier(next, pair.LetterDue);
            if (pair.Offer is { } offer)
            {
                if (!offer.Answered)
                    next = Earlier(next, offer.Made + OfferLife);
                if (!offer.Answered && offer.Hash is not null)
                    next = Earlier(next, Earlier(offer.PollDue, offer.RingDue));
            }
            foreach (OwnValue own in pair.Own.Values)
                next = Earlier(next, own.Due);
        }
        return next;
    }

    private static TimeSpan Earlier(TimeSpan a, TimeSpan b) => a < b ? a : b;

    private long NextSeq(DateTimeOffset wall)
    {
        _lastSeq = Math.Max(wall.ToUnixTimeMilliseconds(), _lastSeq + 1);
        return _lastSeq;
    }

    /// <summary>PROTOCOL §8: contacts.</summary>
    public const int MaxPairs = 1_000 + 16;

    private static readonly TimeSpan LastSpokenInterval = TimeSpan.FromSeconds(2);
}
