using System.Buffers.Binary;
using Jangbu.WebRtc.Sctp;

namespace Jangbu.Tests.Sctp;

/// <summary>Messages that are not worth sending for ever (RFC 3758), sent and received.</summary>
public sealed class AssociationPartialReliabilityTests
{
    private static readonly StreamId One = new(1);
    private static readonly Reliability Once = new(0, null);

    [Fact]
    public void NoRetransmits_Lost_IsForwardedOver()
    {
        RawPeer peer = Established();
        peer.Subject.Send(peer.Now, One, PayloadProtocol.Text, "a"u8, ordered: true, Once);
        peer.Take();
        List<RawChunk> sent = peer.Wait();
        RawChunk forward = sent.Single();
        Assert.Equal((ChunkType.ForwardTsn, peer.SubjectTsn), (forward.Type, forward.Tsn));
        Assert.Equal([0, 1, 0, 0], forward.Value[4..]); // stream 1, number 0
        Assert.Equal(1, peer.Subject.Stats.MessagesAbandoned);
        Assert.Equal(ChunkType.ForwardTsn, peer.Wait().Single().Type); // until it is acknowledged
        peer.Answer(peer.Sack(0));
        Assert.DoesNotContain(peer.Pass(TimeSpan.FromSeconds(20)), chunk => chunk.Type == ChunkType.ForwardTsn);
    }

    [Fact]
    public void TwoRetransmits_LostThreeTimes_IsThenAbandoned()
    {
        RawPeer peer = Established();
        peer.Subject.Send(peer.Now, One, PayloadProtocol.Text, "a"u8, ordered: false, new Reliability(2, null));
        peer.Take();
        Assert.Equal(ChunkType.Data, peer.Wait().Single().Type);
        Assert.Equal(ChunkType.Data, peer.Wait().Single().Type);
        RawChunk forward = peer.Wait().Single();
        Assert.Equal(ChunkType.ForwardTsn, forward.Type);
        Assert.Equal(4, forward.Value.Length); // no stream is named for what was unordered
    }

    [Fact]
    public void LifeTime_Over_IsAbandonedAtItsNextTurn()
    {
        RawPeer peer = Established();
        peer.Subject.Send(peer.Now, One, PayloadProtocol.Text, "a"u8, ordered: true, new Reliability(null, TimeSpan.FromMilliseconds(1500)));
        peer.Take();
        Assert.Equal(ChunkType.Data, peer.Wait().Single().Type); // after 1 s
        Assert.Equal(ChunkType.ForwardTsn, peer.Wait().Single().Type); // after 3 s
    }

    [Fact]
    public void NeverSent_InAnOutage_IsDroppedToo()
    {
        // libdatachannel #1518, sipsorcery #1502: what waited behind a closed window was sent long after it was worth nothing.
        RawPeer peer = Established();
        for (int i = 0; i < 50; i++)
            peer.Subject.Send(peer.Now, One, PayloadProtocol.Binary, new byte[1160], ordered: true, Once);
        int sent = peer.Take().Count;
        Assert.True(sent < 10);
        peer.Subject.Send(peer.Now, One, PayloadProtocol.Text, "reliable"u8);
        List<RawChunk> after = peer.Wait();
        Assert.Equal(50, peer.Subject.Stats.MessagesAbandoned);
        RawChunk last = after.Single(chunk => chunk.Type == ChunkType.Data);
        Assert.Equal(sent, BinaryPrimitives.ReadUInt16BigEndian(last.Value.AsSpan(6))); // the dropped ones took no number of the stream
        Assert.Equal((peer.SubjectTsn + sent), last.Tsn);
        Assert.Equal(0, peer.Subject.BufferedAmount);
    }

