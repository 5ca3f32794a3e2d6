using System.Globalization;
using System.Text;
using Jangbu.WebRtc.Dtls;
using Jangbu.WebRtc.Ice;

namespace Jangbu.WebRtc.Sdp;

public sealed partial record SessionDescription
{
    internal const string CurrentProtocol = "UDP/DTLS/SCTP";
    internal const string OldProtocol = "DTLS/SCTP";

    /// <summary>The description as text, lines ending CRLF, in the order of PROTOCOL §4.2.</summary>
    public override string ToString()
    {
        var text = new StringBuilder(1024);
        Line(text, "v=0");
        Line(text, $"o=- {SessionId} {SessionVersion} IN IP4 0.0.0.0");
        Line(text, "s=-");
        Line(text, "t=0 0");
        if (IsBundled && Mid is not null)
            Line(text, $"a=group:BUNDLE {Mid}");
        if (IceLite)
            Line(text, "a=ice-lite");
        for (int index = 0; index <= OtherSections.Count; index++)
        {
            if (index == Math.Min(SectionIndex, OtherSections.Count))
                WriteDataSection(text);
            if (index < OtherSections.Count)
                WriteRejected(text, OtherSections[index]);
        }

        return text.ToString();
    }

    private void WriteDataSection(StringBuilder text)
    {
        Line(text, IsOldForm ? $"m=application 9 {Protocol} {SctpPort}" : $"m=application 9 {Protocol} webrtc-datachannel");
        Line(text, "c=IN IP4 0.0.0.0");
        if (Mid is not null)
            Line(text, $"a=mid:{Mid}");
        // The third figure of sctpmap is the number of streams (draft-ietf-mmusic-sctp-sdp-05).
        Line(text, IsOldForm ? $"a=sctpmap:{SctpPort} webrtc-datachannel 65535" : $"a=sctp-port:{SctpPort}");
        if (MaxMessageSize is { } size)
            Line(text, $"a=max-message-size:{size}");
        foreach (Candidate candidate in Candidates)
            Line(text, $"a={CandidateLine.Write(candidate)}");
        if (EndOfCandidates)
            Line(text, "a=end-of-candidates");
        Line(text, $"a=ice-ufrag:{Credentials.UsernameFragment}");
        Line(text, $"a=ice-pwd:{Credentials.Password}");
        foreach (DtlsFingerprint fingerprint in Fingerprints)
            Line(text, $"a=fingerprint:{fingerprint}");
        if (Setup != SetupRole.None)
        {
            Line(text, Setup switch
            {
                SetupRole.ActPass => "a=setup:actpass",
                SetupRole.Active => "a=setup:active",
                SetupRole.Passive => "a=setup:passive",
                _ => "a=setup:holdconn",
            });
        }
    }

    private static void WriteRejected(StringBuilder text, OtherSection section)
    {
        Line(text, $"m={section.Media} 0 {section.Protocol} {section.Formats}");
        Line(text, "c=IN IP4 0.0.0.0");
        if (section.Mid is not null)
            Line(text, $"a=mid:{section.Mid}");
        Line(text, "a=inactive");
    }

    private static void Line(StringBuilder text, FormattableString line) => text.Append(line.ToString(CultureInfo.InvariantCulture)).Append("\r\n");

    private static void Line(StringBuilder text, string line) => text.Append(line).Append("\r\n");
}
