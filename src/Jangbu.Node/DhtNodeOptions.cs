using System.Net;
using Microsoft.Extensions.Logging;

namespace Jangbu.Node;

/// <summary>What a bare DHT node must know.</summary>
public sealed record DhtNodeOptions
{
    /// <summary>The UDP port, 0 to 65535; 0 (the default) takes any free one.</summary>
    public int Port { get; init; }

    /// <summary>The one local address to listen on; null (the default) means all, of both families.</summary>
    public IPAddress? Bind { get; init; }

    /// <summary>Nodes to begin with, each <c>host:port</c>; null or none begins a network of its own.</summary>
    public IReadOnlyList<string>? Bootstrap { get; init; }

    /// <summary>Where log lines go; nowhere by default.</summary>
    public ILoggerFactory? LoggerFactory { get; init; }
}
