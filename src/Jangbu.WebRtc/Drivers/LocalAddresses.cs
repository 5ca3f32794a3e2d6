using System.Globalization;
using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;

namespace Jangbu.WebRtc.Drivers;

/// <summary>The addresses of this machine that a peer might reach.</summary>
public static class LocalAddresses
{
    /// <summary>More addresses make more pairs than checks can pace through; machines with more have them for containers.</summary>
    public const int MaxAddresses = 16;

    private const int Deprecated = 0x20, Tentative = 0x40, DuplicateFailed = 0x08, Temporary = 0x01;
    private const string LinuxFlags = "/proc/net/if_inet6";

    /// <summary>
    /// The unicast addresses of every interface that is up, IPv4 first; of IPv6 the lasting ones before the temporary ones, without
    /// link-local, deprecated and unfinished ones: those are gone before the connection ends, or never arrive.
    /// </summary>
    /// <param name="loopback">Whether 127.0.0.1 and ::1 are listed, instead of all others.</param>
    public static IReadOnlyList<IPAddress> List(bool loopback)
    {
        Dictionary<IPAddress, int> flags = ReadFlags();
        List<(int Order, IPAddress Address)> found = [];
        foreach (NetworkInterface candidate in NetworkInterface.GetAllNetworkInterfaces())
        {
            if (candidate.OperationalStatus is not (OperationalStatus.Up or OperationalStatus.Unknown))
                continue;
            foreach (UnicastIPAddressInformation unicast in candidate.GetIPProperties().UnicastAddresses)
            {
                IPAddress address = unicast.Address;
                if (IPAddress.IsLoopback(address) != loopback || (loopback && !address.Equals(IPAddress.Loopback) && !address.Equals(IPAddress.IPv6Loopback)))
                    continue;
                if (OrderOf(address, flags) is { } order)
                    found.Add((order, WithoutScope(address)));
            }
        }
        return [.. found.OrderBy(entry => entry.Order).Select(entry => entry.Address).Distinct().Take(MaxAddresses)];
    }

    private static int? OrderOf(IPAddress address, Dictionary<IPAddress, int> flags)
    {
        if (address.AddressFamily == AddressFamily.InterNetwork)
            return 0;
        if (address.IsIPv6LinkLocal || address.IsIPv6Multicast || address.IsIPv4MappedToIPv6)
            return null;
        int known = flags.GetValueOrDefault(address);
        if ((known & (Deprecated | Tentative | DuplicateFailed)) != 0)
            return null;
        return (known & Temporary) != 0 ? 2 : 1;
    }

    private static IPAddress WithoutScope(IPAddress address) =>
        address.AddressFamily == AddressFamily.InterNetworkV6 && address.ScopeId != 0 ? new IPAddress(address.GetAddressBytes()) : address;

    /// <summary>Linux tells the state of each IPv6 address here; .NET tells it on Windows only.</summary>
    private static Dictionary<IPAddress, int> ReadFlags()
    {
        Dictionary<IPAddress, int> flags = [];
        if (!File.Exists(LinuxFlags))
            return flags;
        foreach (string line in File.ReadLines(LinuxFlags))
        {
            string[] columns = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (columns.Length >= 5 && columns[0].Length == 32 && int.TryParse(columns[4], NumberStyles.HexNumber, CultureInfo.InvariantCulture, out int value))
                flags[new IPAddress(Convert.FromHexString(columns[0]))] = value;
        }
        return flags;
    }
}
