using Jangbu.WebRtc.Dtls;
using Jangbu.WebRtc.Ice;

namespace Jangbu.WebRtc.Sdp;

/// <summary>
/// An offer or answer for one data-channel section (RFC 8866, 8829, 8839, 8841, 8842): what is needed of it, and all that the answer must echo.
/// <see cref="ToString"/> gives the text of PROTOCOL §4.2 for one's own descriptions; whatever a peer wrote is read by <see cref="TryParse(ReadOnlySpan{char}, out SessionDescription?, out SdpError)"/>.
/// </summary>
public sealed partial record SessionDescription
{
    /// <summary>RFC 8841 §6.1: what a peer takes that does not say.</summary>
    public const int DefaultMaxMessageSize = 65_536;

    /// <summary>RFC 8831 names no port; every stack uses 5000.</summary>
    public const int DefaultSctpPort = 5000;

    /// <summary>The number of <c>o=</c>: one for the life of a connection.</summary>
    public ulong SessionId { get; init; } = 1;

    /// <summary>The version of <c>o=</c>: rises by one with each new description of a connection (RFC 8829 §5.2.2).</summary>
    public ulong SessionVersion { get; init; } = 1;

    /// <summary>User fragment and password.</summary>
    public required IceCredentials Credentials { get; init; }

    /// <summary><c>a=ice-lite</c>: the peer only answers checks, so we control.</summary>
    public bool IceLite { get; init; }

    /// <summary>
    /// What the certificate must hash to. Of several hash functions only the strongest known one is kept (RFC 8122 §5: it decides); several
    /// certificates of it may follow. Never empty in a description that was read.
    /// </summary>
    public required IReadOnlyList<DtlsFingerprint> Fingerprints { get; init; }

    /// <summary><c>a=setup</c>.</summary>
    public required SetupRole Setup { get; init; }

    /// <summary>The SCTP port behind DTLS.</summary>
    public int SctpPort { get; init; } = DefaultSctpPort;

    /// <summary><c>a=max-message-size</c> as written: null when absent, 0 for no limit.</summary>
    public long? MaxMessageSize { get; init; }

    /// <summary>How long a message this side takes: absent means 65,536, 0 means no limit (RFC 8841 §6.1).</summary>
    public long LargestMessage => MaxMessageSize switch { null => DefaultMaxMessageSize, 0 => long.MaxValue, long size => size };

    /// <summary>Candidates in the order of their lines, at most <see cref="MaxCandidates"/>.</summary>
    public IReadOnlyList<Candidate> Candidates { get; init; } = [];

    /// <summary>Candidate lines that were left out, by reason: TCP, component 2, names, malformed ones, those past the limit.</summary>
    public int CandidatesLeftOut { get; init; }

    /// <summary><c>a=end-of-candidates</c>: no more will come.</summary>
    public bool EndOfCandidates { get; init; }

    /// <summary><c>a=mid</c>; null when the peer wrote none, and then neither do we.</summary>
    public string? Mid { get; init; } = "0";

    /// <summary>Whether the section stands in an <c>a=group:BUNDLE</c>.</summary>
    public bool IsBundled { get; init; } = true;

    /// <summary>The transport named in <c>m=</c>: <c>UDP/DTLS/SCTP</c>, <c>TCP/DTLS/SCTP</c>, or <c>DTLS/SCTP</c> before RFC 8841.</summary>
    public string Protocol { get; init; } = CurrentProtocol;

    /// <summary>The form before RFC 8841, which aiortc writes: the port as format, and <c>a=sctpmap</c>.</summary>
    public bool IsOldForm { get; init; }

    /// <summary>Where the section stands among all of the description.</summary>
    public int SectionIndex { get; init; }

    /// <summary>The other sections, which an answer rejects with port 0 in their places.</summary>
    public IReadOnlyList<OtherSection> OtherSections { get; init; } = [];

    /// <summary>
    /// Makes of one's own description the answer to an offer: its <c>mid</c>, bundle, form, port and order of sections; every other section
    /// rejected; the DTLS role by <see cref="DtlsRoleAgreement.AnswerTo"/>.
    /// </summary>
    public SessionDescription AsAnswerTo(SessionDescription offer)
    {
        ArgumentNullException.ThrowIfNull(offer);
        return this with
        {
            Setup = DtlsRoleAgreement.AnswerTo(offer.Setup),
            Mid = offer.Mid,
            IsBundled = offer.IsBundled,
            Protocol = offer.Protocol,
            IsOldForm = offer.IsOldForm,
            SectionIndex = offer.SectionIndex,
            OtherSections = offer.OtherSections,
        };
    }
}

/// <summary>A section that is not ours: enough of it to reject it in an answer.</summary>
/// <param name="Media">Such as <c>audio</c>.</param>
/// <param name="Protocol">Such as <c>UDP/TLS/RTP/SAVPF</c>.</param>
/// <param name="Formats">The rest of the line where it is of 256 characters at most, else <c>0</c>.</param>
/// <param name="Mid">Its <c>a=mid</c>.</param>
public sealed record OtherSection(string Media, string Protocol, string Formats, string? Mid);

/// <summary>Why a description cannot be used.</summary>
public enum SdpError
{
    /// <summary>It can.</summary>
    None,

    /// <summary>Longer than <see cref="SessionDescription.MaxLength"/>.</summary>
    TooLong,

    /// <summary>It does not begin with <c>v=0</c>.</summary>
    NotSdp,

    /// <summary>No section for data channels.</summary>
    NoDataSection,

    /// <summary>The data section is there with port 0: the peer refused it.</summary>
    Rejected,

    /// <summary>No usable <c>a=ice-ufrag</c> and <c>a=ice-pwd</c>.</summary>
    NoCredentials,

    /// <summary>No fingerprint of a hash that is accepted: nobody could be recognised.</summary>
    NoFingerprint,
}
