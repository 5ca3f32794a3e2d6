namespace Jangbu.WebRtc.Ice;

/// <summary>How an agent behaves; the defaults suit the open internet and, where addresses are near, loopback.</summary>
public sealed record IceOptions
{
    /// <summary>Whether this side nominates: the offerer does (RFC 8445 §6.1.1). A conflict or an ICE-lite peer changes it later.</summary>
    public required bool Controlling { get; init; }

    /// <summary>Ta of RFC 8445 §14: between two checks toward addresses that have proved nothing yet. Default 50 ms; 5 ms to 1 s.</summary>
    public TimeSpan Pace { get; init; } = TimeSpan.FromMilliseconds(50);

    /// <summary>Ta toward loopback and one's own subnet, where a check cannot burden a stranger. Default 5 ms, the least RFC 8445 §14.2 allows.</summary>
    public TimeSpan NearPace { get; init; } = TimeSpan.FromMilliseconds(5);

    /// <summary>Until the first repetition of a check or a question to a server; doubled each time. Default 250 ms; 50 ms to 3 s.</summary>
    public TimeSpan InitialRetransmission { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>A server that answers nothing is waited for this long. Default 2 s; 100 ms to 60 s.</summary>
    public TimeSpan GatheringTimeout { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Once the best kind of address asked for is there, slower servers are waited for this long from the start. Default 500 ms.</summary>
    public TimeSpan GatheringPatience { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>How long a valid pair through outer addresses waits for a nearer one that is still being checked. Default 100 ms.</summary>
    public TimeSpan ReflexivePatience { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>How long a valid relayed pair waits for a direct one that is still being checked. Default 600 ms.</summary>
    public TimeSpan RelayPatience { get; init; } = TimeSpan.FromMilliseconds(600);

    /// <summary>No pair within this time after the peer's description: failed. Default 40 s, what PROTOCOL §4.3 gives an attempt; 1 s to 10 min.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(40);

    /// <summary>Mean distance of consent requests, drawn from 0.8 to 1.2 times this (RFC 7675 §5.1). Default 5 s.</summary>
    public TimeSpan ConsentInterval { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Without an answer for this long nothing is sent any more (RFC 7675 §5.1). Default and most 30 s.</summary>
    public TimeSpan ConsentExpiry { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Only relayed candidates are offered and used, so that the peer never learns an address.</summary>
    public bool RelayOnly { get; init; }

    /// <summary>Lifts the bans of <see cref="CandidatePolicy"/>, for laboratories.</summary>
    public bool AllowAnyRemoteAddress { get; init; }

    /// <summary>Checks the ranges.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Naming the option and its range.</exception>
    internal void Check()
    {
        Range(Pace, 5, 1_000, nameof(Pace));
        Range(NearPace, 5, 1_000, nameof(NearPace));
        Range(InitialRetransmission, 50, 3_000, nameof(InitialRetransmission));
        Range(GatheringTimeout, 100, 60_000, nameof(GatheringTimeout));
        Range(GatheringPatience, 0, 60_000, nameof(GatheringPatience));
        Range(ReflexivePatience, 0, 10_000, nameof(ReflexivePatience));
        Range(RelayPatience, 0, 10_000, nameof(RelayPatience));
        Range(ConnectTimeout, 1_000, 600_000, nameof(ConnectTimeout));
        Range(ConsentInterval, 1_000, 10_000, nameof(ConsentInterval));
        Range(ConsentExpiry, 5_000, 30_000, nameof(ConsentExpiry));
    }

    private static void Range(TimeSpan value, int least, int most, string name)
    {
        if (value < TimeSpan.FromMilliseconds(least) || value > TimeSpan.FromMilliseconds(most))
            throw new ArgumentOutOfRangeException(name, value, $"{name} must be between {least} ms and {most} ms");
    }
}
