using System.Net;
using Jangbu.WebRtc;
using Jangbu.WebRtc.Dcep;
using Jangbu.WebRtc.Dtls;
using Jangbu.WebRtc.Ice;
using Jangbu.WebRtc.Sctp;
using Jangbu.WebRtc.Sdp;

namespace Jangbu.Tests.Connections;

/// <summary>The layers together: two connections under a virtual clock, or with OpenSSL where that matters.</summary>
public sealed class PeerConnectionTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Connection_FromOfferToMessage_TellsEachStageOnceInOrder(bool openSsl)
    {
        using var pair = new ConnectionPair(openSsl: openSsl);
        DataChannel channel = pair.Offerer.Connection.CreateDataChannel(pair.Now, "jangbu", "jangbu/1");
        Assert.Equal(SendResult.Queued, channel.Send(pair.Now, "early"));
        pair.Connect();
        pair.Answerer.Echo = true;
        channel.Send(pair.Now, "안녕");
        pair.Run(() => pair.Offerer.Messages.Count == 1, TimeSpan.FromSeconds(1));
        Assert.Equal(["jangbu: early", "jangbu: 안녕"], pair.Answerer.Messages);
        Assert.Equal(["jangbu: 안녕"], pair.Offerer.Messages);
        Assert.Equal(
            [
                PeerConnectionEventKind.GatheringDone, PeerConnectionEventKind.IceConnected, PeerConnectionEventKind.DtlsConnected,
                PeerConnectionEventKind.Connected, PeerConnectionEventKind.ChannelOpened, PeerConnectionEventKind.MessageReceived,
            ],
            pair.Offerer.Kinds.Where(kind => kind != PeerConnectionEventKind.BufferedAmountLow));
        PeerConnectionEvent opened = pair.Answerer.Events.Single(e => e.Kind == PeerConnectionEventKind.ChannelOpened);
        Assert.Equal(("jangbu", "jangbu/1"), (opened.Channel!.Label, opened.Channel.Protocol));
        Assert.Equal(CandidateType.Host, pair.Offerer.Events.Single(e => e.Kind == PeerConnectionEventKind.IceConnected).Route!.Kind);
    }

    [Fact]
    public void Channels_OfBothSides_GetStreamsOfTheirOwnParity()
    {
        using var pair = new ConnectionPair();
        pair.Connect();
        DataChannel[] offerers = [.. Enumerable.Range(0, 3).Select(i => pair.Offerer.Connection.CreateDataChannel(pair.Now, $"o{i}"))];
        DataChannel[] answerers = [.. Enumerable.Range(0, 3).Select(i => pair.Answerer.Connection.CreateDataChannel(pair.Now, $"a{i}"))];
        pair.Run(longest: TimeSpan.FromSeconds(1));
        // The answerer is active, so the DTLS client, so even (RFC 8832 §6).
        Assert.All(answerers, channel => Assert.Equal(0, channel.Id!.Value.Value % 2));
        Assert.All(offerers, channel => Assert.Equal(1, channel.Id!.Value.Value % 2));
        Assert.All(offerers.Concat(answerers), channel => Assert.Equal(ChannelState.Open, channel.State));
    }

    [Fact]
    public void Close_InOrder_DeliversWhatWasSentAndTellsBothSides()
    {
        using var pair = new ConnectionPair();
        DataChannel channel = pair.Offerer.Connection.CreateDataChannel(pair.Now, "c");
        pair.Connect();
        for (int i = 0; i < 200; i++)
            channel.Send(pair.Now, $"{i}");
        pair.Offerer.Connection.Close(pair.Now);
        Assert.Equal(PeerConnectionState.Closing, pair.Offerer.Connection.State);
        Assert.Equal(SendResult.Closed, channel.Send(pair.Now, "late"));
        pair.Run();
        Assert.Equal(200, pair.Answerer.Messages.Count);
        AssertEnd(pair.Offerer, PeerConnectionCloseReason.ClosedLocally);
        AssertEnd(pair.Answerer, PeerConnectionCloseReason.ClosedByPeer);
        Assert.Equal(PeerConnectionEventKind.ChannelClosed, pair.Answerer.Kinds.Reverse().Skip(1).First());
    }

    [Fact]
    public void Close_OfBothAtOnce_Ends()
    {
        using var pair = new ConnectionPair();
        pair.Offerer.Connection.CreateDataChannel(pair.Now, "c");
        pair.Connect();
        pair.Offerer.Connection.Close(pair.Now);
        pair.Answerer.Connection.Close(pair.Now);
        pair.Run();
        Assert.Equal((PeerConnectionState.Closed, PeerConnectionState.Closed), (pair.Offerer.Connection.State, pair.Answerer.Connection.State));
    }

    [Fact]
    public void Close_WhenThePeerIsGone_EndsByItself()
    {
        using var pair = new ConnectionPair();
        pair.Offerer.Connection.CreateDataChannel(pair.Now, "c");
        pair.Connect();
        pair.Drop = static _ => true;
        TimeSpan before = pair.Now;
        pair.Offerer.Connection.Close(pair.Now);
        pair.Run(() => pair.Offerer.Connection.State == PeerConnectionState.Closed);
        Assert.Equal(PeerConnectionCloseReason.AbortedLocally, pair.Offerer.Connection.CloseReason);
        Assert.InRange(pair.Now - before, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(6));
    }

    [Fact]
    public void Abort_IsTheLastWordAndThePeerKnowsAtOnce()
    {
        using var pair = new ConnectionPair();
        pair.Offerer.Connection.CreateDataChannel(pair.Now, "c");
        pair.Connect();
        pair.Run(longest: TimeSpan.FromMilliseconds(100));
        TimeSpan before = pair.Now;
        pair.Offerer.Connection.Abort(pair.Now);
        pair.Run(() => pair.Answerer.Connection.State == PeerConnectionState.Closed);
        Assert.InRange(pair.Now - before, TimeSpan.Zero, TimeSpan.FromMilliseconds(20));
        AssertEnd(pair.Offerer, PeerConnectionCloseReason.AbortedLocally);
        AssertEnd(pair.Answerer, PeerConnectionCloseReason.AbortedByPeer);
    }

    [Fact]
    public void Fingerprint_OfAnother_EndsBeforeAnyMessage()
    {
        using var pair = new ConnectionPair();
        using var stranger = DtlsCertificate.CreateForSimulation(new SeededRandom(9));
        pair.Offerer.Connection.CreateDataChannel(pair.Now, "c").Send(pair.Now, "secret");
        pair.Gather();
        pair.Answerer.Connection.SetRemoteDescription(pair.Now, ConnectionPair.Through(pair.Offerer.Connection.CreateDescription()));
        SessionDescription answer = pair.Answerer.Connection.CreateDescription() with { Fingerprints = [stranger.Fingerprint] };
        pair.Offerer.Connection.SetRemoteDescription(pair.Now, ConnectionPair.Through(answer));
        pair.Run();
        AssertEnd(pair.Offerer, PeerConnectionCloseReason.FingerprintMismatch);
        AssertEnd(pair.Answerer, PeerConnectionCloseReason.DtlsFailed);
        Assert.Empty(pair.Answerer.Messages);
    }

    [Fact]
    public void Description_WithAnotherFingerprintLater_IsRefused()
    {
        using var pair = new ConnectionPair();
        using var stranger = DtlsCertificate.CreateForSimulation(new SeededRandom(9));
        pair.Connect();
        Assert.False(pair.Offerer.Connection.SetRemoteDescription(pair.Now, pair.Answerer.Connection.CreateDescription() with { Fingerprints = [stranger.Fingerprint] }));
        Assert.Equal(PeerConnectionState.Connected, pair.Offerer.Connection.State);
    }

    [Theory]
    [InlineData(SetupRole.ActPass, true)]
    [InlineData(SetupRole.Active, true)]
    [InlineData(SetupRole.Passive, true)]
    [InlineData(SetupRole.HoldConn, false)]
    public void Setup_OfTheOffer_SettlesTheRolesInOnePlace(SetupRole offered, bool connects)
    {
        using var pair = new ConnectionPair();
        pair.Gather();
        bool taken = pair.Answerer.Connection.SetRemoteDescription(pair.Now, pair.Offerer.Connection.CreateDescription() with { Setup = offered });
        Assert.Equal(connects, taken);
        if (connects)
            Assert.Equal(offered == SetupRole.Active ? SetupRole.Passive : SetupRole.Active, pair.Answerer.Connection.CreateDescription().Setup);
        else
            Assert.Equal(PeerConnectionCloseReason.NoDtlsRole, pair.Answerer.Connection.CloseReason);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Path_WithLoss_StillDeliversEverything(ulong seed)
    {
        using var pair = new ConnectionPair(seed) { Delay = TimeSpan.FromMilliseconds(25) };
        var chance = new SeededRandom(seed);
        byte[] drawn = new byte[1];
        pair.Drop = _ =>
        {
            chance.GetBytes(drawn);
            return drawn[0] < 51; // a fifth
        };
        DataChannel channel = pair.Offerer.Connection.CreateDataChannel(pair.Now, "c");
        pair.Connect();
        for (int i = 0; i < 100; i++)
            channel.Send(pair.Now, new string((char)('a' + i % 26), i * 37));
        pair.Run(() => pair.Answerer.Messages.Count == 100);
        Assert.Equal(Enumerable.Range(0, 100).Select(i => "c: " + new string((char)('a' + i % 26), i * 37)), pair.Answerer.Messages);
    }

    [Fact]
    public void Path_ThatDies_EndsWithAClearReason()
    {
        using var pair = new ConnectionPair();
        pair.Offerer.Connection.CreateDataChannel(pair.Now, "c");
        pair.Connect();
        pair.Drop = static _ => true;
        TimeSpan before = pair.Now;
        pair.Run(() => pair.Offerer.Connection.State == PeerConnectionState.Closed);
        AssertEnd(pair.Offerer, PeerConnectionCloseReason.NoPath);
        Assert.Contains(PeerConnectionEventKind.IceDisconnected, pair.Offerer.Kinds);
        Assert.InRange(pair.Now - before, TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(36));
    }

    [Fact]
    public void Messages_LongerThanThePeerTakes_AreRefused()
    {
        using var pair = new ConnectionPair();
        DataChannel channel = pair.Offerer.Connection.CreateDataChannel(pair.Now, "c");
        pair.Connect();
        Assert.Equal(SendResult.TooLong, channel.Send(pair.Now, new byte[(256 << 10) + 1]));
        Assert.Equal(SendResult.Queued, channel.Send(pair.Now, new byte[256 << 10]));
        Assert.True(channel.BufferedAmount > 200_000);
        pair.Run(() => pair.Answerer.Messages.Count == 1);
        Assert.Equal(0, channel.BufferedAmount);
        Assert.Contains(PeerConnectionEventKind.BufferedAmountLow, pair.Offerer.Kinds);
    }

    [Fact]
    public void Reader_ThatTakesNothing_HoldsThePeerBackAndLosesNothing()
    {
        using var pair = new ConnectionPair();
        DataChannel channel = pair.Offerer.Connection.CreateDataChannel(pair.Now, "c");
        pair.Connect();
        pair.Answerer.Reads = false;
        for (int i = 0; i < 60; i++)
            Assert.Equal(SendResult.Queued, channel.Send(pair.Now, new byte[50_000]));
        pair.Run(longest: TimeSpan.FromSeconds(20));
        Assert.True(channel.BufferedAmount > 1_000_000, $"{channel.BufferedAmount} of 3,000,000 bytes wait; the window has 1 MiB");
        pair.Answerer.Reads = true;
        pair.Run(() => pair.Answerer.Messages.Count == 60);
        Assert.Equal(60, pair.Answerer.Messages.Count);
    }

    [Fact]
    public void EarlyMessages_PastTheLimit_AreRefused()
    {
        using var pair = new ConnectionPair();
        DataChannel channel = pair.Offerer.Connection.CreateDataChannel(pair.Now, "c");
        Assert.Equal(SendResult.Queued, channel.Send(pair.Now, new byte[DataChannel.MaxEarlyBytes]));
        Assert.Equal(SendResult.BufferFull, channel.Send(pair.Now, new byte[1]));
        Assert.Equal(DataChannel.MaxEarlyBytes, channel.BufferedAmount);
    }

    [Fact]
    public void Datagrams_OfStrangersAndOfNoProtocol_ChangeNothing()
    {
        using var pair = new ConnectionPair();
        pair.Connect();
        var stranger = new IPEndPoint(IPAddress.Parse("198.51.100.7"), 7);
        foreach (byte first in new byte[] { 0, 1, 4, 19, 20, 23, 63, 64, 80, 128, 255 })
        {
            pair.Offerer.Connection.Receive(pair.Now, pair.Offerer.Address, stranger, [first, .. new byte[60]]);
            pair.Offerer.Connection.Receive(pair.Now, pair.Offerer.Address, pair.Answerer.Address, [first, .. new byte[60]]);
        }
        pair.Offerer.Connection.Receive(pair.Now, pair.Offerer.Address, stranger, []);
        pair.Drain();
        Assert.Equal(PeerConnectionState.Connected, pair.Offerer.Connection.State);
    }

    [Fact]
    public void Restart_WithNewCredentials_KeepsChannelsAndDtls()
    {
        using var pair = new ConnectionPair();
        DataChannel channel = pair.Offerer.Connection.CreateDataChannel(pair.Now, "c");
        pair.Connect();
        pair.Offerer.Connection.RestartIce(pair.Now);
        SessionDescription offer = pair.Offerer.Connection.CreateDescription();
        Assert.True(pair.Answerer.Connection.SetRemoteDescription(pair.Now, ConnectionPair.Through(offer)));
        pair.Answerer.Connection.RestartIce(pair.Now);
        Assert.True(pair.Offerer.Connection.SetRemoteDescription(pair.Now, ConnectionPair.Through(pair.Answerer.Connection.CreateDescription())));
        pair.Run(longest: TimeSpan.FromSeconds(3));
        channel.Send(pair.Now, "after");
        pair.Run(() => pair.Answerer.Messages.Count == 1, TimeSpan.FromSeconds(3));
        Assert.Equal(["c: after"], pair.Answerer.Messages);
    }

    [Fact]
    public void Answer_WithoutAnOffer_IsAnError()
    {
        using var pair = new ConnectionPair();
        Assert.Throws<InvalidOperationException>(pair.Answerer.Connection.CreateDescription);
    }

    [Fact]
    public void SameSeed_GivesTheSameDatagrams()
    {
        List<byte[]>[] runs = [[], []];
        foreach (List<byte[]> run in runs)
        {
            using var pair = new ConnectionPair(seed: 42);
            pair.Offerer.Connection.CreateDataChannel(pair.Now, "c");
            pair.Connect();
            run.AddRange(pair.Sent.Select(sent => sent.Datagram));
        }
        Assert.Equal(runs[0], runs[1]);
    }

    private static void AssertEnd(ConnectionPair.Side side, PeerConnectionCloseReason reason)
    {
        Assert.Equal(PeerConnectionState.Closed, side.Connection.State);
        Assert.Equal(reason, side.Connection.CloseReason);
        Assert.Single(side.Kinds, PeerConnectionEventKind.Closed);
        Assert.Equal((PeerConnectionEventKind.Closed, reason), (side.Events[^1].Kind, side.Events[^1].Reason));
        Assert.Null(side.Connection.Deadline);
    }
}
