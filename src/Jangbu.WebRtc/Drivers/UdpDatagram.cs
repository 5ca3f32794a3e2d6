using System.Net;

namespace Jangbu.WebRtc.Drivers;

/// <summary>Names one socket of a <see cref="UdpSocketSet"/>.</summary>
public readonly record struct UdpSocketToken(int Value);

/// <summary>A datagram that came, still in the set's buffer.</summary>
public readonly ref struct UdpDatagram
{
    /// <summary>Gathers the four.</summary>
    public UdpDatagram(UdpSocketToken token, IPEndPoint local, IPEndPoint remote, ReadOnlySpan<byte> data)
    {
        Token = token;
        Local = local;
        Remote = remote;
        Data = data;
    }

    /// <summary>The socket it came through.</summary>
    public UdpSocketToken Token { get; }

    /// <summary>The address and port that socket is bound to.</summary>
    public IPEndPoint Local { get; }

    /// <summary>Whence it came. Do not change it: it is kept and given out again.</summary>
    public IPEndPoint Remote { get; }

    /// <summary>Its bytes, valid until the next call of the set.</summary>
    public ReadOnlySpan<byte> Data { get; }
}

/// <summary>Counters of a <see cref="UdpSocketSet"/>.</summary>
public sealed class UdpSocketSetStats
{
    /// <summary>Datagrams read.</summary>
    public long DatagramsReceived { get; internal set; }

    /// <summary>Datagrams the system took.</summary>
    public long DatagramsSent { get; internal set; }

    /// <summary>Datagrams the system did not take: no route, no permission, a vanished address, a full queue.</summary>
    public long DatagramsRefused { get; internal set; }

    /// <summary>System calls that moved datagrams, either way; few of them a datagram is what batching is for.</summary>
    public long SystemCalls { get; internal set; }
}
