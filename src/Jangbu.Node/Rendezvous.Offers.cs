using Jangbu.Crypto;
using Jangbu.Node.Slots;

namespace Jangbu.Node;

internal sealed partial class Rendezvous
{
    private readonly Dictionary<long, Signing> _signing = [];
    private readonly Queue<string> _sessionOrder = [];
    private readonly HashSet<string> _sessions = new(StringComparer.Ordinal);

    /// <summary>Makes a new offer in place of any before; the pair is engaged until <see cref="Release"/>.</summary>
    public void Offer(Moment now, Pair pair, Description description)
    {
        Engage(now, pair);
        byte[] session = new byte[Signal.SessionLength];
        random.GetBytes(session);
        long seq = NextSeq(now.Wall);
        pair.Taken = null;
        pair.Offer = new OwnOffer
        {
            Session = session,
            Milliseconds = seq,
            Epoch = Epochs.Of(DateTimeOffset.FromUnixTimeMilliseconds(seq)),
            Made = now.Now,
        };
        pair.Own.Remove(SlotName.Offer);
        WatchAnswer(pair);
        _stats.Offers++;
        BeginSigning(pair, SlotName.Offer, pair.Offer.Epoch,
            new Signal { Description = description, Key = _myKey, Session = session, Milliseconds = seq });
        ReadHere(pair);
    }

    /// <summary>Answers the offer that was last given out as <see cref="RendezvousEvent.OfferFound"/>.</summary>
    /// <returns>False when it waits no more: an own offer has taken its place meanwhile.</returns>
    public bool TryAnswer(Moment now, Pair pair, Description description)
    {
        if (pair.Taken is not { } taken)
            return false;
        _stats.Answers++;
        BeginSigning(pair, SlotName.Answer, taken.Epoch, new Signal
        {
            OfferHash = taken.Hash,
            Description = description,
            Key = _myKey,
            Session = taken.Session,
            Milliseconds = NextSeq(now.Wall),
        });
        return true;
    }

    /// <summary>A channel is open: nothing is stored or read for it any more, and an older offer still loses against it.</summary>
    public void Settle(Moment now, Pair pair)
    {
        if (pair.Offer is { } offer)
            offer.Answered = true;
        pair.Own.Remove(SlotName.Offer);
        pair.Own.Remove(SlotName.Answer);
        Spoke(now, pair);
    }

    /// <summary>The attempt or session has ended: an offer of theirs that it outweighed until now counts again.</summary>
    public void Release(Moment now, Pair pair)
    {
        pair.Offer = null;
        pair.Engaged = false;
        pair.Own.Remove(SlotName.Offer);
        pair.Own.Remove(SlotName.Answer);
        UnwatchAnswer(pair);
        Refresh(now, pair);
        if (pair.Outweighed is not { } waiting)
            return;
        pair.Outweighed = null;
        TakeOffer(now, pair, waiting.Epoch, waiting.Seq, waiting.Content);
    }

    /// <summary>Takes the signature that a <see cref="RendezvousCommand.Sign"/> asked for.</summary>
    public void Signed(Moment now, long id, byte[] signature)
    {
        if (!_signing.Remove(id, out Signing? signing))
            return;
        (Pair pair, SlotName slot, Signal signal, long epoch) = signing;
        byte[] content = signal.ToContent(signature);
        if (slot == SlotName.Offer)
        {
            if (pair.Offer is not { } offer || !offer.Session.AsSpan().SequenceEqual(signal.Session))
                return; // A newer offer, mine or theirs, has taken its place.
            offer.Hash = System.Security.Cryptography.SHA256.HashData(content);
            offer.PollDue = now.Now + FirstAnswerPoll;
        }
        else if (pair.Taken is not { } taken || !taken.Session.AsSpan().SequenceEqual(signal.Session))
        {
            return;
        }
        Store(pair, slot, epoch, signal.Milliseconds, content);
        _deadline = TimeSpan.Zero;
    }

    private void BeginSigning(Pair pair, SlotName slot, long epoch, Signal signal)
    {
        long id = ++_nextId;
        _signing.Add(id, new Signing(pair, slot, signal, epoch));
        _commands.Enqueue(new RendezvousCommand.Sign(id, signal.ToSign(slot)));
        _deadline = TimeSpan.Zero;
    }

