using Jangbu.WebRtc.Sctp;

namespace Jangbu.Tests.Sctp;

/// <summary>Setting up, packet by packet (RFC 9260 §5).</summary>
public sealed class AssociationHandshakeTests
{
    private static readonly byte[] ZeroChecksum = RawChunk.Parameter(0x8001, 0, 0, 0, 1);

    [Fact]
    public void Init_ManyToAClosedEnd_KeepNoMemory()
    {
        RawPeer peer = new();
        byte[]? cookie = null;
        for (int i = 0; i < 2000; i++)
        {
            Assert.Equal(ChunkType.InitAck, peer.Answer(RawPeer.Init(tag: (uint)i + 1), tag: 0).Single().Type);
            cookie ??= peer.CookieEcho();
        }
        Assert.Equal(AssociationState.Closed, peer.Subject.State);
        Assert.Null(peer.Subject.Deadline);
        // Nothing was kept of any, so the first is as good as the last.
        Assert.Equal((ChunkType.CookieAck, 1u), (peer.Answer(cookie!).Single().Type, peer.LastTag));
    }

    [Fact]
    public void CookieEcho_OneBitChanged_IsDropped()
    {
        RawPeer peer = new();
        peer.Answer(RawPeer.Init(), tag: 0);
        for (int bit = 0; bit < StateCookie.Length * 8; bit += 7)
        {
            byte[] echo = peer.CookieEcho();
            echo[4 + bit / 8] ^= (byte)(1 << bit % 8);
            Assert.Empty(peer.Answer(echo));
        }
        Assert.Equal(AssociationState.Closed, peer.Subject.State);
        Assert.Equal(ChunkType.CookieAck, peer.Answer(peer.CookieEcho()).Single().Type);
    }

    [Fact]
    public void CookieEcho_UnderAnotherTag_IsDropped()
    {
        RawPeer peer = new();
        peer.Answer(RawPeer.Init(), tag: 0);
        Assert.Empty(peer.Answer(peer.CookieEcho(), tag: peer.SubjectTag + 1));
        Assert.Equal(AssociationState.Closed, peer.Subject.State);
    }

    [Theory]
    [InlineData(60, true)]
    [InlineData(61, false)]
    public void CookieEcho_OlderThanItsLife_IsStale(int seconds, bool good)
    {
        RawPeer peer = new();
        peer.Answer(RawPeer.Init(), tag: 0);
        peer.Now += TimeSpan.FromSeconds(seconds);
        RawChunk answer = peer.Answer(peer.CookieEcho()).Single();
        if (good)
        {
            Assert.Equal(ChunkType.CookieAck, answer.Type);
            return;
        }
        Assert.Equal((ChunkType.Error, ErrorCauseCode.StaleCookie, RawPeer.Tag), (answer.Type, answer.Cause, answer.Tag));
        Assert.Equal(AssociationState.Closed, peer.Subject.State);
    }

    [Fact]
    public void CookieEcho_Repeated_IsAcknowledgedAgainAndTellsNothingNew()
    {
        RawPeer peer = new RawPeer().Establish();
        int events = peer.Events.Count;
        Assert.Equal(ChunkType.CookieAck, peer.Answer(peer.CookieEcho()).Single().Type);
        Assert.Equal(events, peer.Events.Count);
    }

    [Fact]
    public void Connect_NoAnswer_BacksOffFromOneSecondAndGivesUp()
    {
        RawPeer peer = new(new AssociationOptions { MaxInitRetransmissions = 4 });
        peer.Subject.Connect(peer.Now);
        Assert.Equal(ChunkType.Init, peer.Take().Single().Type);
        List<double> waits = [];
        while (!peer.Subject.IsEnded)
        {
            TimeSpan before = peer.Now;
            peer.Wait();
            waits.Add((peer.Now - before).TotalSeconds);
        }
        Assert.Equal([1, 2, 4, 5, 5], waits);
        Assert.Equal(AssociationCloseReason.HandshakeTimedOut, peer.Subject.CloseReason);
        Assert.Null(peer.Subject.Deadline);
    }