    [Fact]
    public void NeverSent_LifeTimeOver_IsDroppedBeforeItIsSent()
    {
        RawPeer peer = Established();
        peer.Subject.Send(peer.Now, One, PayloadProtocol.Binary, new byte[5000]);
        int sent = peer.Take().Count;
        peer.Subject.Send(peer.Now, One, PayloadProtocol.Text, "late"u8, ordered: true, new Reliability(null, TimeSpan.FromMilliseconds(100)));
        peer.Pass(TimeSpan.FromMilliseconds(200));
        Assert.DoesNotContain(peer.Answer(peer.Sack(sent - 1)), chunk => chunk.Type == ChunkType.Data && chunk.Value.Length == 16);
        Assert.Equal(1, peer.Subject.Stats.MessagesAbandoned);
    }

    [Fact]
    public void SentInPart_LifeTimeOver_IsCutOffSoThatThePeerDropsItsPart()
    {
        SctpLink link = new();
        link.Connect();
        link.Left.Send(link.Now, One, PayloadProtocol.Binary, new byte[200_000], ordered: true, new Reliability(null, TimeSpan.FromMilliseconds(30)));
        link.Left.Send(link.Now, One, PayloadProtocol.Text, "next"u8);
        link.Run(TimeSpan.FromSeconds(10));
        Assert.Equal(["next"], Texts(link.RightEvents));
        Assert.Equal(1, link.Left.Stats.MessagesAbandoned);
        Assert.False(link.Left.IsEnded || link.Right.IsEnded);
        Assert.Equal(0, link.Left.BufferedAmount);
        link.Left.Shutdown(link.Now);
        link.RunUntil(() => link.Right.IsEnded, TimeSpan.FromSeconds(5));
    }

    [Fact]
    public void PeerWithoutForwardTsn_GetsEverything()
    {
        RawPeer peer = new RawPeer().Establish();
        peer.Subject.Send(peer.Now, One, PayloadProtocol.Text, "a"u8, ordered: true, Once);
        peer.Take();
        Assert.Equal(ChunkType.Data, peer.Wait().Single().Type);
        Assert.Equal(ChunkType.Data, peer.Wait().Single().Type);
    }

    [Fact]
    public void ForwardTsn_Received_DropsThePartAndGivesWhatWaited()
    {
        RawPeer peer = Established();
        peer.Answer(RawPeer.Data(0, "half", flags: 2));
        peer.Answer(RawPeer.Data(2, "waits", ssn: 1));
        RawChunk sack = peer.Answer(Forward(1, (1, 0))).Single();
        Assert.Equal(RawPeer.FirstTsn + 2, sack.Tsn);
        Assert.Equal(["waits"], peer.Texts());
        peer.Answer(RawPeer.Data(3, "goes on", ssn: 2));
        Assert.Equal(["waits", "goes on"], peer.Texts());
    }

    [Fact]
    public void ForwardTsn_OverAWholeMessageThatWaits_GivesIt()
    {
        RawPeer peer = Established();
        peer.Answer(RawPeer.Data(1, "b", ssn: 1));
        peer.Answer(RawPeer.Data(3, "d", ssn: 3));
        peer.Answer(Forward(2, (1, 2)));
        Assert.Equal(["b", "d"], peer.Texts());
    }

    [Fact]
    public void ForwardTsn_Old_IsAcknowledgedAndChangesNothing()
    {
        RawPeer peer = Established();
        peer.Answer(RawPeer.Data(0, "a"));
        Assert.Equal(RawPeer.FirstTsn, peer.Answer(Forward(-5, (1, 7))).Single().Tsn);
        peer.Answer(RawPeer.Data(1, "b", ssn: 1));
        Assert.Equal(["a", "b"], peer.Texts());
    }

    [Theory]
    [InlineData(1 << 20, true)]
    [InlineData((1 << 20) + 1, false)]
    public void ForwardTsn_FarAhead_IsTakenOnlyInsideTheWindow(int jump, bool taken)
    {
        RawPeer peer = Established();
        RawChunk sack = peer.Answer(Forward(jump - 1)).Single();
        Assert.Equal(taken ? RawPeer.FirstTsn + (jump - 1) : RawPeer.FirstTsn.Previous, sack.Tsn);
    }

