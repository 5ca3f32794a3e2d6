using System.Net;
using Jangbu.Tests.Ice;
using Jangbu.WebRtc.Stun;
using Jangbu.WebRtc.Turn;

namespace Jangbu.Tests.Turn;

/// <summary>The TURN client alone against a server in the virtual network (RFC 8656).</summary>
public sealed class TurnAllocationTests
{
    private static readonly IPEndPoint Own = IPEndPoint.Parse("198.51.100.7:4000");
    private static readonly IPEndPoint Peer = IPEndPoint.Parse("192.0.2.9:6000");

    private readonly VirtualNetwork _network = new(8);
    private readonly VirtualTurnServer _server;
    private readonly List<(IPEndPoint From, string Text)> _received = [];
    private TurnAllocation _allocation;

    public TurnAllocationTests()
    {
        _server = new VirtualTurnServer(_network, IPEndPoint.Parse("203.0.113.1:3478"));
        _allocation = Make(_server.Client());
        _network.AddHost(Own.Address, (_, _, datagram) =>
        {
            if (_allocation.Receive(_network.Now, datagram, out IPEndPoint? peer, out ReadOnlySpan<byte> payload))
                _received.Add((peer!, System.Text.Encoding.UTF8.GetString(payload)));
            Drain();
        });
    }

    [Fact]
    public void Allocation_AfterTheChallenge_IsLent()
    {
        Start();
        Assert.Equal(TurnState.Ready, _allocation.State);
        Assert.Equal(["Allocate", "Allocate signed"], _server.Requests);
        Assert.Equal("203.0.113.1", _allocation.Relayed!.Address.ToString());
        Assert.Equal(Own, _allocation.Mapped);
    }

    [Fact]
    public void Data_ThroughTheChannel_PassesBothWays()
    {
        var atPeer = new List<string>();
        _network.AddHost(Peer.Address, (local, from, datagram) =>
        {
            atPeer.Add(System.Text.Encoding.UTF8.GetString(datagram));
            _network.Send(local, from, "back"u8);
        });
        Start();
        byte[] buffer = new byte[256];
        Assert.False(_allocation.TryWrap(Peer, "early"u8, buffer, out _));
        _allocation.AddPeer(_network.Now, Peer);
        Drain();
        _network.Run(TimeSpan.FromSeconds(1));
        Assert.True(_allocation.IsBound(Peer));
        Assert.True(_allocation.TryWrap(Peer, "there"u8, buffer, out int length));
        Assert.Equal(9, length);
        _network.Send(Own, _server.Address, buffer.AsSpan(0, length));
        _network.Run(TimeSpan.FromSeconds(1));
        Assert.Equal(["there"], atPeer);
        Assert.Equal([(Peer, "back")], _received);
    }

    [Fact]
    public void Data_FromAnotherPortOfAPermittedPeer_ComesAsIndication()
    {
        _network.AddHost(Peer.Address, (_, _, _) => { });
        Start();
        _allocation.AddPeer(_network.Now, Peer);
        Drain();
        _network.Run(TimeSpan.FromSeconds(1));
        var other = new IPEndPoint(Peer.Address, 7777);
        _network.Send(other, _allocation.Relayed!, "hello"u8);
        _network.Send(IPEndPoint.Parse("192.0.2.66:1"), _allocation.Relayed!, "stranger"u8);
        _network.Run(TimeSpan.FromSeconds(1));
        Assert.Equal([(other, "hello")], _received);
    }

    [Fact]
    public void WrongPassword_FailsWithoutAskingOnAndOn()
    {
        _allocation = Make(_server.Client() with { Password = "wrong" });
        Start();
        Assert.Equal(TurnState.Failed, _allocation.State);
        Assert.Equal(401, _allocation.FailureCode);
        Assert.Equal(2, _server.Requests.Count);
    }

    [Fact]
    public void Server_ThatChallengesForEver_IsGivenUpAfterThreeRetries()
    {
        // It changes its nonce with every answer, so each time there is reason to try.
        int changes = 0;
        _server.Tamper = answer =>
        {
            _server.AgeNonces();
            changes++;
            return answer;
        };
        Start();
        Assert.Equal(TurnState.Failed, _allocation.State);
        Assert.Equal(438, _allocation.FailureCode);
        Assert.Equal(1 + TurnAllocation.MaxRetries, changes);
    }

    [Fact]
    public void StaleNonce_InTheMiddle_IsRenewedUnnoticed()
    {
        Start();
        _server.AgeNonces();
        _allocation.AddPeer(_network.Now, Peer);
        Drain();
        _network.Run(TimeSpan.FromSeconds(1));
        Assert.True(_allocation.IsBound(Peer));
        Assert.Equal(["ChannelBind signed", "ChannelBind signed"], _server.Requests.Skip(2));
    }

    [Fact]
    public void SilentServer_IsAskedSevenTimesAndGivenUp()
    {
        _server.IsDead = true;
        Start(TimeSpan.FromMinutes(2));
        Assert.Equal(TurnState.Failed, _allocation.State);
        Assert.Equal(0, _allocation.FailureCode);
        Assert.Equal(TurnAllocation.MaxSends, _network.Sent.Count);
        Assert.Null(_allocation.Deadline);
    }

