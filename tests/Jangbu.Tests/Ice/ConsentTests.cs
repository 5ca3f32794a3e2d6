using System.Net;
using Jangbu.WebRtc.Ice;
using Jangbu.WebRtc.Stun;

namespace Jangbu.Tests.Ice;

/// <summary>Consent freshness (RFC 7675) and what follows when a road dies.</summary>
public sealed class ConsentTests
{
    private readonly VirtualNetwork _network = new(9);

    [Fact]
    public void Consent_WhileAnswered_IsAskedEveryFourToSixSeconds()
    {
        (AgentHost left, AgentHost right) = Connected();
        _network.Sent.Clear();
        TimeSpan start = _network.Now;
        _network.Run(TimeSpan.FromMinutes(10));
        Assert.True(left.IsConnected && right.IsConnected);
        TimeSpan[] times = [start, .. _network.Sent.Where(sent => sent.From.Address.ToString() == "192.0.2.1" && sent.Length > 80).Select(sent => sent.At)];
        Assert.True(times.Length > 100);
        TimeSpan[] distances = times.Skip(2).Zip(times.Skip(1), (second, first) => second - first).ToArray();
        Assert.All(distances, distance => Assert.InRange(distance.TotalSeconds, 4, 6));
        Assert.True(distances.Distinct().Count() > 50, "the distances must be random");
    }

    [Fact]
    public void Consent_OneRequestLost_ChangesNothing()
    {
        (AgentHost left, AgentHost right) = Connected();
        int lost = 0;
        _network.Cut = (_, _) => lost++ == 0;
        int events = left.Events.Count + right.Events.Count;
        _network.Run(TimeSpan.FromSeconds(30));
        Assert.True(lost > 1);
        Assert.Equal(events, left.Events.Count + right.Events.Count);
    }

    [Fact]
    public void Consent_NeverAnswered_StopsEverythingAfterThirtySeconds()
    {
        (AgentHost left, AgentHost right) = Connected();
        TimeSpan start = _network.Now;
        _network.Cut = (_, _) => true;
        Assert.True(_network.RunUntil(() => left.Agent.State == IceState.Disconnected, TimeSpan.FromSeconds(12)));
        Assert.True(left.Send("still allowed"));
        Assert.True(_network.RunUntil(() => left.Agent.State == IceState.Failed && right.Agent.State == IceState.Failed, TimeSpan.FromSeconds(32)));
        Assert.InRange((_network.Now - start).TotalSeconds, 24, 32);
        Assert.False(left.Send("not any more"));
        _network.Sent.Clear();
        _network.Run(TimeSpan.FromMinutes(5));
        Assert.Empty(_network.Sent);
        Assert.Null(left.Agent.Deadline);
    }

    [Fact]
    public void Cut_OfTwentySeconds_RecoversSoonAfterIt()
    {
        (AgentHost left, AgentHost right) = Connected();
        TimeSpan end = _network.Now + TimeSpan.FromSeconds(20);
        _network.Cut = (_, _) => _network.Now < end;
        _network.Run(TimeSpan.FromSeconds(20));
        Assert.Equal(IceState.Disconnected, left.Agent.State);
        Assert.True(_network.RunUntil(() => left.IsConnected && right.IsConnected, TimeSpan.FromSeconds(3)));
        Assert.True(left.Send("back"));
        _network.Run(TimeSpan.FromSeconds(1));
        Assert.Equal(["back"], right.Received);
    }

    [Fact]
    public void Consent_UnderTwentyPercentLoss_HoldsForAnHour()
    {
        (AgentHost left, AgentHost right) = Connected();
        _network.Loss = 0.2;
        _network.Run(TimeSpan.FromHours(1));
        Assert.True(left.Agent.State is IceState.Connected or IceState.Disconnected);
        Assert.True(right.Agent.State is IceState.Connected or IceState.Disconnected);
        Assert.DoesNotContain(new IceEvent.StateChanged(IceState.Failed), left.Events.Concat(right.Events));
    }

