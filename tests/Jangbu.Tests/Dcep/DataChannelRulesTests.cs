using System.Buffers.Binary;
using System.Text;
using Jangbu.Tests.Sctp;
using Jangbu.WebRtc.Dcep;
using Jangbu.WebRtc.Sctp;

namespace Jangbu.Tests.Dcep;

/// <summary>What the standards and other stacks' defects ask of channels (RFC 8831, RFC 8832).</summary>
public sealed class DataChannelRulesTests
{
    [Fact]
    public void EmptyMessage_OnTheWire_IsOneZeroByteUnderItsOwnSign()
    {
        // pion/datachannel #60, datachannel-rs #45.
        (RawPeer peer, DataChannelSet set, Channel channel) = RawOpened();
        set.Send(peer.Now, channel, isText: true, []);
        set.Send(peer.Now, channel, isText: false, []);
        set.Send(peer.Now, channel, isText: true, "t"u8);
        set.Send(peer.Now, channel, isText: false, "b"u8);
        Assert.Equal([(56u, "00"), (57u, "00"), (51u, "74"), (53u, "62")], peer.Take().Where(chunk => chunk.Type == ChunkType.Data)
            .Select(chunk => (BinaryPrimitives.ReadUInt32BigEndian(chunk.Value.AsSpan(8)), Convert.ToHexString(chunk.Value.AsSpan(12)))));
    }

    [Fact]
    public void Open_OfWrongParityOrUsedNumberOrMalformed_IsRefused()
    {
        // webrtc-rs/rtc #199, #209, libpeer #273, sipsorcery #1789 C2.
        (RawPeer peer, DataChannelSet set, Channel channel) = RawOpened();
        byte[] open = new DcepOpen("evil", "", true, Reliability.Full, 0).Marshal();
        peer.Answer(RawPeer.Data(RawPeer.FirstTsn + 1, open, 3, 0, 1, 50)); // used
        peer.Answer(RawPeer.Data(RawPeer.FirstTsn + 2, open, 3, 2, 0, 50)); // our parity
        peer.Answer(RawPeer.Data(RawPeer.FirstTsn + 3, open[..5], 3, 3, 0, 50)); // cut short
        Assert.False(set.TryDequeue(out _));
        Assert.Equal(3, set.Stats.OpensRefused);
        Assert.Equal([channel], set.Channels);
        Assert.Equal(ChannelState.Open, channel.State);
        List<RawChunk> resets = [.. peer.Take().Where(chunk => chunk.Type == ChunkType.Reconfiguration)];
        Assert.NotEmpty(resets); // what is refused is reset, but the channel in use is not
        Assert.DoesNotContain(0, resets.SelectMany(reset => Streams(reset)));
        peer.Answer(RawPeer.Data(RawPeer.FirstTsn + 4, open, 3, 5, 0, 50));
        Assert.True(set.TryDequeue(out ChannelEvent opened));
        Assert.Equal((ChannelEventKind.Opened, "evil"), (opened.Kind, opened.Channel!.Label));
    }

    [Fact]
    public void Channels_PastTheMost_AreRefused()
    {
        ChannelPair pair = new(server: new DataChannelSetOptions { MaxChannels = 3 });
        pair.Start();
        Channel[] channels = [.. Enumerable.Range(0, 4).Select(i => pair.Client.Open(pair.Now, new ChannelOptions { Label = $"{i}" }))];
        pair.Run(TimeSpan.FromSeconds(3));
        Assert.Equal([ChannelState.Open, ChannelState.Open, ChannelState.Open, ChannelState.Closed], channels.Select(channel => channel.State));
        Assert.Equal(3, pair.Server.Channels.Count);
        Assert.Throws<InvalidOperationException>(() => pair.Server.Open(pair.Now, new ChannelOptions()));
    }

    [Theory]
    [InlineData(64, 1)]
    [InlineData(65, 0)]
    public void Labels_PastTheMostBytes_AreRefused(int length, int opened)
    {
        ChannelPair pair = new(server: new DataChannelSetOptions { MaxLabelBytes = 64 });
        pair.Start();
        pair.Client.Open(pair.Now, new ChannelOptions { Label = new string('a', length - 10), Protocol = new string('b', 10) });
        pair.Run(TimeSpan.FromSeconds(3));
        Assert.Equal(opened, pair.Server.Channels.Count);
    }

