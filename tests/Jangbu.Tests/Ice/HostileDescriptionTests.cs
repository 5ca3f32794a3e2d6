using System.Net;
using Jangbu.WebRtc.Ice;
using Jangbu.WebRtc.Sdp;
using Jangbu.WebRtc.Stun;

namespace Jangbu.Tests.Ice;

/// <summary>Whoever writes a description chooses our targets: what it cannot make us do.</summary>
public sealed class HostileDescriptionTests
{
    [Theory]
    [InlineData("127.0.0.1:5000")]
    [InlineData("[::1]:5000")]
    [InlineData("0.0.0.0:5000")]
    [InlineData("0.1.2.3:5000")]
    [InlineData("[::]:5000")]
    [InlineData("224.0.0.251:5000")]
    [InlineData("239.255.255.250:5000")]
    [InlineData("255.255.255.255:5000")]
    [InlineData("240.0.0.1:5000")]
    [InlineData("169.254.169.254:5000")]
    [InlineData("[fe80::1]:5000")]
    [InlineData("[fec0::1]:5000")]
    [InlineData("[ff02::1]:5000")]
    [InlineData("[::ffff:192.0.2.1]:5000")]
    [InlineData("198.51.100.1:22")]
    [InlineData("198.51.100.1:25")]
    [InlineData("198.51.100.1:53")]
    [InlineData("198.51.100.1:80")]
    [InlineData("198.51.100.1:123")]
    [InlineData("198.51.100.1:1023")]
    [InlineData("198.51.100.1:1900")]
    [InlineData("198.51.100.1:3306")]
    [InlineData("198.51.100.1:5353")]
    [InlineData("198.51.100.1:11211")]
    public void ForbiddenTarget_IsRefusedAndNeverSentTo(string target)
    {
        var peer = new RawPeer();
        Assert.False(peer.Agent.AddRemoteCandidate(peer.Now, RawPeer.CandidateAt(target)));
        Assert.Empty(peer.SentFor(TimeSpan.FromMinutes(1)));
        Assert.Equal(1, peer.Agent.Stats.CandidatesRefused);
    }

    [Theory]
    [InlineData("198.51.100.1:443")]
    [InlineData("198.51.100.1:1024")]
    [InlineData("10.0.0.1:5000")]
    [InlineData("[2001:db8::1]:5000")]
    public void OrdinaryTarget_IsTaken(string target) => Assert.True(new RawPeer().Agent.AddRemoteCandidate(TimeSpan.FromSeconds(100), RawPeer.CandidateAt(target)));

    [Fact]
    public void ForbiddenTarget_IsTakenWhereTheOptionAllowsIt() =>
        Assert.True(new RawPeer(AgentHost.Controlling with { AllowAnyRemoteAddress = true }).Agent.AddRemoteCandidate(TimeSpan.FromSeconds(100), RawPeer.CandidateAt("198.51.100.1:22")));

    [Fact]
    public void Loopback_IsTakenOnlyByAnAgentOnLoopback()
    {
        var peer = new RawPeer(local: "127.0.0.1:4000");
        Assert.True(peer.Agent.AddRemoteCandidate(peer.Now, RawPeer.CandidateAt("127.0.0.1:5000")));
        Assert.False(peer.Agent.AddRemoteCandidate(peer.Now, RawPeer.CandidateAt("127.0.0.1:53")));
    }

    [Fact]
    public void TenThousandCandidates_MakeLittleTraffic()
    {
        var lines = Enumerable.Range(0, 10_000).Select(index => $"a=candidate:{index} 1 udp {2_000_000_000 - index} 198.51.{100 + (index / 250)}.{1 + (index % 250)} 5000 typ host\r\n");
        string sdp = "v=0\r\nm=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\na=ice-ufrag:peerpeer\r\na=ice-pwd:peer-password-of-24-chars\r\n"
            + $"a=fingerprint:sha-256 {string.Join(':', Enumerable.Repeat("AB", 32))}\r\n" + string.Concat(lines);
        Assert.False(SessionDescription.TryParse(sdp, out _, out SdpError error));
        Assert.Equal(SdpError.TooLong, error);
        Assert.True(SessionDescription.TryParse(sdp.AsSpan(0, SessionDescription.MaxLength), out SessionDescription? description));
        Assert.Equal(SessionDescription.MaxCandidates, description!.Candidates.Count);

        var peer = new RawPeer();
        foreach (Candidate candidate in description.Candidates)
            peer.Agent.AddRemoteCandidate(peer.Now, candidate);
        List<(TimeSpan At, IPEndPoint To, byte[] Bytes)> sent = peer.SentFor(TimeSpan.FromMinutes(2));
        Assert.All(sent.GroupBy(one => one.To), target => Assert.True(target.Count() <= IceAgent.MaxSends));
        TimeSpan start = sent[0].At;
        Assert.All(sent.GroupBy(one => (int)(one.At - start).TotalSeconds), second => Assert.True(second.Count() <= 20, $"{second.Count()} in second {second.Key}"));
        Assert.Equal(IceState.Failed, peer.Agent.State);
    }

