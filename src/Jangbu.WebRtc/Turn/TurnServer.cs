using System.Net;

namespace Jangbu.WebRtc.Turn;

/// <summary>How a TURN server is reached (RFC 8656 §2.1); toward the peer it is always UDP.</summary>
public enum TurnTransport
{
    /// <summary>From the agent's own sockets.</summary>
    Udp,

    /// <summary>A TCP connection that the driver opens.</summary>
    Tcp,

    /// <summary>A TLS connection that the driver opens (<c>turns:</c>).</summary>
    Tls,
}

/// <summary>A relay and the long-term credentials for it.</summary>
public sealed record TurnServer
{
    /// <summary>Its address, resolved by the driver.</summary>
    public required IPEndPoint EndPoint { get; init; }

    /// <summary>UDP unless said otherwise.</summary>
    public TurnTransport Transport { get; init; }

    /// <summary>The name that TLS must find in the certificate; the driver's affair.</summary>
    public string HostName { get; init; } = "";

    /// <summary>At most 508 bytes of UTF-8 (RFC 8489 §14.3).</summary>
    public required string Username { get; init; }

    /// <summary>Any length; only its hash leaves.</summary>
    public required string Password { get; init; }

    /// <summary>Does not show the password.</summary>
    public override string ToString() => $"turn:{EndPoint} over {Transport}";
}
