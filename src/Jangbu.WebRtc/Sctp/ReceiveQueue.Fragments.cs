namespace Jangbu.WebRtc.Sctp;

/// <summary>The fragments above the first gap, in a ring indexed by TSN.</summary>
internal sealed partial class ReceiveQueue
{
    private Slot[] _slots = new Slot[64];
    private int _used;

    /// <summary>A held fragment. Its run is the stretch of neighbours that continue one message; only the ends of a run know its extent.</summary>
    private struct Slot
    {
        public byte[]? Buffer;
        public int Length;
        public Fragment Fragment;
        public Tsn RunFirst;
        public Tsn RunLast;
    }

    private ref Slot SlotOf(Tsn tsn) => ref _slots[tsn.Value & (uint)(_slots.Length - 1)];

    /// <summary>Holds a fragment above a gap; a message that it makes whole is taken out at once.</summary>
    private ReceiveOutcome Hold(Tsn tsn, in Fragment fragment, ReadOnlySpan<byte> payload)
    {
        if (fragment is { IsBeginning: true, IsEnding: true })
            return payload.Length > maxMessageSize ? ReceiveOutcome.TooLong : Deliver(Stream(fragment.Stream), Copy(fragment, payload));
        Grow(tsn - _tracker.Cumulative);
        byte[] buffer = buffers.Rent(payload.Length);
        payload.CopyTo(buffer);
        _held += payload.Length + Overhead;
        _used++;
        Tsn first = tsn, last = tsn;
        ref Slot before = ref SlotOf(tsn.Previous);
        if (tsn.Previous > _tracker.Cumulative && before.Buffer is not null && fragment.Continues(before.Fragment))
            first = before.RunFirst;
        ref Slot after = ref SlotOf(tsn.Next);
        if (after.Buffer is not null && tsn < _tracker.Highest && after.Fragment.Continues(fragment))
            last = after.RunLast;
        SlotOf(tsn) = new Slot { Buffer = buffer, Length = payload.Length, Fragment = fragment, RunFirst = first, RunLast = last };
        SlotOf(first).RunLast = last;
        SlotOf(last).RunFirst = first;
        return SlotOf(first).Fragment.IsBeginning && SlotOf(last).Fragment.IsEnding ? TakeRun(first, last) : ReceiveOutcome.Accepted;
    }

    private ReceiveOutcome TakeRun(Tsn first, Tsn last)
    {
        int length = 0;
        for (Tsn tsn = first; tsn <= last; tsn = tsn.Next)
            length += SlotOf(tsn).Length;
        if (length > maxMessageSize)
            return ReceiveOutcome.TooLong;
        Fragment head = SlotOf(first).Fragment;
        byte[] buffer = buffers.Rent(length);
        int offset = 0;
        for (Tsn tsn = first; tsn <= last; tsn = tsn.Next)
        {
            ref Slot slot = ref SlotOf(tsn);
            slot.Buffer.AsSpan(0, slot.Length).CopyTo(buffer.AsSpan(offset));
            offset += slot.Length;
            Release(ref slot);
        }
        _held += length + Overhead;
        return Deliver(Stream(head.Stream), new ReceivedMessage(head.Stream, head.Protocol, head.IsUnordered, head.Ssn, buffer, length));
    }

    /// <summary>Feeds what a closed gap set free, from <paramref name="first"/> to the cumulative TSN.</summary>
    private ReceiveOutcome Drain(TimeSpan now, Tsn first)
    {
        for (Tsn tsn = first; _used > 0 && tsn <= _tracker.Cumulative; tsn = tsn.Next)
        {
            ref Slot slot = ref SlotOf(tsn);
            if (slot.Buffer is null)
                continue;
            byte[] buffer = slot.Buffer;
            slot.Buffer = null;
            _used--;
            _held -= slot.Length + Overhead;
            ReceiveOutcome outcome = Feed(now, slot.Fragment, buffer.AsSpan(0, slot.Length));
            buffers.Return(buffer);
            if (outcome != ReceiveOutcome.Accepted)
                return outcome;
        }
        return ReceiveOutcome.Accepted;
    }

    /// <summary>Drops the fragments held above the cumulative TSN up to <paramref name="last"/>.</summary>
    private void ReleaseFragments(Tsn last)
    {
        if (last > _tracker.Highest)
            last = _tracker.Highest;
        for (Tsn tsn = _tracker.Cumulative.Next; _used > 0 && tsn <= last; tsn = tsn.Next)
        {
            ref Slot slot = ref SlotOf(tsn);
            if (slot.Buffer is not null)
                Release(ref slot);
        }
    }

    /// <summary>Gives up the highest fragment held, so that the one everything waits for finds room.</summary>
    /// <returns>False when the highest TSN is no fragment: whole messages are never given up.</returns>
    private bool Renege()
    {
        Tsn tsn = _tracker.Highest;
        ref Slot slot = ref SlotOf(tsn);
        if (slot.Buffer is null)
            return false;
        if (slot.RunFirst != tsn)
        {
            SlotOf(slot.RunFirst).RunLast = tsn.Previous;
            SlotOf(tsn.Previous).RunFirst = slot.RunFirst;
        }
        Release(ref slot);
        _tracker.ForgetHighest();
        return true;
    }

    private void Release(ref Slot slot)
    {
        buffers.Return(slot.Buffer!);
        slot.Buffer = null;
        _held -= slot.Length + Overhead;
        _used--;
    }

    private void Grow(int ahead)
    {
        // One more on each side, so that a neighbour never aliases a slot of the other end.
        if (ahead + 2 <= _slots.Length)
            return;
        int size = _slots.Length;
        while (size < ahead + 2)
            size *= 2;
        Slot[] old = _slots;
        _slots = new Slot[size];
        if (_used == 0)
            return;
        for (Tsn tsn = _tracker.Cumulative.Next; tsn <= _tracker.Highest; tsn = tsn.Next)
        {
            ref Slot slot = ref old[tsn.Value & (uint)(old.Length - 1)];
            if (slot.Buffer is not null && tsn - _tracker.Cumulative <= old.Length)
            {
                SlotOf(tsn) = slot;
                slot.Buffer = null;
            }
        }
    }
}
