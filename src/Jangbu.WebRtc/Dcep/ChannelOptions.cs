using System.Text;
using Jangbu.WebRtc.Sctp;

namespace Jangbu.WebRtc.Dcep;

/// <summary>What a new channel is to be.</summary>
public sealed record ChannelOptions
{
    /// <summary>Its name; need not be unique. At most 65,535 bytes of UTF-8.</summary>
    public string Label { get; init; } = "";

    /// <summary>The sub-protocol spoken on it. At most 65,535 bytes of UTF-8.</summary>
    public string Protocol { get; init; } = "";

    /// <summary>Whether messages arrive in the order of sending. Default true.</summary>
    public bool Ordered { get; init; } = true;

    /// <summary>How often a message may be retransmitted; null for as often as needed. Not together with <see cref="MaxPacketLifeTime"/>.</summary>
    public int? MaxRetransmits { get; init; }

    /// <summary>How long a message may be transmitted and retransmitted; null for no limit.</summary>
    public TimeSpan? MaxPacketLifeTime { get; init; }

    /// <summary>What RFC 8832 §5.1 lets one say of its weight; carried to the peer, not obeyed. Default 256, normal.</summary>
    public int Priority { get; init; } = 256;

    /// <summary>The stream, when both sides agreed on it by other means; then nothing is said to the peer (RFC 8831 §6.5). Null to open by DCEP.</summary>
    public StreamId? Negotiated { get; init; }

    internal Reliability Reliability => new(MaxRetransmits, MaxPacketLifeTime);

    internal void Check()
    {
        ArgumentNullException.ThrowIfNull(Label);
        ArgumentNullException.ThrowIfNull(Protocol);
        if (Encoding.UTF8.GetByteCount(Label) > ushort.MaxValue)
            throw new ArgumentException("Label takes more than 65,535 bytes.", nameof(Label));
        if (Encoding.UTF8.GetByteCount(Protocol) > ushort.MaxValue)
            throw new ArgumentException("Protocol takes more than 65,535 bytes.", nameof(Protocol));
        if (MaxRetransmits is not null && MaxPacketLifeTime is not null)
            throw new ArgumentException("MaxRetransmits and MaxPacketLifeTime exclude each other (RFC 8831 §6.4).", nameof(MaxRetransmits));
        if (MaxRetransmits < 0)
            throw new ArgumentOutOfRangeException(nameof(MaxRetransmits), MaxRetransmits, "MaxRetransmits must not be negative.");
        if (MaxPacketLifeTime < TimeSpan.Zero || MaxPacketLifeTime > TimeSpan.FromMilliseconds(int.MaxValue))
            throw new ArgumentOutOfRangeException(nameof(MaxPacketLifeTime), MaxPacketLifeTime, "MaxPacketLifeTime must be 0 to 2^31-1 milliseconds.");
        if (Priority is < 0 or > ushort.MaxValue)
            throw new ArgumentOutOfRangeException(nameof(Priority), Priority, "Priority must be 0 to 65,535.");
    }
}
