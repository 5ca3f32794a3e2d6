using System.Net;
using System.Net.Sockets;

namespace Jangbu.WebRtc.Ice;

/// <summary>
/// To which addresses a description may make us send. Whoever wrote it chooses the targets, so without this a payment program would be a
/// scanner of other people's services (the ICE form of server-side request forgery).
/// </summary>
public static class CandidatePolicy
{
    // UDP services above 1023 that answer, or act on, a single datagram from anyone.
    private static readonly ushort[] ServicePorts = [1434, 1900, 3306, 3389, 5353, 5355, 11211];

    /// <summary>Whether a candidate that was signalled may be checked.</summary>
    /// <param name="endpoint">Its address and port.</param>
    /// <param name="weAreOnLoopback">Loopback is taken only by an agent that has a loopback address itself.</param>
    public static bool Allows(IPEndPoint endpoint, bool weAreOnLoopback)
    {
        ArgumentNullException.ThrowIfNull(endpoint);
        return AllowsObserved(endpoint, weAreOnLoopback) && !ServicePorts.Contains((ushort)endpoint.Port);
    }

    /// <summary>
    /// Whether the source of an authenticated check may be checked back. A network address translator may draw any high port, so the service
    /// ports above 1023 are not looked at.
    /// </summary>
    public static bool AllowsObserved(IPEndPoint endpoint, bool weAreOnLoopback)
    {
        ArgumentNullException.ThrowIfNull(endpoint);
        // Below 1024 only 443, which relays use to pass firewalls.
        if (endpoint.Port < 1024 && endpoint.Port != 443)
            return false;
        IPAddress address = endpoint.Address;
        if (IPAddress.IsLoopback(address))
            return weAreOnLoopback;
        return address.AddressFamily == AddressFamily.InterNetwork ? AllowsV4(address) : AllowsV6(address);
    }

    /// <summary>Whether two addresses are loopback both, or share a subnet as far as one can tell: /16 or /64.</summary>
    internal static bool IsNear(IPAddress local, IPAddress remote)
    {
        if (local.AddressFamily != remote.AddressFamily)
            return false;
        if (IPAddress.IsLoopback(remote))
            return IPAddress.IsLoopback(local);
        Span<byte> first = stackalloc byte[16], second = stackalloc byte[16];
        local.TryWriteBytes(first, out int length);
        remote.TryWriteBytes(second, out _);
        int prefix = length == 4 ? 2 : 8;
        return IsPrivate(first[..length]) && first[..prefix].SequenceEqual(second[..prefix]);
    }

    private static bool IsPrivate(ReadOnlySpan<byte> address) => address.Length == 16 || address[0] switch
    {
        10 => true,
        172 => address[1] is >= 16 and < 32,
        192 => address[1] == 168,
        100 => address[1] is >= 64 and < 128,
        _ => false,
    };

    private static bool AllowsV4(IPAddress address)
    {
        Span<byte> bytes = stackalloc byte[4];
        address.TryWriteBytes(bytes, out _);
        // 0/8 "this network", 169.254/16 link-local, 224/4 multicast, 240/4 reserved with the broadcast address.
        return bytes[0] is > 0 and < 224 && !(bytes[0] == 169 && bytes[1] == 254);
    }

    private static bool AllowsV6(IPAddress address) =>
        !address.IsIPv6Multicast && !address.IsIPv6LinkLocal && !address.IsIPv6SiteLocal && !address.IsIPv4MappedToIPv6
        && !address.Equals(IPAddress.IPv6Any) && address.ScopeId == 0;
}
