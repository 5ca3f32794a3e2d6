using System.Diagnostics;
using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using Jangbu.WebRtc.Turn;

namespace Jangbu.WebRtc.Drivers;

/// <summary>What a loop tells the owner of its connections, always on the loop's thread.</summary>
public interface IPeerConnectionObserver
{
    /// <summary>Takes an event; a payload is valid until this returns. Sending and closing from here is the fast way to answer.</summary>
    void Take(TimeSpan now, PeerConnection connection, in PeerConnectionEvent e);

    /// <summary>
    /// Whether the next event may be told now. False leaves it, and what comes after, with the connection, which holds its peer back;
    /// <see cref="PeerConnectionLoop.Touch(PeerConnection)"/> asks again.
    /// </summary>
    bool IsReady(PeerConnection connection) => true;
}

/// <summary>
/// Drives many connections on one thread: binds their sockets, receives in batches, advances what is due, sends in batches. Its owner calls
/// <see cref="Turn"/> again and again; nothing here starts a thread.
/// </summary>
public sealed class PeerConnectionLoop : IDisposable
{
    private readonly UdpSocketSet _sockets;
    private readonly IPeerConnectionObserver _observer;
    private readonly bool _loopback;
    private readonly Dictionary<int, Driven> _byToken = [];
    private readonly List<Driven> _all = [];
    private readonly List<Driven> _touched = [];
    private readonly long _start = Stopwatch.GetTimestamp();
    private readonly bool _ownsSockets;
    private readonly TurnStreams _streams;
    private readonly byte[] _piece = new byte[16 * 1024];
    private IReadOnlyList<IPAddress>? _addresses;
    private volatile bool _addressesChanged;

    /// <summary>Makes a loop without connections.</summary>
    /// <param name="observer">Told every event.</param>
    /// <param name="loopback">Whether loopback addresses are offered, and only they.</param>
    /// <param name="sockets">A set to share with others, who then call <see cref="TryTake"/> for what they receive; else the loop makes its own.</param>
    /// <param name="acceptAnyTurnCertificate">Whether a TURN server over TLS may show any certificate, for laboratories.</param>
    public PeerConnectionLoop(IPeerConnectionObserver observer, bool loopback = false, UdpSocketSet? sockets = null, bool acceptAnyTurnCertificate = false)
    {
        ArgumentNullException.ThrowIfNull(observer);
        _observer = observer;
        _loopback = loopback;
        _ownsSockets = sockets is null;
        _sockets = sockets ?? UdpSocketSet.Create();
        _streams = new TurnStreams(Wake, acceptAnyTurnCertificate);
        NetworkChange.NetworkAddressChanged += OnAddressChanged;
    }

    private sealed class Driven(PeerConnection connection)
    {
        public PeerConnection Connection { get; } = connection;

        public List<(UdpSocketToken Token, IPEndPoint Local)> Sockets { get; } = [];

        public TimeSpan Deadline { get; set; }

        public bool Touched { get; set; }
    }

    /// <summary>Monotonic time since the loop was made: the <c>now</c> of its connections.</summary>
    public TimeSpan Now => Stopwatch.GetElapsedTime(_start);

    /// <summary>Connections that are driven.</summary>
    public int Count => _all.Count;

    /// <summary>Binds a socket to each local address for the connection and begins to gather.</summary>
    public void Add(PeerConnection connection)
    {
        ArgumentNullException.ThrowIfNull(connection);
        var driven = new Driven(connection);
        _all.Add(driven);
        TimeSpan now = Now;
        foreach (IPAddress address in Addresses())
        {
            // An address may have gone since it was listed, or be one that nobody may bind: the others do.
            if (!_sockets.TryOpen(new IPEndPoint(address, 0), out UdpSocketToken token, out IPEndPoint local, out _))
                continue;
            driven.Sockets.Add((token, local));
            _byToken.Add(token.Value, driven);
            connection.AddLocalAddress(now, local);
        }
        connection.Gather(now);
        Touch(driven);
    }

    /// <summary>Forgets a connection and closes its sockets, after what it has to send is sent. It is not disposed.</summary>
    public void Remove(PeerConnection connection)
    {
        int at = _all.FindIndex(driven => ReferenceEquals(driven.Connection, connection));
        if (at >= 0)
            Release(_all[at]);
    }

    /// <summary>Says that a connection was changed outside of an event, so that this turn looks at it.</summary>
    public void Touch(PeerConnection connection)
    {
        foreach (Driven driven in _all)
        {
            if (ReferenceEquals(driven.Connection, connection))
                Touch(driven);
        }
    }

    /// <summary>When a connection must be advanced next; null when none waits for a time.</summary>
    public TimeSpan? Deadline
    {
        get
        {
            TimeSpan earliest = TimeSpan.MaxValue;
            foreach (Driven driven in _all)
                earliest = driven.Deadline < earliest ? driven.Deadline : earliest;
            return earliest == TimeSpan.MaxValue ? null : earliest;
        }
    }

