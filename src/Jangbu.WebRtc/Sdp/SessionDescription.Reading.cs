using Jangbu.WebRtc.Dtls;
using Jangbu.WebRtc.Ice;

namespace Jangbu.WebRtc.Sdp;

public sealed partial record SessionDescription
{
    /// <summary>Browsers' audio and video offers reach some 10,000 characters; ours and our peers' stay below 2,000.</summary>
    public const int MaxLength = 65_536;

    /// <summary>A hostile description may name thousands of targets; real ones have below twenty.</summary>
    public const int MaxCandidates = 32;

    /// <summary>Each section costs a rejection in the answer.</summary>
    public const int MaxSections = 32;

    /// <summary>Reads a description; see the overload for the reason of a refusal.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out SessionDescription? description) => TryParse(text, out description, out _);

    /// <summary>
    /// Reads what any stack writes: lines may end CRLF or LF; what the session part says holds for sections that do not say it; a bundled
    /// section takes what it lacks from the bundle's first; unknown and broken lines are passed over.
    /// </summary>
    /// <returns>False only when there is nothing to connect to, with the reason.</returns>
    public static bool TryParse(ReadOnlySpan<char> text, out SessionDescription? description, out SdpError error)
    {
        description = null;
        error = SdpError.TooLong;
        if (text.Length > MaxLength)
            return false;
        error = SdpError.NotSdp;
        if (!ReadLines(text, out SdpSection session, out List<SdpSection> sections, out string origin))
            return false;

        error = SdpError.NoDataSection;
        int index = sections.FindIndex(section => section.IsData && !section.IsRejected);
        if (index < 0)
        {
            if (sections.Exists(section => section.IsData))
                error = SdpError.Rejected;
            return false;
        }

        SdpSection data = sections[index];
        bool bundled = data.Mid is not null && session.Bundle.Contains(data.Mid);
        SdpSection first = bundled ? sections.Find(section => section.Mid == session.Bundle[0]) ?? data : data;
        SdpSection[] sources = [data, first, session];

        error = SdpError.NoCredentials;
        SdpSection? credentials = Array.Find(sources, source => source.UsernameFragment is not null && source.Password is not null);
        if (credentials is null)
            return false;

        error = SdpError.NoFingerprint;
        List<DtlsFingerprint> fingerprints = Array.Find(sources, source => source.Fingerprints.Count > 0)?.Fingerprints ?? [];
        if (fingerprints.Count == 0)
            return false;

        int strongest = fingerprints.Max(fingerprint => fingerprint.Value.Length);
        SdpSection candidates = data.Candidates.Count > 0 ? data : first;
        (ulong id, ulong version) = ReadOrigin(origin);
        description = new SessionDescription
        {
            SessionId = id,
            SessionVersion = version,
            Credentials = new IceCredentials(credentials.UsernameFragment!, credentials.Password!),
            IceLite = session.IceLite || data.IceLite,
            Fingerprints = fingerprints.FindAll(fingerprint => fingerprint.Value.Length == strongest),
            Setup = Array.Find(sources, source => source.Setup != SetupRole.None)?.Setup ?? SetupRole.None,
            SctpPort = data.SctpPort ?? data.FormatPort ?? DefaultSctpPort,
            MaxMessageSize = data.MaxMessageSize,
            Candidates = candidates.Candidates,
            CandidatesLeftOut = candidates.CandidatesLeftOut,
            EndOfCandidates = candidates.EndOfCandidates || session.EndOfCandidates,
            Mid = data.Mid,
            IsBundled = bundled,
            Protocol = data.Protocol,
            IsOldForm = data.FormatPort is not null,
            SectionIndex = index,
            OtherSections = sections.Where(section => section != data)
                .Select(section => new OtherSection(section.Media, section.Protocol, section.Formats, section.Mid)).ToArray(),
        };
        error = SdpError.None;
        return true;
    }

    private static bool ReadLines(ReadOnlySpan<char> text, out SdpSection session, out List<SdpSection> sections, out string origin)
    {
        session = new SdpSection();
        sections = [];
        origin = "";
        SdpSection current = session;
        bool began = false;
        foreach (ReadOnlySpan<char> raw in text.EnumerateLines())
        {
            ReadOnlySpan<char> line = raw.TrimEnd(" \t");
            if (!began)
            {
                if (line.IsEmpty)
                    continue;
                if (line is not "v=0")
                    return false;
                began = true;
            }
            else if (line.StartsWith("m=", StringComparison.Ordinal))
            {
                if (sections.Count == MaxSections)
                    break;
                sections.Add(current = SdpSection.FromMediaLine(line[2..]));
            }
            else if (line.StartsWith("a=", StringComparison.Ordinal))
            {
                current.ReadAttribute(line[2..]);
            }
            else if (line.StartsWith("o=", StringComparison.Ordinal) && current == session)
            {
                origin = line[2..].ToString();
            }
        }

        return began;
    }

    private static (ulong Id, ulong Version) ReadOrigin(string origin)
    {
        string[] parts = origin.Split(' ');
        bool read = parts.Length > 2 & ulong.TryParse(parts.ElementAtOrDefault(1), out ulong id) & ulong.TryParse(parts.ElementAtOrDefault(2), out ulong version);
        return read ? (id, version) : (1, 1);
    }
}