    [Fact]
    public void Labels_OfTheLongestThatTheFieldTakes_Arrive()
    {
        ChannelPair pair = new();
        pair.Start();
        string label = new('가', 21_845);
        pair.Client.Open(pair.Now, new ChannelOptions { Label = label, Protocol = new string('p', 65_535) });
        pair.Run(TimeSpan.FromSeconds(3));
        Assert.Equal(65_535, pair.ServerSees(label).Protocol.Length);
        Assert.Throws<ArgumentException>(() => pair.Client.Open(pair.Now, new ChannelOptions { Label = label + "a" }));
    }

    [Fact]
    public void PeerCloses_OursClosesTooAndBothNumbersAreFree()
    {
        // pion/sctp #238, str0m #286, webrtc-rs #468: a side that does not reset its own stream leaves the peer in "closing" for ever.
        ChannelPair pair = new();
        pair.Start();
        Channel ours = pair.Client.Open(pair.Now, new ChannelOptions { Label = "a" });
        pair.Run(TimeSpan.FromSeconds(1));
        pair.Server.Close(pair.Now, pair.ServerSees("a"));
        pair.Run(TimeSpan.FromSeconds(1));
        Assert.Equal(ChannelState.Closed, ours.State);
        Assert.Equal([ChannelEventKind.Opened, ChannelEventKind.Closing, ChannelEventKind.Closed],
            pair.ClientEvents.Where(happened => happened.Channel == ours).Select(happened => happened.Kind));
        Assert.Empty(pair.Client.Channels);
        Assert.Empty(pair.Server.Channels);
    }

    [Fact]
    public void PeerResets_LikeChrome_WeResetOurs()
    {
        (RawPeer peer, DataChannelSet set, Channel channel) = RawOpened();
        byte[] value = [.. Word(RawPeer.FirstTsn.Value), 0, 0, 0, 0, .. Word(RawPeer.FirstTsn.Value), 0, 0];
        peer.Answer(RawChunk.Make(ChunkType.Reconfiguration, 0, RawChunk.Parameter(13, value)));
        Assert.False(!set.TryDequeue(out ChannelEvent closing) || closing.Kind != ChannelEventKind.Closing);
        RawChunk request = peer.Take().Single(chunk => chunk.Type == ChunkType.Reconfiguration && chunk.Value[1] == 13);
        Assert.Equal([0], Streams(request));
        peer.Subject.Receive(peer.Now, RawPeer.Packet(peer.SubjectTag, RawChunk.Make(
            ChunkType.Reconfiguration, 0, RawChunk.Parameter(16, [.. Word(peer.SubjectTsn.Value), 0, 0, 0, 1]))));
        Assert.True(set.TryDequeue(out ChannelEvent closed));
        Assert.Equal((ChannelEventKind.Closed, channel), (closed.Kind, closed.Channel));
    }

    [Fact]
    public void BothClose_AtOnce_IsOneClosing()
    {
        ChannelPair pair = new();
        pair.Start();
        Channel ours = pair.Client.Open(pair.Now, new ChannelOptions { Label = "a" });
        pair.Run(TimeSpan.FromSeconds(1));
        pair.Client.Close(pair.Now, ours);
        pair.Server.Close(pair.Now, pair.ServerSees("a"));
        pair.Run(TimeSpan.FromSeconds(2));
        Assert.Single(pair.ClientEvents, happened => happened.Kind == ChannelEventKind.Closed);
        Assert.Single(pair.ServerEvents, happened => happened.Kind == ChannelEventKind.Closed);
        Assert.Empty(pair.Client.Channels);
    }

