using System.Net;
using Jangbu.Crypto;

namespace Jangbu.Node;

/// <summary>How a node stands at this moment.</summary>
public sealed record NodeStatus
{
    /// <summary>Who.</summary>
    public required PeerId Id { get; init; }

    /// <summary>False for a node opened for its ledger only.</summary>
    public required bool Online { get; init; }

    /// <summary>Why the node has stopped by itself, one of <see cref="FailureCode"/>; null while all is well.</summary>
    public string? Failure { get; init; }

    /// <summary>Time since the start.</summary>
    public required TimeSpan Uptime { get; init; }

    /// <summary>How many DHT nodes are known and alive.</summary>
    public required int DhtNodes { get; init; }

    /// <summary>Where the DHT node listens.</summary>
    public IPEndPoint? DhtEndPoint { get; init; }

    /// <summary>How others see the DHT node; empty until one has said so.</summary>
    public IReadOnlyList<IPEndPoint> OuterEndPoints { get; init; } = [];

    /// <summary>Open sessions: the contact's name and the kind of path.</summary>
    public IReadOnlyList<SessionView> Sessions { get; init; } = [];

    /// <summary>How many values of contacts were ignored because something in them was wrong.</summary>
    public long WrongSignals { get; init; }
}

/// <summary>An open session.</summary>
/// <param name="Contact">The contact's name.</param>
/// <param name="Path"><c>host</c>, <c>srflx</c>, <c>prflx</c> or <c>relay</c>.</param>
/// <param name="Open">For how long.</param>
public sealed record SessionView(string Contact, string Path, TimeSpan Open);
