using System.Globalization;
using Jangbu.WebRtc.Dtls;
using Jangbu.WebRtc.Ice;

namespace Jangbu.WebRtc.Sdp;

/// <summary>What one section (or the session part) said, while a description is being read. A line that cannot be understood is passed over.</summary>
internal sealed class SdpSection
{
    public const int MaxFingerprints = 8;
    private const int MaxTokenLength = 64;
    private const int MaxFormatsLength = 256;

    private bool _isBundleOnly;

    public string Media { get; private init; } = "";
    public string Protocol { get; private init; } = "";
    public string Formats { get; private init; } = "";
    public bool HasPortZero { get; private init; }

    /// <summary>Port 0 refuses a section, except with bundle-only in an offer (RFC 9143 §6).</summary>
    public bool IsRejected => HasPortZero && !_isBundleOnly;
    public string? Mid { get; private set; }
    public string? UsernameFragment { get; private set; }
    public string? Password { get; private set; }
    public bool IceLite { get; private set; }
    public SetupRole Setup { get; private set; }
    public int? SctpPort { get; private set; }
    public long? MaxMessageSize { get; private set; }
    public bool EndOfCandidates { get; private set; }
    public string[] Bundle { get; private set; } = [];
    public List<DtlsFingerprint> Fingerprints { get; } = [];
    public List<Candidate> Candidates { get; } = [];
    public int CandidatesLeftOut { get; private set; }

    /// <summary>Whether this is SCTP behind DTLS, in the form of RFC 8841 or the one before.</summary>
    public bool IsData => Media == "application" && Protocol is SessionDescription.CurrentProtocol or "TCP/DTLS/SCTP" or SessionDescription.OldProtocol
        && (Formats == "webrtc-datachannel" || FormatPort is not null);

    /// <summary>The old form's port, which stands where the format does now.</summary>
    public int? FormatPort => Port(Formats);

    /// <summary>Begins a section from what follows <c>m=</c>.</summary>
    public static SdpSection FromMediaLine(ReadOnlySpan<char> value)
    {
        Span<Range> parts = stackalloc Range[4];
        int count = value.Split(parts, ' ', StringSplitOptions.RemoveEmptyEntries);
        return new SdpSection
        {
            Media = Token(count > 0 ? value[parts[0]] : "", "audio"),
            HasPortZero = count > 1 && value[parts[1]] is "0",
            Protocol = Token(count > 2 ? value[parts[2]] : "", "RTP/AVP"),
            Formats = count > 3 && value[parts[3]].Length <= MaxFormatsLength && IsPlain(value[parts[3]]) ? value[parts[3]].ToString() : "0",
        };
    }

    /// <summary>Reads one attribute, from what follows <c>a=</c>.</summary>
    public void ReadAttribute(ReadOnlySpan<char> attribute)
    {
        int colon = attribute.IndexOf(':');
        ReadOnlySpan<char> name = colon < 0 ? attribute : attribute[..colon];
        ReadOnlySpan<char> value = colon < 0 ? default : attribute[(colon + 1)..].Trim(' ');
        switch (name)
        {
            case "candidate":
                ReadCandidate(value);
                break;
            case "bundle-only":
                _isBundleOnly = true;
                break;
            case "end-of-candidates":
                EndOfCandidates = true;
                break;
            case "ice-ufrag" when IceCredentials.IsText(value, 4):
                UsernameFragment ??= value.ToString();
                break;
            case "ice-pwd" when IceCredentials.IsText(value, 22):
                Password ??= value.ToString();
                break;
            case "ice-lite":
                IceLite = true;
                break;
            case "fingerprint" when Fingerprints.Count < MaxFingerprints && DtlsFingerprint.TryParse(value, out DtlsFingerprint? fingerprint):
                Fingerprints.Add(fingerprint);
                break;
            case "setup":
                Setup = ReadSetup(value);
                break;
            case "mid" when value.Length is > 0 and <= MaxTokenLength && IsPlain(value) && !value.Contains(' '):
                Mid ??= value.ToString();
                break;
            case "group" when value.StartsWith("BUNDLE", StringComparison.Ordinal) && Bundle.Length == 0:
                Bundle = value["BUNDLE".Length..].ToString().Split(' ', SessionDescription.MaxSections + 1, StringSplitOptions.RemoveEmptyEntries);
                break;
            case "sctp-port":
                SctpPort ??= Port(value);
                break;
            case "sctpmap":
                int space = value.IndexOf(' ');
                SctpPort ??= Port(space < 0 ? value : value[..space]);
                break;
            case "max-message-size" when value.Length > 0 && !value.ContainsAnyExceptInRange('0', '9'):
                // A figure beyond 63 bits is a peer that takes anything.
                MaxMessageSize ??= long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out long size) ? size : 0;
                break;
        }
    }

    private void ReadCandidate(ReadOnlySpan<char> value)
    {
        if (!CandidateLine.TryRead(value, out Candidate? candidate, out _))
            CandidatesLeftOut++;
        else if (Candidates.Count >= SessionDescription.MaxCandidates)
            CandidatesLeftOut++;
        else if (!Candidates.Exists(known => known.EndPoint.Equals(candidate!.EndPoint)))
            Candidates.Add(candidate!);
    }

    private static SetupRole ReadSetup(ReadOnlySpan<char> value) => value switch
    {
        "actpass" => SetupRole.ActPass,
        "active" => SetupRole.Active,
        "passive" => SetupRole.Passive,
        "holdconn" => SetupRole.HoldConn,
        _ => SetupRole.None,
    };

    private static int? Port(ReadOnlySpan<char> text) =>
        ushort.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out ushort port) && port != 0 ? port : null;

    /// <summary>A word of the line if it can be echoed in an answer, else one that makes it a line.</summary>
    private static string Token(ReadOnlySpan<char> text, string otherwise) =>
        text.Length is > 0 and <= MaxTokenLength && IsPlain(text) ? text.ToString() : otherwise;

    /// <summary>Visible ASCII and spaces: what may be echoed into a line of ours.</summary>
    private static bool IsPlain(ReadOnlySpan<char> text) => !text.ContainsAnyExceptInRange(' ', '~');
}
