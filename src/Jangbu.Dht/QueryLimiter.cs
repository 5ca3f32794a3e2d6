namespace Jangbu.Dht;

/// <summary>Bounds how many queries are answered: for one host, for one /24 or /64, and altogether. What is over is dropped without a word.</summary>
internal sealed class QueryLimiter
{
    /// <summary>Hosts and subnets remembered; in a flood from more, the further ones share one allowance.</summary>
    public const int MaximumEntries = 4096;

    /// <summary>One host: others' clients send 4 a second at most, and several may share an address.</summary>
    private static readonly Allowance Host = new(TimeSpan.FromMilliseconds(25), 100);

    /// <summary>One address and port of a private range: a node of our own company, or a test.</summary>
    private static readonly Allowance PrivateHost = new(TimeSpan.FromMilliseconds(1), 2000);

    private static readonly Allowance Subnet = new(TimeSpan.FromMilliseconds(5), 500);

    /// <summary>Altogether: what one core answers with ease.</summary>
    private static readonly Allowance All = new(TimeSpan.FromMicroseconds(100), 10_000);

    /// <summary>In a flood from everywhere the table is swept so often, not for each packet.</summary>
    private static readonly TimeSpan ForgetInterval = TimeSpan.FromMilliseconds(200);

    private readonly Dictionary<(NodeAddress Key, bool IsSubnet), TimeSpan> full = [];
    private TimeSpan allFull;
    private TimeSpan nextForget;

    /// <summary>Whether one more query of this sender is answered; it is counted if so.</summary>
    public bool Allows(TimeSpan now, NodeAddress sender)
    {
        if (!Take(Host, PrivateHost, now, sender.Host, false, sender.IsPrivate) || (!sender.IsPrivate && !Take(Subnet, Subnet, now, sender.Subnet, true, false)))
            return false;
        TimeSpan whole = allFull > now ? allFull : now;
        if (whole - now > All.Interval * All.Burst)
            return false;
        allFull = whole + All.Interval;
        return true;
    }

    /// <summary>Forgets senders that have their whole burst again.</summary>
    public void Forget(TimeSpan now)
    {
        nextForget = now + ForgetInterval;
        (NodeAddress, bool)[] quiet = [.. full.Where(pair => pair.Value <= now).Select(pair => pair.Key)];
        foreach ((NodeAddress, bool) key in quiet)
            full.Remove(key);
        if (full.Count < quiet.Length)
            full.TrimExcess();
    }

    private bool Take(Allowance allowance, Allowance inPrivate, TimeSpan now, NodeAddress address, bool isSubnet, bool isPrivate)
    {
        Allowance allowed = isPrivate ? inPrivate : allowance;
        (NodeAddress Key, bool IsSubnet) key = (address, isSubnet);
        if (!full.TryGetValue(key, out TimeSpan whole))
        {
            if (full.Count >= MaximumEntries && now >= nextForget)
                Forget(now);
            if (full.Count >= MaximumEntries)
                key = default;
            whole = full.GetValueOrDefault(key);
        }
        if (whole < now)
            whole = now;
        if (whole - now > allowed.Interval * allowed.Burst)
            return false;
        full[key] = whole + allowed.Interval;
        return true;
    }

    private readonly record struct Allowance(TimeSpan Interval, int Burst);
}
