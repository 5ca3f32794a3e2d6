using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Jangbu.WebRtc.Drivers;

/// <summary>epoll, recvmmsg with UDP_GRO, sendmmsg with UDP_SEGMENT.</summary>
internal sealed unsafe partial class LinuxUdpSocketSet : UdpSocketSet
{
    /// <summary>Messages of one recvmmsg; each may be 64 KiB of coalesced datagrams.</summary>
    private const int ReceiveCount = 8;

    /// <summary>Calls of recvmmsg for one socket in one turn, so that a flooded socket cannot starve its neighbours.</summary>
    private const int CallsPerTurn = 4;

    private const int ReceiveBufferLength = 64 * 1024;
    private const int ControlLength = 64;
    private const int MaxReady = 64;
    private const int WakeToken = 0;

    private readonly Dictionary<int, Entry> _sockets = [];
    private readonly EndPointCache _endPoints = new();
    private readonly int _epoll;
    private readonly int _wake;
    private readonly Lock _wakeGate = new();
    private readonly byte* _memory;
    private readonly byte* _receiveBuffers;
    private readonly LibC.MessageOfMany* _received;
    private readonly LibC.Vector* _receivedVectors;
    private readonly byte* _receivedNames;
    private readonly byte* _receivedControls;
    private readonly Queue<Entry> _ready = new();
    private Entry? _current;
    private int _currentCalls;
    private int _receivedCount;
    private int _receivedNext;
    private int _segmentOffset;
    private bool _disposed;

    internal LinuxUdpSocketSet()
    {
        _epoll = LibC.epoll_create1(LibC.CloseOnExec);
        _wake = LibC.eventfd(0, LibC.CloseOnExec | LibC.EventNonBlocking);
        if (_epoll < 0 || _wake < 0)
            throw new SocketException((int)SocketError.TooManyOpenSockets);
        Watch(_wake, WakeToken);
        // One block of native memory: buffers, headers, names and control messages of one recvmmsg. Pages nobody used cost nothing.
        nuint each = ReceiveBufferLength + (nuint)sizeof(LibC.MessageOfMany) + (nuint)sizeof(LibC.Vector) + 32 + ControlLength;
        _memory = (byte*)NativeMemory.AllocZeroed(ReceiveCount * each);
        _receiveBuffers = _memory;
        _received = (LibC.MessageOfMany*)(_receiveBuffers + ReceiveCount * ReceiveBufferLength);
        _receivedVectors = (LibC.Vector*)(_received + ReceiveCount);
        _receivedNames = (byte*)(_receivedVectors + ReceiveCount);
        _receivedControls = _receivedNames + ReceiveCount * 32;
    }

    /// <summary>A socket, and what its kernel can do.</summary>
    private sealed class Entry(UdpSocketToken token, Socket socket, IPEndPoint local)
    {
        public UdpSocketToken Token { get; } = token;

        public Socket Socket { get; } = socket;

        public int File { get; } = (int)socket.Handle;

        public IPEndPoint Local { get; } = local;

        public bool Segments { get; set; } = true;

        public bool Removed { get; set; }
    }

    /// <inheritdoc/>
    public override void Wake()
    {
        lock (_wakeGate)
        {
            if (_disposed)
                return;
            ulong one = 1;
            // EAGAIN means that the counter is full, so a wake is pending already.
            _ = LibC.write(_wake, &one, sizeof(ulong));
        }
    }

    /// <inheritdoc/>
    public override bool TryReceive(out UdpDatagram datagram)
    {
        while (_receivedNext < _receivedCount || Fill())
        {
            if (TryTakeSegment(out datagram))
                return true;
        }
        datagram = default;
        return false;
    }

    private protected override void Add(UdpSocketToken token, Socket socket, IPEndPoint bound)
    {
        var entry = new Entry(token, socket, bound);
        TrySetOption(socket, LibC.SolUdp, LibC.UdpGro, 1);
        // Routers may cut what is too long for a path below 1,280 bytes, instead of dropping it in silence.
        if (bound.AddressFamily == AddressFamily.InterNetwork)
            TrySetOption(socket, LibC.SolIp, LibC.IpMtuDiscover, LibC.PmtuDiscoverDont);
        Watch(entry.File, token.Value);
        _sockets.Add(token.Value, entry);
    }

    private protected override void Remove(UdpSocketToken token)
    {
        if (!_sockets.Remove(token.Value, out Entry? entry))
            return;
        _ = LibC.epoll_ctl(_epoll, LibC.EpollCtlDelete, entry.File, null);
        entry.Removed = true;
        entry.Socket.Dispose();
    }

