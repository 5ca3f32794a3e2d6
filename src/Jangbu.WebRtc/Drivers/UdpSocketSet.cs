using System.Net;
using System.Net.Sockets;

namespace Jangbu.WebRtc.Drivers;

/// <summary>
/// The UDP sockets of one loop: bound one to a local address, for several owners, read and written in batches by one thread.
/// </summary>
/// <remarks>
/// All members but <see cref="Wake"/> belong to one thread. On Linux datagrams move by recvmmsg and sendmmsg with segmentation offload
/// (UDP_SEGMENT, UDP_GRO) where the kernel has it; elsewhere through <see cref="Socket"/>. An ICMP error never closes a socket.
/// </remarks>
public abstract class UdpSocketSet : IDisposable
{
    /// <summary>What is asked of the kernel for each direction of each socket; it gives what it allows (net.core.rmem_max).</summary>
    public const int SocketBufferSize = 4 * 1024 * 1024;

    /// <summary>Bytes of datagrams that wait for one flush; a full buffer flushes itself.</summary>
    private protected const int SendBufferSize = 256 * 1024;

    /// <summary>The largest payload of a UDP datagram over IPv4.</summary>
    public const int MaxDatagramLength = 65_507;

    private readonly List<Outgoing> _outgoing = new(256);
    private int _sendEnd;
    private int _lastToken;

    private protected UdpSocketSet()
    {
    }

    /// <summary>One datagram that waits to be sent: its bytes stand in <see cref="SendBuffer"/>.</summary>
    private protected readonly record struct Outgoing(UdpSocketToken Token, IPEndPoint Remote, int Offset, int Length);

    private protected byte[] SendBuffer { get; } = GC.AllocateUninitializedArray<byte>(SendBufferSize + MaxDatagramLength, pinned: true);

    /// <summary>What passed through the set so far.</summary>
    public UdpSocketSetStats Stats { get; } = new();

    /// <summary>The set that is fastest on this system.</summary>
    public static UdpSocketSet Create() => OperatingSystem.IsLinux() ? new LinuxUdpSocketSet() : new PortableUdpSocketSet();

    /// <summary>The set that runs on every system, one system call a datagram.</summary>
    public static UdpSocketSet CreatePortable() => new PortableUdpSocketSet();

    /// <summary>Binds a socket.</summary>
    /// <param name="local">The address, and the port or 0 for one of the system's choice.</param>
    /// <param name="token">Names the socket in this set; never used twice.</param>
    /// <param name="bound">The address and port it got.</param>
    /// <param name="error">Why not, when false is returned.</param>
    public bool TryOpen(IPEndPoint local, out UdpSocketToken token, out IPEndPoint bound, out SocketError error)
    {
        ArgumentNullException.ThrowIfNull(local);
        token = default;
        bound = local;
        error = SocketError.Success;
        Socket? socket = null;
        try
        {
            socket = new Socket(local.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
            if (local.AddressFamily == AddressFamily.InterNetworkV6)
                socket.DualMode = false;
            socket.Bind(local);
            socket.ReceiveBufferSize = SocketBufferSize;
            socket.SendBufferSize = SocketBufferSize;
            bound = (IPEndPoint)socket.LocalEndPoint!;
            token = new(++_lastToken);
            Add(token, socket, bound);
            return true;
        }
        catch (SocketException exception)
        {
            socket?.Dispose();
            error = exception.SocketErrorCode;
            return false;
        }
    }

    /// <summary>Closes a socket; what waits to be sent through it is sent first. An unknown token changes nothing.</summary>
    public void Close(UdpSocketToken token)
    {
        Flush();
        Remove(token);
    }

    /// <summary>Sleeps until a datagram can be read, <see cref="Wake"/> is called, or the time is over. Sends what waits, first.</summary>
    /// <param name="timeout">Null waits for ever; zero or less looks and returns.</param>
    public void Wait(TimeSpan? timeout)
    {
        Flush();
        int milliseconds = timeout is not { } time ? -1
            : time <= TimeSpan.Zero ? 0
            : (int)Math.Min(int.MaxValue, Math.Ceiling(time.TotalMilliseconds));
        WaitCore(milliseconds);
    }

    /// <summary>Ends a running or the next <see cref="Wait"/>; from any thread, also after <see cref="Dispose()"/>.</summary>
    public abstract void Wake();

    /// <summary>The next datagram that came; false when this turn's are all read. Sockets take turns, none can starve another.</summary>
    /// <param name="datagram">Its bytes are valid until the next call of any member.</param>
    public abstract bool TryReceive(out UdpDatagram datagram);

    /// <summary>A piece of the send buffer to write the next datagram into; <see cref="Commit"/> it, or leave it.</summary>
    public Span<byte> GetSendBuffer()
    {
        if (_sendEnd > SendBufferSize || _outgoing.Count >= MaxOutgoing)
            Flush();
        return SendBuffer.AsSpan(_sendEnd, MaxDatagramLength);
    }

    /// <summary>Queues the first <paramref name="length"/> bytes of <see cref="GetSendBuffer"/> as one datagram.</summary>
    public void Commit(UdpSocketToken token, IPEndPoint remote, int length)
    {
        ArgumentNullException.ThrowIfNull(remote);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, MaxDatagramLength);
        _outgoing.Add(new(token, remote, _sendEnd, length));
        _sendEnd += length;
    }

    /// <summary>Queues one datagram, copied. It leaves with the next <see cref="Flush"/> or <see cref="Wait"/>.</summary>
    public void Send(UdpSocketToken token, IPEndPoint remote, ReadOnlySpan<byte> datagram)
    {
        datagram.CopyTo(GetSendBuffer());
        Commit(token, remote, datagram.Length);
    }

    /// <summary>Sends all that waits. A datagram that the system does not take is lost, as any datagram may be, and counted.</summary>
    public void Flush()
    {
        if (_outgoing.Count == 0)
            return;
        FlushCore(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_outgoing));
        _outgoing.Clear();
        _sendEnd = 0;
    }

    /// <summary>Closes every socket.</summary>
    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    private protected const int MaxOutgoing = 1_024;

    private protected abstract void Add(UdpSocketToken token, Socket socket, IPEndPoint bound);

    private protected abstract void Remove(UdpSocketToken token);

    private protected abstract void WaitCore(int milliseconds);

    private protected abstract void FlushCore(ReadOnlySpan<Outgoing> outgoing);

    /// <summary>Closes what the implementation holds.</summary>
    private protected abstract void Dispose(bool disposing);
}
