using Jangbu.WebRtc.Ice;

namespace Jangbu.Tests.Ice;

public sealed class IceAgentTests
{
    private readonly VirtualNetwork _network = new(1);

    [Fact]
    public void Agents_OnLoopback_ConnectWithinThreeRoundTrips()
    {
        _network.Delay = TimeSpan.FromMilliseconds(1);
        (AgentHost offerer, AgentHost answerer) = Loopback();
        TimeSpan start = _network.Now;
        answerer.Take(offerer);
        offerer.Take(answerer);
        Assert.True(_network.RunUntil(() => offerer.IsConnected && answerer.IsConnected, TimeSpan.FromSeconds(5)));
        Assert.True(_network.Now - start <= TimeSpan.FromMilliseconds(6), $"{_network.Now - start}");
        Assert.Equal(CandidateType.Host, offerer.Agent.Route!.Kind);
        Assert.Equal(CandidateType.Host, answerer.Agent.Route!.Kind);
        Assert.Equal(TimeSpan.FromMilliseconds(2), offerer.Agent.RoundTrip);
    }

    [Fact]
    public void Route_OnceSelected_CarriesPayloadBothWays()
    {
        (AgentHost offerer, AgentHost answerer) = Loopback();
        Assert.False(offerer.Send("too early"));
        Connect(offerer, answerer);
        Assert.True(offerer.Send("hello"));
        Assert.True(answerer.Send("and back"));
        _network.Run(TimeSpan.FromSeconds(1));
        Assert.Equal(["hello"], answerer.Received);
        Assert.Equal(["and back"], offerer.Received);
    }

    [Fact]
    public void Gathering_WithoutServers_IsDoneAtOnce()
    {
        (AgentHost offerer, _) = Loopback();
        offerer.Gather();
        Assert.True(offerer.Agent.GatheringIsDone);
        Assert.Contains(offerer.Events, e => e is IceEvent.GatheringDone);
        Assert.Equal(2, offerer.Agent.LocalCandidates.Count);
    }

    internal (AgentHost Offerer, AgentHost Answerer) Loopback() =>
        (new AgentHost(_network, AgentHost.Controlling, 11, null, "127.0.0.1:40001", "[::1]:40001"),
         new AgentHost(_network, AgentHost.Controlled, 22, null, "127.0.0.2:40002"));

    private void Connect(AgentHost offerer, AgentHost answerer)
    {
        answerer.Take(offerer);
        offerer.Take(answerer);
        Assert.True(_network.RunUntil(() => offerer.IsConnected && answerer.IsConnected, TimeSpan.FromSeconds(5)));
    }
}
