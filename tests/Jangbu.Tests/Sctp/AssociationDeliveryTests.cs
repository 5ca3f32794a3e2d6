using System.Buffers.Binary;
using Jangbu.WebRtc.Sctp;

namespace Jangbu.Tests.Sctp;

/// <summary>Whatever the link does, messages arrive as promised.</summary>
public sealed class AssociationDeliveryTests
{
    private static readonly StreamId One = new(1);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Connect_FromOneOrBothSides_EstablishesBothOnce(bool both)
    {
        SctpLink link = new();
        link.Connect(both);
        link.Run(TimeSpan.FromSeconds(5));
        Assert.Single(link.LeftEvents, kept => kept.Kind == AssociationEventKind.Established);
        Assert.Single(link.RightEvents, kept => kept.Kind == AssociationEventKind.Established);
        Assert.Equal(0, link.Left.Stats.Timeouts + link.Right.Stats.Timeouts);
    }

    [Fact]
    public void Send_BeforeEstablished_RidesWithCookieEcho()
    {
        SctpLink link = new();
        Assert.Equal(SendResult.Queued, link.Left.Send(link.Now, One, PayloadProtocol.Text, "early"u8));
        link.Left.Connect(link.Now);
        TimeSpan begun = link.Now;
        link.RunUntil(() => link.RightEvents.Exists(kept => kept.Kind == AssociationEventKind.Message), TimeSpan.FromSeconds(1));
        Assert.Equal(3 * link.Faults.Delay, link.Now - begun);
        link.Run(TimeSpan.FromSeconds(3));
        Assert.Single(link.RightEvents, kept => kept.Kind == AssociationEventKind.Message);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(1159)]
    [InlineData(1160)]
    [InlineData(1161)]
    [InlineData(60_000)]
    [InlineData(262_144)]
    public void Send_AnyLength_ArrivesWhole(int length)
    {
        SctpLink link = new();
        link.Connect();
        byte[] message = Bytes(length, 7);
        Assert.Equal(SendResult.Queued, link.Left.Send(link.Now, One, PayloadProtocol.Binary, message));
        link.RunUntil(() => Messages(link.RightEvents).Any(), TimeSpan.FromMinutes(1));
        Kept kept = Messages(link.RightEvents).Single();
        Assert.Equal(message, kept.Payload);
        Assert.Equal(PayloadProtocol.Binary, kept.Protocol);
        Assert.Equal(One, kept.Stream);
        Assert.Equal(0, link.Left.Stats.Retransmissions);
    }

    [Theory]
    [InlineData(1, 0.0, 0.0, 0)]
    [InlineData(2, 0.05, 0.05, 0)]
    [InlineData(3, 0.2, 0.1, 50)]
    [InlineData(4, 0.3, 0.2, 100)]
    [InlineData(5, 0.3, 0.0, 0)]
    [InlineData(6, 0.0, 0.3, 200)]
    public void OrderedMessages_OverLossyLink_ArriveOnceAndInOrder(int seed, double loss, double duplication, int jitter)
    {
        SctpLink link = new(seed, new LinkFaults { Loss = loss, Duplication = duplication, Jitter = TimeSpan.FromMilliseconds(jitter) });
        link.Connect();
        Random random = new(seed);
        int[] sent = new int[3], received = new int[3];
        link.ReadRight = happened => Check(happened, received);
        for (int i = 0; i < 1000; i++)
        {
            int stream = random.Next(3);
            byte[] message = Bytes(random.Next(4) == 0 ? random.Next(4, 30_000) : random.Next(4, 200), stream);
            BinaryPrimitives.WriteInt32BigEndian(message, sent[stream]++);
            while (link.Left.Send(link.Now, new StreamId((ushort)stream), PayloadProtocol.Binary, message) != SendResult.Queued)
                link.Run(TimeSpan.FromSeconds(1));
        }
        link.RunUntil(() => received.Sum() == 1000, TimeSpan.FromHours(2));
        link.Run(TimeSpan.FromSeconds(30));
        Assert.Equal(sent, received);
        Assert.Equal(0, link.Left.BytesInFlight);
        Assert.Equal(0, link.Left.BufferedAmount);
    }

    [Fact]
    public void TsnAndSsn_StartJustBeforeTheirWrap_MessagesGoOn()
    {
        // First word the tag, second the TSN: 2^32 - 3 wraps at the fourth chunk; 110,000 messages wrap the SSN.
        uint[] words = [77, uint.MaxValue - 2];
        SctpLink link = new(9, new LinkFaults { Loss = 0.02, Jitter = TimeSpan.FromMilliseconds(5) }, leftWords: words, rightWords: words);
        link.Connect();
        int next = 0;
        link.ReadRight = happened =>
        {
            if (happened.Kind == AssociationEventKind.Message)
                Assert.Equal(next++, BinaryPrimitives.ReadInt32BigEndian(happened.Payload.Span));
        };
        byte[] message = new byte[4];
        for (int i = 0; i < 110_000; i++)
        {
            BinaryPrimitives.WriteInt32BigEndian(message, i);
            Assert.Equal(SendResult.Queued, link.Left.Send(link.Now, One, PayloadProtocol.Binary, message));
        }
        link.RunUntil(() => next == 110_000, TimeSpan.FromMinutes(30));
    }

