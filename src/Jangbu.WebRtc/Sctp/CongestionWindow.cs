namespace Jangbu.WebRtc.Sctp;

/// <summary>How many bytes may be in flight (RFC 9260 §7.2): slow start, congestion avoidance, and what loss does to both.</summary>
internal sealed class CongestionWindow(int mtu)
{
    /// <summary>Growth ends here: four of the largest receive windows that options allow. Acknowledgements alone never make it unbounded.</summary>
    public const int Limit = 1 << 28;

    private int _partiallyAcknowledged;

    /// <summary>Bytes that may be in flight.</summary>
    public int Size { get; private set; } = Math.Min(4 * mtu, Math.Max(2 * mtu, 4404));

    public int SlowStartThreshold { get; private set; } = Limit;

    /// <summary>Applies a SACK that moved the cumulative TSN outside fast recovery (§7.2.1, §7.2.2).</summary>
    /// <param name="acknowledged">Bytes newly acknowledged, in order and by gap blocks.</param>
    /// <param name="flightBefore">Bytes in flight before the SACK: a window that was not used does not grow.</param>
    /// <param name="allAcknowledged">Whether nothing is in flight any more.</param>
    public void Acknowledge(int acknowledged, int flightBefore, bool allAcknowledged)
    {
        bool used = flightBefore > Size - mtu;
        if (Size <= SlowStartThreshold)
        {
            // Two packets a SACK would be RFC 9260's L; byte counting by what was acknowledged follows RFC 3465 for SACKs that answer a batch.
            if (used)
                Size = Math.Min(Limit, Size + acknowledged);
        }
        else
        {
            _partiallyAcknowledged = Math.Min(Limit, _partiallyAcknowledged + acknowledged);
            if (_partiallyAcknowledged >= Size && used)
            {
                _partiallyAcknowledged -= Size;
                Size = Math.Min(Limit, Size + mtu);
            }
            else if (_partiallyAcknowledged >= Size)
            {
                _partiallyAcknowledged = Size;
            }
        }
        if (allAcknowledged)
            _partiallyAcknowledged = 0;
    }

    /// <summary>Loss found by missing reports (§7.2.3): half, not below four packets.</summary>
    public void HalveForFastRetransmit()
    {
        SlowStartThreshold = Math.Max(Size / 2, 4 * mtu);
        Size = SlowStartThreshold;
        _partiallyAcknowledged = 0;
    }

    /// <summary>The timer ran out (§7.2.3): one packet.</summary>
    public void CollapseForTimeout()
    {
        SlowStartThreshold = Math.Max(Size / 2, 4 * mtu);
        Size = mtu;
        _partiallyAcknowledged = 0;
    }

    /// <summary>Nothing was sent for a time-out (§7.2.1): the window is not known to be true any more.</summary>
    public void ShrinkForIdleness() => Size = Math.Max(Size / 2, Math.Min(4 * mtu, Math.Max(2 * mtu, 4404)));
}
