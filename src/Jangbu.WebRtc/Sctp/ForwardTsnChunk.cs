using System.Buffers.Binary;

namespace Jangbu.WebRtc.Sctp;

/// <summary>A FORWARD TSN: the peer gave up on everything up to a TSN. A view into the packet.</summary>
//   0                   1                   2                   3     RFC 3758 §3.2
//  |  Type = 192   |  Flags = 0    |            Length             |
//  |                     New cumulative TSN                        |
//  |  N x (stream, last stream sequence number skipped in it)      |
internal readonly ref struct ForwardTsnChunk
{
    public const int HeaderLength = 8;
    public const int StreamLength = 4;

    public Tsn NewCumulative { get; private init; }

    private ReadOnlySpan<byte> Streams { get; init; }

    public int StreamCount => Streams.Length / StreamLength;

    public (StreamId Stream, Ssn Ssn) Skipped(int index) => (
        new StreamId(BinaryPrimitives.ReadUInt16BigEndian(Streams[(index * StreamLength)..])),
        new Ssn(BinaryPrimitives.ReadUInt16BigEndian(Streams[(index * StreamLength + 2)..])));

    public static bool TryRead(Chunk chunk, out ForwardTsnChunk forward)
    {
        forward = default;
        ReadOnlySpan<byte> whole = chunk.Whole;
        if (whole.Length < HeaderLength || whole.Length % StreamLength != 0)
            return false;
        forward = new ForwardTsnChunk
        {
            NewCumulative = new Tsn(BinaryPrimitives.ReadUInt32BigEndian(whole[4..])),
            Streams = whole[HeaderLength..],
        };
        return true;
    }
}