    [Fact]
    public void Consent_FromABusyPeer_IsAnsweredWhateverElseComes()
    {
        var peer = new RawPeer();
        peer.Connect();
        byte[] data = new byte[1200];
        data[0] = 23;
        for (int round = 0; round < 100; round++)
        {
            for (int index = 0; index < 50; index++)
                Assert.True(peer.Give(data));
            peer.Give(peer.Check());
            Assert.Contains(peer.Sent(), sent => RawPeer.ClassOf(sent.Bytes) == StunClass.Success);
        }
    }

    [Fact]
    public void Translator_ThatGetsAnotherAddress_IsFollowedWithinTenSeconds()
    {
        foreach (bool rebindsController in new[] { true, false })
        {
            var network = new VirtualNetwork(4);
            var nat = new VirtualNat(NatKind.PortCone, IPAddress.Parse("198.51.100.7"));
            var moving = new AgentHost(network, new IceOptions { Controlling = rebindsController }, 1, nat, "10.0.0.2:4000");
            var fixedHost = new AgentHost(network, new IceOptions { Controlling = !rebindsController }, 2, null, "192.0.2.2:4000");
            moving.Take(fixedHost);
            fixedHost.Take(moving);
            Assert.True(network.RunUntil(() => moving.IsConnected && fixedHost.IsConnected, TimeSpan.FromSeconds(5)));
            network.Run(TimeSpan.FromSeconds(3));
            network.Rebind(nat, IPAddress.Parse("198.51.100.8"));
            Assert.True(network.RunUntil(() => fixedHost.Agent.Route?.Remote.Address.ToString() == "198.51.100.8", TimeSpan.FromSeconds(10)), $"controller moves: {rebindsController}");
            Assert.True(fixedHost.Send("there you are"));
            Assert.True(moving.Send("here I am"));
            network.Run(TimeSpan.FromSeconds(1));
            Assert.Equal(["there you are"], moving.Received);
            Assert.Equal(["here I am"], fixedHost.Received);
        }
    }

    [Fact]
    public void SelectedRoad_ThatDies_IsLeftForAnother()
    {
        var left = new AgentHost(_network, AgentHost.Controlling, 1, null, "192.0.2.1:4000", "[2001:db8::1]:4000");
        var right = new AgentHost(_network, AgentHost.Controlled, 2, null, "192.0.2.2:4000", "[2001:db8::2]:4000");
        left.Take(right);
        right.Take(left);
        Assert.True(_network.RunUntil(() => left.IsConnected && right.IsConnected, TimeSpan.FromSeconds(5)));
        var family = left.Agent.Route!.Remote.AddressFamily;
        _network.Cut = (_, to) => to.AddressFamily == family;
        Assert.True(_network.RunUntil(() => left.Agent.Route?.Remote.AddressFamily != family && right.Agent.Route?.Remote.AddressFamily != family, TimeSpan.FromSeconds(15)));
        Assert.True(left.IsConnected);
        Assert.True(left.Send("by the other road"));
        _network.Run(TimeSpan.FromSeconds(1));
        Assert.Equal(["by the other road"], right.Received);
        Assert.DoesNotContain(new IceEvent.StateChanged(IceState.Failed), left.Events.Concat(right.Events));
    }

    [Fact]
    public void Expiry_WithoutAnswer_StopsSendingWithinTwoSecondsOfThirty()
    {
        var peer = new RawPeer();
        peer.Connect();
        TimeSpan last = peer.Now;
        List<(TimeSpan At, IPEndPoint To, byte[] Bytes)> sent = peer.SentFor(TimeSpan.FromMinutes(3));
        Assert.NotEmpty(sent);
        Assert.All(sent, one => Assert.True(one.At - last <= TimeSpan.FromSeconds(30)));
        Assert.Equal(IceState.Failed, peer.Agent.State);
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
