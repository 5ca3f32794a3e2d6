using Jangbu.WebRtc.Sctp;

namespace Jangbu.WebRtc.Dcep;

/// <summary>What a <see cref="ChannelEvent"/> tells.</summary>
public enum ChannelEventKind
{
    /// <summary>The association is up; there is no channel in this event.</summary>
    Established,

    /// <summary>A channel is open: ours was acknowledged, or the peer opened one.</summary>
    Opened,

    /// <summary>A message arrived.</summary>
    Message,

    /// <summary>The bytes that wait on a channel fell to its threshold.</summary>
    BufferedAmountLow,

    /// <summary>The peer closes the channel; we do so too.</summary>
    Closing,

    /// <summary>The channel is over; its number is free again.</summary>
    Closed,

    /// <summary>The association is over, and every channel with it; there is no channel in this event and nothing follows.</summary>
    AssociationClosed,
}

/// <summary>What the layer above must know of its channels.</summary>
/// <param name="Kind">Which of the other members mean something.</param>
/// <param name="Channel">Whose event it is; null for those of the association.</param>
/// <param name="IsText">Whether a message is UTF-8 text; that it is valid UTF-8 is not checked here.</param>
/// <param name="Payload">A message's bytes, none for an empty one; valid until the next call of <see cref="DataChannelSet.TryDequeue"/>.</param>
/// <param name="Reason">Why the association ended.</param>
public readonly record struct ChannelEvent(
    ChannelEventKind Kind, Channel? Channel = null, bool IsText = false, ReadOnlyMemory<byte> Payload = default,
    AssociationCloseReason Reason = AssociationCloseReason.None);
