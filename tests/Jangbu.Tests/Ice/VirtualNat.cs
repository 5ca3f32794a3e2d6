using System.Net;

namespace Jangbu.Tests.Ice;

/// <summary>The eight kinds of tests/labs/netlab, in the words of RFC 4787: mapping and filtering behaviour.</summary>
public enum NatKind
{
    /// <summary>No translation.</summary>
    Open,

    /// <summary>Mapping and filtering independent of the endpoint.</summary>
    FullCone,

    /// <summary>Filtering by address.</summary>
    AddressCone,

    /// <summary>Filtering by address and port; the outer port differs.</summary>
    PortCone,

    /// <summary>The same, and the port is kept.</summary>
    Preserve,

    /// <summary>A new mapping for each destination.</summary>
    Symmetric,

    /// <summary>TCP passes, UDP does not.</summary>
    UdpBlocked,

    /// <summary>Only TCP to 80 and 443.</summary>
    StrictFirewall,
}

/// <summary>An address translator for UDP.</summary>
internal sealed class VirtualNat(NatKind kind, IPAddress outer)
{
    private readonly Dictionary<(IPEndPoint Inner, IPEndPoint? To), int> _mappings = [];
    private readonly Dictionary<int, IPEndPoint> _inner = [];
    private readonly HashSet<(int Port, IPAddress Address, int PeerPort)> _contacted = [];
    private int _nextPort = 2000;

    public NatKind Kind { get; } = kind;
    public IPAddress OuterAddress { get; private set; } = outer;

    public bool BlocksUdp => Kind is NatKind.UdpBlocked or NatKind.StrictFirewall;

    public void Rebind(IPAddress outer)
    {
        OuterAddress = outer;
        _mappings.Clear();
        _inner.Clear();
        _contacted.Clear();
    }

    public bool TryOutbound(IPEndPoint from, IPEndPoint to, out IPEndPoint seen)
    {
        seen = from;
        if (BlocksUdp)
            return false;
        (IPEndPoint, IPEndPoint?) key = (from, Kind == NatKind.Symmetric ? to : null);
        if (!_mappings.TryGetValue(key, out int port))
        {
            // Never the inner port, unless it is to be kept: code that mixes the two up must fail.
            port = Kind == NatKind.Preserve ? from.Port : _nextPort += 7;
            _mappings[key] = port;
            _inner[port] = from;
        }

        int contactPort = Kind is NatKind.AddressCone ? 0 : to.Port;
        _contacted.Add((port, to.Address, contactPort));
        seen = new IPEndPoint(OuterAddress, port);
        return true;
    }

    public bool TryInbound(IPEndPoint from, IPEndPoint to, out IPEndPoint? inner)
    {
        if (!_inner.TryGetValue(to.Port, out inner))
            return false;
        return Kind switch
        {
            NatKind.FullCone => true,
            NatKind.AddressCone => _contacted.Contains((to.Port, from.Address, 0)),
            _ => _contacted.Contains((to.Port, from.Address, from.Port)),
        };
    }
}
