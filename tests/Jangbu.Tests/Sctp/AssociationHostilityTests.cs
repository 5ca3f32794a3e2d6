using System.Buffers.Binary;
using Jangbu.WebRtc.Sctp;

namespace Jangbu.Tests.Sctp;

/// <summary>A peer that lies, floods and stalls: nothing throws, nothing grows, nothing loops.</summary>
public sealed class AssociationHostilityTests
{
    private static readonly StreamId One = new(1);

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(13)]
    [InlineData(65535)]
    public void ChunkLength_ThatLies_EndsThePacketAndNoMore(int length)
    {
        // sipsorcery #1758, aiortc #1424: a length of 0 was an endless loop.
        RawPeer peer = Established();
        byte[] liar = RawChunk.Make(ChunkType.Heartbeat, 0, RawChunk.Parameter(1, 1, 2, 3, 4));
        BinaryPrimitives.WriteUInt16BigEndian(liar.AsSpan(2), (ushort)length);
        peer.Answer(RawPeer.Data(0, "before"), liar);
        Assert.Equal(["before"], peer.Texts());
        peer.Answer(RawPeer.Data(1, "after", ssn: 1));
        Assert.Equal(["before", "after"], peer.Texts());
    }

    [Fact]
    public void Data_OfNoBytes_Aborts()
    {
        RawPeer peer = Established();
        RawChunk abort = peer.Answer(RawPeer.Data(0, "")).Single();
        Assert.Equal((ChunkType.Abort, ErrorCauseCode.NoUserData), (abort.Type, abort.Cause));
        Assert.Equal(AssociationCloseReason.ProtocolViolation, peer.Subject.CloseReason);
    }

    [Theory]
    [InlineData(100_000, true)]
    [InlineData(100_001, false)]
    public void Message_OfTheLongestTaken_IsTakenAndOneByteMoreAborts(int length, bool taken)
    {
        foreach (bool reversed in new[] { false, true })
        {
            RawPeer peer = new RawPeer(new AssociationOptions { MaxMessageSize = 100_000 }).Establish();
            byte[][] parts = [.. new byte[length].Chunk(10_000)];
            IEnumerable<int> order = Enumerable.Range(0, parts.Length);
            foreach (int i in reversed ? order.Reverse() : order)
                peer.Answer(RawPeer.Data(RawPeer.FirstTsn + i, parts[i], (i == 0 ? 2 : 0) | (i == parts.Length - 1 ? 1 : 0), 1, 0));
            Assert.Equal(taken ? AssociationCloseReason.None : AssociationCloseReason.LimitExceeded, peer.Subject.CloseReason);
            Assert.Equal(taken ? 1 : 0, peer.Texts().Count);
        }
    }

    [Fact]
    public void Fragments_WithoutEnd_AbortAtTheDeadline()
    {
        RawPeer peer = Established();
        peer.Answer(RawPeer.Data(0, "x", flags: 2));
        for (int i = 1; i < 59; i++)
        {
            peer.Pass(TimeSpan.FromSeconds(1));
            peer.Answer(RawPeer.Data(i, "x", flags: 0));
        }
        Assert.False(peer.Subject.IsEnded);
        peer.Pass(TimeSpan.FromSeconds(1));
        peer.Pass(TimeSpan.FromSeconds(1));
        Assert.Equal(AssociationCloseReason.LimitExceeded, peer.Subject.CloseReason);
    }

    [Theory]
    [InlineData(2, 2)] // a beginning inside a message
    [InlineData(2, 3)]
    [InlineData(0, 0)] // a middle without a beginning
    [InlineData(1, 1)]
    public void Fragments_ThatMakeNoMessage_Abort(int first, int second)
    {
        RawPeer peer = Established();
        peer.Answer(RawPeer.Data(0, "a", flags: first));
        peer.Answer(RawPeer.Data(1, "b", flags: second));
        Assert.Equal(AssociationCloseReason.ProtocolViolation, peer.Subject.CloseReason);
    }

    [Fact]
    public void Fragments_OfAnotherStreamInsideAMessage_Abort()
    {
        RawPeer peer = Established();
        peer.Answer(RawPeer.Data(0, "a", flags: 2));
        peer.Answer(RawPeer.Data(1, "b", flags: 1, stream: 2));
        Assert.Equal(AssociationCloseReason.ProtocolViolation, peer.Subject.CloseReason);
    }

    [Fact]
    public void Beginnings_WithoutEndAboveAGap_StayWithinTheWindow()
    {
        ReceiveQueue queue = new(1 << 20, 1 << 18, new BufferPool());
        queue.Start(new Tsn(1));
        Random random = new(3);
        byte[] payload = new byte[1160];
        int most = 0;
        for (int i = 0; i < 100_000; i++)
        {
            byte[] whole = RawPeer.Data(new Tsn((uint)(2 + random.Next(40_000))), payload[..random.Next(1, 1160)], random.Next(8), random.Next(1000), random.Next(65_536));
            Assert.True(DataChunk.TryRead(new Chunk(whole), out DataChunk data));
            queue.Add(TimeSpan.Zero, data);
            while (queue.TryDequeue(out ReceivedMessage message))
                queue.Release(message);
            most = Math.Max(most, queue.Buffered);
        }
        Assert.InRange(most, 1 << 19, (1 << 20) + (1 << 16) + 2000);
        queue.Clear();
        Assert.Equal(0, queue.Buffered);
    }

    [Fact]
    public void OneByteMessages_UnreadAndOutOfTurn_StayWithinTheWindow()
    {
        ReceiveQueue queue = new(1 << 20, 1 << 18, new BufferPool());
        queue.Start(new Tsn(1));
        for (int i = 0; i < 100_000; i++)
        {
            // Number 0 never comes, so all wait; each costs its overhead.
            byte[] whole = RawPeer.Data(new Tsn((uint)(1 + i)), [1], 3, i % 16, 1 + i / 16);
            Assert.True(DataChunk.TryRead(new Chunk(whole), out DataChunk data));
            queue.Add(TimeSpan.Zero, data);
        }
        Assert.Equal(0u, queue.Window);
        Assert.InRange(queue.Buffered / (1 + ReceiveQueue.Overhead), 1, 21_500);
    }

    [Theory]
    [InlineData(0, 1, 0)] // one gap announced, none there
    [InlineData(0, 65535, 0)]
    [InlineData(0, 0, 65535)]
    public void Sack_WithCountsPastItsEnd_IsDropped(int cumulative, int gaps, int duplicates)
    {
        // sipsorcery #1772 (GHSA-jwjp-4649-v8jp): such a SACK ended the receive thread.
        RawPeer peer = Sending(out int flight);
        byte[] sack = peer.Sack(cumulative);
        BinaryPrimitives.WriteUInt16BigEndian(sack.AsSpan(12), (ushort)gaps);
        BinaryPrimitives.WriteUInt16BigEndian(sack.AsSpan(14), (ushort)duplicates);
        peer.Answer(sack);
        Assert.Equal(flight, peer.Subject.BytesInFlight);
    }

    [Fact]
    public void Sack_ThatLies_ChangesNothing()
    {
        RawPeer peer = Sending(out int flight);
        int window = peer.Subject.CongestionWindow;
        peer.Answer(peer.Sack(4)); // never sent: the newest is 3
        peer.Answer(peer.Sack(int.MaxValue / 2));
        peer.Answer(peer.Sack(-2)); // older than all
        peer.Answer(peer.Sack(-1, gaps: (3, 2)));
        peer.Answer(peer.Sack(-1, gaps: [(2, 3), (3, 4)]));
        peer.Answer(peer.Sack(-1, gaps: [(3, 3), (2, 2)]));
        peer.Answer(peer.Sack(-1, gaps: (0, 0)));
        peer.Answer(peer.Sack(-1, gaps: (2, 5)));
        Assert.Equal((flight, window), (peer.Subject.BytesInFlight, peer.Subject.CongestionWindow));
        peer.Answer(peer.Sack(3));
        Assert.True(peer.Subject.CongestionWindow > window);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Sacks_OfAnyKind_KeepTheBooks(int seed)
    {
        RawPeer peer = new RawPeer().Establish(1 << 20, 100, RawPeer.Extensions);
        Random random = new(seed);
        int sent = 0, acknowledged = -1;
        for (int round = 0; round < 3000 && !peer.Subject.IsEnded; round++)
        {
            if (random.Next(2) == 0)
                peer.Subject.Send(peer.Now, new StreamId((ushort)random.Next(4)), PayloadProtocol.Binary, new byte[random.Next(1, 6000)],
                    random.Next(2) == 0, new Reliability(random.Next(3) == 0 ? random.Next(3) : null, null));
            (int, int)[] gaps = [.. Enumerable.Range(0, random.Next(5)).Select(_ => (random.Next(1, 40), random.Next(1, 40)))];
            int cumulative = random.Next(4) == 0 ? random.Next(-5, sent + 20) : acknowledged + random.Next(0, 3);
            List<RawChunk> answers = peer.Answer(peer.Sack(cumulative, (uint)random.Next(200_000), gaps));
            if (random.Next(20) == 0)
                answers.AddRange(peer.Pass(TimeSpan.FromMilliseconds(random.Next(2000))));
            foreach (RawChunk data in answers.Where(chunk => chunk.Type == ChunkType.Data))
                sent = Math.Max(sent, data.Tsn - peer.SubjectTsn + 1);
            if (cumulative < sent)
                acknowledged = Math.Max(acknowledged, cumulative);
            Assert.InRange(peer.Subject.BytesInFlight, 0, peer.Subject.CongestionWindow + 64 * 1160);
            Assert.InRange(peer.Subject.CongestionWindow, peer.Subject.MaxPacketSize, 1 << 28);
            Assert.True(peer.Subject.BytesInFlight == 0 || peer.Subject.Deadline is not null, "something is awaited and has no timer");
        }
        if (peer.Subject.IsEnded)
            return;
        for (int i = 0; i < 5000 && (peer.Subject.BytesInFlight > 0 || peer.Subject.BufferedAmount > 0); i++)
        {
            foreach (RawChunk chunk in peer.Answer(peer.Sack(sent - 1)).Concat(peer.Subject.Deadline is null ? [] : peer.Wait()))
            {
                if (chunk.Type == ChunkType.Data)
                    sent = Math.Max(sent, chunk.Tsn - peer.SubjectTsn + 1);
            }
        }
        Assert.Equal((0, 0), (peer.Subject.BytesInFlight, peer.Subject.BufferedAmount));
    }

    [Fact]
    public void Questions_ByTheThousand_GetFewAnswers()
    {
        RawPeer peer = Established();
        byte[] heartbeat = RawChunk.Make(ChunkType.Heartbeat, 0, RawChunk.Parameter(1, 1, 2, 3, 4));
        byte[] unknown = RawChunk.Make((ChunkType)0xC5, 0, new byte[200]);
        byte[] error = ErrorCause.Chunk(ChunkType.Error, ErrorCauseCode.UnrecognizedChunkType, new byte[100]);
        for (int i = 0; i < 1000; i++)
            peer.Send(RawPeer.Packet(peer.SubjectTag, heartbeat, unknown, error));
        Assert.InRange(peer.Take().Count, 1, 32);
        Assert.Empty(peer.Answer(error)); // an error is never answered: two ends would play ping-pong
    }

    [Fact]
    public void Packets_TruncatedOrWithOneBitFlipped_AreDroppedByTheirChecksum()
    {
        RawPeer peer = Established();
        byte[] packet = RawPeer.Packet(peer.SubjectTag, RawPeer.Data(0, "hello"), peer.Sack(-1), RawChunk.Make(ChunkType.Shutdown, 0, 0, 0, 0, 0));
        for (int length = 0; length < packet.Length; length++)
            peer.Send(packet[..length]);
        for (int bit = 0; bit < packet.Length * 8; bit++)
        {
            byte[] flipped = [.. packet];
            flipped[bit / 8] ^= (byte)(1 << (bit % 8));
            peer.Send(flipped);
        }
        Assert.Empty(peer.Texts());
        Assert.Empty(peer.Take());
        Assert.Equal(AssociationState.Established, peer.Subject.State);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Packets_MutatedUnderARightChecksum_NeverThrow(int seed)
    {
        Random random = new(seed);
        for (int round = 0; round < 60; round++)
        {
            RawPeer peer = Established();
            peer.Subject.Send(peer.Now, One, PayloadProtocol.Binary, new byte[30_000]);
            peer.Take();
            for (int i = 0; i < 100; i++)
            {
                byte[] packet = RawPeer.Packet(peer.SubjectTag, Some(random, peer), Some(random, peer), Some(random, peer));
                for (int flips = random.Next(4); flips > 0; flips--)
                    packet[random.Next(12, packet.Length)] = (byte)random.Next(256);
                if (random.Next(4) == 0)
                    packet = packet[..random.Next(12, packet.Length)];
                BinaryPrimitives.WriteUInt32LittleEndian(packet.AsSpan(8), Crc32c.OfPacket(packet));
                peer.Send(packet);
                peer.Take();
                if (random.Next(10) == 0)
                    peer.Pass(TimeSpan.FromMilliseconds(random.Next(1000)));
            }
        }
    }

    [Fact]
    public void Reader_ThatSleeps_HoldsAtMostItsWindow()
    {
        SctpLink link = new();
        link.Connect();
        link.ReadRight = null;
        for (int i = 0; i < 100; i++)
            link.Left.Send(link.Now, One, PayloadProtocol.Binary, new byte[60_000]);
        link.Run(TimeSpan.FromSeconds(40));
        Assert.InRange(link.Left.BufferedAmount, 4_000_000, 6_000_000);
        Assert.False(link.Left.IsEnded);
        int got = 0;
        link.ReadRight = happened => got += happened.Kind == AssociationEventKind.Message ? 1 : 0;
        link.RunUntil(() => got == 100, TimeSpan.FromSeconds(30));
    }

    private static RawPeer Established() => new RawPeer().Establish(1 << 20, 100, RawPeer.Extensions);

    private static RawPeer Sending(out int flight)
    {
        RawPeer peer = Established();
        peer.Subject.Send(peer.Now, One, PayloadProtocol.Binary, new byte[50_000]);
        Assert.Equal(4, peer.Take().Count);
        flight = peer.Subject.BytesInFlight;
        return peer;
    }

    private static byte[] Some(Random random, RawPeer peer) => random.Next(10) switch
    {
        0 or 1 => RawPeer.Data(random.Next(-2, 30), "some bytes", random.Next(8), random.Next(3), random.Next(3)),
        2 => peer.Sack(random.Next(-2, 30), (uint)random.Next(100_000), (random.Next(1, 5), random.Next(1, 9))),
        3 => RawChunk.Make(ChunkType.ForwardTsn, 0, [.. Word((RawPeer.FirstTsn + random.Next(20)).Value), 0, 1, 0, 2]),
        4 => RawChunk.Make(ChunkType.Reconfiguration, 0, RawChunk.Parameter(random.Next(13, 19), [.. Word(RawPeer.FirstTsn.Value), .. Word(0), .. Word(1000), 0, 1])),
        5 => RawChunk.Make(ChunkType.Heartbeat, 0, RawChunk.Parameter(1, 1, 2, 3, 4)),
        6 => RawPeer.Init(tag: (uint)random.Next()),
        7 => peer.CookieEcho(),
        8 => RawChunk.Make((ChunkType)random.Next(256), (byte)random.Next(256), new byte[random.Next(40)]),
        _ => ErrorCause.Chunk(ChunkType.Error, (ErrorCauseCode)random.Next(14), new byte[random.Next(20)]),
    };

    private static byte[] Word(uint value)
    {
        byte[] bytes = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, value);
        return bytes;
    }
}
