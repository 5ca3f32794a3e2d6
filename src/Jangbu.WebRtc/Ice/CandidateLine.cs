using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Jangbu.WebRtc.Ice;

/// <summary>Why a candidate line was left out; never a reason to refuse the description around it.</summary>
public enum CandidateRefusal
{
    /// <summary>It was taken.</summary>
    None,

    /// <summary>Not of the grammar.</summary>
    Malformed,

    /// <summary>Not UDP.</summary>
    Transport,

    /// <summary>Component 2 is RTCP's; pion repeats every candidate for it.</summary>
    Component,

    /// <summary>A name, such as a browser's <c>….local</c>: never resolved, its checks come as peer-reflexive.</summary>
    HostName,

    /// <summary>An address or port that the policy forbids.</summary>
    Forbidden,

    /// <summary>One more than the limit.</summary>
    TooMany,
}

/// <summary>
/// The candidate-attribute of RFC 8839 §5.1, without <c>a=</c>:
/// <c>candidate:FOUNDATION COMPONENT TRANSPORT PRIORITY ADDRESS PORT typ TYPE [raddr A] [rport P] [name value]…</c>
/// </summary>
public static class CandidateLine
{
    /// <summary>No stack writes longer ones; IPv6, relay and all of Chromium's tails are about 200.</summary>
    public const int MaxLength = 1024;

    private const string Prefix = "candidate:";

    /// <summary>Reads a line, with or without its <c>candidate:</c>.</summary>
    /// <returns>False with the reason when the candidate is to be left out.</returns>
    public static bool TryRead(ReadOnlySpan<char> line, out Candidate? candidate, out CandidateRefusal refusal)
    {
        candidate = null;
        refusal = CandidateRefusal.Malformed;
        if (line.Length > MaxLength)
            return false;
        if (line.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase))
            line = line[Prefix.Length..];

        Span<Range> ranges = stackalloc Range[64];
        int count = line.Split(ranges, ' ', StringSplitOptions.RemoveEmptyEntries);
        if (count < 8 || !line[ranges[6]].Equals("typ", StringComparison.OrdinalIgnoreCase))
            return false;
        ReadOnlySpan<char> foundation = line[ranges[0]];
        if (foundation.Length > 32 || foundation.ContainsAnyExceptInRange('!', '~'))
            return false;
        if (!TryNumber(line[ranges[1]], 256, out uint component) || component == 0
            || !TryNumber(line[ranges[3]], uint.MaxValue, out uint priority) || priority == 0
            || !TryNumber(line[ranges[5]], ushort.MaxValue, out uint port)
            || !TryType(line[ranges[7]], out CandidateType type))
            return false;
        refusal = CandidateRefusal.Transport;
        if (!line[ranges[2]].Equals("udp", StringComparison.OrdinalIgnoreCase))
            return false;
        refusal = CandidateRefusal.Component;
        if (component != 1)
            return false;
        if (!TryAddress(line[ranges[4]], out IPAddress? address))
        {
            refusal = IsName(line[ranges[4]]) ? CandidateRefusal.HostName : CandidateRefusal.Malformed;
            return false;
        }

        refusal = CandidateRefusal.Forbidden;
        if (port == 0)
            return false;
        candidate = new Candidate
        {
            Foundation = foundation.ToString(),
            Priority = priority,
            EndPoint = new IPEndPoint(address!, (int)port),
            Type = type,
            Related = ReadRelated(line, ranges[8..Math.Max(8, Math.Min(count, ranges.Length))]),
        };
        refusal = CandidateRefusal.None;
        return true;
    }

    /// <summary>The line of a candidate, without <c>a=</c>.</summary>
    public static string Write(Candidate candidate)
    {
        ArgumentNullException.ThrowIfNull(candidate);
        var line = new StringBuilder(96);
        line.Append(CultureInfo.InvariantCulture, $"candidate:{candidate.Foundation} 1 udp {candidate.Priority} {candidate.EndPoint.Address} {candidate.EndPoint.Port} typ ");
        line.Append(candidate.Type switch
        {
            CandidateType.Host => "host",
            CandidateType.ServerReflexive => "srflx",
            CandidateType.PeerReflexive => "prflx",
            _ => "relay",
        });
        if (candidate.Related is { } related)
            line.Append(CultureInfo.InvariantCulture, $" raddr {related.Address} rport {related.Port}");
        return line.ToString();
    }

    /// <summary>An address in its one spelling: no zone, no brackets, no octal or shortened IPv4, no IPv4 inside IPv6.</summary>
    internal static bool TryAddress(ReadOnlySpan<char> text, out IPAddress? address)
    {
        address = null;
        if (text.Length is 0 or > 45 || text.ContainsAny('%', '[', ']') || !IPAddress.TryParse(text, out address))
            return false;
        if (address.AddressFamily == AddressFamily.InterNetwork)
            return text.SequenceEqual(address.ToString());
        return !address.IsIPv4MappedToIPv6;
    }

    private static bool TryNumber(ReadOnlySpan<char> text, uint most, out uint number) =>
        uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number) && number <= most;

    private static bool TryType(ReadOnlySpan<char> text, out CandidateType type)
    {
        type = text switch
        {
            "srflx" => CandidateType.ServerReflexive,
            "prflx" => CandidateType.PeerReflexive,
            "relay" => CandidateType.Relayed,
            _ => CandidateType.Host,
        };
        return type != CandidateType.Host || text is "host";
    }

    /// <summary>Letters, digits, dots, hyphens with at least one letter: what RFC 8839 calls an FQDN.</summary>
    private static bool IsName(ReadOnlySpan<char> text)
    {
        bool letter = false;
        foreach (char character in text)
        {
            if (!char.IsAsciiLetterOrDigit(character) && character is not ('.' or '-'))
                return false;
            letter |= char.IsAsciiLetter(character);
        }

        return letter;
    }

    private static IPEndPoint? ReadRelated(ReadOnlySpan<char> line, ReadOnlySpan<Range> tail)
    {
        IPAddress? address = null;
        uint port = 0;
        for (int index = 0; index + 1 < tail.Length; index += 2)
        {
            if (line[tail[index]] is "raddr" && !TryAddress(line[tail[index + 1]], out address))
                return null;
            if (line[tail[index]] is "rport" && !TryNumber(line[tail[index + 1]], ushort.MaxValue, out port))
                return null;
        }

        return address is null ? null : new IPEndPoint(address, (int)port);
    }
}
