using System.Net;
using Jangbu.WebRtc.Ice;
using Jangbu.WebRtc.Stun;

namespace Jangbu.Tests.Ice;

/// <summary>Checks that come before the peer's description or candidates: answered, kept, and merged later without losing the pair.</summary>
public sealed class EarlyCheckTests
{
    [Fact]
    public void Check_BeforeTheDescription_IsAnsweredAndCheckedBackOnceItIsKnown()
    {
        var peer = new RawPeer(remoteKnown: false);
        peer.Give(peer.Check());
        Assert.Equal(StunClass.Success, RawPeer.ClassOf(Assert.Single(peer.Sent()).Bytes));
        peer.Agent.SetRemote(peer.Now, RawPeer.Credentials);
        (IPEndPoint to, byte[] bytes) = Assert.Single(peer.Sent());
        Assert.Equal(RawPeer.Remote, to);
        Assert.Equal(StunClass.Request, RawPeer.ClassOf(bytes));
    }

    [Fact]
    public void Payload_BeforeTheDescription_FromACheckedAddress_IsHandedUp()
    {
        // A ClientHello may overtake the answer; PeerConnection keeps it, and losing it costs a second.
        var peer = new RawPeer(remoteKnown: false);
        peer.Give(peer.Check());
        Assert.True(peer.Give([22, 254, 253]));
    }

    [Fact]
    public void EarlyCheck_OfAnotherSession_IsForgotten()
    {
        var peer = new RawPeer(remoteKnown: false);
        peer.Give(peer.Check(username: $"{peer.Agent.LocalCredentials.UsernameFragment}:elsewhere"));
        peer.Sent();
        peer.Agent.SetRemote(peer.Now, RawPeer.Credentials);
        Assert.Empty(peer.Sent());
    }

    [Fact]
    public void EarlyChecks_PastTheirLimit_AreAnsweredButNotKept()
    {
        var peer = new RawPeer(remoteKnown: false);
        for (int index = 0; index <= MaxEarlyChecks; index++)
            peer.Give(peer.Check(), new IPEndPoint(RawPeer.Remote.Address, 5000 + index));
        Assert.Equal(MaxEarlyChecks + 1, peer.Sent().Count);
        Assert.True(peer.Give([22], new IPEndPoint(RawPeer.Remote.Address, 5000 + MaxEarlyChecks - 1)));
        Assert.False(peer.Give([22], new IPEndPoint(RawPeer.Remote.Address, 5000 + MaxEarlyChecks)));
    }

    [Fact]
    public void PeerReflexive_SignalledLater_IsMergedAndKeepsItsPair()
    {
        var peer = new RawPeer();
        peer.Give(peer.Check());
        byte[] check = peer.Sent().Single(sent => RawPeer.ClassOf(sent.Bytes) == StunClass.Request).Bytes;
        peer.Give(RawPeer.Answer(check));
        byte[] nomination = peer.Sent().Single(sent => RawPeer.Has(sent.Bytes, StunAttribute.UseCandidate)).Bytes;
        // While the nomination is under way the real candidate arrives.
        Assert.True(peer.Agent.AddRemoteCandidate(peer.Now, RawPeer.CandidateAt("198.51.100.1:5000")));
        Assert.Empty(peer.Sent());
        peer.Give(RawPeer.Answer(nomination));
        Assert.Equal(IceState.Connected, peer.Agent.State);
        Assert.Equal(CandidateType.Host, peer.Agent.Route!.RemoteType);
    }

    [Fact]
    public void PeerReflexive_SignalledAfterSelection_ChangesOnlyTheRoutesKind()
    {
        var peer = new RawPeer();
        peer.Give(peer.Check());
        for (int round = 0; round < 2; round++)
        {
            foreach ((IPEndPoint _, byte[] bytes) in peer.Sent().Where(sent => RawPeer.ClassOf(sent.Bytes) == StunClass.Request))
                peer.Give(RawPeer.Answer(bytes));
        }

        Assert.Equal(CandidateType.PeerReflexive, peer.Agent.Route!.RemoteType);
        peer.Agent.AddRemoteCandidate(peer.Now, RawPeer.CandidateAt("198.51.100.1:5000", CandidateType.ServerReflexive, 1_694_498_815));
        Assert.Equal(CandidateType.ServerReflexive, peer.Agent.Route!.RemoteType);
        Assert.Equal(IceState.Connected, peer.Agent.State);
    }

    [Fact]
    public void NominationByAnEarlyCheck_HoldsOnceOurOwnCheckSucceeds()
    {
        var peer = new RawPeer(AgentHost.Controlled, remoteKnown: false);
        peer.Give(peer.Check(StunAttribute.IceControlling, useCandidate: true));
        peer.Sent();
        peer.Agent.SetRemote(peer.Now, RawPeer.Credentials);
        peer.Give(RawPeer.Answer(Assert.Single(peer.Sent()).Bytes));
        Assert.Equal(IceState.Connected, peer.Agent.State);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void Answerer_WhoChecksFirst_IsMetWhenTheAnswerArrives(int seconds)
    {
        var network = new VirtualNetwork(seconds);
        var offerer = new AgentHost(network, AgentHost.Controlling, 1, null, "192.0.2.1:4000");
        var answerer = new AgentHost(network, AgentHost.Controlled, 2, null, "192.0.2.2:4000");
        answerer.Take(offerer);
        network.Run(TimeSpan.FromSeconds(seconds * 7));
        offerer.Take(answerer);
        TimeSpan start = network.Now;
        Assert.True(network.RunUntil(() => offerer.IsConnected && answerer.IsConnected, TimeSpan.FromSeconds(5)));
        Assert.True(network.Now - start <= TimeSpan.FromMilliseconds(45), $"{network.Now - start}");
    }

    private const int MaxEarlyChecks = 32;
}
