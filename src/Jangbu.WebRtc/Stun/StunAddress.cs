using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace Jangbu.WebRtc.Stun;

/// <summary>MAPPED-ADDRESS and its masked kin (RFC 8489 §14.1, §14.2).</summary>
//   0                   1                   2                   3
//  |0 0 0 0 0 0 0 0|    Family     |         X-Port                |
//  |                X-Address (32 or 128 bits)
internal static class StunAddress
{
    /// <summary>Longest value: family, port and an IPv6 address.</summary>
    public const int MaxLength = 20;

    private const byte FamilyV4 = 1;
    private const byte FamilyV6 = 2;

    public static bool TryRead(ReadOnlySpan<byte> value, StunTransactionId id, bool masked, out IPEndPoint? endpoint)
    {
        endpoint = null;
        if (value.Length < 8 || value[0] != 0)
            return false;
        int length = value[1] switch { FamilyV4 => 4, FamilyV6 => 16, _ => 0 };
        if (length == 0 || value.Length != 4 + length)
            return false;
        int port = BinaryPrimitives.ReadUInt16BigEndian(value[2..]);
        Span<byte> address = stackalloc byte[16];
        value[4..].CopyTo(address);
        if (masked)
        {
            port ^= (int)(StunMessage.MagicCookie >> 16);
            Mask(address[..length], id);
        }

        endpoint = new IPEndPoint(new IPAddress(address[..length]), port);
        return true;
    }

    public static int Write(Span<byte> destination, IPEndPoint endpoint, StunTransactionId id, bool masked)
    {
        bool v6 = endpoint.AddressFamily == AddressFamily.InterNetworkV6;
        int length = v6 ? 16 : 4;
        destination[0] = 0;
        destination[1] = v6 ? FamilyV6 : FamilyV4;
        int port = masked ? endpoint.Port ^ (int)(StunMessage.MagicCookie >> 16) : endpoint.Port;
        BinaryPrimitives.WriteUInt16BigEndian(destination[2..], (ushort)port);
        Span<byte> address = destination.Slice(4, length);
        endpoint.Address.TryWriteBytes(address, out _);
        if (masked)
            Mask(address, id);
        return 4 + length;
    }

    /// <summary>XOR with the cookie and, for the last twelve bytes of IPv6, the transaction id.</summary>
    private static void Mask(Span<byte> address, StunTransactionId id)
    {
        Span<byte> mask = stackalloc byte[16];
        BinaryPrimitives.WriteUInt32BigEndian(mask, StunMessage.MagicCookie);
        id.Write(mask[4..]);
        for (int index = 0; index < address.Length; index++)
            address[index] ^= mask[index];
    }
}
