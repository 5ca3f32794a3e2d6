using Jangbu.WebRtc.Sctp;

namespace Jangbu.WebRtc.Dcep;

/// <summary>One data channel of a <see cref="DataChannelSet"/>: two streams of one number, one in each direction (RFC 8831 §6.4).</summary>
public sealed class Channel
{
    internal Channel(ChannelOptions options, bool isOurs)
    {
        Options = options;
        IsOurs = isOurs;
    }

    /// <summary>Its stream; null until the DTLS role, on which its parity hangs, is known.</summary>
    public StreamId? Id { get; internal set; }

    /// <summary>The name given by the side that opened it.</summary>
    public string Label => Options.Label;

    /// <summary>The sub-protocol named by the side that opened it.</summary>
    public string Protocol => Options.Protocol;

    /// <summary>What it was opened with.</summary>
    public ChannelOptions Options { get; }

    /// <summary>Whether this side opened it.</summary>
    public bool IsOurs { get; }

    /// <summary>Where it stands.</summary>
    public ChannelState State { get; internal set; }

    /// <summary>Whether the peer has acknowledged our OPEN; before that nothing may overtake the OPEN (RFC 8832 §6).</summary>
    internal bool IsAcknowledged { get; set; }

    internal int LowThreshold { get; set; }

    internal bool OutgoingReset { get; set; }

    internal bool IncomingReset { get; set; }

    /// <summary>Whether our reset of the stream for the channel that had it before is still to be answered.</summary>
    internal bool FollowsAReset { get; set; }
}
