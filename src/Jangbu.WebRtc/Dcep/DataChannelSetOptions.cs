namespace Jangbu.WebRtc.Dcep;

/// <summary>Limits of a <see cref="DataChannelSet"/>.</summary>
public sealed record DataChannelSetOptions
{
    /// <summary>Channels open at once, ours and the peer's. Default 256; a peer's further OPEN is refused by resetting its stream. 1 to 65,535.</summary>
    public int MaxChannels { get; init; } = 256;

    /// <summary>Bytes of labels and protocols that the peer's open channels may hold in all. Default 256 KiB: one channel may have the longest of both.</summary>
    public int MaxLabelBytes { get; init; } = 1 << 18;

    /// <summary>Whether the peer may open channels. Default true.</summary>
    public bool AcceptChannels { get; init; } = true;

    internal void Check()
    {
        if (MaxChannels is < 1 or > ushort.MaxValue)
            throw new ArgumentOutOfRangeException(nameof(MaxChannels), MaxChannels, "MaxChannels must be 1 to 65,535.");
        ArgumentOutOfRangeException.ThrowIfNegative(MaxLabelBytes);
    }
}
