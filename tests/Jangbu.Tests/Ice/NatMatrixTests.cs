using System.Net;
using Jangbu.Tests.Turn;
using Jangbu.WebRtc.Ice;
using Jangbu.WebRtc.Turn;

namespace Jangbu.Tests.Ice;

/// <summary>All 36 pairs of the eight translators: direct wherever theory allows, relayed where not, in time.</summary>
public sealed class NatMatrixTests
{
    private static readonly IPEndPoint Server = IPEndPoint.Parse("203.0.113.1:3478");

    public static TheoryData<NatKind, NatKind> Pairs()
    {
        var pairs = new TheoryData<NatKind, NatKind>();
        NatKind[] kinds = Enum.GetValues<NatKind>();
        for (int first = 0; first < kinds.Length; first++)
        {
            for (int second = first; second < kinds.Length; second++)
                pairs.Add(kinds[first], kinds[second]);
        }

        return pairs;
    }

    [Theory]
    [MemberData(nameof(Pairs))]
    public void Pair_WithRelay_ConnectsInTimeAndDirectlyWhereTheoryAllows(NatKind first, NatKind second)
    {
        foreach (bool firstOffers in new[] { true, false })
        {
            (AgentHost offerer, AgentHost answerer, VirtualNetwork network) = firstOffers ? Build(first, second) : Build(second, first);
            TimeSpan took = Connect(network, offerer, answerer);
            bool blocked = IsBlocked(first) || IsBlocked(second);
            Assert.True(took <= TimeSpan.FromSeconds(blocked ? 4 : 2), $"{first} and {second}: {took}");
            bool direct = offerer.Agent.Route!.Kind != CandidateType.Relayed;
            Assert.Equal(IsDirectPossible(first, second), direct);
            Assert.Equal(direct, answerer.Agent.Route!.Kind != CandidateType.Relayed);
            Exchange(network, offerer, answerer);
        }
    }

    [Theory]
    [MemberData(nameof(Pairs))]
    public void Pair_WithStunAlone_ConnectsExactlyWhereTheoryAllows(NatKind first, NatKind second)
    {
        (AgentHost offerer, AgentHost answerer, VirtualNetwork network) = Build(first, second, relay: false);
        Start(network, offerer, answerer);
        bool connected = network.RunUntil(() => offerer.IsConnected && answerer.IsConnected, TimeSpan.FromSeconds(60));
        Assert.Equal(IsDirectPossible(first, second), connected);
        if (!connected)
        {
            Assert.Equal(IceState.Failed, offerer.Agent.State);
            Assert.Equal(IceState.Failed, answerer.Agent.State);
        }
    }

    [Theory]
    [InlineData(NatKind.PortCone, NatKind.PortCone)]
    [InlineData(NatKind.Symmetric, NatKind.PortCone)]
    [InlineData(NatKind.PortCone, NatKind.StrictFirewall)]
    public void Rebinding_BehindFilteringTranslators_RecoversByRelays(NatKind moving, NatKind other)
    {
        foreach (bool offererMoves in new[] { true, false })
        {
            (AgentHost offerer, AgentHost answerer, VirtualNetwork network) = offererMoves ? Build(moving, other) : Build(other, moving);
            Connect(network, offerer, answerer);
            network.Run(TimeSpan.FromSeconds(10));
            AgentHost mover = offererMoves ? offerer : answerer;
            network.Rebind(mover.Nat!, IPAddress.Parse("198.51.100.99"));
            network.Run(TimeSpan.FromSeconds(29));
            Assert.True(offerer.IsConnected && answerer.IsConnected, $"offerer moves: {offererMoves}; {offerer.Agent.State}, {answerer.Agent.State}");
            Exchange(network, offerer, answerer);
        }
    }