    /// <summary>One turn: waits for input, the earliest deadline or a wake, then takes, advances and sends all there is.</summary>
    /// <param name="longest">At most this long; null for as long as nothing is due.</param>
    public void Turn(TimeSpan? longest = null)
    {
        Step();
        TimeSpan? wait = longest;
        if (Deadline is { } deadline)
        {
            TimeSpan until = deadline - Now;
            wait = wait is { } limit && limit < until ? limit : until;
        }
        _sockets.Wait(wait);
        while (_sockets.TryReceive(out UdpDatagram datagram))
            TryTake(datagram);
        Step();
    }

    /// <summary>Gives a datagram to the connection whose socket it came through; false when it is none of this loop's.</summary>
    public bool TryTake(in UdpDatagram datagram)
    {
        if (!_byToken.TryGetValue(datagram.Token.Value, out Driven? driven))
            return false;
        driven.Connection.Receive(Now, datagram.Local, datagram.Remote, datagram.Data);
        Touch(driven);
        return true;
    }

    /// <summary>Advances what is due, tells events and queues what is to be sent, until nothing of it is left.</summary>
    public void Step()
    {
        if (_addressesChanged)
            RefreshAddresses();
        TimeSpan now = Now;
        foreach (PeerConnection connection in _streams.Take(now))
            Touch(connection);
        foreach (Driven driven in _all)
        {
            if (driven.Deadline <= now)
                Touch(driven);
        }
        // An event may touch other connections: the list grows while it is walked.
        for (int i = 0; i < _touched.Count; i++)
            Drain(_touched[i]);
        _touched.Clear();
        _sockets.Flush();
    }

    /// <summary>Ends the wait of a running <see cref="Turn"/>; from any thread.</summary>
    public void Wake() => _sockets.Wake();

    /// <summary>Closes the sockets; connections are broken off.</summary>
    public void Dispose()
    {
        NetworkChange.NetworkAddressChanged -= OnAddressChanged;
        foreach (Driven driven in _all.ToArray())
        {
            driven.Connection.Abort(Now);
            Send(driven);
            Release(driven);
        }
        _streams.Dispose();
        if (_ownsSockets)
            _sockets.Dispose();
    }

    private void Touch(Driven driven)
    {
        if (driven.Touched)
            return;
        driven.Touched = true;
        _touched.Add(driven);
    }

    private void Drain(Driven driven)
    {
        PeerConnection connection = driven.Connection;
        driven.Touched = false;
        TimeSpan now = Now;
        connection.Advance(now);
        bool closed = false;
        while (_observer.IsReady(connection) && connection.TryDequeue(out PeerConnectionEvent e))
        {
            closed |= e.Kind == PeerConnectionEventKind.Closed;
            if (e.Kind == PeerConnectionEventKind.StreamWanted)
                _streams.Open(connection, e.Server!);
            else
                _observer.Take(now, connection, in e);
        }
        Send(driven);
        driven.Deadline = connection.Deadline ?? TimeSpan.MaxValue;
        if (closed)
            Release(driven);
    }

    private void Send(Driven driven)
    {
        while (driven.Connection.TryTransmit(_sockets.GetSendBuffer(), out int length, out IPEndPoint local, out IPEndPoint remote))
        {
            foreach ((UdpSocketToken token, IPEndPoint bound) in driven.Sockets)
            {
                if (ReferenceEquals(bound, local) || bound.Equals(local))
                {
                    _sockets.Commit(token, remote, length);
                    break;
                }
            }
        }

        while (driven.Connection.TryTransmitStream(_piece, out int bytes, out TurnServer server))
            _streams.Write(driven.Connection, server, _piece.AsSpan(0, bytes));
    }

    private void Release(Driven driven)
    {
        _all.Remove(driven);
        _streams.Close(driven.Connection);
        foreach ((UdpSocketToken token, _) in driven.Sockets)
        {
            _byToken.Remove(token.Value);
            _sockets.Close(token);
        }
        driven.Sockets.Clear();
    }

    private IReadOnlyList<IPAddress> Addresses() => _addresses ??= LocalAddresses.List(_loopback);

    private void OnAddressChanged(object? sender, EventArgs e)
    {
        _addressesChanged = true;
        _sockets.Wake();
    }

    /// <summary>Gives every connection the addresses that are new and takes away those that are gone (RFC 8445 asks for both).</summary>
    private void RefreshAddresses()
    {
        _addressesChanged = false;
        _addresses = LocalAddresses.List(_loopback);
        TimeSpan now = Now;
        foreach (Driven driven in _all)
        {
            foreach ((UdpSocketToken token, IPEndPoint local) in driven.Sockets.Where(socket => !_addresses.Contains(socket.Local.Address)).ToArray())
            {
                driven.Connection.RemoveLocalAddress(now, local);
                driven.Sockets.Remove((token, local));
                _byToken.Remove(token.Value);
                _sockets.Close(token);
            }
            foreach (IPAddress address in _addresses)
            {
                if (driven.Sockets.Exists(socket => socket.Local.Address.Equals(address))
                    || !_sockets.TryOpen(new IPEndPoint(address, 0), out UdpSocketToken token, out IPEndPoint local, out SocketError _))
                    continue;
                driven.Sockets.Add((token, local));
                _byToken.Add(token.Value, driven);
                driven.Connection.AddLocalAddress(now, local);
            }
            Touch(driven);
        }
    }
}
