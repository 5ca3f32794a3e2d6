using System.Buffers.Binary;
using System.Numerics;
using System.Security.Cryptography;

namespace Jangbu.Dht;

/// <summary>Node ids bound to the outer address (BEP 42), so that nobody can choose a place in the space without owning addresses all over.</summary>
public static class SecureNodeId
{
    // The first 21 bits of an id are those of the checksum; the last byte carries the three random bits that went into it.
    private const ulong PrefixMask = 0xFFFF_F800_0000_0000;

    private const uint MaskIPv4 = 0x030F_3FFF;
    private const ulong MaskIPv6 = 0x0103_070F_1F3F_7FFF;

    /// <summary>Whether an id may be used at an address: it fits, or the address is of a private range, about which an id can say nothing.</summary>
    public static bool Fits(NodeId id, NodeAddress address) =>
        address.IsPrivate || ((id.High ^ ((ulong)Checksum(address, unchecked((byte)id.Low)) << 32)) & PrefixMask) == 0;

    /// <summary>Makes an id that fits <paramref name="address"/>.</summary>
    public static NodeId Create(NodeAddress address, RandomNumberGenerator random)
    {
        NodeId other = NodeId.Random(random);
        ulong prefix = (ulong)Checksum(address, unchecked((byte)other.Low)) << 32;
        return other with { High = (prefix & PrefixMask) | (other.High & ~PrefixMask) };
    }

    private static uint Checksum(NodeAddress address, byte random)
    {
        Span<byte> input = stackalloc byte[8];
        if (address.IsIPv6)
            BinaryPrimitives.WriteUInt64BigEndian(input, (address.High & MaskIPv6) | ((ulong)(random & 7) << 61));
        else
            BinaryPrimitives.WriteUInt32BigEndian(input, ((uint)address.Low & MaskIPv4) | ((uint)(random & 7) << 29));
        uint crc = uint.MaxValue;
        foreach (byte value in input[..(address.IsIPv6 ? 8 : 4)])
            crc = BitOperations.Crc32C(crc, value);
        return ~crc;
    }
}
