using Jangbu.WebRtc.Sctp;

namespace Jangbu.Tests.Sctp;

/// <summary>What is sent again, when, and what loss does to the window (RFC 9260 §6.3, §7).</summary>
public sealed class AssociationRetransmissionTests
{
    private static readonly StreamId One = new(1);

    [Fact]
    public void ThreeMissingReports_RetransmitOnce()
    {
        RawPeer peer = Sending(8);
        Assert.Empty(Datas(peer.Answer(peer.Sack(-1, gaps: (2, 2)))));
        Assert.Empty(Datas(peer.Answer(peer.Sack(-1, gaps: (2, 3)))));
        int window = peer.Subject.CongestionWindow;
        Assert.Equal([peer.SubjectTsn], Datas(peer.Answer(peer.Sack(-1, gaps: (2, 4)))).Select(chunk => chunk.Tsn));
        Assert.Equal(Math.Max(window / 2, 4 * peer.Subject.MaxPacketSize), peer.Subject.CongestionWindow);
        Assert.Empty(Datas(peer.Answer(peer.Sack(-1, gaps: (2, 5)))));
        Assert.Empty(Datas(peer.Answer(peer.Sack(-1, gaps: (2, 6)))));
        Assert.Equal(1, peer.Subject.Stats.Retransmissions);
    }

    [Fact]
    public void SameSackThreeTimes_ReportsNothingNewAndRetransmitsNothing()
    {
        RawPeer peer = Sending(8);
        for (int i = 0; i < 5; i++)
            Assert.Empty(Datas(peer.Answer(peer.Sack(-1, gaps: (2, 2)))));
    }

    [Fact]
    public void TwoMissingReports_RetransmitNothing()
    {
        RawPeer peer = Sending(8);
        peer.Answer(peer.Sack(-1, gaps: (2, 2)));
        peer.Answer(peer.Sack(-1, gaps: (2, 3)));
        Assert.Empty(Datas(peer.Answer(peer.Sack(3))));
        Assert.Equal(0, peer.Subject.Stats.Retransmissions);
    }

    [Fact]
    public void RetransmissionLostAgain_IsFoundWithoutTheTimer()
    {
        // usrsctp #492, sipsorcery #912: a retransmission lost again used to wait for T3.
        RawPeer peer = Sending(8);
        for (int i = 2; i <= 4; i++)
            peer.Answer(peer.Sack(-1, gaps: (2, i)));
        Assert.Equal(1, peer.Subject.Stats.Retransmissions);
        peer.Subject.Send(peer.Now, One, PayloadProtocol.Binary, new byte[1160 * 6]);
        List<RawChunk> fresh = Datas(peer.Take());
        List<RawChunk> again = [];
        for (int i = 9; i <= 8 + fresh.Count && again.Count == 0; i++)
            again = [.. Datas(peer.Answer(peer.Sack(-1, gaps: (2, i)))).Where(chunk => chunk.Tsn == peer.SubjectTsn)];
        Assert.Single(again);
        Assert.Equal(0, peer.Subject.Stats.Timeouts);
    }

    [Fact]
    public void FastRecovery_HalvesOnceForOneRoundOfLoss()
    {
        RawPeer peer = Sending(40);
        int window = peer.Subject.CongestionWindow;
        // Chunks 0 and 2 lost, found one after the other.
        peer.Answer(peer.Sack(-1, gaps: [(2, 2), (4, 4)]));
        peer.Answer(peer.Sack(-1, gaps: [(2, 2), (4, 5)]));
        peer.Answer(peer.Sack(-1, gaps: [(2, 2), (4, 6)]));
        int halved = peer.Subject.CongestionWindow;
        Assert.Equal(Math.Max(window / 2, 4 * peer.Subject.MaxPacketSize), halved);
        peer.Answer(peer.Sack(1, gaps: [(2, 8)]));
        Assert.Equal(halved, peer.Subject.CongestionWindow);
    }

    [Fact]
    public void Timeout_DoublesUpToTheMostAndSaturates()
    {
        // pion/sctp #109: at the 63rd time-out a shift overflowed and the loop never slept again.
        RawPeer peer = new RawPeer(new AssociationOptions { MaxRetransmissions = 100 }).Establish();
        peer.Subject.Send(peer.Now, One, PayloadProtocol.Text, "x"u8);
        peer.Take();
        List<double> waits = [];
        for (int i = 0; i < 90; i++)
        {
            TimeSpan before = peer.Now;
            Assert.Single(Datas(peer.Wait()));
            waits.Add((peer.Now - before).TotalSeconds);
        }
        Assert.Equal([1, 2, 4, 5, 5], waits.Take(5));
        Assert.All(waits.Skip(3), wait => Assert.Equal(5, wait));
    }

