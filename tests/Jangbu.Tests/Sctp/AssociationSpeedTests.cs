using Jangbu.WebRtc.Sctp;

namespace Jangbu.Tests.Sctp;

/// <summary>What can be asserted of speed without a clock: memory taken and packets needed.</summary>
public sealed class AssociationSpeedTests
{
    [Theory]
    [InlineData(100)]
    [InlineData(1024)]
    [InlineData(16_384)]
    public void SteadyTransfer_AllocatesNothing(int size)
    {
        Association sender = new(new AssociationOptions(), new SeededRandom(1)), receiver = new(new AssociationOptions(), new SeededRandom(2));
        byte[] buffer = new byte[2048], message = new byte[size];
        TimeSpan now = TimeSpan.Zero;
        sender.Connect(now);
        int got = 0;
        Transfer(2000);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Transfer(2000);
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.Equal(4000, got);
        Assert.InRange(allocated, 0, 2000); // a queue may grow once more; a byte for each message would be seen

        void Transfer(int count)
        {
            int goal = got + count, queued = got;
            while (got < goal)
            {
                while (queued < goal && queued < got + 50)
                {
                    if (sender.Send(now, default, PayloadProtocol.Binary, message) == SendResult.Queued)
                        queued++;
                }
                Carry(sender, receiver);
                Carry(receiver, sender);
                now += TimeSpan.FromMilliseconds(1);
                if (sender.Deadline <= now)
                    sender.Advance(now);
                if (receiver.Deadline <= now)
                    receiver.Advance(now);
            }
        }

        void Carry(Association from, Association to)
        {
            while (from.TryTransmit(buffer, out int length))
                to.Receive(now, buffer.AsSpan(0, length));
            while (to.TryDequeue(out AssociationEvent happened))
                got += happened.Kind == AssociationEventKind.Message ? 1 : 0;
        }
    }

    [Fact]
    public void SmallMessages_ShareAPacket()
    {
        SctpLink link = new();
        link.Connect();
        link.Run(TimeSpan.FromSeconds(1));
        long before = link.Left.Stats.PacketsSent;
        for (int i = 0; i < 35; i++)
            link.Left.Send(link.Now, new StreamId(1), PayloadProtocol.Binary, new byte[16]);
        link.Drain();
        Assert.Equal(before + 1, link.Left.Stats.PacketsSent);
    }

    [Fact]
    public void Streams_TakeTurns_SoThatBulkStarvesNobody()
    {
        SctpLink link = new();
        link.Connect();
        List<int> order = [];
        link.ReadRight = happened =>
        {
            if (happened.Kind == AssociationEventKind.Message)
                order.Add(happened.Stream.Value);
        };
        for (int i = 0; i < 50; i++)
            link.Left.Send(link.Now, new StreamId(1), PayloadProtocol.Binary, new byte[10_000]);
        link.Left.Send(link.Now, new StreamId(2), PayloadProtocol.Binary, new byte[100]);
        link.RunUntil(() => order.Count == 51, TimeSpan.FromMinutes(1));
        Assert.InRange(order.IndexOf(2), 0, 2);
    }

    [Fact]
    public void BufferedAmountLow_IsToldWhenItFallsToTheThresholdAlsoForTheFirstMessage()
    {
        // node-datachannel #204, str0m #976, pion/webrtc #3096.
        RawPeer peer = new RawPeer().Establish();
        StreamId one = new(1);
        peer.Subject.SetBufferedAmountLowThreshold(one, 2000);
        peer.Subject.Send(peer.Now, one, PayloadProtocol.Binary, new byte[10_000]);
        Assert.Equal(10_000, peer.Subject.BufferedAmountOf(one));
        int sent = peer.Take().Count;
        Assert.Equal(10_000 - 4 * 1160, peer.Subject.BufferedAmountOf(one));
        Assert.DoesNotContain(peer.Events, kept => kept.Kind == AssociationEventKind.BufferedAmountLow);
        peer.Answer(peer.Sack(sent - 1));
        peer.Answer([]);
        Assert.Single(peer.Events, kept => kept.Kind == AssociationEventKind.BufferedAmountLow && kept.Stream == one);
        peer.Subject.Send(peer.Now, one, PayloadProtocol.Binary, new byte[2000]);
        peer.Take();
        peer.Answer([]);
        Assert.Single(peer.Events, kept => kept.Kind == AssociationEventKind.BufferedAmountLow); // it was never above
    }

    [Fact]
    public void BufferedAmount_PastTheMost_RefusesUntilItFalls()
    {
        RawPeer peer = new RawPeer(new AssociationOptions { MaxBuffered = 10_000 }).Establish(window: 3000);
        StreamId one = new(1);
        Assert.Equal(SendResult.Queued, peer.Subject.Send(peer.Now, one, PayloadProtocol.Binary, new byte[20_000])); // alone it may be longer
        Assert.Equal(SendResult.BufferFull, peer.Subject.Send(peer.Now, one, PayloadProtocol.Binary, new byte[1]));
        peer = new RawPeer(new AssociationOptions { MaxBuffered = 10_000 }).Establish(window: 3000);
        Assert.Equal(SendResult.Queued, peer.Subject.Send(peer.Now, one, PayloadProtocol.Binary, new byte[9_999]));
        Assert.Equal(SendResult.Queued, peer.Subject.Send(peer.Now, one, PayloadProtocol.Binary, new byte[1]));
        Assert.Equal(SendResult.BufferFull, peer.Subject.Send(peer.Now, one, PayloadProtocol.Binary, new byte[1]));
        peer.Take();
        Assert.Equal(SendResult.Queued, peer.Subject.Send(peer.Now, one, PayloadProtocol.Binary, new byte[1]));
    }

    [Theory]
    [InlineData(1, true)]
    [InlineData(0, false)]
    [InlineData(65535, true)]
    [InlineData(65536, false)]
    public void Options_OutOfRange_AreNamed(int streams, bool good)
    {
        AssociationOptions options = new() { Streams = streams };
        if (good)
            Assert.NotNull(new Association(options, new SeededRandom(1)));
        else
            Assert.Contains("Streams", Assert.Throws<ArgumentOutOfRangeException>(() => new Association(options, new SeededRandom(1))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void TwentySecondsOfSilence_InATransfer_AreSurvived()
    {
        SctpLink link = new(4, new LinkFaults { Delay = TimeSpan.FromMilliseconds(50) });
        link.Connect();
        int got = 0;
        link.ReadRight = happened => got += happened.Kind == AssociationEventKind.Message ? 1 : 0;
        for (int i = 0; i < 200; i++)
            link.Left.Send(link.Now, new StreamId(1), PayloadProtocol.Binary, new byte[20_000]);
        link.Run(TimeSpan.FromMilliseconds(300));
        link.Tap = (_, _) => false;
        link.Run(TimeSpan.FromSeconds(20));
        link.Tap = null;
        link.RunUntil(() => got == 200, TimeSpan.FromSeconds(30));
    }

    [Fact]
    public void SilenceForGood_IsNoticedWithinFortySeconds()
    {
        SctpLink link = new();
        link.Connect();
        link.Tap = (_, _) => false;
        TimeSpan begun = link.Now;
        link.Left.Send(link.Now, new StreamId(1), PayloadProtocol.Binary, new byte[20_000]);
        link.RunUntil(() => link.Left.IsEnded, TimeSpan.FromSeconds(60));
        Assert.Equal(AssociationCloseReason.PeerUnreachable, link.Left.CloseReason);
        Assert.InRange((link.Now - begun).TotalSeconds, 20, 45);
    }
}