    [Fact]
    public void RelayOnly_ShowsNoAddressButTheRelays()
    {
        var network = new VirtualNetwork(5);
        var server = new VirtualTurnServer(network, Server);
        IceOptions options = AgentHost.Controlling with { RelayOnly = true };
        var offerer = new AgentHost(network, options, 1, null, "198.51.100.7:4000");
        var answerer = new AgentHost(network, AgentHost.Controlled, 2, null, "198.51.100.9:4000");
        offerer.Do(agent => agent.AddTurnServer(server.Client()));
        Connect(network, offerer, answerer);
        Assert.All(offerer.Agent.LocalCandidates, candidate => Assert.Equal(CandidateType.Relayed, candidate.Type));
        Assert.DoesNotContain(network.Sent, sent => sent.From.Address.Equals(IPAddress.Parse("198.51.100.7")) && !sent.To.Equals(Server));
        Assert.DoesNotContain("198.51.100.7", string.Join(' ', offerer.Agent.LocalCandidates.Select(CandidateLine.Write)), StringComparison.Ordinal);
        Exchange(network, offerer, answerer);
    }

    private static (AgentHost Offerer, AgentHost Answerer, VirtualNetwork Network) Build(NatKind first, NatKind second, bool relay = true)
    {
        var network = new VirtualNetwork(((int)first * 8) + (int)second) { Delay = TimeSpan.FromMilliseconds(20) };
        var server = new VirtualTurnServer(network, Server);
        AgentHost offerer = Host(network, first, AgentHost.Controlling, "198.51.100.7", "10.1.0.2", 1);
        AgentHost answerer = Host(network, second, AgentHost.Controlled, "192.0.2.9", "10.2.0.2", 2);
        foreach (AgentHost host in new[] { offerer, answerer })
        {
            host.AllowStreams(server);
            host.Do(agent => agent.AddStunServer(Server));
            if (!relay)
                continue;
            host.Do(agent => agent.AddTurnServer(server.Client()));
            host.Do(agent => agent.AddTurnServer(server.Client(TurnTransport.Tls)));
        }

        return (offerer, answerer, network);
    }

    private static AgentHost Host(VirtualNetwork network, NatKind kind, IceOptions options, string outer, string inner, ulong seed) => kind == NatKind.Open
        ? new AgentHost(network, options, seed, null, $"{outer}:40000")
        : new AgentHost(network, options, seed, new VirtualNat(kind, IPAddress.Parse(outer)), $"{inner}:40000");

    /// <summary>The offerer gathers and offers; the answerer gathers and answers; descriptions travel in 50 ms.</summary>
    private static void Start(VirtualNetwork network, AgentHost offerer, AgentHost answerer)
    {
        TimeSpan signalling = TimeSpan.FromMilliseconds(50);
        offerer.Gather();
        Assert.True(network.RunUntil(() => offerer.Agent.GatheringIsDone, TimeSpan.FromSeconds(3)));
        network.Run(signalling);
        answerer.Gather();
        Assert.True(network.RunUntil(() => answerer.Agent.GatheringIsDone, TimeSpan.FromSeconds(3)));
        answerer.Take(offerer);
        network.Run(signalling);
        offerer.Take(answerer);
    }

    private static TimeSpan Connect(VirtualNetwork network, AgentHost offerer, AgentHost answerer)
    {
        TimeSpan start = network.Now;
        Start(network, offerer, answerer);
        Assert.True(network.RunUntil(() => offerer.IsConnected && answerer.IsConnected, TimeSpan.FromSeconds(30)), "no connection");
        return network.Now - start;
    }

    private static void Exchange(VirtualNetwork network, AgentHost offerer, AgentHost answerer)
    {
        offerer.Send("ping");
        offerer.Drain();
        answerer.Send("pong");
        answerer.Drain();
        network.Run(TimeSpan.FromSeconds(1));
        Assert.Equal(["ping"], answerer.Received);
        Assert.Equal(["pong"], offerer.Received);
    }

    private static bool IsBlocked(NatKind kind) => kind is NatKind.UdpBlocked or NatKind.StrictFirewall;

    /// <summary>No direct path where UDP is blocked, nor between a symmetric translator and one that filters by port.</summary>
    private static bool IsDirectPossible(NatKind first, NatKind second)
    {
        if (IsBlocked(first) || IsBlocked(second))
            return false;
        bool Filters(NatKind kind) => kind is NatKind.PortCone or NatKind.Preserve or NatKind.Symmetric;
        return !(first == NatKind.Symmetric && Filters(second)) && !(second == NatKind.Symmetric && Filters(first));
    }
}
