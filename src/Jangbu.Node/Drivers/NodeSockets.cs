using System.Net;
using System.Net.Sockets;
using Jangbu.WebRtc.Drivers;

namespace Jangbu.Node.Drivers;

/// <summary>The sockets of one node: one a family for the DHT, and for each road one on every local address. Belongs to the loop's thread.</summary>
internal sealed class NodeSockets : ISocketPool, IDisposable
{
    private readonly Dictionary<IPEndPoint, UdpSocketToken> _roads = [];
    private readonly Dictionary<AddressFamily, (UdpSocketToken Token, IPEndPoint Local)> _dht = [];
    private readonly IPAddress? _bind;
    private readonly bool _loopback;
    private readonly Func<TimeSpan> _now;
    private IReadOnlyList<IPAddress> _addresses = [];
    private TimeSpan? _listed;

    /// <summary>Makes a set without sockets.</summary>
    /// <param name="bind">The one address to use, or null for all.</param>
    /// <param name="loopback">Whether only loopback is used.</param>
    /// <param name="now">The loop's clock.</param>
    public NodeSockets(IPAddress? bind, bool loopback, Func<TimeSpan> now)
    {
        _bind = bind;
        _loopback = loopback;
        _now = now;
    }

    /// <summary>The set itself, to read and wait on.</summary>
    public UdpSocketSet Set { get; } = UdpSocketSet.Create();

    /// <summary>The DHT's sockets by family.</summary>
    public IEnumerable<IPEndPoint> DhtEndPoints => _dht.Values.Select(socket => socket.Local);

    /// <summary>Opens the DHT's sockets. Both families get the same port where it can be had.</summary>
    /// <exception cref="JangbuException">None could be opened, or the port that was asked for is taken.</exception>
    public void OpenDht(int port)
    {
        IPAddress[] addresses = _bind is not null ? [_bind]
            : _loopback ? [IPAddress.Loopback, IPAddress.IPv6Loopback] : [IPAddress.Any, IPAddress.IPv6Any];
        SocketError error = SocketError.Success;
        foreach (IPAddress address in addresses)
        {
            int wanted = _dht.Count > 0 ? _dht.First().Value.Local.Port : port;
            if (Set.TryOpen(new IPEndPoint(address, wanted), out UdpSocketToken token, out IPEndPoint bound, out error)
                || (port == 0 && Set.TryOpen(new IPEndPoint(address, 0), out token, out bound, out error)))
                _dht.Add(address.AddressFamily, (token, bound));
            else if (_dht.Count == 0 && port != 0)
                break; // The port is what was asked for; another family on it would hide that it is taken.
        }
        if (_dht.Count == 0)
        {
            throw new JangbuException(FailureCode.SocketFailed, ExitCategory.Network, $"no UDP socket on port {port}: {error}",
                ("endpoint", new IPEndPoint(addresses[0], port).ToString()), ("why", error.ToString()));
        }
    }

    /// <summary>Whether a datagram came to a DHT socket.</summary>
    public bool IsDht(UdpSocketToken token) => _dht.Values.Any(socket => socket.Token == token);

    /// <summary>Sends one DHT datagram; to a family without a socket it is dropped.</summary>
    public void SendDht(IPEndPoint to, int length)
    {
        if (_dht.TryGetValue(to.AddressFamily, out (UdpSocketToken Token, IPEndPoint Local) socket))
            Set.Commit(socket.Token, to, length);
    }

    /// <summary>Sends one datagram of a road; from a socket that was closed it is dropped.</summary>
    public void SendRoad(IPEndPoint local, IPEndPoint to, int length)
    {
        if (_roads.TryGetValue(local, out UdpSocketToken token))
            Set.Commit(token, to, length);
    }

    /// <inheritdoc/>
    public IReadOnlyList<IPEndPoint> Open()
    {
        if (_listed is not { } listed || _now() - listed > ListLife)
        {
            _addresses = _bind is not null ? [_bind] : LocalAddresses.List(_loopback);
            _listed = _now();
        }
        List<IPEndPoint> opened = [];
        foreach (IPAddress address in _addresses)
        {
            if (!Set.TryOpen(new IPEndPoint(address, 0), out UdpSocketToken token, out IPEndPoint bound, out _))
                continue; // An address that is just going away; the others do.
            _roads[bound] = token;
            opened.Add(bound);
        }
        return opened;
    }

    /// <inheritdoc/>
    public void Close(IReadOnlyList<IPEndPoint> locals)
    {
        foreach (IPEndPoint local in locals)
        {
            if (_roads.Remove(local, out UdpSocketToken token))
                Set.Close(token);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => Set.Dispose();

    private static readonly TimeSpan ListLife = TimeSpan.FromSeconds(10);
}