    private void AdvanceOffer(Moment now, Pair pair)
    {
        if (pair.Offer is { } offer)
        {
            if (!offer.Answered && now.Now - offer.Made >= OfferLife)
            {
                Release(now, pair);
                _events.Enqueue(new RendezvousEvent.OfferDied(pair));
                return;
            }
            if (!offer.Answered && offer.Hash is not null)
            {
                if (now.Now >= offer.PollDue)
                {
                    TimeSpan age = now.Now - offer.Made;
                    offer.PollDue = now.Now + (age < TimeSpan.FromSeconds(10) ? TimeSpan.FromSeconds(1)
                        : age < TimeSpan.FromSeconds(60) ? TimeSpan.FromSeconds(2) : TimeSpan.FromSeconds(15));
                    Read(pair, SlotName.Answer, offer.Epoch, cheap: true);
                }
                if (now.Now >= offer.RingDue)
                {
                    offer.RingDue = now.Now - offer.Made < SecondRing ? offer.Made + SecondRing : TimeSpan.MaxValue;
                    ReadHere(pair);
                    RingThem(pair, SlotName.Offer, offer.Epoch);
                }
            }
        }
        foreach ((SlotName slot, OwnValue own) in pair.Own)
        {
            if (now.Now < own.Due)
                continue;
            own.Due = TimeSpan.MaxValue;
            if (own.Pending == 0)
                Store(pair, slot, own);
        }
    }

    private void OfferRead(Moment now, Pair pair, long epoch, long seq, byte[] content)
    {
        if (pair.Offer is { } mine && (seq < mine.Milliseconds || (seq == mine.Milliseconds && pair.MineWinsTies)))
        {
            if (seq > (pair.Outweighed?.Seq ?? -1))
                pair.Outweighed = new OutweighedOffer(epoch, seq, content);
            return;
        }
        TakeOffer(now, pair, epoch, seq, content);
    }

    private void TakeOffer(Moment now, Pair pair, long epoch, long seq, byte[] content)
    {
        if (pair.Taken is { } before && seq <= before.Milliseconds)
            return;
        if (!Signal.TryRead(SlotName.Offer, content, out SignedSignal? found, out _)
            || found!.CheckKeyAndTime(pair.KeyBytes, seq, now.Wall) != SignalError.None
            || _sessions.Contains(Convert.ToHexString(found.Signal.Session))
            || !IsSigned(pair, found))
        {
            _stats.Wrong++;
            return;
        }
        Remember(found.Signal.Session);
        pair.Offer = null;
        pair.Own.Remove(SlotName.Offer);
        pair.Own.Remove(SlotName.Answer);
        pair.Outweighed = null;
        UnwatchAnswer(pair);
        pair.Taken = new TakenOffer(found.ContentHash, found.Signal.Session, found.Signal.Milliseconds, epoch);
        ReadHere(pair);
        _events.Enqueue(new RendezvousEvent.OfferFound(pair, found.Signal.Description, found.Signal.Key));
    }

    private void AnswerRead(Moment now, Pair pair, long epoch, long seq, byte[] content)
    {
        if (pair.Offer is not { Answered: false, Hash: not null } offer || offer.Epoch != epoch)
            return;
        if (!Signal.TryRead(SlotName.Answer, content, out SignedSignal? found, out _)
            || found!.CheckKeyAndTime(pair.KeyBytes, seq, now.Wall) != SignalError.None)
        {
            _stats.Wrong++;
            return;
        }
        if (!found.Signal.Session.AsSpan().SequenceEqual(offer.Session))
            return; // The answer to an earlier offer of this hour, perhaps of an earlier run: not wrong, only old.
        if (!found.Signal.OfferHash.AsSpan().SequenceEqual(offer.Hash) || !IsSigned(pair, found))
        {
            _stats.Wrong++;
            return;
        }
        offer.Answered = true;
        pair.Outweighed = null; // Whoever answers has given up an offer of its own.
        pair.Own.Remove(SlotName.Offer);
        UnwatchAnswer(pair);
        _events.Enqueue(new RendezvousEvent.AnswerFound(pair, found.Signal.Description, found.Signal.Key));
    }

    private static bool IsSigned(Pair pair, SignedSignal found) => pair.Key is { } pinned
        ? found.IsSignedBy(pinned)
        : PublicIdentity.TryImportSpki(found.Signal.Key, out PublicIdentity? stranger, out _) && found.IsSignedBy(stranger!);

    private void Remember(byte[] session)
    {
        string text = Convert.ToHexString(session);
        if (!_sessions.Add(text))
            return;
        _sessionOrder.Enqueue(text);
        if (_sessionOrder.Count > MaxSessions)
            _sessions.Remove(_sessionOrder.Dequeue());
    }

    private sealed record Signing(Pair Pair, SlotName Slot, Signal Signal, long Epoch);

    /// <summary>PROTOCOL §8: session ids remembered.</summary>
    public const int MaxSessions = 1_000;

    private static readonly TimeSpan OfferLife = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan OfferRepublish = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan FirstAnswerPoll = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan FirstRing = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan SecondRing = TimeSpan.FromSeconds(10);
}
