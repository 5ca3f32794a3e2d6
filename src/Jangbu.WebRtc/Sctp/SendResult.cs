namespace Jangbu.WebRtc.Sctp;

/// <summary>What became of a send.</summary>
public enum SendResult
{
    /// <summary>The message is queued.</summary>
    Queued,

    /// <summary>Nothing is queued: <see cref="AssociationOptions.MaxBuffered"/> bytes wait already. Try again when the amount has fallen.</summary>
    BufferFull,

    /// <summary>Nothing is queued: the message is longer than the peer takes.</summary>
    TooLong,

    /// <summary>Nothing is queued: the association or the channel is closing or closed.</summary>
    Closed,

    /// <summary>Nothing is queued: the peer takes fewer streams than this.</summary>
    NoSuchStream,

    /// <summary>Nothing is queued: the stream is to be reset, and what was sent before is still awaited to be acknowledged.</summary>
    Resetting,
}