    [Fact]
    public void OpenAndClose_ManyTimesUnderLoss_NeverRunsOutOfNumbers()
    {
        // werift #495: closing with data under way and opening anew broke the association.
        ChannelPair pair = new(new SctpLink(6, new LinkFaults { Loss = 0.15, Jitter = TimeSpan.FromMilliseconds(20) },
            left: new AssociationOptions { Streams = 6 }));
        pair.Start();
        int opened = 0;
        for (int round = 0; round < 60; round++)
        {
            Channel channel = pair.Client.Open(pair.Now, new ChannelOptions { Label = $"{round}" });
            pair.Client.Send(pair.Now, channel, isText: true, Encoding.UTF8.GetBytes($"{round}"));
            pair.Client.Send(pair.Now, channel, isText: false, new byte[3000]);
            if (round % 2 == 0)
                pair.Run(TimeSpan.FromMilliseconds(60));
            pair.Client.Close(pair.Now, channel);
            for (int i = 0; i < 60 && channel.State != ChannelState.Closed; i++)
                pair.Run(TimeSpan.FromSeconds(1));
            Assert.Equal(ChannelState.Closed, channel.State);
            Assert.NotNull(channel.Id);
            opened++;
        }
        Assert.Equal(Enumerable.Range(0, opened).Select(i => $"{i}"), pair.ServerMessages.Where(message => message.IsText).Select(message => message.Text));
        Assert.Equal(opened, pair.ServerMessages.Count(message => !message.IsText && message.Text.Length == 3000));
    }

    [Fact]
    public void Negotiated_OnBothSides_OpensWithoutAWord()
    {
        ChannelPair pair = new();
        Channel left = pair.Client.Open(pair.Now, new ChannelOptions { Label = "n", Negotiated = new StreamId(9) });
        Channel right = pair.Server.Open(pair.Now, new ChannelOptions { Label = "n", Negotiated = new StreamId(9) });
        pair.Start();
        Assert.Equal((ChannelState.Open, ChannelState.Open), (left.State, right.State));
        pair.Server.Send(pair.Now, right, isText: true, "hi"u8);
        pair.Run(TimeSpan.FromSeconds(1));
        Assert.Equal("hi", pair.ClientMessages.Single().Text);
        Assert.Throws<ArgumentException>(() => pair.Client.Open(pair.Now, new ChannelOptions { Negotiated = new StreamId(9) }));
    }

    [Fact]
    public void UnorderedMessages_BeforeTheAcknowledgement_AreSentInOrder()
    {
        // RFC 8832 §6: none may overtake the OPEN.
        (RawPeer peer, DataChannelSet set, _) = RawOpened();
        Channel channel = set.Open(peer.Now, new ChannelOptions { Label = "u", Ordered = false });
        set.Send(peer.Now, channel, isText: true, "before"u8);
        List<RawChunk> sent = peer.Take();
        Assert.All(sent, chunk => Assert.Equal(0, chunk.Flags & DataChunk.UnorderedFlag));
        peer.Answer(RawPeer.Data(RawPeer.FirstTsn + 1, [2], 3, channel.Id!.Value.Value, 0, 50));
        Assert.True(set.TryDequeue(out _));
        set.Send(peer.Now, channel, isText: true, "after"u8);
        Assert.Equal(DataChunk.UnorderedFlag, peer.Take().Last(chunk => chunk.Type == ChunkType.Data).Flags & DataChunk.UnorderedFlag);
    }

    [Fact]
    public void Messages_BeforeAnybodyReads_AreKept()
    {
        // node-datachannel #25: what came before the handler was set was lost.
        ChannelPair pair = new();
        pair.Start();
        Channel channel = pair.Client.Open(pair.Now, new ChannelOptions { Label = "a" });
        for (int i = 0; i < 100; i++)
            pair.Client.Send(pair.Now, channel, isText: true, Encoding.UTF8.GetBytes($"{i}"));
        pair.Link.Run(TimeSpan.FromSeconds(5)); // nobody reads
        Assert.Empty(pair.ServerMessages);
        pair.Read();
        Assert.Equal(ChannelEventKind.Opened, pair.ServerEvents[^1].Kind);
        Assert.Equal(Enumerable.Range(0, 100).Select(i => $"{i}"), pair.ServerMessages.Select(message => message.Text));
    }

    [Fact]
    public void BufferedAmount_FallsAsItLeavesAndTellsOnce()
    {
        ChannelPair pair = new();
        pair.Start();
        Channel channel = pair.Client.Open(pair.Now, new ChannelOptions { Label = "a" });
        pair.Client.SetBufferedAmountLowThreshold(channel, 50_000);
        for (int i = 0; i < 10; i++)
            pair.Client.Send(pair.Now, channel, isText: false, new byte[20_000]);
        Assert.Equal(200_000, pair.Client.BufferedAmount(channel)); // the OPEN does not count
        pair.Run(TimeSpan.FromSeconds(2));
        Assert.Equal(0, pair.Client.BufferedAmount(channel));
        Assert.Single(pair.ClientEvents, happened => happened.Kind == ChannelEventKind.BufferedAmountLow && happened.Channel == channel);
    }

