using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Jangbu.Node.Slots;

/// <summary>How a candidate was learned (PROTOCOL §4.2).</summary>
internal enum CandidateType
{
    /// <summary>An address of the machine.</summary>
    Host = 0,

    /// <summary>An address that a STUN server sees.</summary>
    ServerReflexive = 1,

    /// <summary>An address at a TURN server.</summary>
    Relay = 2,
}

/// <summary>One address where a side may be reached.</summary>
internal readonly record struct DescribedCandidate(CandidateType Type, uint Priority, IPEndPoint EndPoint);

/// <summary>A session description in the few bytes that a slot carries; both sides rebuild the same SDP from it (PROTOCOL §4.2).</summary>
internal sealed record Description
{
    /// <summary>By falling priority, at most 16.</summary>
    public required IReadOnlyList<DescribedCandidate> Candidates { get; init; }

    /// <summary>SHA-256 of the DTLS certificate, 32 bytes.</summary>
    public required byte[] Fingerprint { get; init; }

    /// <summary>The largest message taken, in bytes.</summary>
    public required long MaxMessageSize { get; init; }

    /// <summary>ICE user fragment, 4 to 256 characters.</summary>
    public required string Ufrag { get; init; }

    /// <summary>ICE password, 22 to 256 characters.</summary>
    public required string Password { get; init; }

    /// <summary>The SDP text that any WebRTC stack takes.</summary>
    public string ToSdp(bool offer)
    {
        StringBuilder sdp = new();
        Line(sdp, "v=0");
        Line(sdp, "o=- 1 1 IN IP4 0.0.0.0");
        Line(sdp, "s=-");
        Line(sdp, "t=0 0");
        Line(sdp, "a=group:BUNDLE 0");
        Line(sdp, "m=application 9 UDP/DTLS/SCTP webrtc-datachannel");
        Line(sdp, "c=IN IP4 0.0.0.0");
        Line(sdp, "a=mid:0");
        Line(sdp, "a=sctp-port:5000");
        Line(sdp, string.Create(CultureInfo.InvariantCulture, $"a=max-message-size:{MaxMessageSize}"));
        for (int index = 0; index < Candidates.Count; index++)
            Line(sdp, CandidateLine(index + 1, Candidates[index]));
        Line(sdp, "a=end-of-candidates");
        Line(sdp, $"a=ice-ufrag:{Ufrag}");
        Line(sdp, $"a=ice-pwd:{Password}");
        Line(sdp, $"a=fingerprint:sha-256 {string.Join(':', Fingerprint.Select(octet => octet.ToString("X2", CultureInfo.InvariantCulture)))}");
        Line(sdp, offer ? "a=setup:actpass" : "a=setup:active");
        return sdp.ToString();
    }

    /// <summary>The bencoded dictionary.</summary>
    public byte[] ToBencode()
    {
        BencodeText text = new BencodeText().Raw("d1:cl"u8);
        Span<byte> candidate = stackalloc byte[7 + 16];
        foreach (DescribedCandidate entry in Candidates)
        {
            candidate[0] = (byte)entry.Type;
            BinaryPrimitives.WriteUInt32BigEndian(candidate[1..], entry.Priority);
            BinaryPrimitives.WriteUInt16BigEndian(candidate[5..], checked((ushort)entry.EndPoint.Port));
            entry.EndPoint.Address.TryWriteBytes(candidate[7..], out int length);
            text.Text(candidate[..(7 + length)]);
        }
        return text.Raw("e1:f"u8).Text(Fingerprint).Raw("1:m"u8).Integer(MaxMessageSize).Raw("1:u"u8).Text(Encoding.ASCII.GetBytes(Ufrag))
            .Raw("1:w"u8).Text(Encoding.ASCII.GetBytes(Password)).Raw("e"u8).ToArray();
    }

