using System.Net;
using System.Text;
using Jangbu.WebRtc.Ice;

namespace Jangbu.Tests.Ice;

/// <summary>An agent on a host of the virtual network, driven as a driver would: drained after each call, advanced at its deadline.</summary>
internal sealed class AgentHost
{
    private readonly VirtualNetwork _network;
    private TimeSpan? _scheduled;

    public AgentHost(VirtualNetwork network, IceOptions options, ulong seed, VirtualNat? nat, params string[] addresses)
    {
        _network = network;
        Nat = nat;
        Agent = new IceAgent(options, new SeededRandom(seed));
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
        while (Agent.TryDequeue(out IceEvent e))
            Events.Add(e);
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
}
