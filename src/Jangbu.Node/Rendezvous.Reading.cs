using Jangbu.Node.Slots;

namespace Jangbu.Node;

internal sealed partial class Rendezvous
{
    private readonly Dictionary<long, Reading> _readings = [];
    private readonly Dictionary<long, (Pair Pair, SlotName Slot, OwnValue Value)> _stores = [];

    /// <summary>Takes a value that a <see cref="RendezvousCommand.Fetch"/> has found; there may be several, each newer than the one before.</summary>
    public void Fetched(Moment now, long id, long seq, ReadOnlySpan<byte> value)
    {
        if (!_readings.TryGetValue(id, out Reading? reading))
            return;
        (Pair pair, SlotName slot, long epoch, int item) = reading;
        if (!pair.Read.TryGetValue((slot, epoch), out ReadSlot? read) || seq <= read.SeqSeen || seq < read.Seq)
            return;
        if (item > 0 && seq != read.Seq)
            return; // Of another value than the item 0 that asked for it.
        SlotKeys keys = pair.Theirs(slot, epoch);
        if (item == 0 && seq == read.Seq)
        {
            FetchMissing(pair, slot, epoch, read);
            return;
        }
        if (!keys.TryOpen(item, seq, value, out byte[] piece) || (item == 0 && !SlotKeys.TryCount(piece, out _)))
        {
            _stats.Wrong++;
            read.SeqSeen = seq;
            return;
        }
        if (item == 0)
        {
            _ = SlotKeys.TryCount(piece, out int count);
            read.Seq = seq;
            read.Pieces = new byte[]?[count];
        }
        if (item >= read.Pieces.Length)
            return;
        read.Pieces[item] = piece;
        if (read.Pieces.Contains(null))
            FetchMissing(pair, slot, epoch, read);
        else
            Finish(now, pair, slot, epoch, read);
    }

    /// <summary>Takes the end of a reading.</summary>
    public void FetchEnded(Moment now, long id)
    {
        if (!_readings.Remove(id, out Reading? reading) || reading.Item != 0
            || !reading.Pair.Read.TryGetValue((reading.Slot, reading.Epoch), out ReadSlot? read))
            return;
        read.Reading--;
        if (!read.Again || read.Reading > 0)
            return;
        read.Again = false;
        Read(reading.Pair, reading.Slot, reading.Epoch, cheap: false);
        _deadline = Earlier(_deadline, now.Now);
    }

    /// <summary>Takes the end of a storing: how many nodes hold the item now.</summary>
    public void Stored(Moment now, long id, int nodes)
    {
        if (!_stores.Remove(id, out (Pair Pair, SlotName Slot, OwnValue Value) store))
            return;
        OwnValue own = store.Value;
        own.Nodes = Math.Min(own.Nodes, nodes);
        if (--own.Pending > 0 || !store.Pair.Own.TryGetValue(store.Slot, out OwnValue? current) || current != own)
            return;
        bool first = !own.Stored && own.Nodes > 0;
        own.Stored |= own.Nodes > 0;
        if (own.Nodes == 0)
            own.Due = now.Now + StoreRetry; // Nobody took it; a DHT that just starts will soon.
        else if (store.Slot == SlotName.Offer)
            own.Due = now.Now + OfferRepublish;
        if (store.Slot == SlotName.Offer && store.Pair.Offer is { } offer)
        {
            if (first)
            {
                _events.Enqueue(new RendezvousEvent.OfferStored(store.Pair, own.Nodes));
                offer.RingDue = now.Now + FirstRing;
            }
            else
            {
                ReadHere(store.Pair);
            }
            RingThem(store.Pair, SlotName.Offer, offer.Epoch);
        }
        if (store.Slot == SlotName.Answer && first)
            RingThem(store.Pair, SlotName.Answer, own.Keys.Epoch);
        _deadline = TimeSpan.Zero;
    }

    private void ReadOffers(Moment now, Pair pair, bool cheap)
    {
        (long current, long? neighbour) = Epochs.ToRead(now.Wall.ToUnixTimeSeconds());
        Read(pair, SlotName.Offer, current, cheap);
        if (neighbour is { } other)
            Read(pair, SlotName.Offer, other, cheap);
    }

    private void Read(Pair pair, SlotName slot, long epoch, bool cheap)
    {
        if (!pair.Read.TryGetValue((slot, epoch), out ReadSlot? read))
            pair.Read.Add((slot, epoch), read = new ReadSlot());
        if (read.Reading > 0)
        {
            read.Again |= !cheap;
            return;
        }
        read.Reading++;
        Fetch(pair, slot, epoch, 0, read.SeqSeen, cheap);
    }

    private void FetchMissing(Pair pair, SlotName slot, long epoch, ReadSlot read)
    {
        for (int item = 1; item < read.Pieces.Length; item++)
        {
            bool asked = _readings.Values.Any(other => other.Pair == pair && other.Slot == slot && other.Epoch == epoch && other.Item == item);
            if (read.Pieces[item] is null && !asked)
                Fetch(pair, slot, epoch, item, read.Seq - 1, cheap: false);
        }
    }

    private void Fetch(Pair pair, SlotName slot, long epoch, int item, long seqSeen, bool cheap)
    {
        long id = ++_nextId;
        _readings.Add(id, new Reading(pair, slot, epoch, item));
        _stats.Fetches++;
        _commands.Enqueue(new RendezvousCommand.Fetch(id, pair.Theirs(slot, epoch), item, seqSeen, cheap));
    }

    private void Finish(Moment now, Pair pair, SlotName slot, long epoch, ReadSlot read)
    {
        byte[][] pieces = read.Pieces!;
        long seq = read.SeqSeen = read.Seq;
        read.Pieces = [];
        if (!SlotKeys.TryJoin(pieces, out byte[] content))
        {
            _stats.Wrong++;
            return;
        }
        switch (slot)
        {
            case SlotName.Offer:
                OfferRead(now, pair, epoch, seq, content);
                break;
            case SlotName.Answer:
                AnswerRead(now, pair, epoch, seq, content);
                break;
            case SlotName.Here:
                HereRead(pair, content);
                break;
            case SlotName.Letter:
                _events.Enqueue(new RendezvousEvent.LetterFound(pair, content));
                break;
            default:
                throw new System.Diagnostics.UnreachableException($"slot {slot}");
        }
    }

    private void Store(Pair pair, SlotName slot, long epoch, long seq, byte[] content)
    {
        SlotKeys keys = pair.Mine(slot, epoch);
        OwnValue own = new() { Keys = keys, Seq = seq, Items = keys.Seal(content, seq, random) };
        pair.Own[slot] = own;
        Store(pair, slot, own);
    }

    private void Store(Pair pair, SlotName slot, OwnValue own)
    {
        own.Pending = own.Items.Length;
        own.Nodes = int.MaxValue;
        for (int item = 0; item < own.Items.Length; item++)
        {
            long id = ++_nextId;
            _stores.Add(id, (pair, slot, own));
            _commands.Enqueue(new RendezvousCommand.Store(id, own.Keys, item, own.Seq, own.Items[item]));
        }
    }

    private sealed record Reading(Pair Pair, SlotName Slot, long Epoch, int Item);

    private static readonly TimeSpan StoreRetry = TimeSpan.FromSeconds(2);
}
