using System.Buffers.Binary;
using Jangbu.WebRtc.Sctp;

namespace Jangbu.Tests.Sctp;

/// <summary>Stream reset, asked and answered (RFC 6525).</summary>
public sealed class AssociationReconfigurationTests
{
    private static readonly StreamId One = new(1);

    [Fact]
    public void Reset_WithDataUnderWay_WaitsUntilItIsAcknowledged()
    {
        RawPeer peer = Established();
        peer.Subject.Send(peer.Now, One, PayloadProtocol.Binary, new byte[3000]);
        peer.Subject.ResetStream(peer.Now, One);
        Assert.DoesNotContain(peer.Take(), chunk => chunk.Type == ChunkType.Reconfiguration);
        Assert.Equal(SendResult.Resetting, peer.Subject.Send(peer.Now, One, PayloadProtocol.Text, "x"u8));
        RawChunk request = peer.Answer(peer.Sack(2)).Single();
        Assert.Equal(ChunkType.Reconfiguration, request.Type);
        Assert.Equal((13, 18), (Word16(request, 0), Word16(request, 2)));
        Assert.Equal(peer.SubjectTsn.Value, Word32(request, 4));
        Assert.Equal((peer.SubjectTsn + 2).Value, Word32(request, 12));
        Assert.Equal(1, Word16(request, 16));
    }

    [Fact]
    public void Reset_Unanswered_IsRepeatedUnderTheSameNumber()
    {
        RawPeer peer = Established();
        peer.Subject.ResetStream(peer.Now, One);
        RawChunk request = peer.Take().Single();
        RawChunk again = peer.Wait().Single();
        Assert.Equal(request.Value, again.Value);
        peer.Answer(Response(peer.SubjectTsn, 6));
        Assert.DoesNotContain(peer.Events, kept => kept.Kind == AssociationEventKind.OutgoingStreamReset);
        Assert.Equal(request.Value, peer.Wait().Single().Value);
        peer.Answer(Response(peer.SubjectTsn, 1));
        Assert.Single(peer.Events, kept => kept.Kind == AssociationEventKind.OutgoingStreamReset && kept.Stream == One);
        peer.Answer(Response(peer.SubjectTsn, 1));
        Assert.Single(peer.Events, kept => kept.Kind == AssociationEventKind.OutgoingStreamReset);
    }

    [Fact]
    public void Reset_Performed_StartsTheStreamOver()
    {
        RawPeer peer = Established();
        peer.Subject.Send(peer.Now, One, PayloadProtocol.Text, "a"u8);
        peer.Subject.Send(peer.Now, One, PayloadProtocol.Text, "b"u8);
        Assert.Equal([0, 1], peer.Take().Select(chunk => Word16(chunk, 6)));
        peer.Answer(peer.Sack(1));
        peer.Subject.ResetStream(peer.Now, One);
        peer.Take();
        peer.Answer(Response(peer.SubjectTsn, 1));
        peer.Subject.Send(peer.Now, One, PayloadProtocol.Text, "c"u8);
        Assert.Equal([0], peer.Take().Select(chunk => Word16(chunk, 6)));
    }

    [Fact]
    public void Reset_SeveralStreams_GoInOneRequestAndTheNextWaits()
    {
        RawPeer peer = Established();
        peer.Subject.ResetStream(peer.Now, One);
        peer.Subject.ResetStream(peer.Now, new StreamId(2));
        peer.Subject.ResetStream(peer.Now, new StreamId(3));
        Assert.Single(peer.Take()); // the first left no time for the others
        RawChunk second = peer.Answer(Response(peer.SubjectTsn, 1)).Single();
        Assert.Equal((peer.SubjectTsn + 1).Value, Word32(second, 4));
        Assert.Equal([2, 3], [Word16(second, 16), Word16(second, 18)]);
    }

    [Fact]
    public void Reset_PeerCannot_IsFinishedAtOnce()
    {
        RawPeer peer = new RawPeer().Establish();
        peer.Subject.ResetStream(peer.Now, One);
        Assert.Empty(peer.Answer([]));
        Assert.Single(peer.Events, kept => kept.Kind == AssociationEventKind.OutgoingStreamReset);
    }

