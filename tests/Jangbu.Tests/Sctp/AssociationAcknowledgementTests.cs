using Jangbu.WebRtc.Sctp;

namespace Jangbu.Tests.Sctp;

/// <summary>What is acknowledged, when, and how much room is told (RFC 9260 §6.2).</summary>
public sealed class AssociationAcknowledgementTests
{
    [Fact]
    public void Data_OnePacket_IsAcknowledgedAfterTheDelay()
    {
        RawPeer peer = new RawPeer().Establish();
        Assert.Empty(peer.Answer(RawPeer.Data(0, "a")));
        TimeSpan before = peer.Now;
        RawChunk sack = peer.Wait().Single();
        Assert.Equal((ChunkType.Sack, RawPeer.FirstTsn), (sack.Type, sack.Tsn));
        Assert.Equal(TimeSpan.FromMilliseconds(50), peer.Now - before);
    }

    [Fact]
    public void Data_SecondPacket_IsAcknowledgedAtOnce()
    {
        RawPeer peer = new RawPeer().Establish();
        Assert.Empty(peer.Answer(RawPeer.Data(0, "a")));
        RawChunk sack = peer.Answer(RawPeer.Data(1, "b", ssn: 1)).Single();
        Assert.Equal(RawPeer.FirstTsn + 1, sack.Tsn);
        Assert.Empty(sack.Gaps);
    }

    [Fact]
    public void Data_ManyPacketsBeforeOneDrain_GetOneSack()
    {
        RawPeer peer = new RawPeer().Establish();
        for (int i = 0; i < 40; i++)
            peer.Send(RawPeer.Packet(peer.SubjectTag, RawPeer.Data(i, "a", ssn: i)));
        Assert.Equal(RawPeer.FirstTsn + 39, peer.Take().Single().Tsn);
    }

    [Fact]
    public void Data_WithImmediateBit_IsAcknowledgedAtOnce()
    {
        RawPeer peer = new RawPeer().Establish();
        Assert.Equal(ChunkType.Sack, peer.Answer(RawPeer.Data(0, "a", flags: 3 | DataChunk.ImmediateFlag)).Single().Type);
    }

    [Fact]
    public void Data_WithReplyQueuedByTheReader_RidesWithTheSack()
    {
        RawPeer peer = new RawPeer().Establish();
        peer.Send(RawPeer.Packet(peer.SubjectTag, RawPeer.Data(0, "ping")));
        peer.Subject.Send(peer.Now, new StreamId(1), PayloadProtocol.Text, "pong"u8);
        List<RawChunk> sent = peer.Take();
        Assert.Equal([ChunkType.Sack, ChunkType.Data], sent.Select(chunk => chunk.Type));
        Assert.Equal(sent[0].Packet, sent[1].Packet);
    }

    [Fact]
    public void Gaps_AreReportedAndClosed()
    {
        RawPeer peer = new RawPeer().Establish();
        Assert.Equal([(2, 2)], peer.Answer(RawPeer.Data(1, "b", ssn: 1)).Single().Gaps);
        Assert.Equal([(2, 2), (4, 4)], peer.Answer(RawPeer.Data(3, "d", ssn: 3)).Single().Gaps);
        Assert.Equal([(2, 4)], peer.Answer(RawPeer.Data(2, "c", ssn: 2)).Single().Gaps);
        RawChunk sack = peer.Answer(RawPeer.Data(0, "a")).Single();
        Assert.Empty(sack.Gaps);
        Assert.Equal(RawPeer.FirstTsn + 3, sack.Tsn);
        Assert.Equal(["a", "b", "c", "d"], peer.Texts());
    }

    [Fact]
    public void Duplicate_IsReportedAtOnceAndToldOnce()
    {
        RawPeer peer = new RawPeer().Establish();
        peer.Answer(RawPeer.Data(0, "a"));
        RawChunk sack = peer.Answer(RawPeer.Data(0, "a")).Single();
        Assert.Equal(1, sack.Value[11]);
        Assert.Equal(RawPeer.FirstTsn.Value, System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(sack.Value.AsSpan(12)));
        Assert.Equal(["a"], peer.Texts());
        Assert.Equal(1, peer.Subject.Stats.Duplicates);
    }

    [Fact]
    public void Window_CountsFragmentsThatWaitForTheRest()
    {
        // pion/sctp #37: a window that forgets the reassembly queue invites more than there is room for.
        RawPeer peer = new RawPeer().Establish();
        peer.Answer(RawPeer.Data(RawPeer.FirstTsn, new byte[10_000], DataChunk.BeginningFlag, 1, 0));
        RawChunk sack = peer.Answer(RawPeer.Data(RawPeer.FirstTsn + 1, new byte[10_000], 0, 1, 0)).Single();
        Assert.Equal((1u << 20) - 20_000 - ReceiveQueue.Overhead, sack.Window);
        sack = peer.Answer(RawPeer.Data(RawPeer.FirstTsn + 3, new byte[10_000], 0, 1, 0)).Single();
        Assert.Equal((1u << 20) - 30_000 - 2 * ReceiveQueue.Overhead, sack.Window);
    }

