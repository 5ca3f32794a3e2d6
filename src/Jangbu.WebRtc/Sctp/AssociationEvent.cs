namespace Jangbu.WebRtc.Sctp;

/// <summary>What an <see cref="AssociationEvent"/> tells.</summary>
public enum AssociationEventKind
{
    /// <summary>Data may flow.</summary>
    Established,

    /// <summary>A whole message arrived.</summary>
    Message,

    /// <summary>The peer reset its outgoing stream: no more of the old messages will come on it.</summary>
    IncomingStreamReset,

    /// <summary>Our reset of our outgoing stream is finished, by the peer's answer or because the peer cannot reset streams.</summary>
    OutgoingStreamReset,

    /// <summary>The bytes waiting on a stream fell to its threshold.</summary>
    BufferedAmountLow,

    /// <summary>The peer began anew (RFC 9260 §5.2.4.1): streams start over and what was under way is lost.</summary>
    Restarted,

    /// <summary>The association is over; nothing follows.</summary>
    Closed,
}

/// <summary>What the layer above must know.</summary>
/// <param name="Kind">Which of the other members mean something.</param>
/// <param name="Stream">The stream of a message, reset or low event.</param>
/// <param name="Protocol">What the sender says a message is.</param>
/// <param name="Payload">A message's bytes, in a pooled buffer: valid until the next call to <see cref="Association.TryDequeue"/>.</param>
/// <param name="IsUnordered">Whether the message was sent past the order of its stream.</param>
/// <param name="Reason">Why the association closed.</param>
public readonly record struct AssociationEvent(
    AssociationEventKind Kind, StreamId Stream = default, PayloadProtocol Protocol = default, ReadOnlyMemory<byte> Payload = default,
    bool IsUnordered = false, AssociationCloseReason Reason = AssociationCloseReason.None);
