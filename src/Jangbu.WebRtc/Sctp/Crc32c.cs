using System.Buffers.Binary;
using System.Numerics;

namespace Jangbu.WebRtc.Sctp;

/// <summary>The checksum of an SCTP packet: CRC32c with the checksum field taken as zero (RFC 9260 §6.8, Appendix A).</summary>
internal static class Crc32c
{
    private const int FieldOffset = 8;

    /// <summary>The checksum of a whole packet of at least 12 bytes, whatever its checksum field holds; goes to the wire little-endian.</summary>
    public static uint OfPacket(ReadOnlySpan<byte> packet)
    {
        uint crc = Append(~0u, packet[..FieldOffset]);
        crc = BitOperations.Crc32C(crc, 0u);
        return ~Append(crc, packet[(FieldOffset + sizeof(uint))..]);
    }

    /// <summary>The plain CRC32c of some bytes.</summary>
    public static uint Of(ReadOnlySpan<byte> bytes) => ~Append(~0u, bytes);

    private static uint Append(uint crc, ReadOnlySpan<byte> bytes)
    {
        while (bytes.Length >= sizeof(ulong))
        {
            crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
            bytes = bytes[sizeof(ulong)..];
        }
        foreach (byte value in bytes)
            crc = BitOperations.Crc32C(crc, value);
        return crc;
    }
}