    [Fact]
    public void Window_UnreadMessages_CloseItAndReadingOpensIt()
    {
        RawPeer peer = new RawPeer(new AssociationOptions { ReceiveWindow = 1 << 18 }).Establish();
        int tsn = 0;
        byte[] buffer = new byte[2000];
        while (peer.Subject.Stats.Dropped == 0)
        {
            peer.Subject.Receive(peer.Now, RawPeer.Packet(peer.SubjectTag, RawPeer.Data(RawPeer.FirstTsn + tsn, new byte[1000], 3, 1, tsn)));
            tsn++;
        }
        RawChunk sack = peer.Take()[^1];
        Assert.Equal(0u, sack.Window);
        Assert.Equal(RawPeer.FirstTsn + (tsn - 2), sack.Tsn); // the one that found no room is not acknowledged
        Assert.InRange(tsn, 240, 264);
        List<RawChunk> updates = [];
        while (peer.Subject.TryDequeue(out _))
            updates.AddRange(peer.Take());
        Assert.InRange(updates.Count, 1, 3); // not one for each message read
        Assert.True(updates[^1].Window >= 1 << 17);
        Assert.Equal(RawPeer.FirstTsn + (tsn - 1), peer.Answer(
            RawPeer.Data(RawPeer.FirstTsn + (tsn - 1), new byte[1000], 3 | DataChunk.ImmediateFlag, 1, tsn - 1)).Single().Tsn);
    }

    [Fact]
    public void Window_FullOfChunksAboveAGap_StillTakesTheOneThatClosesIt()
    {
        // webrtc-rs/rtc #217, pion/sctp #138: a buffer full of what came early must give way to what everything waits for.
        RawPeer peer = new RawPeer(new AssociationOptions { ReceiveWindow = 1 << 16, MaxMessageSize = 1 << 16 }).Establish();
        int last = 0;
        for (int i = 1; peer.Subject.Stats.Dropped == 0; last = i++)
            peer.Answer(RawPeer.Data(RawPeer.FirstTsn + i, new byte[1000], i == 1 ? 2 : 0, 1, 1));
        RawChunk sack = peer.Answer(RawPeer.Data(0, "first", flags: 3 | DataChunk.ImmediateFlag)).Single();
        Assert.True(sack.Tsn >= RawPeer.FirstTsn);
        Assert.Equal(["first"], peer.Texts());
        // And the long message ends in spite of the full window: the rest arrives chunk by chunk, each in its turn.
        for (Tsn tsn = sack.Tsn.Next; peer.Texts().Count == 1 && tsn <= RawPeer.FirstTsn + 65; tsn = tsn.Next)
            peer.Answer(RawPeer.Data(tsn, new byte[500], tsn == RawPeer.FirstTsn + 65 ? 1 : 0, 1, 1));
        Assert.True(last > 50);
        Assert.Equal(2, peer.Texts().Count);
    }

    [Fact]
    public void Probe_AtAShutWindow_IsAnsweredAtOnce()
    {
        RawPeer peer = new RawPeer(new AssociationOptions { ReceiveWindow = 1 << 18 }).Establish();
        int tsn = 0;
        while (peer.Subject.Stats.Dropped == 0)
        {
            peer.Subject.Receive(peer.Now, RawPeer.Packet(peer.SubjectTag, RawPeer.Data(RawPeer.FirstTsn + tsn, new byte[1000], 3, 1, tsn)));
            tsn++;
        }
        peer.Take();
        peer.Subject.Receive(peer.Now, RawPeer.Packet(peer.SubjectTag, RawPeer.Data(RawPeer.FirstTsn + (tsn - 1), new byte[1000], 3, 1, tsn - 1)));
        RawChunk sack = peer.Take().Single();
        Assert.Equal((0u, RawPeer.FirstTsn + (tsn - 2)), (sack.Window, sack.Tsn));
    }

    [Fact]
    public void Sack_WithMoreGapsThanAPacketTakes_ReportsTheLowest()
    {
        RawPeer peer = new RawPeer().Establish();
        List<RawChunk> sent = [];
        for (int i = 1; i < 1200; i += 2)
            sent = peer.Answer(RawPeer.Data(i, "x", flags: 7));
        Assert.InRange(sent.Single().Gaps.Length, 280, 300);
        Assert.Equal((2, 2), sent.Single().Gaps[0]);
    }

    [Fact]
    public void Data_OnAStreamThatIsNot_IsAcknowledgedAndReported()
    {
        RawPeer peer = new RawPeer().Establish(streams: 16);
        List<RawChunk> sent = peer.Answer(RawPeer.Data(0, "a", flags: 3 | DataChunk.ImmediateFlag, stream: 16));
        Assert.Equal(RawPeer.FirstTsn, sent.Single(chunk => chunk.Type == ChunkType.Sack).Tsn);
        Assert.Equal(ErrorCauseCode.InvalidStreamIdentifier, sent.Single(chunk => chunk.Type == ChunkType.Error).Cause);
        Assert.Empty(peer.Texts());
        peer.Answer(RawPeer.Data(1, "b", stream: 15));
        Assert.Equal(["b"], peer.Texts());
    }
}
