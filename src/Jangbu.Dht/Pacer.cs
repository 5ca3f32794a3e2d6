namespace Jangbu.Dht;

/// <summary>Spaces the queries to one address and port below other clients' ban limits: libtorrent ignores for five minutes who sends 50 packets in 10 s.</summary>
internal sealed class Pacer
{
    /// <summary>Queries that may go out at once.</summary>
    public const int Burst = 16;

    /// <summary>Four packets a second after that.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(250);

    /// <summary>Addresses remembered; one that was quiet long enough to have its whole burst again needs no memory.</summary>
    public const int MaximumEntries = 1024;

    private readonly Dictionary<NodeAddress, TimeSpan> full = [];

    /// <summary>When the next query to <paramref name="address"/> may leave; the place is taken.</summary>
    public TimeSpan Reserve(TimeSpan now, NodeAddress address)
    {
        // The generic cell rate algorithm: one time per address says when its burst will be whole again.
        TimeSpan whole = full.TryGetValue(address, out TimeSpan earlier) && earlier > now ? earlier : now;
        TimeSpan sendAt = whole - (Interval * (Burst - 1));
        if (full.Count >= MaximumEntries)
            Forget(now);
        if (full.Count < MaximumEntries)
            full[address] = whole + Interval;
        return sendAt > now ? sendAt : now;
    }

    /// <summary>Forgets addresses that were quiet for long enough.</summary>
    public void Forget(TimeSpan now)
    {
        List<NodeAddress>? quiet = null;
        foreach ((NodeAddress address, TimeSpan whole) in full)
        {
            if (whole <= now)
                (quiet ??= []).Add(address);
        }
        foreach (NodeAddress address in quiet ?? [])
            full.Remove(address);
        // A join asks hundreds; afterwards the room for them would only be carried along.
        if (quiet is not null && full.Count < quiet.Count)
            full.TrimExcess();
    }
}
