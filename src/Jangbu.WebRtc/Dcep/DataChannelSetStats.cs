namespace Jangbu.WebRtc.Dcep;

/// <summary>Counters of a <see cref="DataChannelSet"/>.</summary>
public record struct DataChannelSetStats
{
    /// <summary>OPENs refused: wrong parity, number in use, malformed, or past a limit.</summary>
    public long OpensRefused { get; set; }

    /// <summary>Messages thrown away: on a stream that is no channel, or of a kind that no channel carries.</summary>
    public long MessagesDropped { get; set; }
}
