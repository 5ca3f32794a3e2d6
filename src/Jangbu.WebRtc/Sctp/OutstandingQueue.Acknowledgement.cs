namespace Jangbu.WebRtc.Sctp;

/// <summary>What a SACK does to the outstanding chunks.</summary>
internal sealed partial class OutstandingQueue
{
    /// <summary>Applies a SACK: frees what is acknowledged and marks what is missing (RFC 9260 §6.2.1, §7.2.4).</summary>
    /// <param name="inRecovery">Whether fast recovery goes on: then a SACK that advances counts every missing chunk.</param>
    /// <param name="mayAbandon">Whether the peer understands FORWARD TSN.</param>
    /// <returns>False when the SACK is older than one seen or acknowledges what was never sent; nothing changes then.</returns>
    public bool TryApply(in SackChunk sack, TimeSpan now, bool inRecovery, bool mayAbandon, out SackOutcome outcome)
    {
        outcome = default;
        int gaps = sack.GapCount;
        Tsn highest = gaps == 0 ? sack.Cumulative : sack.Cumulative + sack.Gap(gaps - 1).End;
        if (sack.Cumulative < CumulativeAck || highest >= Next)
            return false;
        long newest = 0;
        Acknowledge(sack.Cumulative, ref outcome, ref newest);
        if (gaps > 0 || _gapAcknowledged > 0)
            ApplyGaps(sack, ref outcome, ref newest);
        if (newest > 0 && gaps > 0)
            CountMisses(highest, newest, inRecovery && outcome.CumulativeAdvanced, now, mayAbandon, ref outcome);
        AdvanceOverAbandoned();
        return true;
    }

    /// <summary>Applies the cumulative TSN that a SHUTDOWN carries.</summary>
    public bool TryApply(Tsn cumulative, out SackOutcome outcome)
    {
        outcome = default;
        if (cumulative < CumulativeAck || cumulative >= Next)
            return false;
        long newest = 0;
        Acknowledge(cumulative, ref outcome, ref newest);
        AdvanceOverAbandoned();
        return true;
    }

    private void Acknowledge(Tsn cumulative, ref SackOutcome outcome, ref long newest)
    {
        outcome.CumulativeAdvanced = cumulative > CumulativeAck;
        while (CumulativeAck < cumulative)
        {
            CumulativeAck = CumulativeAck.Next;
            ref OutstandingChunk chunk = ref this[CumulativeAck];
            if (chunk.State == ChunkState.Acknowledged)
                _gapAcknowledged--;
            else
                Arrive(ref chunk, CumulativeAck, ref outcome, ref newest);
            Free(ref chunk);
        }
        if (_lostFrom <= CumulativeAck)
            _lostFrom = CumulativeAck.Next;
    }

    private void ApplyGaps(in SackChunk sack, ref SackOutcome outcome, ref long newest)
    {
        int index = 0;
        (int start, int end) = sack.GapCount > 0 ? sack.Gap(0) : (int.MaxValue, int.MaxValue);
        // Past the last block there is work only when the peer may have taken something back.
        Tsn last = sack.GapCount > 0 && _gapAcknowledged == 0 ? sack.Cumulative + sack.Gap(sack.GapCount - 1).End : Next.Previous;
        for (Tsn tsn = sack.Cumulative.Next; tsn <= last; tsn = tsn.Next)
        {
            int offset = tsn - sack.Cumulative;
            while (offset > end)
                (start, end) = ++index < sack.GapCount ? sack.Gap(index) : (int.MaxValue, int.MaxValue);
            ref OutstandingChunk chunk = ref this[tsn];
            if (offset >= start)
            {
                if (chunk.State is ChunkState.InFlight or ChunkState.Lost)
                {
                    Arrive(ref chunk, tsn, ref outcome, ref newest);
                    chunk.State = ChunkState.Acknowledged;
                    _gapAcknowledged++;
                }
            }
            else if (chunk.State == ChunkState.Acknowledged)
            {
                // The peer gave up what it had reported (RFC 9260 §6.2.1): in flight again, for the missing reports to find.
                chunk.State = ChunkState.InFlight;
                chunk.Misses = 0;
                FlightBytes += chunk.Length;
                _gapAcknowledged--;
            }
        }
    }

    /// <summary>
    /// Counts a missing report for each chunk that was last sent before something that has just arrived. For chunks sent once that is the
    /// HTNA rule of §7.2.4; for retransmissions it finds one that was lost again without waiting for the timer, which RFC 9260 does not ask for.
    /// </summary>
    private void CountMisses(Tsn highest, long newest, bool countAll, TimeSpan now, bool mayAbandon, ref SackOutcome outcome)
    {
        for (Tsn tsn = CumulativeAck.Next; tsn < highest; tsn = tsn.Next)
        {
            ref OutstandingChunk chunk = ref this[tsn];
            if (chunk.State != ChunkState.InFlight || !(chunk.Order < newest || (countAll && chunk.Transmissions == 1)))
                continue;
            if (++chunk.Misses < MissesForLoss)
                continue;
            outcome.LossFound = true;
            outcome.RetransmissionLost |= chunk.Transmissions > 1;
            Lose(tsn, now, mayAbandon);
        }
    }

    private void Arrive(ref OutstandingChunk chunk, Tsn tsn, ref SackOutcome outcome, ref long newest)
    {
        if (chunk.State == ChunkState.Abandoned)
            return;
        if (chunk.State == ChunkState.InFlight)
            FlightBytes -= chunk.Length;
        else
            LostCount--;
        outcome.BytesAcknowledged += chunk.Length;
        newest = Math.Max(newest, chunk.Order);
        if (_timed == tsn)
        {
            outcome.TimedArrived = true;
            _timed = null;
        }
    }
}