    [Fact]
    public void Association_Aborted_ClosesEveryChannelAndTellsWhy()
    {
        ChannelPair pair = new();
        pair.Start();
        Channel channel = pair.Client.Open(pair.Now, new ChannelOptions { Label = "a" });
        pair.Run(TimeSpan.FromSeconds(1));
        pair.Server.Association.Abort(pair.Now);
        pair.Run(TimeSpan.FromSeconds(1));
        Assert.Equal(ChannelState.Closed, channel.State);
        Assert.Equal([ChannelEventKind.Closed, ChannelEventKind.AssociationClosed], pair.ClientEvents.TakeLast(2).Select(happened => happened.Kind));
        Assert.Equal(AssociationCloseReason.AbortedByPeer, pair.ClientEvents[^1].Reason);
        Assert.Equal(SendResult.Closed, pair.Client.Send(pair.Now, channel, isText: true, "x"u8));
        Assert.Throws<InvalidOperationException>(() => pair.Client.Open(pair.Now, new ChannelOptions()));
    }

    [Fact]
    public void Peer_WithFewStreams_ClosesTheChannelsPastThem()
    {
        ChannelPair pair = new(new SctpLink(right: new AssociationOptions { Streams = 4 }));
        Channel[] channels = [.. Enumerable.Range(0, 3).Select(i => pair.Client.Open(pair.Now, new ChannelOptions { Label = $"{i}" }))];
        pair.Start();
        Assert.Equal([ChannelState.Open, ChannelState.Open, ChannelState.Closed], channels.Select(channel => channel.State));
    }

    [Fact]
    public void ReceiveWindow_ByDefault_IsAMebibyteAtLeast()
    {
        // skywire #4370, rawrtc #110, pion/sctp #62: 128 KiB over 100 ms is 1.3 MB/s.
        Assert.True(new AssociationOptions().ReceiveWindow >= 1 << 20);
        Assert.Equal(1 << 18, new AssociationOptions().MaxMessageSize);
    }

    [Theory]
    [InlineData(52)]
    [InlineData(54)]
    [InlineData(99)]
    public void Message_OfAKindThatNoChannelCarries_IsDropped(uint protocol)
    {
        (RawPeer peer, DataChannelSet set, _) = RawOpened();
        peer.Answer(RawPeer.Data(RawPeer.FirstTsn + 1, [1], 3, 0, 1, protocol));
        Assert.False(set.TryDequeue(out _));
        Assert.Equal(1, set.Stats.MessagesDropped);
    }

    /// <summary>A client's set with channel 0 open against a peer made by hand, whose TSN 0 is used.</summary>
    private static (RawPeer Peer, DataChannelSet Set, Channel Channel) RawOpened()
    {
        RawPeer peer = new RawPeer().Establish(1 << 20, 100, RawPeer.Extensions);
        peer.KeepEvents = false;
        DataChannelSet set = new(peer.Subject);
        set.Start(peer.Now, isDtlsClient: true);
        Channel channel = set.Open(peer.Now, new ChannelOptions { Label = "a" });
        peer.Take();
        peer.Answer(peer.Sack(0), RawPeer.Data(RawPeer.FirstTsn, [2], 3, 0, 0, 50));
        while (set.TryDequeue(out _))
        {
        }
        Assert.Equal(ChannelState.Open, channel.State);
        return (peer, set, channel);
    }

    private static List<int> Streams(RawChunk reset)
    {
        List<int> streams = [];
        for (int at = 16; at + 1 < BinaryPrimitives.ReadUInt16BigEndian(reset.Value.AsSpan(2)); at += 2)
            streams.Add(BinaryPrimitives.ReadUInt16BigEndian(reset.Value.AsSpan(at)));
        return streams;
    }

    private static byte[] Word(uint value)
    {
        byte[] bytes = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, value);
        return bytes;
    }
}