    [Fact]
    public void ForwardTsn_SkippingEveryNumberOfManyStreams_CostsLittle()
    {
        RawPeer peer = Established();
        (int, int)[] skips = [.. Enumerable.Range(0, 250).Select(i => (i % 100, (i / 100 + 1) * 32_000 % 65_536))];
        for (int i = 0; i < 500; i++)
            peer.Answer(Forward(i, skips));
        Assert.False(peer.Subject.IsEnded);
    }

    [Theory]
    [InlineData(11, 0.3, 0)]
    [InlineData(12, 0.2, 80)]
    public void MixedReliability_OverLossyLink_KeepsWhatItPromises(int seed, double loss, int jitter)
    {
        SctpLink link = new(seed, new LinkFaults { Loss = loss, Jitter = TimeSpan.FromMilliseconds(jitter) });
        link.Connect();
        List<int>[] got = [[], [], [], []];
        link.ReadRight = happened =>
        {
            if (happened.Kind == AssociationEventKind.Message)
                got[happened.Stream.Value].Add(BinaryPrimitives.ReadInt32BigEndian(happened.Payload.Span));
        };
        Reliability[] kinds = [Reliability.Full, Once, new(2, null), new(null, TimeSpan.FromMilliseconds(150))];
        Random random = new(seed);
        byte[] message = new byte[5000];
        for (int i = 0; i < 2000; i++)
        {
            BinaryPrimitives.WriteInt32BigEndian(message, i);
            int kind = i % 4;
            link.Left.Send(link.Now, new StreamId((ushort)kind), PayloadProtocol.Binary, message.AsSpan(0, random.Next(4, 5000)), ordered: kind != 2, kinds[kind]);
            if (i % 10 == 0)
                link.Run(TimeSpan.FromMilliseconds(40));
        }
        link.RunUntil(() => got[0].Count == 500, TimeSpan.FromMinutes(30));
        link.Run(TimeSpan.FromMinutes(1));
        Assert.Equal(Enumerable.Range(0, 500).Select(i => i * 4), got[0]);
        foreach (List<int> part in got)
            Assert.Equal(part.Count, part.Distinct().Count());
        Assert.Equal(got[1].Order(), got[1]);
        Assert.Equal(got[3].Order(), got[3]);
        Assert.All(got, part => Assert.InRange(part.Count, 1, 500));
        Assert.True(link.Left.Stats.MessagesAbandoned > 0);
        Assert.Equal(0, link.Left.BytesInFlight);
        Assert.Equal(0, link.Left.BufferedAmount);
        Assert.False(link.Left.IsEnded || link.Right.IsEnded);
    }

    private static RawPeer Established() => new RawPeer().Establish(1 << 20, 100, RawPeer.Extensions);

    private static byte[] Forward(int tsn, params (int Stream, int Ssn)[] streams)
    {
        byte[] value = new byte[4 + 4 * streams.Length];
        BinaryPrimitives.WriteUInt32BigEndian(value, (RawPeer.FirstTsn + tsn).Value);
        for (int i = 0; i < streams.Length; i++)
        {
            BinaryPrimitives.WriteUInt16BigEndian(value.AsSpan(4 + 4 * i), (ushort)streams[i].Stream);
            BinaryPrimitives.WriteUInt16BigEndian(value.AsSpan(6 + 4 * i), (ushort)streams[i].Ssn);
        }
        return RawChunk.Make(ChunkType.ForwardTsn, 0, value);
    }

    private static IEnumerable<string> Texts(IEnumerable<Kept> events) =>
        events.Where(kept => kept.Kind == AssociationEventKind.Message).Select(kept => System.Text.Encoding.UTF8.GetString(kept.Payload));
}
