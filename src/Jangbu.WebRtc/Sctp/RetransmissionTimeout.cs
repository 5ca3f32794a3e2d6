namespace Jangbu.WebRtc.Sctp;

/// <summary>The retransmission time-out, worked out from measured round trips (RFC 9260 §6.3).</summary>
internal sealed class RetransmissionTimeout(TimeSpan initial, TimeSpan least, TimeSpan most)
{
    private TimeSpan _variation;
    private TimeSpan? _backedOff;

    /// <summary>The smoothed round trip; null before one is measured.</summary>
    public TimeSpan? SmoothedRoundTrip { get; private set; }

    /// <summary>How long to wait for an acknowledgement now, doublings included.</summary>
    public TimeSpan Current => _backedOff ?? Measured;

    /// <summary>
    /// The least stands on top of the smoothed round trip rather than under the sum: a peer may delay a SACK by 200 milliseconds whatever
    /// the path's length, and a sum with no variation left would fire before it on long steady paths (dcSCTP and Linux's TCP do likewise).
    /// </summary>
    private TimeSpan Measured => SmoothedRoundTrip is { } smoothed ? Min(smoothed + Max(4 * _variation, least), most) : initial;

    /// <summary>Takes the round trip of a chunk that was sent once (Karn's rule is the caller's). Ends a back-off.</summary>
    public void Measure(TimeSpan roundTrip)
    {
        if (SmoothedRoundTrip is { } smoothed)
        {
            _variation = 0.75 * _variation + 0.25 * (smoothed - roundTrip).Duration();
            SmoothedRoundTrip = 0.875 * smoothed + 0.125 * roundTrip;
        }
        else
        {
            SmoothedRoundTrip = roundTrip;
            _variation = roundTrip / 2;
        }
        _backedOff = null;
    }

    /// <summary>Doubles, up to the most: a number that saturates, never a shift that overflows.</summary>
    public void BackOff() => _backedOff = Min(Current * 2, most);

    /// <summary>An acknowledgement of something new: the path works again.</summary>
    public void EndBackOff() => _backedOff = null;

    private static TimeSpan Min(TimeSpan left, TimeSpan right) => left < right ? left : right;

    private static TimeSpan Max(TimeSpan left, TimeSpan right) => left > right ? left : right;
}
