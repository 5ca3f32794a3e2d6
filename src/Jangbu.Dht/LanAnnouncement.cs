using System.Globalization;
using System.Net;
using System.Text;

namespace Jangbu.Dht;

/// <summary>
/// The multicast message by which nodes on one LAN find each other without configuration, in the form of BEP 14; its info hash names our own
/// nodes, so BitTorrent clients ignore it and nobody learns more than that a DHT node is there.
/// </summary>
/// <param name="Port">UDP port of the sender's DHT node, at the address the message comes from.</param>
/// <param name="Cookie">Random text by which a node knows its own messages.</param>
public sealed record LanAnnouncement(int Port, string Cookie)
{
    /// <summary>Longest message read.</summary>
    public const int MaximumLength = 512;

    /// <summary>Longest cookie.</summary>
    public const int MaximumCookieLength = 32;

    /// <summary>The groups of BEP 14.</summary>
    public static IReadOnlyList<IPEndPoint> Groups { get; } =
        [new(IPAddress.Parse("239.192.152.143"), 6771), new(IPAddress.Parse("ff15::efc0:988f"), 6771)];

    /// <summary>At start and then so often (BEP 14 forbids more than one a minute).</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromMinutes(5);

    private static readonly string Swarm = NodeId.Hash("jangbu/1/lan"u8).ToString();

    /// <summary>The message for one group.</summary>
    public byte[] Write(IPEndPoint group) => Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture,
        $"BT-SEARCH * HTTP/1.1\r\nHost: {group}\r\nPort: {Port}\r\nInfohash: {Swarm}\r\ncookie: {Cookie}\r\n\r\n\r\n"));

    /// <summary>Reads a message; false for another swarm's and for anything malformed.</summary>
    public static bool TryRead(ReadOnlySpan<byte> datagram, out LanAnnouncement? announcement)
    {
        announcement = null;
        if (datagram.Length > MaximumLength || !Ascii.IsValid(datagram))
            return false;
        string[] lines = Encoding.ASCII.GetString(datagram).Split("\r\n");
        if (lines[0] != "BT-SEARCH * HTTP/1.1")
            return false;
        int port = 0;
        string cookie = "";
        bool ours = false;
        foreach (string line in lines.AsSpan(1))
        {
            int colon = line.IndexOf(':', StringComparison.Ordinal);
            if (colon < 0)
                continue;
            string value = line[(colon + 1)..].Trim();
            switch (line[..colon].ToUpperInvariant())
            {
                case "PORT":
                    if (!int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out port))
                        return false;
                    break;
                case "INFOHASH":
                    ours |= string.Equals(value, Swarm, StringComparison.OrdinalIgnoreCase);
                    break;
                case "COOKIE":
                    cookie = value;
                    break;
            }
        }
        if (!ours || port is <= 0 or > ushort.MaxValue || cookie.Length > MaximumCookieLength)
            return false;
        announcement = new(port, cookie);
        return true;
    }
}
