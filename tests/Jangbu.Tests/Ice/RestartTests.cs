using System.Net;
using Jangbu.WebRtc.Ice;

namespace Jangbu.Tests.Ice;

/// <summary>ICE restart (RFC 8445 §2.4): after a change of network, by a new description.</summary>
public sealed class RestartTests
{
    private readonly VirtualNetwork _network = new(12);

    [Fact]
    public void Restart_WhileConnected_KeepsTheRoadUntilTheNewOneIsNominated()
    {
        (AgentHost left, AgentHost right) = Connected();
        IceCredentials before = left.Agent.LocalCredentials;
        left.Do(agent => agent.Restart(_network.Now));
        Assert.NotEqual(before, left.Agent.LocalCredentials);
        Assert.Null(left.Agent.RemoteCredentials);
        Assert.True(left.Send("during"));
        _network.Run(TimeSpan.FromSeconds(20));
        Assert.True(left.IsConnected && right.IsConnected, "consent goes on under the old credentials");
        Assert.Equal(["during"], right.Received);

        right.Do(agent => agent.Restart(_network.Now));
        right.Take(left);
        left.Take(right);
        _network.Run(TimeSpan.FromSeconds(60));
        Assert.True(left.IsConnected && right.IsConnected);
        Assert.True(left.Send("after"));
        _network.Run(TimeSpan.FromSeconds(1));
        Assert.Equal(["during", "after"], right.Received);
        Assert.DoesNotContain(left.Events, e => e is IceEvent.StateChanged(IceState.Disconnected or IceState.Failed));
    }

    [Fact]
    public void Restart_AfterFailure_ConnectsAgain()
    {
        (AgentHost left, AgentHost right) = Connected();
        bool cut = true;
        _network.Cut = (_, _) => cut;
        Assert.True(_network.RunUntil(() => left.Agent.State == IceState.Failed && right.Agent.State == IceState.Failed, TimeSpan.FromSeconds(40)));
        cut = false;
        Restart(left, right);
        Assert.True(_network.RunUntil(() => left.IsConnected && right.IsConnected, TimeSpan.FromSeconds(5)));
    }

    [Fact]
    public void LocalAddress_ThatGoesAndIsReplaced_IsARestartAway()
    {
        (AgentHost left, AgentHost right) = Connected();
        left.Do(agent => agent.RemoveLocalAddress(_network.Now, IPEndPoint.Parse("192.0.2.1:4000")));
        Assert.Null(left.Agent.Route);
        Assert.Empty(left.Agent.LocalCandidates);
        left.AddAddress(IPEndPoint.Parse("192.0.2.77:4100"));
        Restart(left, right);
        Assert.True(_network.RunUntil(() => left.IsConnected && right.Agent.Route?.Remote.Address.ToString() == "192.0.2.77", TimeSpan.FromSeconds(5)));
    }

    [Fact]
    public void LocalAddress_ThatComesBack_IsUsedAgain()
    {
        (AgentHost left, AgentHost right) = Connected();
        IPEndPoint address = IPEndPoint.Parse("192.0.2.1:4000");
        left.Do(agent => agent.RemoveLocalAddress(_network.Now, address));
        left.AddAddress(address);
        Assert.True(_network.RunUntil(() => left.IsConnected, TimeSpan.FromSeconds(5)), "the pairs are formed anew, without any signalling");
        Assert.True(left.Send("again"));
        _network.Run(TimeSpan.FromSeconds(1));
        Assert.Equal(["again"], right.Received);
    }

    [Fact]
    public void NewAddress_WhileConnected_IsOfferedAndUsedWhenTheOldRoadDies()
    {
        (AgentHost left, AgentHost right) = Connected();
        left.AddAddress(IPEndPoint.Parse("198.51.100.5:4000"));
        _network.Run(TimeSpan.FromSeconds(3));
        Assert.Equal("192.0.2.1", left.Agent.Route!.Local.Address.ToString());
        _network.Cut = (from, to) => from.Address.ToString() == "192.0.2.1" || to.Address.ToString() == "192.0.2.1";
        Assert.True(_network.RunUntil(() => left.Agent.Route?.Local.Address.ToString() == "198.51.100.5" && right.Agent.Route?.Remote.Address.ToString() == "198.51.100.5", TimeSpan.FromSeconds(15)));
    }

    [Fact]
    public void Closed_Agent_SaysAndSendsNothing()
    {
        (AgentHost left, _) = Connected();
        left.Do(agent => agent.Close(_network.Now));
        _network.Sent.Clear();
        left.Do(agent => agent.Restart(_network.Now));
        left.Do(agent => agent.Advance(_network.Now + TimeSpan.FromHours(1)));
        Assert.DoesNotContain(_network.Sent, sent => sent.From.Address.ToString() == "192.0.2.1");
        Assert.Null(left.Agent.Deadline);
        Assert.False(left.Send("no"));
    }

    private void Restart(AgentHost left, AgentHost right)
    {
        left.Do(agent => agent.Restart(_network.Now));
        right.Do(agent => agent.Restart(_network.Now));
        right.Take(left);
        left.Take(right);
    }

    private (AgentHost Left, AgentHost Right) Connected()
    {
        var left = new AgentHost(_network, AgentHost.Controlling, 1, null, "192.0.2.1:4000");
        var right = new AgentHost(_network, AgentHost.Controlled, 2, null, "192.0.2.2:4000");
        left.Take(right);
        right.Take(left);
        Assert.True(_network.RunUntil(() => left.IsConnected && right.IsConnected, TimeSpan.FromSeconds(5)));
        return (left, right);
    }
}
