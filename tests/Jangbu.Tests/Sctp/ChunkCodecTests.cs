using FsCheck;
using FsCheck.Fluent;
using Jangbu.WebRtc.Dcep;
using Jangbu.WebRtc.Sctp;

namespace Jangbu.Tests.Sctp;

/// <summary>Chunks, cookies and numbers: what is written is read back; what is cut short is refused.</summary>
public sealed class ChunkCodecTests
{
    [Fact]
    public void Crc32c_OfTheStandardText_IsTheStandardValue()
    {
        // RFC 3720 appendix B.4 and the usual check value of CRC-32C.
        Assert.Equal(0xE3069283u, Crc32c.Of("123456789"u8));
        Assert.Equal(0x8A9136AAu, Crc32c.Of(new byte[32]));
        Assert.Equal(0x62A8AB43u, Crc32c.Of([.. Enumerable.Repeat((byte)0xFF, 32)]));
    }

    [Fact]
    public void Crc32c_OfAPacket_TakesItsFieldAsZero() => Prop.ForAll<byte[]>(bytes =>
    {
        byte[] packet = [1, 2, 3, 4, 5, 6, 7, 8, 0, 0, 0, 0, .. bytes];
        uint expected = Crc32c.Of(packet);
        packet[8] = 77;
        packet[11] = 99;
        return Crc32c.OfPacket(packet) == expected;
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void SerialNumbers_CompareAroundTheWrap() => Prop.ForAll<uint, ushort>((start, ahead) =>
    {
        Tsn tsn = new(start), later = tsn + (ahead + 1);
        Ssn ssn = new((ushort)(start & 0xFFFF)), next = new((ushort)((start + 1 + ahead % 32767) & 0xFFFF));
        return tsn < later && later > tsn && tsn <= later && later >= tsn && later - tsn == ahead + 1 && tsn.Next.Previous == tsn
            && ssn < next && next > ssn && next - ssn == 1 + ahead % 32767;
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Numbers_AsText_AreDecimal()
    {
        Assert.Equal("4294967295", new Tsn(uint.MaxValue).ToString());
        Assert.Equal("65535", new Ssn(ushort.MaxValue).ToString());
        Assert.Equal("7", new ReconfigurationSequence(7).ToString());
    }

    [Fact]
    public void Data_Written_IsReadBack() => Prop.ForAll<uint, ushort, NonEmptyArray<byte>>((tsn, stream, payload) =>
    {
        byte[] buffer = new byte[CommonHeader.Length + 2000];
        PacketWriter writer = new(buffer, 1, 2, new VerificationTag(3));
        if (payload.Get.Length > 1900)
            return true;
        byte flags = (byte)(tsn & 15);
        DataChunk.Write(ref writer, flags, new Tsn(tsn), new StreamId(stream), new Ssn((ushort)(stream ^ 5)), PayloadProtocol.Binary, payload.Get);
        writer.Finish(zeroChecksum: false);
        ReadOnlySpan<byte> packet = buffer.AsSpan(0, writer.Length);
        ChunkReader reader = new(packet[CommonHeader.Length..]);
        return packet.Length % 4 == 0 && CommonHeader.TryRead(packet, out CommonHeader header) && header.Checksum == Crc32c.OfPacket(packet)
            && header is { SourcePort: 1, DestinationPort: 2, Tag.Value: 3 }
            && reader.TryNext(out Chunk chunk) && reader.AtEnd && DataChunk.TryRead(chunk, out DataChunk data)
            && data.Tsn.Value == tsn && data.Stream.Value == stream && data.Ssn.Value == (stream ^ 5) && data.Flags == flags
            && data.Protocol == PayloadProtocol.Binary && data.Payload.SequenceEqual(payload.Get);
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Sack_Written_IsReadBack() => Prop.ForAll<uint, uint, byte[]>((tsn, window, steps) =>
    {
        byte[] buffer = new byte[4000];
        PacketWriter writer = new(buffer, 1, 2, default);
        steps = steps.Length > 100 ? steps[..100] : steps;
        Span<byte> value = writer.Add(ChunkType.Sack, 0, 12 + 4 * steps.Length + 4);
        SackChunk.WriteHeader(value, new Tsn(tsn), window, steps.Length, 1);
        List<(int Start, int End)> gaps = [];
        int at = 1;
        foreach (byte step in steps)
        {
            gaps.Add((at + 1 + step, at + 1 + step + step % 7));
            at = gaps[^1].End;
            SackChunk.WriteGap(value, gaps.Count - 1, gaps[^1].Start, gaps[^1].End);
        }
        SackChunk.WriteDuplicate(value, gaps.Count, 0, new Tsn(9));
        ChunkReader reader = new(buffer.AsSpan(12, writer.Length - 12));
        if (!reader.TryNext(out Chunk chunk) || !SackChunk.TryRead(chunk, out SackChunk sack))
            return false;
        bool same = sack.Cumulative.Value == tsn && sack.Window == window && sack.GapCount == gaps.Count && sack.DuplicateCount == 1;
        for (int i = 0; i < gaps.Count; i++)
            same &= sack.Gap(i) == gaps[i];
        return same;
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Init_Marshalled_IsReadBack() => Prop.ForAll<uint, ushort, bool>((number, streams, zero) =>
    {
        byte[] cookie = [1, 2, 3, (byte)(number & 255), 5];
        byte[] init = InitChunk.Marshal(
            ChunkType.InitAck, new VerificationTag(number | 1), number, streams | 1, new Tsn(number), zero, cookie, [0xC1, 0, 0, 5, 9, 0, 0, 0]);
        return InitChunk.Read(new Chunk(init), new byte[ErrorCause.MaxEcho], out InitChunk read) == InitProblem.None
            && read.Tag.Value == (number | 1) && read.Window == number && read.InboundStreams == (streams | 1) && read.OutboundStreams == (streams | 1)
            && read.InitialTsn.Value == number && read.ZeroChecksum == zero && read is { ForwardTsn: true, Reconfiguration: true }
            && read.Cookie.SequenceEqual(cookie);
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Init_EveryTruncation_IsReadWithoutHarm()
    {
        byte[] init = InitChunk.Marshal(ChunkType.Init, new VerificationTag(1), 1, 1, new Tsn(1), true, default, [0xC1, 0, 0, 5, 9, 0, 0, 0]);
        for (int length = Chunk.HeaderLength; length < init.Length; length++)
            InitChunk.Read(new Chunk(init.AsSpan(0, length)), new byte[ErrorCause.MaxEcho], out _);
        Assert.Equal(InitProblem.Malformed, InitChunk.Read(new Chunk(init.AsSpan(0, InitChunk.HeaderLength - 1)), new byte[ErrorCause.MaxEcho], out _));
        Assert.Equal(InitProblem.None, InitChunk.Read(new Chunk(init.AsSpan(0, InitChunk.HeaderLength)), new byte[ErrorCause.MaxEcho], out _));
    }

    [Fact]
    public void EveryChunk_EveryTruncation_IsRefusedOrRead()
    {
        byte[] bytes = [.. Enumerable.Range(0, 40).Select(i => (byte)i)];
        for (int length = Chunk.HeaderLength; length < bytes.Length; length++)
        {
            Chunk chunk = new(bytes.AsSpan(0, length));
            Assert.Equal(length >= DataChunk.HeaderLength, DataChunk.TryRead(chunk, out _));
            Assert.Equal(length >= ForwardTsnChunk.HeaderLength && length % 4 == 0, ForwardTsnChunk.TryRead(chunk, out _));
            Assert.False(SackChunk.TryRead(chunk, out _)); // its counts, 12 and 14, are past the end
        }
    }

    [Fact]
    public void Cookie_Sealed_OpensOnlyUnderItsSecretAndPorts() => Prop.ForAll<uint, ushort, long>((number, streams, ticks) =>
    {
        StateCookie cookie = new()
        {
            LocalTag = new VerificationTag(number), PeerTag = new VerificationTag(~number), LocalTieTag = new VerificationTag(number ^ 3),
            PeerTieTag = new VerificationTag(number ^ 4), LocalInitialTsn = new Tsn(number ^ 5), PeerInitialTsn = new Tsn(number ^ 6),
            PeerWindow = number ^ 7, OutboundStreams = streams, InboundStreams = streams ^ 1, ForwardTsn = (number & 1) != 0,
            Reconfiguration = (number & 2) != 0, ZeroChecksum = (number & 4) != 0, MadeAt = TimeSpan.FromTicks(ticks),
        };
        byte[] secret = [1, 2, 3], sealedCookie = cookie.Seal(secret, 5000, 5001);
        return StateCookie.TryOpen(sealedCookie, secret, 5000, 5001, out StateCookie opened) && opened == cookie
            && !StateCookie.TryOpen(sealedCookie, [1, 2, 4], 5000, 5001, out _) && !StateCookie.TryOpen(sealedCookie, secret, 5001, 5000, out _)
            && !StateCookie.TryOpen(sealedCookie.AsSpan(1), secret, 5000, 5001, out _);
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Open_Marshalled_IsReadBackAndEveryTruncationRefused() => Prop.ForAll<NonNull<string>, ushort, bool>((label, number, ordered) =>
    {
        // Lone surrogates are no UTF-8; .NET writes them as U+FFFD.
        string text = new([.. label.Get.Where(letter => !char.IsSurrogate(letter))]);
        Reliability reliability = (number % 3) switch
        {
            0 => Reliability.Full,
            1 => new Reliability(number, null),
            _ => new Reliability(null, TimeSpan.FromMilliseconds(number)),
        };
        DcepOpen open = new(text, "프로토콜", ordered, reliability, number);
        byte[] message = open.Marshal();
        bool truncated = Enumerable.Range(0, message.Length).Any(length => DcepOpen.TryRead(message.AsSpan(0, length), out _));
        return !truncated && DcepOpen.TryRead(message, out DcepOpen read) && read == open;
    }).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData(0, 2)] // not an OPEN
    [InlineData(1, 3)] // a channel type that is not
    [InlineData(12, 0xFF)] // a label that is not UTF-8
    public void Open_WithOneByteWrong_IsRefused(int offset, int value)
    {
        byte[] message = new DcepOpen("label", "", true, Reliability.Full, 0).Marshal();
        Assert.True(DcepOpen.TryRead(message, out _));
        message[offset] = (byte)value;
        Assert.False(DcepOpen.TryRead(message, out _));
    }
}
