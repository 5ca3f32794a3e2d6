using Jangbu.WebRtc.Sctp;

namespace Jangbu.Tests.Sctp;

/// <summary>Whatever is awaited has a deadline, and loss costs round trips, not time-outs.</summary>
public sealed class AssociationTimerTests
{
    private static readonly StreamId One = new(1);

    [Fact]
    public void Deadline_WhileAnythingIsAwaited_IsAlwaysThere()
    {
        // amazon-kinesis-video-streams-webrtc-sdk-c #2319: a timer that ran only when packets came never healed a stall.
        RawPeer peer = new(new AssociationOptions { HeartbeatInterval = TimeSpan.Zero });
        Assert.Null(peer.Subject.Deadline);
        peer.Subject.Connect(peer.Now);
        Assert.NotNull(peer.Subject.Deadline);
        peer.Take();
        peer.Answer(RawPeer.Init(ChunkType.InitAck, parameters: [RawChunk.Parameter(7, 1, 2, 3, 4), .. RawPeer.Extensions]));
        Assert.NotNull(peer.Subject.Deadline);
        peer.Answer(RawChunk.Make(ChunkType.CookieAck, 0));
        Assert.Null(peer.Subject.Deadline); // nothing is awaited, and heartbeats are off
        peer.Subject.Send(peer.Now, One, PayloadProtocol.Text, "x"u8);
        peer.Take();
        Assert.NotNull(peer.Subject.Deadline);
        peer.Answer(peer.Sack(0));
        Assert.Null(peer.Subject.Deadline);
        peer.Subject.ResetStream(peer.Now, One);
        peer.Take();
        Assert.NotNull(peer.Subject.Deadline);
        peer.Answer(RawPeer.Data(0, "half", flags: 2));
        peer.Subject.Shutdown(peer.Now);
        peer.Take();
        Assert.NotNull(peer.Subject.Deadline);
        peer.Pass(TimeSpan.FromMinutes(10));
        Assert.True(peer.Subject.IsEnded);
        Assert.Null(peer.Subject.Deadline);
    }

    [Fact]
    public void Deadline_PassedLate_IsMadeUpFor()
    {
        // A driver that slept for an hour must find an association that goes on, or has ended, and not one that spins.
        RawPeer peer = new RawPeer().Establish();
        peer.Subject.Send(peer.Now, One, PayloadProtocol.Text, "x"u8);
        peer.Take();
        peer.Now += TimeSpan.FromHours(1);
        peer.Subject.Advance(peer.Now);
        Assert.Contains(peer.Take(), chunk => chunk.Type == ChunkType.Data);
        Assert.True(peer.Subject.Deadline > peer.Now);
    }

    [Fact]
    public void Now_RunningBackwards_IsTakenAsStandingStill()
    {
        RawPeer peer = new RawPeer().Establish();
        peer.Subject.Send(peer.Now, One, PayloadProtocol.Text, "x"u8);
        peer.Take();
        TimeSpan? deadline = peer.Subject.Deadline;
        peer.Subject.Advance(TimeSpan.Zero);
        peer.Subject.Receive(TimeSpan.Zero, RawPeer.Packet(peer.SubjectTag, RawPeer.Data(0, "y")));
        Assert.True(peer.Subject.Deadline <= deadline);
        Assert.Equal(AssociationState.Established, peer.Subject.State);
    }

    [Theory]
    [InlineData(0.00, 1.5)]
    [InlineData(0.01, 12)]
    [InlineData(0.05, 40)]
    [InlineData(0.20, 180)]
    public void FourMegabytes_OverFortyMilliseconds_ComeWithinTheTime(double loss, double seconds)
    {
        // Mathis' bound for one flow of 1,160-byte packets is 12, 26 and 53 s; measured here 7.6, 31 and 131 (the last waits for timers).
        SctpLink link = new(21, new LinkFaults { Loss = loss });
        link.Connect();
        int got = 0;
        link.ReadRight = happened => got += happened.Payload.Length;
        TimeSpan begun = link.Now;
        for (int i = 0; i < 256; i++)
            link.Left.Send(link.Now, One, PayloadProtocol.Binary, new byte[16_384]);
        link.RunUntil(() => got == 256 * 16_384, TimeSpan.FromMinutes(30));
        double took = (link.Now - begun).TotalSeconds;
        Assert.True(took < seconds, $"{took} s at {loss:P0} loss, {link.Left.Stats}");
    }
}
