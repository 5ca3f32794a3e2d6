using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;

namespace Jangbu.Node.Drivers;

/// <summary>The DHT nodes to begin with.</summary>
internal static class Bootstrap
{
    private static readonly string[] Public =
        ["router.bittorrent.com:6881", "dht.transmissionbt.com:6881", "router.utorrent.com:6881", "dht.libtorrent.org:25401"];

    /// <summary>Whether all of them are on this machine, so that loopback addresses may be offered (PROTOCOL §4.2).</summary>
    public static bool IsLoopback(IReadOnlyList<string>? nodes) =>
        nodes is { Count: > 0 } && nodes.All(node => Split(node) is var (host, _)
            && (host == "localhost" || (IPAddress.TryParse(host, out IPAddress? address) && IPAddress.IsLoopback(address))));

    /// <summary>The addresses of all of them; names are resolved side by side, and what does not resolve is left out.</summary>
    public static async Task<IReadOnlyList<IPEndPoint>> ResolveAsync(IReadOnlyList<string>? nodes, ILogger logger, CancellationToken cancellationToken)
    {
        IPEndPoint[][] found = await Task.WhenAll((nodes ?? Public).Select(node => ResolveAsync(node, logger, cancellationToken))).ConfigureAwait(false);
        return [.. found.SelectMany(endpoints => endpoints).Distinct()];
    }

    /// <summary>Takes <c>host:port</c> or <c>[address]:port</c> apart.</summary>
    /// <exception cref="JangbuException">It is neither.</exception>
    public static (string Host, int Port) Split(string node)
    {
        int colon = node.LastIndexOf(':');
        if (colon > 0 && int.TryParse(node.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out int port) && port is > 0 and <= 65535)
        {
            string host = node[..colon];
            if (host is ['[', .., ']'])
                host = host[1..^1];
            else if (host.Contains(':', StringComparison.Ordinal))
                host = "";
            if (host.Length > 0)
                return (host, port);
        }
        throw new JangbuException(FailureCode.OptionInvalid, ExitCategory.Usage, $"a bootstrap node is host:port or [address]:port, not '{node}'",
            ("option", nameof(JangbuOptions.Bootstrap)), ("value", node), ("range", "host:port"));
    }

    private static async Task<IPEndPoint[]> ResolveAsync(string node, ILogger logger, CancellationToken cancellationToken)
    {
        (string host, int port) = Split(node);
        if (IPAddress.TryParse(host, out IPAddress? literal))
            return [new IPEndPoint(literal, port)];
        try
        {
            IPAddress[] addresses = await Dns.GetHostAddressesAsync(host, cancellationToken).ConfigureAwait(false);
            return [.. addresses.Select(address => new IPEndPoint(address, port))];
        }
        catch (SocketException)
        {
            Log.Unresolved(logger, node);
            return [];
        }
    }
}
