namespace Jangbu.WebRtc.Sctp;

/// <summary>
/// Which TSNs have arrived: everything up to <see cref="Cumulative"/>, and above it runs in ascending order that become the gap blocks of
/// a SACK (RFC 9260 §6.2).
/// </summary>
internal sealed class TsnTracker
{
    private (Tsn First, Tsn Last)[] _runs = new (Tsn, Tsn)[8];
    private int _head;

    public Tsn Cumulative { get; private set; }

    /// <summary>Number of runs above the cumulative TSN.</summary>
    public int RunCount { get; private set; }

    public Tsn Highest => RunCount == 0 ? Cumulative : _runs[_head + RunCount - 1].Last;

    public (Tsn First, Tsn Last) Run(int index) => _runs[_head + index];

    public void Start(Tsn initial)
    {
        Cumulative = initial.Previous;
        RunCount = 0;
        _head = 0;
    }

    public bool Contains(Tsn tsn)
    {
        if (tsn <= Cumulative)
            return true;
        int index = LastRunStartingAtOrBefore(tsn);
        return index >= 0 && tsn <= Run(index).Last;
    }

    /// <returns>False when it was there already.</returns>
    public bool Add(Tsn tsn)
    {
        if (tsn == Cumulative.Next)
        {
            Cumulative = tsn;
            Absorb();
            return true;
        }
        if (tsn <= Cumulative)
            return false;
        int index = LastRunStartingAtOrBefore(tsn);
        if (index >= 0 && tsn <= Run(index).Last)
            return false;
        bool joinsLeft = index >= 0 && tsn == Run(index).Last.Next;
        bool joinsRight = index + 1 < RunCount && tsn.Next == Run(index + 1).First;
        if (joinsLeft && joinsRight)
        {
            _runs[_head + index].Last = Run(index + 1).Last;
            RemoveAt(index + 1);
        }
        else if (joinsLeft)
            _runs[_head + index].Last = tsn;
        else if (joinsRight)
            _runs[_head + index + 1].First = tsn;
        else
            InsertAt(index + 1, tsn);
        return true;
    }

    /// <summary>Moves the cumulative TSN to at least <paramref name="tsn"/>, whatever of that has arrived (RFC 3758 §3.6).</summary>
    public void AdvanceTo(Tsn tsn)
    {
        if (tsn <= Cumulative)
            return;
        Cumulative = tsn;
        while (RunCount > 0 && Run(0).Last <= tsn)
            RemoveFirst();
        if (RunCount > 0 && Run(0).First <= tsn)
            _runs[_head].First = tsn.Next;
        Absorb();
    }

    /// <summary>Forgets the highest TSN above the cumulative one: its data is given up for lack of room (RFC 9260 §6.2).</summary>
    public void ForgetHighest()
    {
        ref (Tsn First, Tsn Last) run = ref _runs[_head + RunCount - 1];
        if (run.First == run.Last)
            RunCount--;
        else
            run.Last = run.Last.Previous;
    }

    private void Absorb()
    {
        if (RunCount == 0 || Run(0).First != Cumulative.Next)
            return;
        Cumulative = Run(0).Last;
        RemoveFirst();
    }

    private void RemoveFirst()
    {
        RunCount--;
        _head = RunCount == 0 ? 0 : _head + 1;
    }

    private int LastRunStartingAtOrBefore(Tsn tsn)
    {
        int low = 0, high = RunCount - 1;
        if (high >= 0 && Run(high).First <= tsn)
            return high; // the usual case: something newer than all there is
        while (low <= high)
        {
            int middle = (low + high) >> 1;
            if (Run(middle).First <= tsn)
                low = middle + 1;
            else
                high = middle - 1;
        }
        return high;
    }

    private void InsertAt(int index, Tsn tsn)
    {
        if (_head + RunCount == _runs.Length)
        {
            if (_head > 0)
            {
                Array.Copy(_runs, _head, _runs, 0, RunCount);
                _head = 0;
            }
            else
            {
                Array.Resize(ref _runs, _runs.Length * 2);
            }
        }
        Array.Copy(_runs, _head + index, _runs, _head + index + 1, RunCount - index);
        _runs[_head + index] = (tsn, tsn);
        RunCount++;
    }

    private void RemoveAt(int index)
    {
        Array.Copy(_runs, _head + index + 1, _runs, _head + index, RunCount - index - 1);
        RunCount--;
    }
}
