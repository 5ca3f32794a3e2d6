using System.Buffers.Binary;

namespace Jangbu.WebRtc.Sctp;

/// <summary>What can be wrong with a received INIT or INIT ACK.</summary>
internal enum InitProblem
{
    None,

    /// <summary>Too short or with lengths that lie: dropped without an answer.</summary>
    Malformed,

    /// <summary>A tag, stream count or window that RFC 9260 §3.3.2 forbids: answered by ABORT.</summary>
    InvalidMandatoryParameter,

    /// <summary>A host name instead of an address (deprecated, RFC 9260 §3.3.2.1.4): answered by ABORT.</summary>
    UnresolvableAddress,

    /// <summary>An INIT ACK without a cookie: answered by ABORT.</summary>
    MissingCookie,
}

/// <summary>An INIT or INIT ACK, as a view into the packet.</summary>
//   0                   1                   2                   3     RFC 9260 §3.3.2
//  | Type = 1 or 2 |  Flags = 0    |            Length             |
//  |                         Initiate tag                          |
//  |           Advertised receiver window credit (a_rwnd)          |
//  |  Number of outbound streams   |   Number of inbound streams   |
//  |                          Initial TSN                          |
//  /             Optional and variable-length parameters           /
internal readonly ref struct InitChunk
{
    public const int HeaderLength = 20;

    /// <summary>The error detection method "DTLS" of RFC 9653 §4.</summary>
    private const uint DetectionByDtls = 1;

    public VerificationTag Tag { get; private init; }

    public uint Window { get; private init; }

    public int OutboundStreams { get; private init; }

    public int InboundStreams { get; private init; }

    public Tsn InitialTsn { get; private init; }

    public bool ForwardTsn { get; private init; }

    public bool Reconfiguration { get; private init; }

    public bool ZeroChecksum { get; private init; }

    public ReadOnlySpan<byte> Cookie { get; private init; }

    /// <summary>Unknown parameters whose type asks to be reported, each padded, at most <see cref="ErrorCause.MaxEcho"/> bytes of them.</summary>
    public ReadOnlySpan<byte> Unrecognized { get; private init; }

    /// <summary>Reads the chunk.</summary>
    /// <param name="unrecognized">Room of at least <see cref="ErrorCause.MaxEcho"/> bytes for the parameters to report.</param>
    public static InitProblem Read(Chunk chunk, Span<byte> unrecognized, out InitChunk init)
    {
        init = default;
        ReadOnlySpan<byte> whole = chunk.Whole;
        if (whole.Length < HeaderLength)
            return InitProblem.Malformed;
        bool forward = false, reconfiguration = false, zeroChecksum = false, stop = false;
        ReadOnlySpan<byte> cookie = default;
        int reported = 0;
        ParameterReader reader = new(whole[HeaderLength..]);
        while (!stop && reader.TryNext(out Parameter parameter))
        {
            switch (parameter.Type)
            {
                case ParameterType.StateCookie:
                    cookie = parameter.Value;
                    break;
                case ParameterType.ForwardTsnSupported:
                    forward = true;
                    break;
                case ParameterType.SupportedExtensions:
                    reconfiguration |= parameter.Value.Contains((byte)ChunkType.Reconfiguration);
                    forward |= parameter.Value.Contains((byte)ChunkType.ForwardTsn);
                    break;
                case ParameterType.ZeroChecksumAcceptable:
                    zeroChecksum |= parameter.Value.Length == sizeof(uint) && BinaryPrimitives.ReadUInt32BigEndian(parameter.Value) == DetectionByDtls;
                    break;
                case ParameterType.HostNameAddress:
                    return InitProblem.UnresolvableAddress;
                case ParameterType.Ipv4Address or ParameterType.Ipv6Address or ParameterType.SupportedAddressTypes
                    or ParameterType.CookiePreservative or ParameterType.UnrecognizedParameter:
                    break; // there are no addresses under DTLS, and what the peer did not know of ours is its right
                default:
                    int action = (int)parameter.Type >> 14;
                    if ((action & 1) != 0)
                        reported += Report(parameter, unrecognized[reported..]);
                    stop = (action & 2) == 0;
                    break;
            }
        }
        if (reader.Malformed)
            return InitProblem.Malformed;
        init = new InitChunk
        {
            Tag = new VerificationTag(BinaryPrimitives.ReadUInt32BigEndian(whole[4..])),
            Window = BinaryPrimitives.ReadUInt32BigEndian(whole[8..]),
            OutboundStreams = BinaryPrimitives.ReadUInt16BigEndian(whole[12..]),
            InboundStreams = BinaryPrimitives.ReadUInt16BigEndian(whole[14..]),
            InitialTsn = new Tsn(BinaryPrimitives.ReadUInt32BigEndian(whole[16..])),
            ForwardTsn = forward,
            Reconfiguration = reconfiguration,
            ZeroChecksum = zeroChecksum,
            Cookie = cookie,
            Unrecognized = unrecognized[..reported],
        };
        if (init.Tag.IsZero || init.OutboundStreams == 0 || init.InboundStreams == 0)
            return InitProblem.InvalidMandatoryParameter;
        return chunk.Type == ChunkType.InitAck && cookie.IsEmpty ? InitProblem.MissingCookie : InitProblem.None;
    }

    /// <summary>Marshals an INIT or INIT ACK.</summary>
    /// <param name="zeroChecksum">Whether to say that packets without a checksum are accepted (RFC 9653).</param>
    /// <param name="cookie">The state cookie of an INIT ACK.</param>
    /// <param name="unrecognized">Padded parameters to report to the peer, as <see cref="Unrecognized"/> holds them.</param>
    public static byte[] Marshal(
        ChunkType type, VerificationTag tag, uint window, int streams, Tsn initialTsn, bool zeroChecksum,
        ReadOnlySpan<byte> cookie = default, ReadOnlySpan<byte> unrecognized = default)
    {
        byte[] buffer = new byte[HeaderLength + 32 + cookie.Length + 4 * unrecognized.Length];
        buffer[0] = (byte)type;
        BinaryPrimitives.WriteUInt32BigEndian(buffer.AsSpan(4), tag.Value);
        BinaryPrimitives.WriteUInt32BigEndian(buffer.AsSpan(8), window);
        BinaryPrimitives.WriteUInt16BigEndian(buffer.AsSpan(12), (ushort)streams);
        BinaryPrimitives.WriteUInt16BigEndian(buffer.AsSpan(14), (ushort)streams);
        BinaryPrimitives.WriteUInt32BigEndian(buffer.AsSpan(16), initialTsn.Value);
        int length = HeaderLength;
        if (!cookie.IsEmpty)
            Append(buffer, ref length, ParameterType.StateCookie, cookie);
        Append(buffer, ref length, ParameterType.ForwardTsnSupported, default);
        Append(buffer, ref length, ParameterType.SupportedExtensions, [(byte)ChunkType.Reconfiguration, (byte)ChunkType.ForwardTsn]);
        if (zeroChecksum)
            Append(buffer, ref length, ParameterType.ZeroChecksumAcceptable, [0, 0, 0, (byte)DetectionByDtls]);
        ParameterReader reader = new(unrecognized);
        while (reader.TryNext(out Parameter parameter))
            Append(buffer, ref length, ParameterType.UnrecognizedParameter, parameter.Whole);
        BinaryPrimitives.WriteUInt16BigEndian(buffer.AsSpan(2), (ushort)length);
        return buffer[..length];
    }

    private static int Report(Parameter parameter, Span<byte> room)
    {
        int padded = PacketWriter.Padded(parameter.Whole.Length);
        if (padded > room.Length)
            return 0;
        room[..padded].Clear();
        parameter.Whole.CopyTo(room);
        return padded;
    }

    private static void Append(byte[] buffer, ref int length, ParameterType type, ReadOnlySpan<byte> value)
    {
        length = PacketWriter.Padded(length);
        BinaryPrimitives.WriteUInt16BigEndian(buffer.AsSpan(length), (ushort)type);
        BinaryPrimitives.WriteUInt16BigEndian(buffer.AsSpan(length + 2), (ushort)(Parameter.HeaderLength + value.Length));
        value.CopyTo(buffer.AsSpan(length + Parameter.HeaderLength));
        length += Parameter.HeaderLength + value.Length;
    }
}