    [Fact]
    public void Timeout_TooManyInARow_EndsTheAssociation()
    {
        RawPeer peer = new RawPeer(new AssociationOptions { MaxRetransmissions = 3 }).Establish();
        peer.Subject.Send(peer.Now, One, PayloadProtocol.Text, "x"u8);
        peer.Take();
        for (int i = 0; i < 3; i++)
            Assert.Single(Datas(peer.Wait()));
        Assert.Empty(Datas(peer.Wait()));
        Assert.Equal(AssociationCloseReason.PeerUnreachable, peer.Subject.CloseReason);
        Assert.Equal((AssociationEventKind.Closed, AssociationCloseReason.PeerUnreachable), (peer.Events[^1].Kind, peer.Events[^1].Reason));
    }

    [Fact]
    public void Timeout_CollapsesTheWindowAndRepacksSmallChunks()
    {
        RawPeer peer = new RawPeer().Establish();
        for (int i = 0; i < 8; i++)
        {
            peer.Subject.Send(peer.Now, One, PayloadProtocol.Binary, new byte[100]);
            Assert.Single(Datas(peer.Take()));
        }
        List<RawChunk> again = Datas(peer.Wait());
        Assert.Equal(8, again.Count);
        Assert.Single(again.Select(chunk => chunk.Packet).Distinct());
        Assert.Equal(peer.Subject.MaxPacketSize, peer.Subject.CongestionWindow);
    }

    [Fact]
    public void LargestPackets_FitAPathOf1280()
    {
        // webrtc-rs #806, werift #708: the whole marshalled packet counts, padding too, and retransmissions as well.
        RawPeer peer = new RawPeer().Establish();
        Assert.Equal(1188, peer.Subject.MaxPacketSize);
        for (int length = 1; length < 4000; length += 37)
            peer.Subject.Send(peer.Now, One, PayloadProtocol.Binary, new byte[length]);
        while (!peer.Subject.IsEnded)
            peer.Wait(); // RawPeer checks every packet's length
        Assert.True(peer.Subject.Stats.Retransmissions > 5);
    }

    [Fact]
    public void RoundTrip_OfAChunkSentTwice_IsNotMeasured()
    {
        RawPeer peer = new RawPeer().Establish();
        peer.Subject.Send(peer.Now, One, PayloadProtocol.Text, "x"u8);
        peer.Take();
        peer.Wait();
        peer.Answer(peer.Sack(0));
        Assert.Null(peer.Subject.RoundTrip);
        peer.Subject.Send(peer.Now, One, PayloadProtocol.Text, "y"u8);
        peer.Take();
        peer.Pass(TimeSpan.FromMilliseconds(80));
        peer.Answer(peer.Sack(1));
        Assert.Equal(TimeSpan.FromMilliseconds(80), peer.Subject.RoundTrip);
    }

    [Fact]
    public void RetransmissionTimer_AfterAMeasuredRoundTrip_KeepsAboveADelayedSack()
    {
        RawPeer peer = new RawPeer().Establish();
        for (int i = 0; i < 50; i++)
        {
            peer.Subject.Send(peer.Now, One, PayloadProtocol.Text, "x"u8);
            peer.Take();
            peer.Pass(TimeSpan.FromMilliseconds(10));
            peer.Answer(peer.Sack(i));
        }
        peer.Subject.Send(peer.Now, One, PayloadProtocol.Text, "x"u8);
        peer.Take();
        Assert.Equal(260, (peer.Subject.Deadline!.Value - peer.Now).TotalMilliseconds, 5.0);
    }

    [Fact]
    public void ShutWindow_IsProbedWithoutEndUntilTheLimit()
    {
        RawPeer peer = new RawPeer(new AssociationOptions { MaxRetransmissions = 3 }).Establish();
        peer.Subject.Send(peer.Now, One, PayloadProtocol.Binary, new byte[20_000]);
        int sent = Datas(peer.Take()).Count;
        Assert.Single(Datas(peer.Answer(peer.Sack(sent - 1, window: 0)))); // the probe
        TimeSpan shut = peer.Now;
        int probes = 0;
        while (!peer.Subject.IsEnded)
        {
            List<RawChunk> again = Datas(peer.Wait());
            Assert.InRange(again.Count, 0, 1);
            probes += again.Count;
            if (!peer.Subject.IsEnded)
                Assert.Empty(Datas(peer.Answer(peer.Sack(sent - 1, window: 0))));
        }
        Assert.True(probes > 5, $"{probes} probes");
        Assert.Equal(AssociationCloseReason.PeerStalled, peer.Subject.CloseReason);
        Assert.Equal(TimeSpan.FromSeconds(60), peer.Now - shut);
    }

