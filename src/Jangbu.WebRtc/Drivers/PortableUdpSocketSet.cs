using System.Net;
using System.Net.Sockets;

namespace Jangbu.WebRtc.Drivers;

/// <summary>One system call a datagram, on every system .NET runs on.</summary>
internal sealed class PortableUdpSocketSet : UdpSocketSet
{
    /// <summary>Datagrams of one socket in one turn, so that a flooded socket cannot starve its neighbours.</summary>
    private const int DatagramsPerTurn = 64;

    /// <summary>SIO_UDP_CONNRESET: without it Windows fails the next receive when an ICMP error came.</summary>
    private const int WindowsConnectionReset = unchecked((int)0x9800000C);

    private readonly Dictionary<Socket, Entry> _bySocket = [];
    private readonly Dictionary<int, Entry> _byToken = [];
    private readonly EndPointCache _endPoints = new();
    private readonly Socket _wakeReceiver = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
    private readonly Socket _wakeSender = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
    private readonly Lock _wakeGate = new();
    private readonly byte[] _buffer = new byte[64 * 1024];
    private readonly Queue<Entry> _ready = new();
    private Entry? _current;
    private int _currentCount;
    private bool _disposed;

    internal PortableUdpSocketSet()
    {
        _wakeReceiver.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _wakeReceiver.Blocking = false;
        _wakeSender.Blocking = false;
        _wakeSender.Connect(_wakeReceiver.LocalEndPoint!);
    }

    private sealed record Entry(UdpSocketToken Token, Socket Socket, IPEndPoint Local)
    {
        public SocketAddress Remote { get; } = new(Local.AddressFamily);
    }

    /// <inheritdoc/>
    public override void Wake()
    {
        lock (_wakeGate)
        {
            if (_disposed)
                return;
            try
            {
                _wakeSender.Send([1]);
            }
            catch (SocketException)
            {
                // A full queue means that a wake is pending already.
                return;
            }
        }
    }

    /// <inheritdoc/>
    public override bool TryReceive(out UdpDatagram datagram)
    {
        datagram = default;
        while (true)
        {
            if (_current is null)
            {
                if (!_ready.TryDequeue(out _current))
                    return false;
                _currentCount = 0;
            }
            Entry entry = _current;
            if (!_byToken.ContainsKey(entry.Token.Value) || ++_currentCount > DatagramsPerTurn || !TryReceive(entry, out int length))
            {
                _current = null;
                continue;
            }
            if (!_endPoints.TryRead(entry.Remote.Buffer.Span[..entry.Remote.Size], out IPEndPoint remote))
                continue;
            Stats.DatagramsReceived++;
            datagram = new(entry.Token, entry.Local, remote, _buffer.AsSpan(0, length));
            return true;
        }
    }

    private protected override void Add(UdpSocketToken token, Socket socket, IPEndPoint bound)
    {
        socket.Blocking = false;
        if (OperatingSystem.IsWindows())
            socket.IOControl(WindowsConnectionReset, [0, 0, 0, 0], null);
        var entry = new Entry(token, socket, bound);
        _bySocket.Add(socket, entry);
        _byToken.Add(token.Value, entry);
    }

    private protected override void Remove(UdpSocketToken token)
    {
        if (!_byToken.Remove(token.Value, out Entry? entry))
            return;
        _bySocket.Remove(entry.Socket);
        entry.Socket.Dispose();
    }

    private protected override void WaitCore(int milliseconds)
    {
        if (_current is not null || _ready.Count > 0)
            milliseconds = 0;
        List<Socket> readable = [_wakeReceiver, .. _bySocket.Keys];
        Socket.Select(readable, null, null, milliseconds < 0 ? Timeout.InfiniteTimeSpan : TimeSpan.FromMilliseconds(milliseconds));
        foreach (Socket socket in readable)
        {
            if (socket == _wakeReceiver)
                DrainWakes();
            else if (_bySocket.TryGetValue(socket, out Entry? entry) && entry != _current && !_ready.Contains(entry))
                _ready.Enqueue(entry);
        }
    }

    private protected override void FlushCore(ReadOnlySpan<Outgoing> outgoing)
    {
        foreach (Outgoing datagram in outgoing)
        {
            try
            {
                if (!_byToken.TryGetValue(datagram.Token.Value, out Entry? entry))
                    throw new SocketException((int)SocketError.NotSocket);
                Stats.SystemCalls++;
                entry.Socket.SendTo(SendBuffer.AsSpan(datagram.Offset, datagram.Length), SocketFlags.None, datagram.Remote.Serialize());
                Stats.DatagramsSent++;
            }
            catch (SocketException)
            {
                Stats.DatagramsRefused++;
            }
        }
    }

    private protected override void Dispose(bool disposing)
    {
        lock (_wakeGate)
        {
            if (_disposed)
                return;
            _disposed = true;
            foreach (Entry entry in _byToken.Values)
                entry.Socket.Dispose();
            _byToken.Clear();
            _bySocket.Clear();
            _wakeReceiver.Dispose();
            _wakeSender.Dispose();
        }
    }

    private bool TryReceive(Entry entry, out int length)
    {
        length = 0;
        try
        {
            Stats.SystemCalls++;
            length = entry.Socket.ReceiveFrom(_buffer, SocketFlags.None, entry.Remote);
            return true;
        }
        catch (SocketException)
        {
            // Nothing more to read, or an ICMP error of an earlier datagram; select says again when there is more.
            return false;
        }
    }

    private void DrainWakes()
    {
        Span<byte> drained = stackalloc byte[16];
        while (_wakeReceiver.Available > 0)
            _wakeReceiver.Receive(drained, SocketFlags.None, out _);
    }
}
