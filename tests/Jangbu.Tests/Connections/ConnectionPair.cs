using System.Net;
using System.Text;
using Jangbu.WebRtc;
using Jangbu.WebRtc.Dtls;
using Jangbu.WebRtc.Sdp;

namespace Jangbu.Tests.Connections;

/// <summary>Two connections and a network between them under a virtual clock: datagrams take a while, and may be spoilt by the test.</summary>
internal sealed class ConnectionPair : IDisposable
{
    private readonly PriorityQueue<(Side To, IPEndPoint At, IPEndPoint From, byte[] Datagram), (TimeSpan, long)> _network = new();
    private readonly byte[] _buffer = new byte[PeerConnection.MaxDatagramLength];
    private long _order;

    public ConnectionPair(ulong seed = 1, bool openSsl = false, Func<PeerConnectionOptions, PeerConnectionOptions>? configure = null)
    {
        var random = new SeededRandom(seed);
        Offerer = new Side(Create(PeerRole.Offerer, random, openSsl, configure), new IPEndPoint(IPAddress.Parse("192.0.2.1"), 5_001));
        Answerer = new Side(Create(PeerRole.Answerer, random, openSsl, configure), new IPEndPoint(IPAddress.Parse("192.0.2.2"), 5_002));
    }

    public Side Offerer { get; }

    public Side Answerer { get; }

    public TimeSpan Now { get; private set; } = TimeSpan.FromSeconds(3);

    public TimeSpan Delay { get; set; } = TimeSpan.FromMilliseconds(1);

    /// <summary>True drops the datagram; the number counts all that were sent.</summary>
    public Func<long, bool> Drop { get; set; } = static _ => false;

    /// <summary>What was sent, in order: who, and the first byte of the datagram.</summary>
    public List<(Side From, byte[] Datagram)> Sent { get; } = [];

    public void Gather()
    {
        foreach (Side side in new[] { Offerer, Answerer })
        {
            side.Connection.AddLocalAddress(Now, side.Address);
            side.Connection.Gather(Now);
        }
    }

    /// <summary>Exchanges descriptions as text, as people do.</summary>
    public void Describe()
    {
        Gather();
        Assert.True(Answerer.Connection.SetRemoteDescription(Now, Through(Offerer.Connection.CreateDescription())));
        Assert.True(Offerer.Connection.SetRemoteDescription(Now, Through(Answerer.Connection.CreateDescription())));
    }

    public void Connect()
    {
        Describe();
        Run(() => Offerer.Connection.State == PeerConnectionState.Connected && Answerer.Connection.State == PeerConnectionState.Connected);
        Assert.Equal((PeerConnectionState.Connected, PeerConnectionState.Connected), (Offerer.Connection.State, Answerer.Connection.State));
    }

    public static SessionDescription Through(SessionDescription description)
    {
        Assert.True(SessionDescription.TryParse(description.ToString(), out SessionDescription? read, out SdpError error), $"{error}");
        return read!;
    }

    /// <summary>Lets time pass until the condition holds, or nothing is left to happen, or the time is over.</summary>
    public void Run(Func<bool>? until = null, TimeSpan? longest = null)
    {
        TimeSpan end = Now + (longest ?? TimeSpan.FromSeconds(120));
        Drain();
        while (until?.Invoke() != true)
        {
            TimeSpan next = TimeSpan.MaxValue;
            if (_network.TryPeek(out _, out (TimeSpan At, long) due))
                next = due.At;
            foreach (Side side in new[] { Offerer, Answerer })
                next = side.Connection.Deadline is { } deadline && deadline < next ? deadline : next;
            if (next > end)
            {
                Now = until is null && next == TimeSpan.MaxValue ? Now : end;
                return;
            }
            Now = next > Now ? next : Now;
            while (_network.TryPeek(out var carried, out (TimeSpan At, long) at) && at.At <= Now)
            {
                _network.Dequeue();
                carried.To.Connection.Receive(Now, carried.At, carried.From, carried.Datagram);
            }
            Offerer.Connection.Advance(Now);
            Answerer.Connection.Advance(Now);
            Drain();
        }
    }

    public void Drain()
    {
        Drain(Offerer, Answerer);
        Drain(Answerer, Offerer);
    }

    public void Dispose()
    {
        Offerer.Dispose();
        Answerer.Dispose();
    }

    private void Drain(Side side, Side other)
    {
        while (side.Reads && side.Connection.TryDequeue(out PeerConnectionEvent e))
            side.Take(Now, e);
        while (side.Connection.TryTransmit(_buffer, out int length, out IPEndPoint local, out IPEndPoint remote))
        {
            Assert.Equal(side.Address, local);
            byte[] datagram = _buffer[..length];
            Sent.Add((side, datagram));
            if (!Drop(_order++) && remote.Equals(other.Address))
                _network.Enqueue((other, other.Address, side.Address, datagram), (Now + Delay, _order));
        }
    }

    private static PeerConnection Create(PeerRole role, SeededRandom random, bool openSsl, Func<PeerConnectionOptions, PeerConnectionOptions>? configure)
    {
        var options = new PeerConnectionOptions
        {
            Role = role,
            Certificate = openSsl ? DtlsCertificate.Create(new DateTimeOffset(2026, 11, 22, 0, 0, 0, TimeSpan.Zero)) : DtlsCertificate.CreateForSimulation(random),
        };
        if (!openSsl)
            options = options with { CreateDtlsSession = static dtls => new PlainDtlsSession(dtls) };
        return new PeerConnection(configure?.Invoke(options) ?? options, random);
    }

    /// <summary>One end, and what its user saw.</summary>
    internal sealed class Side(PeerConnection connection, IPEndPoint address) : IDisposable
    {
        public PeerConnection Connection { get; } = connection;

        public IPEndPoint Address { get; } = address;

        public List<PeerConnectionEvent> Events { get; } = [];

        public List<string> Messages { get; } = [];

        /// <summary>Whether its user takes events; one who does not holds the peer back.</summary>
        public bool Reads { get; set; } = true;

        /// <summary>Answers each message on the channel it came by.</summary>
        public bool Echo { get; set; }

        public IEnumerable<PeerConnectionEventKind> Kinds => Events.Select(e => e.Kind);

        public void Take(TimeSpan now, PeerConnectionEvent e)
        {
            Events.Add(e with { Payload = default });
            if (e.Kind != PeerConnectionEventKind.MessageReceived)
                return;
            Messages.Add($"{e.Channel!.Label}: {Encoding.UTF8.GetString(e.Payload.Span)}");
            if (Echo)
                e.Channel.Send(now, e.Payload.Span, e.IsText);
        }

        public void Dispose() => Connection.Dispose();
    }
}
