using System.Net;
using System.Security.Cryptography;
using System.Text;
using Jangbu.Tests.Turn;
using Jangbu.WebRtc.Ice;
using Jangbu.WebRtc.Turn;

namespace Jangbu.Tests.Ice;

/// <summary>An agent on a host of the virtual network, driven as a driver would: drained after each call, advanced at its deadline.</summary>
internal sealed class AgentHost
{
    private readonly VirtualNetwork _network;
    private TimeSpan? _scheduled;

    private VirtualTurnServer? _streamServer;
    private int _streams;

    public AgentHost(VirtualNetwork network, IceOptions options, ulong seed, VirtualNat? nat, params string[] addresses)
        : this(network, options, new SeededRandom(seed), nat, addresses)
    {
    }

    public AgentHost(VirtualNetwork network, IceOptions options, RandomNumberGenerator random, string address)
        : this(network, options, random, null, [address])
    {
    }

    private AgentHost(VirtualNetwork network, IceOptions options, RandomNumberGenerator random, VirtualNat? nat, string[] addresses)
    {
        _network = network;
        Nat = nat;
        Agent = new IceAgent(options, random);
        foreach (string text in addresses)
            AddAddress(IPEndPoint.Parse(text));
    }

    public IceAgent Agent { get; }
    public VirtualNat? Nat { get; }
    public List<IceEvent> Events { get; } = [];
    public List<string> Received { get; } = [];
    public bool IsConnected => Agent.State == IceState.Connected;

    public static IceOptions Controlling { get; } = new() { Controlling = true };
    public static IceOptions Controlled { get; } = new() { Controlling = false };

    public void AddAddress(IPEndPoint local)
    {
        _network.AddHost(local.Address, Receive, Nat);
        Agent.AddLocalAddress(_network.Now, local);
        Drain();
    }

    public void Gather() => Do(agent => agent.Gather(_network.Now));

    public void Do(Action<IceAgent> action)
    {
        action(Agent);
        Drain();
    }

    /// <summary>Reads the other's credentials and candidates, as out of its description.</summary>
    public void Take(AgentHost other, bool candidates = true)
    {
        Agent.SetRemote(_network.Now, other.Agent.LocalCredentials);
        if (candidates)
            TakeCandidates(other);
        Drain();
    }

    public void TakeCandidates(AgentHost other)
    {
        foreach (Candidate candidate in other.Agent.LocalCandidates.ToArray())
            Agent.AddRemoteCandidate(_network.Now, candidate);
        Drain();
    }

    public bool Send(string text)
    {
        Span<byte> buffer = stackalloc byte[2048];
        if (!Agent.TryWrap(Encoding.UTF8.GetBytes(text), buffer, out int length, out IPEndPoint local, out IPEndPoint remote))
            return false;
        _network.Send(local, remote, buffer[..length]);
        return true;
    }

    public void Receive(IPEndPoint local, IPEndPoint from, byte[] datagram)
    {
        if (Agent.Receive(_network.Now, local, from, datagram, out ReadOnlySpan<byte> payload))
            Received.Add(Encoding.UTF8.GetString(payload));
        Drain();
    }

    public void Drain()
    {
        Span<byte> buffer = stackalloc byte[4096];
        while (Agent.TryTransmit(buffer, out int length, out IPEndPoint local, out IPEndPoint remote))
            _network.Send(local, remote, buffer[..length]);
        while (Agent.TryTransmitStream(buffer, out int length, out TurnServer server))
            SendStream(server, buffer[..length].ToArray());
        while (Agent.TryDequeuePayload(buffer, out int length))
            Received.Add(Encoding.UTF8.GetString(buffer[..length]));
        while (Agent.TryDequeue(out IceEvent e))
        {
            Events.Add(e);
            if (e is IceEvent.StreamWanted wanted && _streamServer is not null)
                OpenStream(wanted.Server);
        }

        if (Agent.Deadline is { } deadline && (_scheduled is not { } known || deadline < known))
        {
            _scheduled = deadline;
            _network.At(deadline, () => Wake(deadline));
        }
    }

    private void Wake(TimeSpan deadline)
    {
        if (_scheduled != deadline)
            return;
        _scheduled = null;
        Agent.Advance(_network.Now);
        Drain();
    }

    /// <summary>Lets streams to a server open: two round trips, as TCP with TLS takes.</summary>
    public void AllowStreams(VirtualTurnServer server) => _streamServer = server;

    private readonly TurnStreamReader _atServer = new();

    private void OpenStream(TurnServer server)
    {
        _streams++;
        _network.At(_network.Now + (_network.Delay * 4), () => Do(agent => agent.StreamOpened(_network.Now, server)));
    }

    /// <summary>A stream loses nothing and keeps its order; it comes cut into pieces of seven bytes, to try the framing.</summary>
    private void SendStream(TurnServer server, byte[] bytes)
    {
        VirtualTurnServer at = _streamServer!;
        IPEndPoint seen = new(Nat?.OuterAddress ?? Agent.LocalCandidates[0].EndPoint.Address, 60_000 + _streams);
        _network.At(_network.Now + _network.Delay, () =>
        {
            _atServer.Append(bytes);
            while (_atServer.TryRead(out ReadOnlySpan<byte> frame))
                at.FromStream($"stream {seen}", seen, frame.ToArray(), answer => _network.At(_network.Now + _network.Delay, () => ReceiveStream(server, answer)));
        });
    }

    private void ReceiveStream(TurnServer server, byte[] bytes)
    {
        foreach (byte[] piece in bytes.Chunk(7))
            Do(agent => agent.ReceiveStream(_network.Now, server, piece));
    }
}
