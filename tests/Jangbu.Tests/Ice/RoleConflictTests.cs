using System.Net;
using System.Security.Cryptography;
using Jangbu.WebRtc.Ice;
using Jangbu.WebRtc.Stun;

namespace Jangbu.Tests.Ice;

/// <summary>RFC 8445 §7.3.1.1 and §7.2.5.1: in a DHT both ends may offer at once, and then both think that they control.</summary>
public sealed class RoleConflictTests
{
    public static TheoryData<bool, bool, double, int> Cases()
    {
        var cases = new TheoryData<bool, bool, double, int>();
        foreach (double loss in new[] { 0, 0.3 })
        {
            for (int seed = 0; seed < 5; seed++)
            {
                cases.Add(true, true, loss, seed);
                cases.Add(false, false, loss, seed);
            }
        }

        return cases;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void SameRoleOnBothSides_Converges(bool first, bool second, double loss, int seed)
    {
        var network = new VirtualNetwork(seed) { Loss = loss };
        var left = new AgentHost(network, new IceOptions { Controlling = first }, (ulong)seed + 1, null, "192.0.2.1:4000");
        var right = new AgentHost(network, new IceOptions { Controlling = second }, (ulong)seed + 100, null, "192.0.2.2:4000");
        left.Take(right);
        right.Take(left);
        Assert.True(network.RunUntil(() => left.IsConnected && right.IsConnected, TimeSpan.FromSeconds(20)));
        network.Run(TimeSpan.FromSeconds(10));
        Assert.NotEqual(left.Agent.IsControlling, right.Agent.IsControlling);
        Assert.True(left.Agent.Stats.RoleConflicts + right.Agent.Stats.RoleConflicts > 0);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void EqualTieBreakers_DoNotGoOnForEver(bool controlling)
    {
        // The one chance in 2^64: the first number each draws, its tie-breaker, is the same.
        var network = new VirtualNetwork(3);
        var left = new AgentHost(network, new IceOptions { Controlling = controlling }, new TwinRandom(1), "192.0.2.1:4000");
        var right = new AgentHost(network, new IceOptions { Controlling = controlling }, new TwinRandom(2), "192.0.2.2:4000");
        left.Take(right);
        network.Run(TimeSpan.FromMilliseconds(3));
        right.Take(left);
        Assert.True(network.RunUntil(() => left.IsConnected && right.IsConnected, TimeSpan.FromSeconds(20)));
        Assert.NotEqual(left.Agent.IsControlling, right.Agent.IsControlling);
    }

    [Theory]
    [InlineData(true, StunAttribute.IceControlling, ulong.MinValue, true)]
    [InlineData(true, StunAttribute.IceControlling, ulong.MaxValue, false)]
    [InlineData(false, StunAttribute.IceControlled, ulong.MaxValue, true)]
    [InlineData(false, StunAttribute.IceControlled, ulong.MinValue, false)]
    public void Check_InOurOwnRole_IsRefusedOrMakesUsSwitch(bool controlling, StunAttribute role, ulong theirs, bool refused)
    {
        var peer = new RawPeer(new IceOptions { Controlling = controlling });
        peer.Give(peer.Check(role, theirs));
        byte[] answer = peer.Sent()[0].Bytes;
        Assert.Equal(refused ? 487 : 0, RawPeer.ErrorOf(answer));
        Assert.Equal(refused == controlling, peer.Agent.IsControlling);
        Assert.Equal(refused ? 0 : 1, peer.Agent.Stats.ChecksAnswered);
    }

    [Fact]
    public void Refusal487_OfACheck_SwitchesTheRoleAndChecksAgainAtOnce()
    {
        var peer = new RawPeer();
        peer.Agent.AddRemoteCandidate(peer.Now, RawPeer.CandidateAt("198.51.100.1:5000"));
        byte[] check = Assert.Single(peer.Sent()).Bytes;
        peer.Give(RawPeer.Answer(check, error: 487));
        Assert.False(peer.Agent.IsControlling);
        byte[] again = Assert.Single(peer.Sent()).Bytes;
        Assert.True(RawPeer.Has(again, StunAttribute.IceControlled));
        // A second refusal of a check sent in the old role does not switch back.
        peer.Agent.AddRemoteCandidate(peer.Now, RawPeer.CandidateAt("198.51.100.2:5000"));
        peer.Give(RawPeer.Answer(check, error: 487));
        Assert.False(peer.Agent.IsControlling);
    }

    [Fact]
    public void Refusal487_OfEveryCheck_MakesNoStorm()
    {
        var peer = new RawPeer();
        peer.Agent.AddRemoteCandidate(peer.Now, RawPeer.CandidateAt("198.51.100.1:5000"));
        int checks = 0;
        for (int round = 0; round < 1000; round++)
        {
            foreach ((IPEndPoint _, byte[] check) in peer.Sent())
            {
                checks++;
                peer.Give(RawPeer.Answer(check, error: 487));
            }
        }

        Assert.InRange(checks, 2, 10);
    }

    [Fact]
    public void AggressivePeer_WhoNominatesEveryPair_DoesNotMakeTheRoadFlap()
    {
        var peer = new RawPeer(AgentHost.Controlled);
        IPEndPoint better = RawPeer.Remote, lesser = IPEndPoint.Parse("198.51.100.2:5000");
        peer.Agent.AddRemoteCandidate(peer.Now, RawPeer.CandidateAt(better.ToString(), priority: 2_000_000_000));
        peer.Agent.AddRemoteCandidate(peer.Now, RawPeer.CandidateAt(lesser.ToString(), priority: 1_000_000_000));
        for (int second = 0; second < 60; second++)
        {
            foreach (IPEndPoint from in new[] { lesser, better })
            {
                peer.Give(peer.Check(StunAttribute.IceControlling, useCandidate: true), from);
                AnswerAll();
            }

            peer.Now += TimeSpan.FromSeconds(1);
            peer.Agent.Advance(peer.Now);
            AnswerAll();
        }

        var routes = new List<IceRoute>();
        while (peer.Agent.TryDequeue(out IceEvent e))
        {
            if (e is IceEvent.RouteSelected selected)
                routes.Add(selected.Route);
        }

        Assert.Equal([lesser, better], routes.Select(route => route.Remote));

        void AnswerAll()
        {
            foreach ((IPEndPoint to, byte[] bytes) in peer.Sent().Where(sent => RawPeer.ClassOf(sent.Bytes) == StunClass.Request))
                peer.Give(RawPeer.Answer(bytes), to);
        }
    }

    [Fact]
    public void LesserPair_NominatedWhenTheSelectedFallsSilent_IsTakenSoon()
    {
        var peer = new RawPeer(AgentHost.Controlled);
        IPEndPoint better = RawPeer.Remote, lesser = IPEndPoint.Parse("198.51.100.2:5000");
        peer.Agent.AddRemoteCandidate(peer.Now, RawPeer.CandidateAt(better.ToString(), priority: 2_000_000_000));
        peer.Give(peer.Check(StunAttribute.IceControlling, useCandidate: true), better);
        AnswerOnly(better);
        Assert.Equal(better, peer.Agent.Route!.Remote);
        peer.Now += TimeSpan.FromSeconds(2);
        peer.Give(peer.Check(StunAttribute.IceControlling, useCandidate: true), lesser);
        AnswerOnly(lesser);
        TimeSpan moved = peer.Now;
        while (peer.Agent.Route!.Remote.Equals(better) && peer.Now < moved + TimeSpan.FromSeconds(5))
        {
            peer.Now = peer.Agent.Deadline!.Value;
            peer.Agent.Advance(peer.Now);
            AnswerOnly(lesser);
        }

        Assert.Equal(lesser, peer.Agent.Route!.Remote);
        Assert.True(peer.Now - moved <= TimeSpan.FromSeconds(1), $"{peer.Now - moved}");

        void AnswerOnly(IPEndPoint from)
        {
            foreach ((IPEndPoint to, byte[] bytes) in peer.Sent().Where(sent => RawPeer.ClassOf(sent.Bytes) == StunClass.Request && sent.To.Equals(from)))
                peer.Give(RawPeer.Answer(bytes), to);
        }
    }

    [Fact]
    public void LitePeer_MakesUsControl()
    {
        var agent = new IceAgent(AgentHost.Controlled, new SeededRandom(1));
        agent.SetRemote(TimeSpan.Zero, RawPeer.Credentials, remoteIsLite: true);
        Assert.True(agent.IsControlling);
    }

    [Fact]
    public void LitePeer_ThatOnlyAnswers_IsNominated()
    {
        var peer = new RawPeer(AgentHost.Controlled, remoteKnown: false);
        peer.Agent.SetRemote(peer.Now, RawPeer.Credentials, remoteIsLite: true);
        peer.Connect();
        Assert.Equal(RawPeer.Remote, peer.Agent.Route!.Remote);
    }

    /// <summary>Draws the same first number as every other, and its own from then on.</summary>
    private sealed class TwinRandom(ulong seed) : RandomNumberGenerator
    {
        private readonly SeededRandom _rest = new(seed);
        private bool _began;

        public override void GetBytes(byte[] data) => GetBytes(data.AsSpan());

        public override void GetBytes(Span<byte> data)
        {
            if (_began)
                _rest.GetBytes(data);
            else
                data.Fill(0x55);
            _began = true;
        }

        protected override void Dispose(bool disposing)
        {
            _rest.Dispose();
            base.Dispose(disposing);
        }
    }
}