    [Fact]
    public void Loss_OfThirtyPercent_IsOvercome()
    {
        _network.Loss = 0.3;
        Start(TimeSpan.FromSeconds(30));
        Assert.Equal(TurnState.Ready, _allocation.State);
        _allocation.AddPeer(_network.Now, Peer);
        Drain();
        _network.Run(TimeSpan.FromSeconds(30));
        Assert.True(_allocation.IsBound(Peer));
    }

    [Fact]
    public void Allocation_IsKeptAliveForAnHourAndItsPeersToo()
    {
        Start();
        _allocation.AddPeer(_network.Now, Peer);
        Drain();
        _network.Run(TimeSpan.FromHours(1));
        Assert.Equal(TurnState.Ready, _allocation.State);
        Assert.True(_allocation.IsBound(Peer));
        Assert.InRange(_server.Refreshes, 6, 7);
        Assert.InRange(_server.Requests.Count(request => request == "ChannelBind signed"), 15, 16);
    }

    [Theory]
    [InlineData(0u)]
    [InlineData(1u)]
    [InlineData(60u)]
    public void Lifetime_ShortenedByTheServer_MakesNoStorm(uint seconds)
    {
        _server.Lifetime = seconds;
        Start();
        _network.Run(TimeSpan.FromMinutes(1));
        Assert.InRange(_server.Refreshes, 1, 12);
    }

    [Fact]
    public void Server_ThatForgetsTheAllocation_FailsItAtTheNextRefresh()
    {
        Start();
        _server.Tamper = _ => null;
        _network.Run(TimeSpan.FromMinutes(15));
        Assert.Equal(TurnState.Failed, _allocation.State);
        Assert.Null(_allocation.Relayed);
    }

    [Fact]
    public void Close_GivesTheAddressBack()
    {
        Start();
        Assert.Equal(1, _server.Leases);
        _allocation.Close(_network.Now);
        Drain();
        _network.Run(TimeSpan.FromSeconds(1));
        Assert.Equal(0, _server.Leases);
        Assert.Equal(TurnState.Closed, _allocation.State);
    }

    [Fact]
    public void Answer_UnsignedOrWronglySigned_IsPassedOver()
    {
        // The last 24 bytes of this server's grants are the signature.
        _server.Tamper = answer =>
        {
            if (answer[0] == 1 && answer[1] == 3)
                answer[^1] ^= 1;
            return answer;
        };
        Start(TimeSpan.FromMinutes(1));
        Assert.Equal(TurnState.Failed, _allocation.State);
        Assert.Null(_allocation.Relayed);
    }

    /// <summary>Header, relayed and mapped address, lifetime, signature.</summary>
    private const int GrantLength = 20 + 12 + 12 + 8 + 24;

    [Fact]
    public void Answers_WithAnyBitFlipped_NeverGiveAnotherAddress()
    {
        for (int bit = 0; bit < GrantLength * 8; bit++)
        {
            int flipped = bit;
            var network = new VirtualNetwork(1);
            var server = new VirtualTurnServer(network, IPEndPoint.Parse("203.0.113.1:3478"));
            server.Tamper = answer =>
            {
                if (answer[0] == 1 && answer[1] == 3 && answer.Length == GrantLength)
                    answer[flipped / 8] ^= (byte)(1 << (flipped % 8));
                return answer;
            };
            TurnAllocation allocation = Make(server.Client());
            void Flush()
            {
                byte[] buffer = new byte[StunWriter.BufferLength];
                while (allocation.TryTransmit(buffer, out int length))
                    network.Send(Own, server.Address, buffer.AsSpan(0, length));
            }

            network.AddHost(Own.Address, (_, _, datagram) =>
            {
                allocation.Receive(network.Now, datagram, out _, out _);
                Flush();
            });
            allocation.Start(network.Now);
            Flush();
            network.Run(TimeSpan.FromSeconds(1));
            Assert.True(allocation.Relayed is null, $"bit {flipped}: {allocation.Relayed}");
        }
    }

    [Fact]
    public void Peers_AtTheLimitAndOnePast()
    {
        Start();
        for (int index = 0; index <= TurnAllocation.MaxPeers; index++)
            _allocation.AddPeer(_network.Now, new IPEndPoint(Peer.Address, 1000 + index));
        Drain();
        _network.Run(TimeSpan.FromSeconds(2));
        Assert.True(_allocation.IsBound(new IPEndPoint(Peer.Address, 1000 + TurnAllocation.MaxPeers - 1)));
        Assert.False(_allocation.IsBound(new IPEndPoint(Peer.Address, 1000 + TurnAllocation.MaxPeers)));
        Assert.True(_allocation.IsRefused(new IPEndPoint(Peer.Address, 1000 + TurnAllocation.MaxPeers)));
    }

    private static TurnAllocation Make(TurnServer server) => new(server, new SeededRandom(5), TimeSpan.FromMilliseconds(250));

    private void Start(TimeSpan? run = null)
    {
        _allocation.Start(_network.Now);
        Drain();
        _network.Run(run ?? TimeSpan.FromSeconds(2));
    }

    private void Drain()
    {
        byte[] buffer = new byte[StunWriter.BufferLength];
        while (_allocation.TryTransmit(buffer, out int length))
            _network.Send(Own, _server.Address, buffer.AsSpan(0, length));
        if (_allocation.Deadline is { } deadline)
        {
            _network.At(deadline, () =>
            {
                if (_allocation.Deadline <= _network.Now)
                {
                    _allocation.Advance(_network.Now);
                    Drain();
                }
            });
        }
    }
}
