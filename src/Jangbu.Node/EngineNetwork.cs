using System.Net;
using System.Security.Cryptography;
using Jangbu.Crypto;
using Jangbu.Dht;

namespace Jangbu.Node;

/// <summary>What an engine needs to be online.</summary>
internal sealed class EngineNetwork
{
    /// <summary>Puts the parts together.</summary>
    public EngineNetwork(IdentityKey key, DhtNode dht, ISocketPool sockets, RoadMaker makeRoad, bool loopback, RandomNumberGenerator random)
    {
        Dht = dht;
        Sockets = sockets;
        MakeRoad = makeRoad;
        Loopback = loopback;
        Rendezvous = new Rendezvous(key.Public, random) { Loopback = loopback };
        Carrier = new SlotCarrier(Rendezvous, dht, key);
    }

    /// <summary>The node of the DHT.</summary>
    public DhtNode Dht { get; }

    /// <summary>Local addresses for roads.</summary>
    public ISocketPool Sockets { get; }

    /// <summary>Makes roads.</summary>
    public RoadMaker MakeRoad { get; }

    /// <summary>Whether everything happens on this machine.</summary>
    public bool Loopback { get; }

    /// <summary>The meeting.</summary>
    public Rendezvous Rendezvous { get; }

    /// <summary>Between the two.</summary>
    public SlotCarrier Carrier { get; }
}

/// <summary>Makes one road over these sockets; it begins to gather at once.</summary>
internal delegate IRoad RoadMaker(Moment now, bool offerer, IReadOnlyList<IPEndPoint> locals);
