using System.Net;
using Microsoft.Extensions.Logging;

namespace Jangbu.Node;

/// <summary>What a node must know before it starts. All but <see cref="Home"/> and a password has a good default.</summary>
public sealed record JangbuOptions
{
    /// <summary>The folder that holds key, ledger and card (docs/CLI.md "A home"). It must exist: <c>JangbuNode.InitAsync</c> makes one.</summary>
    public required string Home { get; init; }

    /// <summary>The password of key and ledger. Give this or <see cref="PasswordFile"/>; this one wins.</summary>
    public string? Password { get; init; }

    /// <summary>A file that holds the password; its one trailing line end is not part of it (PROTOCOL §6).</summary>
    public string? PasswordFile { get; init; }

    /// <summary>
    /// The DHT nodes to begin with, each <c>host:port</c> or <c>[address]:port</c>; null means the public ones. With loopback addresses here,
    /// loopback addresses are offered to contacts too (PROTOCOL §4.2).
    /// </summary>
    public IReadOnlyList<string>? Bootstrap { get; init; }

    /// <summary>The UDP port of the DHT node, 0 to 65535; 0 (the default) takes any free one.</summary>
    public int DhtPort { get; init; }

    /// <summary>The one local address to use for DHT and channels; null (the default) means all of them.</summary>
    public IPAddress? Bind { get; init; }

    /// <summary>STUN servers, <c>stun:host</c> or <c>stun:host:port</c> (RFC 7064); none by default.</summary>
    public IReadOnlyList<string> StunServers { get; init; } = [];

    /// <summary>TURN servers over UDP, <c>turn:user:password@host</c>, also with <c>:port</c> (RFC 7065); none by default.</summary>
    public IReadOnlyList<string> TurnServers { get; init; } = [];

    /// <summary>True: only relayed addresses are offered, so that no contact learns where this program runs. Needs a TURN server.</summary>
    public bool RelayOnly { get; init; }

    /// <summary>Where log lines go; nowhere by default.</summary>
    public ILoggerFactory? LoggerFactory { get; init; }
}
