namespace Jangbu.WebRtc.Sctp;

/// <summary>Settings of an <see cref="Association"/>; checked once when it is made.</summary>
public sealed record AssociationOptions
{
    /// <summary>Our SCTP port. Default 5000, as every WebRTC stack writes in <c>a=sctp-port</c>.</summary>
    public int LocalPort { get; init; } = 5000;

    /// <summary>The peer's SCTP port. Default 5000.</summary>
    public int PeerPort { get; init; } = 5000;

    /// <summary>
    /// Longest SCTP packet, padding included. Default 1,191 bytes: with DTLS, UDP, TURN and IPv6 around it this fits a path of 1,280.
    /// 548 to 65,535.
    /// </summary>
    public int MaxPacketSize { get; init; } = 1191;

    /// <summary>Bytes that may wait here for the reader, reassembly included. Default 1 MiB; at least <see cref="MaxMessageSize"/> and 64 KiB, at most 64 MiB.</summary>
    public int ReceiveWindow { get; init; } = 1 << 20;

    /// <summary>Longest message taken from the peer. Default 256 KiB; a longer one aborts the association.</summary>
    public int MaxMessageSize { get; init; } = 1 << 18;

    /// <summary>Bytes that may wait here to be sent, over all streams. Default 16 MiB.</summary>
    public int MaxBuffered { get; init; } = 16 << 20;

    /// <summary>Streams in each direction that we ask for and allow. Default 1,024; 1 to 65,535.</summary>
    public int Streams { get; init; } = 1024;

    /// <summary>Retransmission time-out before a round trip is measured (RTO.Initial). Default 1 second.</summary>
    public TimeSpan InitialRetransmissionTimeout { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// Least allowance over the smoothed round trip (RTO.Min). Default 250 milliseconds: above the 200 that most peers delay a SACK.
    /// </summary>
    public TimeSpan MinRetransmissionTimeout { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>Where the doubling stops (RTO.Max). Default 5 seconds: RFC 9260's 60 feel dead to a person.</summary>
    public TimeSpan MaxRetransmissionTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Retransmissions in a row before the peer counts as unreachable (Association.Max.Retrans). Default 10.</summary>
    public int MaxRetransmissions { get; init; } = 10;

    /// <summary>Retransmissions of INIT and COOKIE ECHO before giving up (Max.Init.Retransmits). Default 8.</summary>
    public int MaxInitRetransmissions { get; init; } = 8;

    /// <summary>How long a single packet may go unacknowledged by us. Default 50 milliseconds; at most 500 (RFC 9260 §6.2).</summary>
    public TimeSpan SackDelay { get; init; } = TimeSpan.FromMilliseconds(50);

    /// <summary>How long nothing is sent before a HEARTBEAT asks whether the peer is there (HB.interval). Default 30 seconds; zero never asks.</summary>
    public TimeSpan HeartbeatInterval { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a cookie is good for (Valid.Cookie.Life). Default 60 seconds.</summary>
    public TimeSpan CookieLifetime { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>
    /// Packets that may leave at once beyond twice what a SACK acknowledged (Max.Burst). Default 32; RFC 9260 recommends 4, for senders whose
    /// kernel takes one packet a call.
    /// </summary>
    public int MaxBurst { get; init; } = 32;

    /// <summary>How long a message may take from its first fragment to its last. Default 60 seconds; after that the association is aborted.</summary>
    public TimeSpan MessageDeadline { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How long a peer may answer probes with a window of nothing. Default 60 seconds; after that the association is aborted.</summary>
    public TimeSpan ZeroWindowLimit { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>
    /// Whether the first INIT offers to accept packets without a checksum, DTLS having checked them (RFC 9653). Default true. Later tries
    /// leave it out, since pion/sctp before 1.8.12 refuses an INIT that has it.
    /// </summary>
    public bool ZeroChecksum { get; init; } = true;

    internal void Check()
    {
        InRange(LocalPort, 1, ushort.MaxValue, nameof(LocalPort));
        InRange(PeerPort, 1, ushort.MaxValue, nameof(PeerPort));
        InRange(MaxPacketSize, 548, ushort.MaxValue, nameof(MaxPacketSize));
        InRange(MaxMessageSize, 1, 1 << 26, nameof(MaxMessageSize));
        InRange(ReceiveWindow, Math.Max(MaxMessageSize, 1 << 16), 1 << 26, nameof(ReceiveWindow));
        InRange(MaxBuffered, 1, int.MaxValue, nameof(MaxBuffered));
        InRange(Streams, 1, ushort.MaxValue, nameof(Streams));
        InRange(MaxRetransmissions, 1, 1000, nameof(MaxRetransmissions));
        InRange(MaxInitRetransmissions, 0, 1000, nameof(MaxInitRetransmissions));
        InRange(MaxBurst, 1, 10_000, nameof(MaxBurst));
        TimeSpan hour = TimeSpan.FromHours(1);
        InRange(MinRetransmissionTimeout, TimeSpan.FromMilliseconds(1), hour, nameof(MinRetransmissionTimeout));
        InRange(MaxRetransmissionTimeout, MinRetransmissionTimeout, hour, nameof(MaxRetransmissionTimeout));
        InRange(InitialRetransmissionTimeout, TimeSpan.FromMilliseconds(1), MaxRetransmissionTimeout, nameof(InitialRetransmissionTimeout));
        InRange(SackDelay, TimeSpan.Zero, TimeSpan.FromMilliseconds(500), nameof(SackDelay));
        InRange(HeartbeatInterval, TimeSpan.Zero, hour, nameof(HeartbeatInterval));
        InRange(CookieLifetime, TimeSpan.FromSeconds(1), hour, nameof(CookieLifetime));
        InRange(MessageDeadline, TimeSpan.FromSeconds(1), hour, nameof(MessageDeadline));
        InRange(ZeroWindowLimit, TimeSpan.FromSeconds(1), hour, nameof(ZeroWindowLimit));
    }

    private static void InRange<T>(T value, T least, T most, string name)
        where T : IComparable<T>
    {
        if (value.CompareTo(least) < 0 || value.CompareTo(most) > 0)
            throw new ArgumentOutOfRangeException(name, value, $"{name} must be from {least} to {most}.");
    }
}