    [Fact]
    public void PeerReset_InOrder_IsPerformedToldAndAnsweredAgainWhenRepeated()
    {
        RawPeer peer = Established();
        peer.Answer(RawPeer.Data(0, "a"));
        RawChunk answer = peer.Answer(OutgoingReset(RawPeer.FirstTsn, RawPeer.FirstTsn, 1)).Last();
        Assert.Equal((RawPeer.FirstTsn.Value, 1u), (Word32(answer, 4), Word32(answer, 8)));
        Assert.Single(peer.Events, kept => kept.Kind == AssociationEventKind.IncomingStreamReset && kept.Stream == One);
        answer = peer.Answer(OutgoingReset(RawPeer.FirstTsn, RawPeer.FirstTsn, 1)).Last();
        Assert.Equal((RawPeer.FirstTsn.Value, 1u), (Word32(answer, 4), Word32(answer, 8)));
        Assert.Single(peer.Events, kept => kept.Kind == AssociationEventKind.IncomingStreamReset);
        peer.Answer(RawPeer.Data(1, "b", ssn: 0));
        Assert.Equal(["a", "b"], peer.Texts());
    }

    [Fact]
    public void PeerReset_BeforeItsLastData_IsPutOffAndThenPerformed()
    {
        RawPeer peer = Established();
        RawChunk answer = peer.Answer(OutgoingReset(RawPeer.FirstTsn, RawPeer.FirstTsn + 1, 1)).Single();
        Assert.Equal(6u, Word32(answer, 8));
        peer.Answer(RawPeer.Data(0, "a"));
        Assert.DoesNotContain(peer.Events, kept => kept.Kind == AssociationEventKind.IncomingStreamReset);
        answer = peer.Answer(RawPeer.Data(1, "b", ssn: 1)).Single(chunk => chunk.Type == ChunkType.Reconfiguration);
        Assert.Equal(1u, Word32(answer, 8));
        Assert.Equal([AssociationEventKind.Message, AssociationEventKind.Message, AssociationEventKind.IncomingStreamReset], peer.Events.Skip(1).Select(kept => kept.Kind));
    }

    [Fact]
    public void PeerReset_WrongNumber_IsRefused()
    {
        RawPeer peer = Established();
        peer.Answer(RawPeer.Data(0, "a"));
        Assert.Equal(5u, Word32(peer.Answer(OutgoingReset(RawPeer.FirstTsn + 5, RawPeer.FirstTsn, 1)).Last(), 8));
        Assert.Equal(5u, Word32(peer.Answer(OutgoingReset(RawPeer.FirstTsn + -1, RawPeer.FirstTsn, 1)).Last(), 8));
        Assert.DoesNotContain(peer.Events, kept => kept.Kind == AssociationEventKind.IncomingStreamReset);
    }

    [Theory]
    [InlineData(99, 1u)]
    [InlineData(100, 3u)]
    public void PeerReset_OfAStreamPastTheNegotiated_IsRefused(int stream, uint result)
    {
        RawPeer peer = Established();
        Assert.Equal(result, Word32(peer.Answer(OutgoingReset(RawPeer.FirstTsn, RawPeer.FirstTsn + -1, stream)).Single(), 8));
    }

    [Fact]
    public void PeerReset_FarAhead_IsDenied()
    {
        RawPeer peer = Established();
        Assert.Equal(2u, Word32(peer.Answer(OutgoingReset(RawPeer.FirstTsn, RawPeer.FirstTsn + 1_000_000, 1)).Single(), 8));
    }

    [Fact]
    public void PeerReset_OfAllStreams_TellsOnlyThoseInUse()
    {
        RawPeer peer = Established();
        peer.Answer(RawPeer.Data(0, "a", stream: 4));
        peer.Answer(RawPeer.Data(1, "b", stream: 7));
        peer.Answer(OutgoingReset(RawPeer.FirstTsn, RawPeer.FirstTsn + 1));
        Assert.Equal([4, 7], peer.Events.Where(kept => kept.Kind == AssociationEventKind.IncomingStreamReset).Select(kept => (int)kept.Stream.Value).Order());
    }

    [Fact]
    public void PeerResets_WithoutEndToASleepingReader_QueueOneEventAStream()
    {
        RawPeer peer = Established();
        peer.Answer(RawPeer.Data(0, "a"));
        byte[] buffer = new byte[2000];
        for (int i = 0; i < 1000; i++)
        {
            peer.Subject.Receive(peer.Now, RawPeer.Packet(peer.SubjectTag, OutgoingReset(RawPeer.FirstTsn + i, RawPeer.FirstTsn, 1)));
            while (peer.Subject.TryTransmit(buffer, out _))
            {
            }
        }
        peer.Answer([]);
        Assert.Single(peer.Events, kept => kept.Kind == AssociationEventKind.IncomingStreamReset);
    }