    [Fact]
    public void ShutWindow_Opening_LetsDataFlowAtOnce()
    {
        RawPeer peer = new RawPeer().Establish();
        peer.Subject.Send(peer.Now, One, PayloadProtocol.Binary, new byte[20_000]);
        int sent = Datas(peer.Take()).Count;
        peer.Answer(peer.Sack(sent - 1, window: 0));
        Assert.True(Datas(peer.Answer(peer.Sack(sent, window: 1 << 20))).Count > 1);
    }

    [Fact]
    public void Acknowledgement_TakenBack_IsSentAgain()
    {
        RawPeer peer = Sending(6);
        int flight = peer.Subject.BytesInFlight;
        peer.Answer(peer.Sack(-1, gaps: (2, 3)));
        peer.Answer(peer.Sack(-1)); // the peer gave the two up
        Assert.Equal(flight, peer.Subject.BytesInFlight);
        List<RawChunk> again = Datas(peer.Wait());
        Assert.Equal(peer.SubjectTsn, again[0].Tsn);
        Assert.Equal(0, peer.Subject.BytesInFlight - again.Sum(chunk => chunk.Value.Length - 12));
    }

    [Fact]
    public void SlowStart_GrowsByWhatIsAcknowledged()
    {
        RawPeer peer = new RawPeer().Establish();
        int initial = peer.Subject.CongestionWindow;
        Assert.Equal(4404, initial);
        peer.Subject.Send(peer.Now, One, PayloadProtocol.Binary, new byte[100_000]);
        int sent = Datas(peer.Take()).Count;
        Assert.Equal(4, sent);
        peer.Answer(peer.Sack(sent - 1));
        Assert.Equal(initial + 4 * 1160, peer.Subject.CongestionWindow);
    }

    [Fact]
    public void CongestionWindow_Unused_DoesNotGrow()
    {
        RawPeer peer = new RawPeer().Establish();
        int initial = peer.Subject.CongestionWindow;
        for (int i = 0; i < 100; i++)
        {
            peer.Subject.Send(peer.Now, One, PayloadProtocol.Binary, new byte[100]);
            peer.Take();
            peer.Answer(peer.Sack(i));
        }
        Assert.Equal(initial, peer.Subject.CongestionWindow);
    }

    [Fact]
    public void Heartbeat_AfterSilence_IsSentAnsweredAndItsLackCounts()
    {
        RawPeer peer = new RawPeer(new AssociationOptions { MaxRetransmissions = 2 }).Establish();
        TimeSpan before = peer.Now;
        RawChunk heartbeat = peer.Wait().Single();
        Assert.Equal((ChunkType.Heartbeat, TimeSpan.FromSeconds(30)), (heartbeat.Type, peer.Now - before));
        peer.Now += TimeSpan.FromMilliseconds(40);
        peer.Answer(RawChunk.Make(ChunkType.HeartbeatAck, 0, heartbeat.Value));
        Assert.Equal(TimeSpan.FromMilliseconds(40), peer.Subject.RoundTrip);
        for (int i = 0; i < 3; i++)
            Assert.Equal(ChunkType.Heartbeat, peer.Wait().Single().Type);
        peer.Wait();
        Assert.Equal(AssociationCloseReason.PeerUnreachable, peer.Subject.CloseReason);
    }

    [Fact]
    public void Heartbeat_OfThePeer_IsEchoed()
    {
        RawPeer peer = new RawPeer().Establish();
        byte[] information = RawChunk.Parameter(1, 9, 8, 7, 6);
        RawChunk answer = peer.Answer(RawChunk.Make(ChunkType.Heartbeat, 0, information)).Single();
        Assert.Equal(ChunkType.HeartbeatAck, answer.Type);
        Assert.Equal(information, answer.Value);
    }

    private static RawPeer Sending(int chunks)
    {
        RawPeer peer = new RawPeer().Establish();
        // Grow the window first, so that all leave at once; then count from a fresh TSN.
        peer.GrowWindow(chunks * 1160);
        peer.Subject.Send(peer.Now, One, PayloadProtocol.Binary, new byte[1160 * chunks]);
        Assert.Equal(chunks, Datas(peer.Take()).Count);
        return peer;
    }

    private static List<RawChunk> Datas(List<RawChunk> chunks) => [.. chunks.Where(chunk => chunk.Type == ChunkType.Data)];
}
