namespace Jangbu.WebRtc.Dtls;

/// <summary>What a DTLS session needs to know before it starts.</summary>
public sealed record DtlsOptions
{
    /// <summary>
    /// The shortest first retransmission timer: OpenSSL takes a timer with less than 15 ms left as due, so a shorter one would send a whole
    /// burst of repetitions at once.
    /// </summary>
    public static readonly TimeSpan MinFirstRetransmission = TimeSpan.FromMilliseconds(20);

    /// <summary>The longest first retransmission timer: what RFC 6347 §4.2.4.1 takes without knowing the path.</summary>
    public static readonly TimeSpan MaxFirstRetransmission = TimeSpan.FromSeconds(1);

    /// <summary>Which side this end plays; settled once, by the descriptions (RFC 8842 §5).</summary>
    public required DtlsRole Role { get; init; }

    /// <summary>The certificate this end shows.</summary>
    public required DtlsCertificate Certificate { get; init; }

    /// <summary>The fingerprints the peer signalled; its certificate must match one of them.</summary>
    public required IReadOnlyList<DtlsFingerprint> PeerFingerprints { get; init; }

    /// <summary>The largest datagram of the handshake. Default 1,200 bytes; 256 to 16,384.</summary>
    public int Mtu { get; init; } = 1_200;

    /// <summary>
    /// After how long the first flight is repeated; doubles from there. Default 100 ms; 20 ms to 1 s. The path's round-trip time from
    /// ICE's checks, twice, is the right value: a fixed 1 s makes every lost ClientHello a second of waiting.
    /// </summary>
    public TimeSpan FirstRetransmission { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>SRTP profiles to offer in the use_srtp extension (RFC 5764), best first; none by default.</summary>
    public IReadOnlyList<SrtpProtectionProfile> SrtpProfiles { get; init; } = [];

    /// <summary>Throws an <see cref="ArgumentException"/> that names the option, its value and its range.</summary>
    internal void Check()
    {
        if (Mtu is < 256 or > 16_384)
            throw new ArgumentException($"{nameof(Mtu)} is {Mtu}; it must be 256 to 16,384");
        if (FirstRetransmission < MinFirstRetransmission || FirstRetransmission > MaxFirstRetransmission)
            throw new ArgumentException($"{nameof(FirstRetransmission)} is {FirstRetransmission}; it must be 20 ms to 1 s");
        if (PeerFingerprints.Count == 0)
            throw new ArgumentException($"{nameof(PeerFingerprints)} is empty: a peer that nobody vouches for cannot be known");
    }

    /// <summary>
    /// How long to wait before repetition number <paramref name="repetition"/> (0 is the first): doubling, at most 5 s between two.
    /// The waits of the twelve repetitions that a session makes add up to more than 30 s for every first timer, so DTLS never gives
    /// up before ICE does.
    /// </summary>
    internal static TimeSpan RetransmissionAfter(TimeSpan first, int repetition)
    {
        TimeSpan wait = first * (1L << Math.Min(repetition, 16));
        TimeSpan least = repetition < 6 ? TimeSpan.Zero : MaxRetransmission;
        return wait < least ? least : wait > MaxRetransmission ? MaxRetransmission : wait;
    }

    /// <summary>The longest wait between two repetitions of a flight.</summary>
    internal static readonly TimeSpan MaxRetransmission = TimeSpan.FromSeconds(5);
}