    [Fact]
    public void RemoteCandidates_AtTheLimitAndOnePast()
    {
        var peer = new RawPeer();
        for (int index = 0; index < SessionDescription.MaxCandidates; index++)
            Assert.True(peer.Agent.AddRemoteCandidate(peer.Now, RawPeer.CandidateAt($"198.51.100.1:{2000 + index}")));
        Assert.False(peer.Agent.AddRemoteCandidate(peer.Now, RawPeer.CandidateAt("198.51.100.2:5000")));
        Assert.True(peer.Agent.AddRemoteCandidate(peer.Now, RawPeer.CandidateAt("198.51.100.1:2000")), "a known one is no new one");
    }

    [Fact]
    public void Pairs_OfManyAddresses_StayAtTheLimit()
    {
        var agent = new IceAgent(AgentHost.Controlling, new SeededRandom(1));
        for (int index = 0; index < IceAgent.MaxLocalAddresses; index++)
            agent.AddLocalAddress(TimeSpan.Zero, IPEndPoint.Parse($"192.0.2.{index + 1}:4000"));
        for (int index = 0; index < 32; index++)
            agent.AddRemoteCandidate(TimeSpan.Zero, RawPeer.CandidateAt($"198.51.100.1:{2000 + index}"));
        agent.SetRemote(TimeSpan.Zero, RawPeer.Credentials);
        var targets = new HashSet<(IPEndPoint, IPEndPoint)>();
        byte[] buffer = new byte[4096];
        for (TimeSpan now = TimeSpan.Zero; now < TimeSpan.FromSeconds(39); now += TimeSpan.FromMilliseconds(50))
        {
            agent.Advance(now);
            while (agent.TryTransmit(buffer, out _, out IPEndPoint local, out IPEndPoint remote))
                targets.Add((local, remote));
        }

        Assert.Equal(100, targets.Count);
    }

    [Fact]
    public void PeerReflexive_Flood_IsLearntToItsLimit()
    {
        var peer = new RawPeer();
        for (int index = 0; index < 100; index++)
            peer.Give(peer.Check(), new IPEndPoint(RawPeer.Remote.Address, 5000 + index));
        Assert.Equal(16, peer.Sent().Where(sent => RawPeer.ClassOf(sent.Bytes) == StunClass.Request).Select(sent => sent.To).Distinct().Count());
    }

    [Fact]
    public void PeerReflexive_FromAForbiddenAddress_IsAnsweredButNeverCheckedBack()
    {
        var peer = new RawPeer();
        peer.Give(peer.Check(), IPEndPoint.Parse("198.51.100.1:53"));
        Assert.Equal(StunClass.Success, RawPeer.ClassOf(Assert.Single(peer.Sent()).Bytes));
        Assert.DoesNotContain(peer.SentFor(TimeSpan.FromSeconds(20)), sent => sent.To.Port == 53);
    }

    [Fact]
    public void Checks_TowardOneTriggeringAddress_EndWithinTheirBound()
    {
        // It knows the password and asks for ever, but never answers: the address may be a victim's.
        var peer = new RawPeer();
        int checks = 0;
        for (int round = 0; round < 2000; round++)
        {
            peer.Give(peer.Check());
            checks += peer.SentFor(TimeSpan.FromMilliseconds(15)).Count(sent => RawPeer.ClassOf(sent.Bytes) == StunClass.Request);
        }

        Assert.InRange(checks, 7, 64);
    }

    [Fact]
    public void LocalAddress_OfTheWildcard_IsAMistakeOfTheCaller()
    {
        var agent = new IceAgent(AgentHost.Controlling, new SeededRandom(1));
        Assert.Throws<ArgumentException>(() => agent.AddLocalAddress(TimeSpan.Zero, IPEndPoint.Parse("0.0.0.0:4000")));
        Assert.Throws<ArgumentException>(() => agent.AddLocalAddress(TimeSpan.Zero, IPEndPoint.Parse("192.0.2.1:0")));
    }

    [Fact]
    public void Option_OutsideItsRange_IsNamed()
    {
        ArgumentOutOfRangeException error = Assert.Throws<ArgumentOutOfRangeException>(() => new IceAgent(AgentHost.Controlling with { Pace = TimeSpan.Zero }, new SeededRandom(1)));
        Assert.Contains("Pace", error.Message, StringComparison.Ordinal);
    }
}
