using System.Diagnostics.CodeAnalysis;
using System.Net;
using Jangbu.WebRtc.Turn;

namespace Jangbu.WebRtc.Drivers;

/// <summary>A STUN or TURN server as a person writes it (RFC 7064, RFC 7065): <c>stun:host:port</c>, <c>turn:host?transport=tcp</c>, <c>turns:host</c>.</summary>
public sealed record IceServer
{
    private const int DefaultPort = 3478, DefaultTlsPort = 5349;

    private IceServer(bool isTurn, string host, int port, TurnTransport transport)
    {
        IsTurn = isTurn;
        Host = host;
        Port = port;
        Transport = transport;
    }

    /// <summary>Whether it relays; a STUN server only tells addresses.</summary>
    public bool IsTurn { get; }

    /// <summary>Name or address, IPv6 without brackets.</summary>
    public string Host { get; }

    /// <summary>3478, or 5349 over TLS, where none is written.</summary>
    public int Port { get; }

    /// <summary>How it is spoken to.</summary>
    public TurnTransport Transport { get; }

    /// <summary>The name a TURN server knows us by.</summary>
    public string UserName { get; init; } = "";

    /// <summary>The password for it.</summary>
    public string Password { get; init; } = "";

    /// <summary>Reads a URI; <c>turn:name:password@host</c> is taken too, since it is what people write.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, [NotNullWhen(true)] out IceServer? server)
    {
        server = null;
        string rest = text ?? "";
        int colon = rest.IndexOf(':', StringComparison.Ordinal);
        if (colon < 0 || rest.Length > 1_000)
            return false;
        string scheme = rest[..colon];
        rest = rest[(colon + 1)..];
        if (scheme is not ("stun" or "turn" or "turns"))
            return false;
        var transport = scheme == "turns" ? TurnTransport.Tls : TurnTransport.Udp;
        int query = rest.IndexOf('?', StringComparison.Ordinal);
        if (query >= 0)
        {
            string wanted = rest[(query + 1)..];
            rest = rest[..query];
            if (scheme == "stun" || wanted is not ("transport=udp" or "transport=tcp") || (scheme == "turns" && wanted == "transport=udp"))
                return false;
            if (scheme == "turn" && wanted == "transport=tcp")
                transport = TurnTransport.Tcp;
        }
        string user = "", password = "";
        int at = rest.LastIndexOf('@');
        if (at >= 0)
        {
            string[] credentials = rest[..at].Split(':', 2);
            if (scheme == "stun" || credentials.Length != 2)
                return false;
            (user, password, rest) = (credentials[0], credentials[1], rest[(at + 1)..]);
        }
        if (!TryParseHost(rest, scheme == "turns" ? DefaultTlsPort : DefaultPort, out string host, out int port))
            return false;
        server = new(scheme != "stun", host, port, transport) { UserName = user, Password = password };
        return true;
    }

    /// <summary>The server's addresses, IPv4 and IPv6; empty when the name is unknown.</summary>
    public async Task<IReadOnlyList<IPEndPoint>> ResolveAsync(CancellationToken cancellationToken = default)
    {
        if (IPAddress.TryParse(Host, out IPAddress? address))
            return [new IPEndPoint(address, Port)];
        try
        {
            IPAddress[] addresses = await Dns.GetHostAddressesAsync(Host, cancellationToken).ConfigureAwait(false);
            return [.. addresses.Select(found => new IPEndPoint(found, Port))];
        }
        catch (System.Net.Sockets.SocketException)
        {
            return []; // unknown name, or no resolver: the others may answer
        }
    }

    /// <summary>The relays behind the name, one an address; none for a STUN server.</summary>
    public async Task<IReadOnlyList<TurnServer>> ResolveTurnAsync(CancellationToken cancellationToken = default) => !IsTurn
        ? []
        : [.. (await ResolveAsync(cancellationToken).ConfigureAwait(false)).Select(endPoint =>
            new TurnServer { EndPoint = endPoint, Transport = Transport, HostName = Host, Username = UserName, Password = Password })];

    /// <summary>The URI without name and password.</summary>
    public override string ToString()
    {
        string scheme = !IsTurn ? "stun" : Transport == TurnTransport.Tls ? "turns" : "turn";
        string host = Host.Contains(':', StringComparison.Ordinal) ? $"[{Host}]" : Host;
        return $"{scheme}:{host}:{Port}{(Transport == TurnTransport.Tcp ? "?transport=tcp" : "")}";
    }

    private static bool TryParseHost(string text, int defaultPort, out string host, out int port)
    {
        host = text;
        port = defaultPort;
        int end = text.StartsWith('[') ? text.IndexOf(']', StringComparison.Ordinal) : text.IndexOf(':', StringComparison.Ordinal) - 1;
        if (text.StartsWith('[') && end < 0)
            return false;
        if (end >= 0)
        {
            host = text[..(end + 1)].Trim('[', ']');
            string tail = text[(end + 1)..];
            if (tail.Length > 0 && (tail[0] != ':' || !int.TryParse(tail.AsSpan(1), System.Globalization.NumberStyles.None, null, out port)))
                return false;
        }
        bool isIpv6 = text.StartsWith('[') && IPAddress.TryParse(host, out IPAddress? address) && address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6;
        return port is > 0 and <= ushort.MaxValue && (isIpv6 || (!text.StartsWith('[') && Uri.CheckHostName(host) is UriHostNameType.Dns or UriHostNameType.IPv4));
    }
}
