using FsCheck;
using FsCheck.Fluent;
using Jangbu.WebRtc.Stun;
using Jangbu.WebRtc.Turn;

namespace Jangbu.Tests.Turn;

public sealed class TurnStreamReaderTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(7)]
    [InlineData(10_000)]
    public void Frames_CutAnywhere_ComeOutWhole(int piece)
    {
        var stream = new List<byte>();
        var expected = new List<byte[]>();
        byte[] buffer = new byte[4096];
        for (int index = 0; index < 50; index++)
        {
            var writer = new StunWriter(buffer, StunClass.Success, StunMethod.ChannelBind, new StunTransactionId(1, (ulong)index));
            writer.Add(StunAttribute.Software, new string('s', index));
            expected.Add(writer.Message.ToArray());
            stream.AddRange(writer.Message);
            int length = ChannelData.Write(buffer, ChannelData.FirstChannel + index, new byte[index * 13], padded: true);
            stream.AddRange(buffer[..length]);
            expected.Add(buffer[..(4 + (index * 13))]);
        }

        var reader = new TurnStreamReader();
        var frames = new List<byte[]>();
        foreach (byte[] chunk in stream.Chunk(piece))
        {
            reader.Append(chunk);
            while (reader.TryRead(out ReadOnlySpan<byte> frame))
                frames.Add(frame.ToArray());
        }

        Assert.False(reader.IsBroken);
        Assert.Equal(expected, frames);
    }

    [Theory]
    [InlineData(new byte[] { 0x80, 0, 0, 0 })]
    [InlineData(new byte[] { 0xFF, 0, 0, 0 })]
    [InlineData(new byte[] { 0x00, 1, 0, 3 })]
    public void Stream_WithoutFrames_IsBrokenForGood(byte[] bytes)
    {
        var reader = new TurnStreamReader();
        reader.Append(bytes);
        Assert.False(reader.TryRead(out _));
        Assert.True(reader.IsBroken);
        reader.Append(new byte[100]);
        Assert.False(reader.TryRead(out _));
    }

    [Fact]
    public void LongestFrame_IsRead()
    {
        var reader = new TurnStreamReader();
        byte[] frame = new byte[4 + 65_536];
        int length = ChannelData.Write(frame, ChannelData.LastChannel, new byte[65_535], padded: true);
        Assert.Equal(65_540, length);
        reader.Append(frame);
        Assert.True(reader.TryRead(out ReadOnlySpan<byte> read));
        Assert.Equal(65_539, read.Length);
    }

    [Fact]
    public void AnyStream_IsCutOrRefusedWithoutThrowing() => Prop.ForAll(ArbMap.Default.ArbFor<byte[][]>(), pieces =>
    {
        var reader = new TurnStreamReader();
        foreach (byte[] piece in pieces)
        {
            reader.Append(piece);
            while (reader.TryRead(out ReadOnlySpan<byte> frame))
                ChannelData.TryRead(frame, out _, out _);
        }
    }).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData("3FFF000000000000", false)]
    [InlineData("4000000000", true)]
    [InlineData("4FFF0001FF", true)]
    [InlineData("5000000000", false)]
    [InlineData("40000001", false)]
    [InlineData("4000000100000000", true)]
    [InlineData("400000010000000000", false)]
    public void ChannelFrame_InADatagram_MayBePaddedByThreeBytes(string hex, bool accepted) =>
        Assert.Equal(accepted, ChannelData.TryRead(Convert.FromHexString(hex), out _, out _));
}
