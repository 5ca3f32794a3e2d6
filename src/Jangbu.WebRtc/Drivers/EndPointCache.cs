using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace Jangbu.WebRtc.Drivers;

/// <summary>
/// Socket addresses of the kernel to <see cref="IPEndPoint"/> and back without an allocation a datagram: a table of fixed size whose slots
/// newer addresses take over, so that strangers cannot make it grow.
/// </summary>
internal sealed class EndPointCache
{
    /// <summary>sizeof(sockaddr_in6), the longer of the two.</summary>
    internal const int MaxAddressLength = 28;

    private const int Slots = 1_024;
    private readonly (UInt128 Address, uint PortAndScope, ushort Family, IPEndPoint EndPoint)[] _slots = new (UInt128, uint, ushort, IPEndPoint)[Slots];
    private readonly ushort _familyV4, _familyV6;

    internal EndPointCache()
    {
        // The kernel's own numbers for the two families, which differ between systems.
        _familyV4 = (ushort)BitConverter.ToUInt16(new SocketAddress(AddressFamily.InterNetwork).Buffer.Span[..2]);
        _familyV6 = (ushort)BitConverter.ToUInt16(new SocketAddress(AddressFamily.InterNetworkV6).Buffer.Span[..2]);
    }

    /// <summary>Reads sockaddr_in or sockaddr_in6.</summary>
    internal bool TryRead(ReadOnlySpan<byte> source, out IPEndPoint endPoint)
    {
        endPoint = null!;
        if (source.Length < 16)
            return false;
        ushort family = BitConverter.ToUInt16(source);
        uint port = BinaryPrimitives.ReadUInt16BigEndian(source[2..]);
        UInt128 address;
        if (family == _familyV4)
            address = BinaryPrimitives.ReadUInt32BigEndian(source[4..]);
        else if (family == _familyV6 && source.Length >= MaxAddressLength)
            (address, port) = (BinaryPrimitives.ReadUInt128BigEndian(source[8..]), port | BitConverter.ToUInt32(source[24..]) << 16);
        else
            return false;
        ref var slot = ref _slots[SlotOf(address, port)];
        if (slot.EndPoint is null || slot.Address != address || slot.PortAndScope != port || slot.Family != family)
        {
            IPAddress ip = family == _familyV4 ? new IPAddress(source.Slice(4, 4)) : new IPAddress(source.Slice(8, 16), BitConverter.ToUInt32(source[24..]));
            slot = (address, port, family, new IPEndPoint(ip, BinaryPrimitives.ReadUInt16BigEndian(source[2..])));
        }
        endPoint = slot.EndPoint;
        return true;
    }

    /// <summary>Writes sockaddr_in or sockaddr_in6 and returns its length.</summary>
    internal int Write(IPEndPoint endPoint, Span<byte> target)
    {
        bool v4 = endPoint.AddressFamily == AddressFamily.InterNetwork;
        target[..MaxAddressLength].Clear();
        BitConverter.TryWriteBytes(target, v4 ? _familyV4 : _familyV6);
        BinaryPrimitives.WriteUInt16BigEndian(target[2..], (ushort)endPoint.Port);
        endPoint.Address.TryWriteBytes(target[(v4 ? 4 : 8)..], out _);
        if (!v4)
            BitConverter.TryWriteBytes(target[24..], (uint)endPoint.Address.ScopeId);
        return v4 ? 16 : MaxAddressLength;
    }

    private static int SlotOf(UInt128 address, uint port)
    {
        unchecked
        {
            ulong mixed = ((ulong)address ^ (ulong)(address >> 64) * 0x9E3779B97F4A7C15 ^ port) * 0xBF58476D1CE4E5B9;
            return (int)(mixed >> 54);
        }
    }
}