    [Fact]
    public void UnorderedMessages_FirstPacketLost_DoNotWaitForIt()
    {
        SctpLink link = new();
        link.Connect();
        link.Run(TimeSpan.FromSeconds(1));
        link.Tap = (_, _) => false;
        link.Left.Send(link.Now, One, PayloadProtocol.Text, "lost"u8, ordered: false);
        link.Drain();
        link.Tap = null;
        link.Left.Send(link.Now, One, PayloadProtocol.Text, Bytes(3000, 1), ordered: false);
        link.Left.Send(link.Now, One, PayloadProtocol.Text, "ordered"u8);
        link.Run(TimeSpan.FromMilliseconds(30));
        Assert.Equal([3000, 7], Messages(link.RightEvents).Select(kept => kept.Payload.Length));
        link.Run(TimeSpan.FromSeconds(2));
        Assert.Equal([3000, 7, 4], Messages(link.RightEvents).Select(kept => kept.Payload.Length));
    }

    [Fact]
    public void Streams_OneHasAGap_OthersGoOn()
    {
        SctpLink link = new();
        link.Connect();
        link.Run(TimeSpan.FromSeconds(1));
        link.Tap = (_, _) => false;
        link.Left.Send(link.Now, One, PayloadProtocol.Text, "a"u8);
        link.Drain();
        link.Tap = null;
        link.Left.Send(link.Now, One, PayloadProtocol.Text, "bb"u8);
        link.Left.Send(link.Now, new StreamId(2), PayloadProtocol.Text, "ccc"u8);
        link.Run(TimeSpan.FromMilliseconds(30));
        Assert.Equal([3], Messages(link.RightEvents).Select(kept => kept.Payload.Length));
        link.Run(TimeSpan.FromSeconds(2));
        Assert.Equal([3, 1, 2], Messages(link.RightEvents).Select(kept => kept.Payload.Length));
    }

    [Fact]
    public void Shutdown_WithDataQueued_DeliversItAndClosesBoth()
    {
        SctpLink link = new(3, new LinkFaults { Loss = 0.2 });
        link.Connect();
        byte[] message = Bytes(200_000, 3);
        link.Left.Send(link.Now, One, PayloadProtocol.Binary, message);
        link.Left.Shutdown(link.Now);
        Assert.Equal(SendResult.Closed, link.Left.Send(link.Now, One, PayloadProtocol.Binary, message));
        link.RunUntil(() => link.Left.IsEnded && link.Right.IsEnded, TimeSpan.FromMinutes(5));
        Assert.Equal(message, Messages(link.RightEvents).Single().Payload);
        Assert.Equal(AssociationCloseReason.Shutdown, link.Left.CloseReason);
        Assert.Equal(AssociationCloseReason.Shutdown, link.Right.CloseReason);
    }

    [Fact]
    public void Shutdown_FromBothSidesAtOnce_ClosesBoth()
    {
        SctpLink link = new();
        link.Connect();
        link.Left.Shutdown(link.Now);
        link.Right.Shutdown(link.Now);
        link.RunUntil(() => link.Left.IsEnded && link.Right.IsEnded, TimeSpan.FromSeconds(10));
        Assert.Equal(AssociationCloseReason.Shutdown, link.Left.CloseReason);
        Assert.Equal(AssociationCloseReason.Shutdown, link.Right.CloseReason);
    }

    [Fact]
    public void Abort_WhileDataIsUnderWay_TellsThePeerAtOnce()
    {
        SctpLink link = new();
        link.Connect();
        link.Left.Send(link.Now, One, PayloadProtocol.Binary, Bytes(100_000, 1));
        link.Drain();
        link.Left.Abort(link.Now);
        link.Run(TimeSpan.FromMilliseconds(100));
        Assert.Equal(AssociationCloseReason.AbortedLocally, link.Left.CloseReason);
        Assert.Equal(AssociationCloseReason.AbortedByPeer, link.Right.CloseReason);
        Assert.Null(link.Left.Deadline);
        Assert.Null(link.Right.Deadline);
    }

    private static void Check(AssociationEvent happened, int[] received)
    {
        if (happened.Kind != AssociationEventKind.Message)
            return;
        ReadOnlySpan<byte> payload = happened.Payload.Span;
        int stream = happened.Stream.Value;
        Assert.Equal(received[stream]++, BinaryPrimitives.ReadInt32BigEndian(payload));
        for (int i = 4; i < payload.Length; i++)
        {
            if (payload[i] != unchecked((byte)(i * 31 + stream)))
                Assert.Fail($"byte {i} of a message on stream {stream}");
        }
    }

    private static IEnumerable<Kept> Messages(IEnumerable<Kept> events) => events.Where(kept => kept.Kind == AssociationEventKind.Message);

    private static byte[] Bytes(int length, int salt)
    {
        byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++)
            bytes[i] = unchecked((byte)(i * 31 + salt));
        return bytes;
    }
}
