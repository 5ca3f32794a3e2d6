using System.Buffers.Binary;

namespace Jangbu.WebRtc.Sctp;

/// <summary>A DATA chunk: one message or a fragment of one, as a view into the packet.</summary>
//   0                   1                   2                   3     RFC 9260 §3.3.1
//  |   Type = 0    |  Res  |I|U|B|E|            Length             |
//  |                              TSN                              |
//  |      Stream identifier        |    Stream sequence number     |
//  |                  Payload protocol identifier                  |
//  /                 User data, at least one byte                  /
internal readonly ref struct DataChunk
{
    public const int HeaderLength = 16;
    public const byte EndingFlag = 1;
    public const byte BeginningFlag = 2;
    public const byte UnorderedFlag = 4;
    public const byte ImmediateFlag = 8;

    public byte Flags { get; private init; }

    public Tsn Tsn { get; private init; }

    public StreamId Stream { get; private init; }

    public Ssn Ssn { get; private init; }

    public PayloadProtocol Protocol { get; private init; }

    public ReadOnlySpan<byte> Payload { get; private init; }

    public bool IsBeginning => (Flags & BeginningFlag) != 0;

    public bool IsEnding => (Flags & EndingFlag) != 0;

    public bool IsUnordered => (Flags & UnorderedFlag) != 0;

    /// <returns>False when the chunk is too short for its fixed part; a chunk without user data reads with an empty payload.</returns>
    public static bool TryRead(Chunk chunk, out DataChunk data)
    {
        data = default;
        ReadOnlySpan<byte> whole = chunk.Whole;
        if (whole.Length < HeaderLength)
            return false;
        data = new DataChunk
        {
            Flags = chunk.Flags,
            Tsn = new Tsn(BinaryPrimitives.ReadUInt32BigEndian(whole[4..])),
            Stream = new StreamId(BinaryPrimitives.ReadUInt16BigEndian(whole[8..])),
            Ssn = new Ssn(BinaryPrimitives.ReadUInt16BigEndian(whole[10..])),
            Protocol = (PayloadProtocol)unchecked((int)BinaryPrimitives.ReadUInt32BigEndian(whole[12..])),
            Payload = whole[HeaderLength..],
        };
        return true;
    }

    /// <summary>Writes a DATA chunk; the packet must have room for <see cref="HeaderLength"/> and the padded payload.</summary>
    public static void Write(
        ref PacketWriter packet, byte flags, Tsn tsn, StreamId stream, Ssn ssn, PayloadProtocol protocol, ReadOnlySpan<byte> payload)
    {
        Span<byte> value = packet.Add(ChunkType.Data, flags, HeaderLength - Chunk.HeaderLength + payload.Length);
        BinaryPrimitives.WriteUInt32BigEndian(value, tsn.Value);
        BinaryPrimitives.WriteUInt16BigEndian(value[4..], stream.Value);
        BinaryPrimitives.WriteUInt16BigEndian(value[6..], ssn.Value);
        BinaryPrimitives.WriteUInt32BigEndian(value[8..], unchecked((uint)protocol));
        payload.CopyTo(value[12..]);
    }
}