    [Fact]
    public void PeerAsksUsToReset_OurRequestAnswers()
    {
        RawPeer peer = Established();
        peer.Subject.Send(peer.Now, One, PayloadProtocol.Text, "a"u8);
        peer.Take();
        peer.Answer(peer.Sack(0));
        List<RawChunk> sent = peer.Answer(RawChunk.Make(
            ChunkType.Reconfiguration, 0, RawChunk.Parameter(14, [.. Bytes(RawPeer.FirstTsn.Value), 0, 1])));
        RawChunk request = sent.Single(chunk => chunk.Type == ChunkType.Reconfiguration && Word16(chunk, 0) == 13);
        Assert.Equal(RawPeer.FirstTsn.Value, Word32(request, 8));
        Assert.Equal(1, Word16(request, 16));
    }

    [Theory]
    [InlineData(15)]
    [InlineData(17)]
    [InlineData(18)]
    public void PeerAsksForMoreThanWeDo_IsDenied(int type)
    {
        RawPeer peer = Established();
        RawChunk answer = peer.Answer(RawChunk.Make(
            ChunkType.Reconfiguration, 0, RawChunk.Parameter(type, [.. Bytes(RawPeer.FirstTsn.Value), 0, 1, 0, 0]))).Single();
        Assert.Equal((RawPeer.FirstTsn.Value, 2u), (Word32(answer, 4), Word32(answer, 8)));
    }

    [Fact]
    public void Resets_OverLossyLink_LetStreamsBeUsedAgainManyTimes()
    {
        SctpLink link = new(5, new LinkFaults { Loss = 0.25, Duplication = 0.1, Jitter = TimeSpan.FromMilliseconds(30) });
        link.Connect();
        List<string> got = [];
        int resets = 0;
        link.ReadRight = happened =>
        {
            if (happened.Kind == AssociationEventKind.Message)
                got.Add(System.Text.Encoding.ASCII.GetString(happened.Payload.Span));
            else if (happened.Kind == AssociationEventKind.IncomingStreamReset)
                resets++;
        };
        for (int round = 0; round < 20; round++)
        {
            for (int i = 0; i < 10; i++)
                link.Left.Send(link.Now, One, PayloadProtocol.Text, System.Text.Encoding.ASCII.GetBytes($"{round}:{i}"));
            link.Left.ResetStream(link.Now, One);
            int done = round + 1;
            link.RunUntil(() => link.LeftEvents.Count(kept => kept.Kind == AssociationEventKind.OutgoingStreamReset) == done, TimeSpan.FromMinutes(5));
        }
        Assert.Equal(Enumerable.Range(0, 200).Select(i => $"{i / 10}:{i % 10}"), got);
        Assert.Equal(20, resets);
    }

    private static RawPeer Established() => new RawPeer().Establish(1 << 20, 100, RawPeer.Extensions);

    private static byte[] OutgoingReset(Tsn sequence, Tsn lastTsn, params int[] streams)
    {
        List<byte> value = [.. Bytes(sequence.Value), 0, 0, 0, 0, .. Bytes(lastTsn.Value)];
        foreach (int stream in streams)
            value.AddRange([(byte)(stream >> 8), (byte)(stream & 255)]);
        return RawChunk.Make(ChunkType.Reconfiguration, 0, RawChunk.Parameter(13, [.. value]));
    }

    private static byte[] Response(Tsn sequence, byte result) =>
        RawChunk.Make(ChunkType.Reconfiguration, 0, RawChunk.Parameter(16, [.. Bytes(sequence.Value), 0, 0, 0, result]));

    private static byte[] Bytes(uint value)
    {
        byte[] bytes = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, value);
        return bytes;
    }

    private static int Word16(RawChunk chunk, int offset) => BinaryPrimitives.ReadUInt16BigEndian(chunk.Value.AsSpan(offset));

    private static uint Word32(RawChunk chunk, int offset) => BinaryPrimitives.ReadUInt32BigEndian(chunk.Value.AsSpan(offset));
}
