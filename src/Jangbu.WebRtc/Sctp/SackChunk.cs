using System.Buffers.Binary;

namespace Jangbu.WebRtc.Sctp;

/// <summary>A SACK: what the peer has, what it lacks, how much more it can take. A view into the packet.</summary>
//   0                   1                   2                   3     RFC 9260 §3.3.4
//  |   Type = 3    |     Flags     |            Length             |
//  |                      Cumulative TSN Ack                       |
//  |          Advertised receiver window credit (a_rwnd)           |
//  |  Number of Gap Ack Blocks = N |  Number of duplicate TSNs = M |
//  |  N x (start offset, end offset), M x duplicate TSN            |
internal readonly ref struct SackChunk
{
    public const int HeaderLength = 16;
    public const int GapLength = 4;
    public const int DuplicateLength = 4;

    public Tsn Cumulative { get; private init; }

    public uint Window { get; private init; }

    /// <summary>The gap blocks as they lie in the packet.</summary>
    private ReadOnlySpan<byte> Gaps { get; init; }

    public int GapCount => Gaps.Length / GapLength;

    public int DuplicateCount { get; private init; }

    /// <summary>Offsets from <see cref="Cumulative"/> of the first and last TSN of block <paramref name="index"/>.</summary>
    public (int Start, int End) Gap(int index) =>
        (BinaryPrimitives.ReadUInt16BigEndian(Gaps[(index * GapLength)..]), BinaryPrimitives.ReadUInt16BigEndian(Gaps[(index * GapLength + 2)..]));

    /// <returns>False when the counts point past the chunk, or the blocks are reversed, overlapping or unsorted: such a SACK acknowledges nothing.</returns>
    public static bool TryRead(Chunk chunk, out SackChunk sack)
    {
        sack = default;
        ReadOnlySpan<byte> whole = chunk.Whole;
        if (whole.Length < HeaderLength)
            return false;
        int gaps = BinaryPrimitives.ReadUInt16BigEndian(whole[12..]);
        int duplicates = BinaryPrimitives.ReadUInt16BigEndian(whole[14..]);
        if (HeaderLength + gaps * GapLength + duplicates * DuplicateLength > whole.Length)
            return false;
        sack = new SackChunk
        {
            Cumulative = new Tsn(BinaryPrimitives.ReadUInt32BigEndian(whole[4..])),
            Window = BinaryPrimitives.ReadUInt32BigEndian(whole[8..]),
            Gaps = whole.Slice(HeaderLength, gaps * GapLength),
            DuplicateCount = duplicates,
        };
        int previous = 0;
        for (int i = 0; i < gaps; i++)
        {
            (int start, int end) = sack.Gap(i);
            if (start <= previous || end < start)
                return false;
            previous = end;
        }
        return true;
    }

    /// <summary>Writes the fixed part into the value of a SACK.</summary>
    public static void WriteHeader(Span<byte> value, Tsn cumulative, uint window, int gaps, int duplicates)
    {
        BinaryPrimitives.WriteUInt32BigEndian(value, cumulative.Value);
        BinaryPrimitives.WriteUInt32BigEndian(value[4..], window);
        BinaryPrimitives.WriteUInt16BigEndian(value[8..], (ushort)gaps);
        BinaryPrimitives.WriteUInt16BigEndian(value[10..], (ushort)duplicates);
    }

    public static void WriteGap(Span<byte> value, int index, int start, int end)
    {
        Span<byte> gap = value[(HeaderLength - Chunk.HeaderLength + index * GapLength)..];
        BinaryPrimitives.WriteUInt16BigEndian(gap, (ushort)start);
        BinaryPrimitives.WriteUInt16BigEndian(gap[2..], (ushort)end);
    }

    public static void WriteDuplicate(Span<byte> value, int gaps, int index, Tsn tsn) =>
        BinaryPrimitives.WriteUInt32BigEndian(value[(HeaderLength - Chunk.HeaderLength + gaps * GapLength + index * DuplicateLength)..], tsn.Value);
}