    [Fact]
    public void Connect_FirstInitUnanswered_LeavesZeroChecksumOut()
    {
        RawPeer peer = new();
        peer.Subject.Connect(peer.Now);
        Assert.True(Offers(peer.Take().Single()));
        Assert.False(Offers(peer.Wait().Single()));
        Assert.False(Offers(peer.Wait().Single()));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void ZeroChecksum_PeerDoesOrDoesNotAccept_IsSentOnlyThen(bool accepts)
    {
        RawPeer peer = new RawPeer().Establish(1 << 20, 100, accepts ? [ZeroChecksum] : []);
        peer.Subject.Send(peer.Now, new StreamId(1), PayloadProtocol.Text, "x"u8);
        Assert.Equal(accepts, peer.Take().Single().Checksum == 0);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void ZeroChecksum_Received_IsTakenOnlyWhenOffered(bool offered)
    {
        RawPeer peer = new RawPeer(new AssociationOptions { ZeroChecksum = offered }).Establish(1 << 20, 100, ZeroChecksum);
        byte[] packet = RawPeer.Packet(peer.SubjectTag, RawPeer.Data(0, "hello"));
        packet.AsSpan(8, 4).Clear();
        peer.Send(packet);
        Assert.Equal(offered, peer.Events[^1].Kind == AssociationEventKind.Message);
    }

    [Fact]
    public void ZeroChecksum_OnInitOrCookieEcho_IsNeverTaken()
    {
        RawPeer peer = new();
        byte[] init = RawPeer.Packet(0, RawPeer.Init(parameters: ZeroChecksum));
        init.AsSpan(8, 4).Clear();
        peer.Send(init);
        Assert.Empty(peer.Take());
        peer.Answer(RawPeer.Init(parameters: ZeroChecksum), tag: 0);
        byte[] echo = RawPeer.Packet(peer.SubjectTag, peer.CookieEcho());
        echo.AsSpan(8, 4).Clear();
        peer.Send(echo);
        Assert.Equal(AssociationState.Closed, peer.Subject.State);
    }

    [Fact]
    public void CookieEcho_AfterZeroChecksumIsAgreed_KeepsItsChecksum()
    {
        RawPeer peer = new();
        peer.Subject.Connect(peer.Now);
        peer.Take();
        List<RawChunk> sent = peer.Answer(RawPeer.Init(ChunkType.InitAck, parameters: [RawChunk.Parameter(7, 1, 2, 3, 4), ZeroChecksum]));
        RawChunk echo = sent.Single();
        Assert.Equal((ChunkType.CookieEcho, RawPeer.Tag), (echo.Type, echo.Tag));
        Assert.NotEqual(0u, echo.Checksum);
        Assert.Equal([1, 2, 3, 4], echo.Value);
    }

    [Theory]
    [InlineData(0u, 1, 1)]
    [InlineData(5u, 0, 1)]
    [InlineData(5u, 1, 0)]
    public void Init_WithZeroTagOrStreams_IsRefused(uint tag, int outbound, int inbound)
    {
        RawPeer peer = new();
        List<RawChunk> answers = peer.Answer(RawPeer.Init(tag: tag, outbound: (ushort)outbound, inbound: (ushort)inbound), tag: 0);
        if (tag == 0)
            Assert.Empty(answers);
        else
            Assert.Equal((ChunkType.Abort, ErrorCauseCode.InvalidMandatoryParameter), (answers.Single().Type, answers.Single().Cause));
    }

    [Theory]
    [InlineData(0x0F00, true, false)]
    [InlineData(0x4F00, true, true)]
    [InlineData(0x8F00, false, false)]
    [InlineData(0xCF00, false, true)]
    public void Init_WithUnknownParameter_IsReadByItsTwoHighBits(int type, bool stops, bool reports)
    {
        RawPeer peer = new();
        RawChunk answer = peer.Answer(RawPeer.Init(parameters: [RawChunk.Parameter(type, 1, 2, 3), ZeroChecksum]), tag: 0).Single();
        Assert.Equal(ChunkType.InitAck, answer.Type);
        Assert.Equal(stops, !Offers(answer)); // what follows a stop is not read
        Assert.Equal(reports, Parameters(answer).Any(parameter => parameter.Type == ParameterType.UnrecognizedParameter && parameter.First == type >> 8));
    }

    [Fact]
    public void InitAck_WithoutCookie_AbortsWithTheMissingParameter()
    {
        RawPeer peer = new();
        peer.Subject.Connect(peer.Now);
        peer.Take();
        RawChunk answer = peer.Answer(RawPeer.Init(ChunkType.InitAck)).Single();
        Assert.Equal((ChunkType.Abort, ErrorCauseCode.MissingMandatoryParameter), (answer.Type, answer.Cause));
        Assert.Equal(AssociationCloseReason.ProtocolViolation, peer.Subject.CloseReason);
    }

    [Fact]
    public void Init_AskingForFewerStreams_BindsOurs()
    {
        RawPeer peer = new RawPeer().Establish(1 << 20, streams: 16);
        Assert.Equal(16, peer.Subject.OutboundStreams);
        Assert.Equal(SendResult.Queued, peer.Subject.Send(peer.Now, new StreamId(15), PayloadProtocol.Text, "x"u8));
        Assert.Equal(SendResult.NoSuchStream, peer.Subject.Send(peer.Now, new StreamId(16), PayloadProtocol.Text, "x"u8));
    }

    [Fact]
    public void PeerWindow_FromInit_BoundsTheFirstFlight()
    {
        RawPeer peer = new RawPeer().Establish(window: 2000);
        peer.Subject.Send(peer.Now, new StreamId(1), PayloadProtocol.Binary, new byte[10_000]);
        Assert.Equal(1160, peer.Take().Where(chunk => chunk.Type == ChunkType.Data).Sum(chunk => chunk.Value.Length - 12));
    }

    [Fact]
    public void PeerWindow_FromInitAck_LetsDataLeaveWithoutASack()
    {
        // pion/sctp #364: the answerer's first data waited for a window that only a SACK told it.
        RawPeer peer = new();
        peer.Subject.Connect(peer.Now);
        peer.Take();
        peer.Answer(RawPeer.Init(ChunkType.InitAck, window: 1 << 20, parameters: [RawChunk.Parameter(7, 1, 2, 3, 4)]));
        peer.Answer(RawChunk.Make(ChunkType.CookieAck, 0));
        peer.Subject.Send(peer.Now, new StreamId(1), PayloadProtocol.Binary, new byte[4000]);
        Assert.Equal(4, peer.Take().Count(chunk => chunk.Type == ChunkType.Data));
    }

    private static bool Offers(RawChunk init) => Parameters(init).Any(parameter => parameter.Type == ParameterType.ZeroChecksumAcceptable);

    private static List<(ParameterType Type, int First)> Parameters(RawChunk init)
    {
        List<(ParameterType, int)> parameters = [];
        ParameterReader reader = new(init.Value.AsSpan(16));
        while (reader.TryNext(out Parameter parameter))
            parameters.Add((parameter.Type, parameter.Value.IsEmpty ? 0 : parameter.Value[0]));
        return parameters;
    }
}