    /// <summary>Reads the dictionary where the cursor stands.</summary>
    public static bool TryRead(ref BencodeCursor cursor, out Description? description, out SignalError error)
    {
        description = null;
        error = SignalError.Bencoding;
        if (!cursor.TryTake((byte)'d') || !TryName(ref cursor, 'c', ref error) || !TryCandidates(ref cursor, out List<DescribedCandidate> candidates, ref error)
            || !TryName(ref cursor, 'f', ref error) || !cursor.TryString(out ReadOnlySpan<byte> fingerprint)
            || !TryName(ref cursor, 'm', ref error) || !cursor.TryInteger(out long largest)
            || !TryName(ref cursor, 'u', ref error) || !cursor.TryString(out ReadOnlySpan<byte> ufrag)
            || !TryName(ref cursor, 'w', ref error) || !cursor.TryString(out ReadOnlySpan<byte> password)
            || !TryEnd(ref cursor, ref error))
            return false;
        error = SignalError.Lengths;
        if (fingerprint.Length != 32 || ufrag.Length is < 4 or > 256 || password.Length is < 22 or > 256
            || !IsIceText(ufrag) || !IsIceText(password))
            return false;
        description = new Description
        {
            Candidates = candidates,
            Fingerprint = fingerprint.ToArray(),
            MaxMessageSize = largest == 0 ? DefaultMaxMessageSize : largest,
            Ufrag = Encoding.ASCII.GetString(ufrag),
            Password = Encoding.ASCII.GetString(password),
        };
        return true;
    }

    /// <summary>Takes a name; a string that is another name, or the end of the dictionary, is <see cref="SignalError.Names"/>.</summary>
    public static bool TryName(ref BencodeCursor cursor, char name, ref SignalError error)
    {
        if (cursor.Next == (byte)'e')
        {
            error = SignalError.Names;
            return false;
        }
        if (!cursor.TryString(out ReadOnlySpan<byte> found))
            return false;
        if (found.Length == 1 && found[0] == name)
            return true;
        error = SignalError.Names;
        return false;
    }

    /// <summary>Takes the end of a dictionary; one more member is <see cref="SignalError.Names"/>.</summary>
    public static bool TryEnd(ref BencodeCursor cursor, ref SignalError error)
    {
        if (cursor.TryTake((byte)'e'))
            return true;
        error = cursor.TryString(out _) ? SignalError.Names : SignalError.Bencoding;
        return false;
    }

    private static bool TryCandidates(ref BencodeCursor cursor, out List<DescribedCandidate> candidates, ref SignalError error)
    {
        candidates = [];
        if (!cursor.TryTake((byte)'l'))
            return false;
        uint before = uint.MaxValue;
        while (!cursor.TryTake((byte)'e'))
        {
            if (!cursor.TryString(out ReadOnlySpan<byte> bytes))
                return false;
            if (candidates.Count == MaxCandidates || bytes.Length is not (11 or 23) || bytes[0] > (byte)CandidateType.Relay)
            {
                error = SignalError.Lengths;
                return false;
            }
            uint priority = BinaryPrimitives.ReadUInt32BigEndian(bytes[1..]);
            int port = BinaryPrimitives.ReadUInt16BigEndian(bytes[5..]);
            if (port == 0 || priority > before)
            {
                error = SignalError.Lengths;
                return false;
            }
            before = priority;
            candidates.Add(new DescribedCandidate((CandidateType)bytes[0], priority, new IPEndPoint(new IPAddress(bytes[7..]), port)));
        }
        return true;
    }

    /// <summary>ice-char of RFC 8839 §5.4: anything else could break out of its SDP line.</summary>
    private static bool IsIceText(ReadOnlySpan<byte> text)
    {
        foreach (byte octet in text)
        {
            if (!char.IsAsciiLetterOrDigit((char)octet) && octet is not ((byte)'+' or (byte)'/'))
                return false;
        }
        return true;
    }

    private static string CandidateLine(int foundation, DescribedCandidate candidate)
    {
        string type = candidate.Type switch { CandidateType.Host => "host", CandidateType.ServerReflexive => "srflx", _ => "relay" };
        string related = candidate.Type == CandidateType.Host ? ""
            : candidate.EndPoint.AddressFamily == AddressFamily.InterNetworkV6 ? " raddr :: rport 0" : " raddr 0.0.0.0 rport 0";
        return string.Create(CultureInfo.InvariantCulture,
            $"a=candidate:{foundation} 1 udp {candidate.Priority} {candidate.EndPoint.Address} {candidate.EndPoint.Port} typ {type}{related}");
    }

    private static void Line(StringBuilder sdp, string line) => sdp.Append(line).Append("\r\n");

    /// <summary>More addresses than a machine with two families, STUN and TURN has; each costs the other side checks.</summary>
    public const int MaxCandidates = 16;

    /// <summary>What RFC 8841 §6.1 says for a side that does not say.</summary>
    public const long DefaultMaxMessageSize = 65_536;
}
