using System.Buffers.Binary;

namespace Jangbu.WebRtc.Sctp;

/// <summary>The first twelve bytes of every packet.</summary>
//   0                   1                   2                   3     RFC 9260 §3.1
//  |          Source port          |       Destination port        |
//  |                       Verification tag                        |
//  |                  Checksum (CRC32c, little-endian)             |
internal readonly record struct CommonHeader(ushort SourcePort, ushort DestinationPort, VerificationTag Tag, uint Checksum)
{
    public const int Length = 12;

    public static bool TryRead(ReadOnlySpan<byte> packet, out CommonHeader header)
    {
        header = default;
        if (packet.Length < Length + Chunk.HeaderLength)
            return false;
        header = new CommonHeader(
            BinaryPrimitives.ReadUInt16BigEndian(packet),
            BinaryPrimitives.ReadUInt16BigEndian(packet[2..]),
            new VerificationTag(BinaryPrimitives.ReadUInt32BigEndian(packet[4..])),
            BinaryPrimitives.ReadUInt32LittleEndian(packet[8..]));
        return true;
    }
}
