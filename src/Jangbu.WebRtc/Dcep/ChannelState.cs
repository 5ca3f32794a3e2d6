namespace Jangbu.WebRtc.Dcep;

/// <summary>Where a channel stands (W3C WebRTC, RTCDataChannelState).</summary>
public enum ChannelState
{
    /// <summary>Waits for the association, for its number, or for the peer's acknowledgement. Messages may be sent already.</summary>
    Connecting,

    /// <summary>Both sides know it.</summary>
    Open,

    /// <summary>One side closes it; what was sent before still arrives.</summary>
    Closing,

    /// <summary>Over.</summary>
    Closed,
}
