namespace Jangbu.WebRtc.Sctp;

/// <summary>A message on its way out, in a pooled buffer; the object itself is used again too.</summary>
internal sealed class OutgoingMessage
{
    public byte[] Buffer { get; set; } = [];

    public int Length { get; set; }

    public OutboundStream Stream { get; set; } = null!;

    public PayloadProtocol Protocol { get; set; }

    public bool IsOrdered { get; set; }

    /// <summary>Whether its bytes are the user's and count in the stream's buffered amount; those of DCEP do not.</summary>
    public bool IsCounted { get; set; }

    /// <summary>Set when the first fragment leaves, so that a message dropped before leaves no hole in the stream.</summary>
    public Ssn Ssn { get; set; }

    /// <summary>Monotonic time after which it is not worth sending; null for never.</summary>
    public TimeSpan? Expires { get; set; }

    /// <summary>How often a fragment may be sent again; null for no limit.</summary>
    public int? MaxRetransmits { get; set; }

    /// <summary>Bytes that have got a TSN.</summary>
    public int Sent { get; set; }

    /// <summary>Fragments that have a TSN which is not cumulatively acknowledged.</summary>
    public int Outstanding { get; set; }

    /// <summary>Time-outs that passed while not a byte of it could be sent.</summary>
    public int TimeoutsWaited { get; set; }

    public bool IsAbandoned { get; set; }

    public bool IsWhollySent => Sent == Length || IsAbandoned;
}
