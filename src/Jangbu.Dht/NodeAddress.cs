using System.Buffers.Binary;
using System.Net;

namespace Jangbu.Dht;

/// <summary>An IP address and a port as a value of 24 bytes; `IPEndPoint` costs two objects, and a node remembers hundreds.</summary>
/// <param name="High">First half of an IPv6 address; 0 for IPv4.</param>
/// <param name="Low">Second half of an IPv6 address; the IPv4 address as a number.</param>
/// <param name="Port">UDP port.</param>
/// <param name="IsIPv6">The family.</param>
public readonly record struct NodeAddress(ulong High, ulong Low, ushort Port, bool IsIPv6)
{
    /// <summary>Length of the compact form of an IPv4 peer (BEP 5).</summary>
    public const int SizeIPv4 = 6;

    /// <summary>Length of the compact form of an IPv6 peer (BEP 32).</summary>
    public const int SizeIPv6 = 18;

    /// <summary>Length of the compact form in this address's family.</summary>
    public int CompactSize => IsIPv6 ? SizeIPv6 : SizeIPv4;

    /// <summary>127/8 or ::1.</summary>
    public bool IsLoopback => IsIPv6 ? High == 0 && Low == 1 : Low >> 24 == 127;

    /// <summary>Ranges BEP 42 exempts because an address there says nothing about who owns it: private, link-local, loopback (and IPv6's kin).</summary>
    public bool IsPrivate => IsIPv6
        ? IsLoopback || High >> 57 == 0xFC >> 1 || High >> 54 == 0xFE80 >> 6
        : Low >> 24 is 10 or 127 || Low >> 20 == (172 << 4 | 1) || Low >> 16 is (192 << 8 | 168) or (169 << 8 | 254);

    /// <summary>Whether a datagram can be sent there: no unspecified, multicast or broadcast address, no port 0.</summary>
    public bool IsUsable => Port != 0 && (IsIPv6
        ? High >> 56 != 0xFF && (High != 0 || Low > 0xFFFF_FFFF_FFFF)
            || IsLoopback
        : Low >> 24 is not 0 and < 224);

    /// <summary>The network a single owner commonly holds: /24 in IPv4, /64 in IPv6. On private ranges each address and port stands for itself.</summary>
    public NodeAddress Subnet => IsPrivate ? this : IsIPv6 ? new(High, 0, 0, true) : new(0, Low & 0xFFFF_FF00, 0, false);

    /// <summary>The address without its port; on private ranges with it, since there many nodes share one address.</summary>
    public NodeAddress Host => IsPrivate ? this : this with { Port = 0 };

    /// <summary>From .NET's form; an IPv4 address mapped into IPv6 becomes IPv4 again.</summary>
    public static NodeAddress From(IPEndPoint endpoint)
    {
        ArgumentNullException.ThrowIfNull(endpoint);
        Span<byte> bytes = stackalloc byte[16];
        endpoint.Address.TryWriteBytes(bytes, out int length);
        if (length == 16 && endpoint.Address.IsIPv4MappedToIPv6)
            return new(0, BinaryPrimitives.ReadUInt32BigEndian(bytes[12..]), (ushort)endpoint.Port, false);
        return length == 4
            ? new(0, BinaryPrimitives.ReadUInt32BigEndian(bytes), (ushort)endpoint.Port, false)
            : new(BinaryPrimitives.ReadUInt64BigEndian(bytes), BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]), (ushort)endpoint.Port, true);
    }

    /// <summary>Reads a compact address of 6 or 18 bytes; false for any other length.</summary>
    public static bool TryReadCompact(ReadOnlySpan<byte> source, out NodeAddress address)
    {
        address = source.Length switch
        {
            SizeIPv4 => new(0, BinaryPrimitives.ReadUInt32BigEndian(source), BinaryPrimitives.ReadUInt16BigEndian(source[4..]), false),
            SizeIPv6 => new(BinaryPrimitives.ReadUInt64BigEndian(source), BinaryPrimitives.ReadUInt64BigEndian(source[8..]), BinaryPrimitives.ReadUInt16BigEndian(source[16..]), true),
            _ => default,
        };
        return source.Length is SizeIPv4 or SizeIPv6;
    }

    /// <summary>Writes the compact form, <see cref="CompactSize"/> bytes.</summary>
    public void WriteCompact(Span<byte> destination)
    {
        WriteAddress(destination);
        BinaryPrimitives.WriteUInt16BigEndian(destination[(CompactSize - 2)..], Port);
    }

    /// <summary>Writes the 4 or 16 bytes of the address alone and says how many.</summary>
    public int WriteAddress(Span<byte> destination)
    {
        if (!IsIPv6)
        {
            BinaryPrimitives.WriteUInt32BigEndian(destination, (uint)Low);
            return 4;
        }
        BinaryPrimitives.WriteUInt64BigEndian(destination, High);
        BinaryPrimitives.WriteUInt64BigEndian(destination[8..], Low);
        return 16;
    }

    /// <summary>.NET's form.</summary>
    public IPEndPoint ToEndPoint()
    {
        Span<byte> bytes = stackalloc byte[16];
        return new IPEndPoint(new IPAddress(bytes[..WriteAddress(bytes)]), Port);
    }

    /// <summary>As .NET writes an end point.</summary>
    public override string ToString() => ToEndPoint().ToString();

    /// <inheritdoc/>
    public override int GetHashCode() => unchecked((int)((Low * 0x9E37_79B9_7F4A_7C15UL) >> 32) ^ (int)High ^ (int)(High >> 32) ^ (Port * 0x01000193));
}