    private protected override void WaitCore(int milliseconds)
    {
        if (_receivedNext < _receivedCount || _current is not null || _ready.Count > 0)
            milliseconds = 0;
        byte* events = stackalloc byte[MaxReady * 16];
        int count = LibC.epoll_wait(_epoll, events, MaxReady, milliseconds);
        // EINTR counts as being woken: the loop looks at its deadlines and comes back.
        for (int i = 0; i < count; i++)
        {
            int token = *(int*)(events + i * EventSize + EventDataOffset);
            if (token == WakeToken)
            {
                ulong drained;
                _ = LibC.read(_wake, &drained, sizeof(ulong));
            }
            else if (_sockets.TryGetValue(token, out Entry? entry) && entry != _current && !_ready.Contains(entry))
            {
                _ready.Enqueue(entry);
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
            foreach (Entry entry in _sockets.Values)
                entry.Socket.Dispose();
            _sockets.Clear();
            _ = LibC.close(_epoll);
            _ = LibC.close(_wake);
            NativeMemory.Free(_memory);
        }
    }

    // struct epoll_event is packed on x86-64 and aligned elsewhere.
    private static int EventSize => RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 12 : 16;

    private static int EventDataOffset => RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 4 : 8;

    private void Watch(int file, int token)
    {
        byte* entry = stackalloc byte[16];
        *(uint*)entry = LibC.EpollIn;
        *(long*)(entry + EventDataOffset) = token;
        if (LibC.epoll_ctl(_epoll, LibC.EpollCtlAdd, file, entry) != 0)
            throw new SocketException((int)SocketError.TooManyOpenSockets);
    }

    private static void TrySetOption(Socket socket, int level, int name, int value)
    {
        try
        {
            socket.SetRawSocketOption(level, name, MemoryMarshal.AsBytes(new ReadOnlySpan<int>(in value)));
        }
        catch (SocketException)
        {
            // Older kernels know neither option; everything works without them, only slower.
            return;
        }
    }

    /// <summary>Reads the next batch: of the current socket while it has more, then of the next ready one.</summary>
    private bool Fill()
    {
        while (true)
        {
            if (_current is null || _current.Removed)
            {
                if (!_ready.TryDequeue(out _current))
                    return false;
                _currentCalls = 0;
                if (_current.Removed)
                    continue;
            }
            int count = Receive(_current.File);
            _receivedNext = 0;
            _segmentOffset = 0;
            _receivedCount = Math.Max(0, count);
            _receiving = _current;
            // epoll is level-triggered: what stays unread is reported again by the next wait.
            if (count < ReceiveCount || ++_currentCalls >= CallsPerTurn)
                _current = null;
            if (count > 0)
                return true;
        }
    }

    private Entry? _receiving;

    private int Receive(int file)
    {
        for (int i = 0; i < ReceiveCount; i++)
        {
            _receivedVectors[i] = new() { Start = _receiveBuffers + i * ReceiveBufferLength, Length = ReceiveBufferLength };
            _received[i] = new()
            {
                Message = new()
                {
                    Name = _receivedNames + i * 32,
                    NameLength = EndPointCache.MaxAddressLength,
                    Vectors = _receivedVectors + i,
                    VectorCount = 1,
                    Control = _receivedControls + i * ControlLength,
                    ControlLength = ControlLength,
                },
            };
        }
        for (int attempt = 0; attempt < 8; attempt++)
        {
            int count = LibC.recvmmsg(file, _received, ReceiveCount, LibC.DontWait, 0);
            Stats.SystemCalls++;
            if (count >= 0)
                return count;
            if (Marshal.GetLastPInvokeError() == LibC.EAGAIN)
                return -1;
            // EINTR, or an ICMP error of an earlier datagram: it says nothing about the ones that wait.
        }
        return -1;
    }

    private bool TryTakeSegment(out UdpDatagram datagram)
    {
        ref LibC.MessageOfMany message = ref _received[_receivedNext];
        int length = (int)message.Length, segment = SegmentLengthOf(ref message.Message, length);
        int start = _segmentOffset, taken = Math.Min(segment, length - start);
        byte* data = _receiveBuffers + _receivedNext * ReceiveBufferLength + start;
        ReadOnlySpan<byte> name = new(message.Message.Name, (int)Math.Min(message.Message.NameLength, EndPointCache.MaxAddressLength));
        _segmentOffset += taken;
        if (_segmentOffset >= length)
        {
            _segmentOffset = 0;
            _receivedNext++;
        }
        datagram = default;
        if (!_endPoints.TryRead(name, out IPEndPoint remote))
            return false;
        Stats.DatagramsReceived++;
        datagram = new(_receiving!.Token, _receiving.Local, remote, new(data, taken));
        return true;
    }

    /// <summary>The length of each datagram in a coalesced buffer (UDP_GRO's control message); the whole where there is none.</summary>
    private static int SegmentLengthOf(ref LibC.Message message, int length)
    {
        int headerLength = sizeof(LibC.ControlHeader);
        if (message.Control == null || message.ControlLength < (nuint)headerLength + sizeof(int))
            return length;
        var header = (LibC.ControlHeader*)message.Control;
        if (header->Level != LibC.SolUdp || header->Type != LibC.UdpGro)
            return length;
        int segment = *(int*)(message.Control + headerLength);
        return segment > 0 ? segment : length;
    }
}
