using System.Buffers.Binary;
using System.Net;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Jangbu.WebRtc.Stun;

namespace Jangbu.Tests.Stun;

/// <summary>The form of messages (RFC 8489 §5, §14): limits, order, broken bytes.</summary>
public sealed class StunFormatTests
{
    private static readonly byte[] Key = Encoding.ASCII.GetBytes("0123456789012345678901");

    [Theory]
    [InlineData(StunClass.Request, StunMethod.Binding, 0x0001)]
    [InlineData(StunClass.Indication, StunMethod.Binding, 0x0011)]
    [InlineData(StunClass.Success, StunMethod.Binding, 0x0101)]
    [InlineData(StunClass.Error, StunMethod.Binding, 0x0111)]
    [InlineData(StunClass.Request, StunMethod.Allocate, 0x0003)]
    [InlineData(StunClass.Success, StunMethod.Allocate, 0x0103)]
    [InlineData(StunClass.Indication, StunMethod.Data, 0x0017)]
    [InlineData(StunClass.Error, (StunMethod)0xFF, 0x03FF)]
    public void Type_OfClassAndMethod_HasItsBits(StunClass messageClass, StunMethod method, int bits)
    {
        var writer = new StunWriter(stackalloc byte[20], messageClass, method, default);
        Assert.Equal(bits, BinaryPrimitives.ReadUInt16BigEndian(writer.Message));
        Assert.True(StunMessage.TryRead(writer.Message, out StunMessage message));
        Assert.Equal(messageClass, message.Class);
        Assert.Equal(method, message.Method);
    }

    [Theory]
    [InlineData("192.0.2.1:1")]
    [InlineData("255.255.255.255:65535")]
    [InlineData("[2001:db8::1]:4000")]
    [InlineData("[::]:0")]
    public void Address_MaskedAndPlain_ComesBack(string text)
    {
        IPEndPoint endpoint = IPEndPoint.Parse(text);
        var writer = new StunWriter(stackalloc byte[128], StunClass.Success, StunMethod.Binding, new StunTransactionId(1, ulong.MaxValue));
        writer.Add(StunAttribute.MappedAddress, endpoint);
        writer.Add(StunAttribute.XorMappedAddress, endpoint);
        Assert.True(StunMessage.TryRead(writer.Message, out StunMessage message));
        Assert.True(message.TryGetAddress(StunAttribute.XorMappedAddress, out IPEndPoint? masked));
        Assert.Equal(endpoint, masked);
        Assert.True(message.TryGetAddress(StunAttribute.MappedAddress, out IPEndPoint? plain));
        Assert.Equal(endpoint, plain);
    }

    [Fact]
    public void Attributes_AfterTheSignature_AreNotSeen()
    {
        byte[] buffer = new byte[256];
        var writer = new StunWriter(buffer, StunClass.Request, StunMethod.Binding, default);
        writer.Add(StunAttribute.Priority, 1u);
        writer.AddIntegrity(Key);
        writer.Add(StunAttribute.UseCandidate, []);
        writer.AddFingerprint();
        Assert.True(StunMessage.TryRead(writer.Message, out StunMessage message));
        Assert.True(message.VerifyIntegrity(Key));
        Assert.True(message.Has(StunAttribute.Priority));
        Assert.False(message.Has(StunAttribute.UseCandidate));
    }

    [Fact]
    public void Attribute_Twice_TheFirstCounts()
    {
        var writer = new StunWriter(stackalloc byte[64], StunClass.Request, StunMethod.Binding, default);
        writer.Add(StunAttribute.Priority, 1u);
        writer.Add(StunAttribute.Priority, 2u);
        Assert.True(StunMessage.TryRead(writer.Message, out StunMessage message));
        Assert.True(message.TryGetUInt32(StunAttribute.Priority, out uint priority));
        Assert.Equal(1u, priority);
    }

    [Theory]
    [InlineData(20, true)]
    [InlineData(32, true)]
    [InlineData(12, false)]
    [InlineData(36, false)]
    public void Sha256Signature_MayBeCutTo16BytesAndNoFurther(int length, bool accepted)
    {
        byte[] buffer = new byte[256];
        var writer = new StunWriter(buffer, StunClass.Request, StunMethod.Binding, default);
        writer.Add(StunAttribute.Priority, 1u);
        writer.Add(StunAttribute.MessageIntegritySha256, new byte[length]);
        Span<byte> hash = stackalloc byte[32];
        System.Security.Cryptography.HMACSHA256.HashData(Key, writer.Message[..28], hash);
        hash[..Math.Min(32, length)].CopyTo(buffer.AsSpan(32));
        Assert.Equal(accepted, StunMessage.TryRead(writer.Message, out StunMessage message) && message.VerifyIntegrity(Key));
    }

    [Fact]
    public void Fingerprint_WrongOrNotLast_MakesItNoStun()
    {
        byte[] buffer = new byte[128];
        var writer = new StunWriter(buffer, StunClass.Request, StunMethod.Binding, default);
        writer.AddFingerprint();
        Assert.True(StunMessage.TryRead(writer.Message, out StunMessage message));
        Assert.True(message.HasFingerprint);
        writer.Add(StunAttribute.Priority, 1u);
        Assert.False(StunMessage.TryRead(writer.Message, out _));
    }

    [Theory]
    [InlineData(64, true)]
    [InlineData(65, false)]
    public void Attributes_AtTheLimitAndOnePast(int count, bool accepted)
    {
        var writer = new StunWriter(stackalloc byte[512], StunClass.Request, StunMethod.Binding, default);
        for (int index = 0; index < count; index++)
            writer.Add(StunAttribute.UseCandidate, []);
        Assert.Equal(accepted, StunMessage.TryRead(writer.Message, out _));
    }

    [Fact]
    public void SignedMessage_AtTheLengthThatIsCheckedAndPastIt()
    {
        foreach ((int padding, bool verified) in new[] { (StunMessage.MaxSignedLength - 24, true), (StunMessage.MaxSignedLength - 20, false) })
        {
            byte[] buffer = new byte[8192];
            var writer = new StunWriter(buffer, StunClass.Request, StunMethod.Binding, default);
            writer.Add(StunAttribute.Software, new byte[padding]);
            writer.AddIntegrity(Key);
            Assert.True(StunMessage.TryRead(writer.Message, out StunMessage message));
            Assert.Equal(verified, message.VerifyIntegrity(Key));
        }
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(299, 0)]
    [InlineData(300, 300)]
    [InlineData(487, 487)]
    [InlineData(699, 699)]
    public void ErrorCode_OutsideItsRange_IsNone(int written, int read)
    {
        var writer = new StunWriter(stackalloc byte[64], StunClass.Error, StunMethod.Binding, default);
        writer.AddError(written, "");
        Assert.True(StunMessage.TryRead(writer.Message, out StunMessage message));
        Assert.Equal(read, message.ErrorCode);
    }

    [Fact]
    public void Buffer_TooShort_IsAMistakeOfTheCaller()
    {
        Assert.Throws<ArgumentException>(() => new StunWriter(new byte[19], StunClass.Request, StunMethod.Binding, default));
        Assert.Throws<ArgumentException>(() =>
        {
            var writer = new StunWriter(new byte[27], StunClass.Request, StunMethod.Binding, default);
            writer.Add(StunAttribute.Priority, 1u);
        });
    }

    [Fact]
    public void OldMessages_WithoutTheCookie_AreNoStun()
    {
        byte[] message = new byte[20];
        message[1] = 1;
        Assert.False(StunMessage.LooksLike(message));
        Assert.False(StunMessage.TryRead(message, out _));
    }

    [Fact]
    public void AnyBytes_AreReadOrRefusedWithoutThrowing() => Prop.ForAll(ArbMap.Default.ArbFor<byte[]>(), bytes =>
    {
        byte[] framed = new byte[20 + (bytes.Length & ~3)];
        BinaryPrimitives.WriteUInt16BigEndian(framed.AsSpan(2), (ushort)(framed.Length - 20));
        BinaryPrimitives.WriteUInt32BigEndian(framed.AsSpan(4), StunMessage.MagicCookie);
        bytes.AsSpan(0, framed.Length - 20).CopyTo(framed.AsSpan(20));
        foreach (byte[] input in new[] { bytes, framed })
        {
            if (!StunMessage.TryRead(input, out StunMessage message))
                continue;
            foreach (StunAttribute attribute in Enum.GetValues<StunAttribute>())
            {
                message.TryGetUInt32(attribute, out _);
                message.TryGetUInt64(attribute, out _);
                message.TryGetText(attribute, 763, out _);
                message.TryGetAddress(attribute, out _);
            }

            _ = message.ErrorCode;
            message.FindUnknown(new ushort[4]);
            message.VerifyIntegrity(Key);
        }
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void VectorsOfRfc5769_EveryTruncationAndBit_AreRefusedOrNotVerified()
    {
        byte[] sample = Convert.FromHexString(VectorFile.Json("stun/rfc5769.json").GetProperty("2.1").GetProperty("hex").GetString()!);
        byte[] key = Encoding.ASCII.GetBytes("VOkJxbRl1RmTxUk/WvJxBt");
        for (int length = 0; length < sample.Length; length++)
            Assert.False(StunMessage.TryRead(sample.AsSpan(0, length), out _));
        for (int bit = 0; bit < (sample.Length - 8) * 8; bit++)
        {
            byte[] changed = (byte[])sample.Clone();
            changed[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.False(StunMessage.TryRead(changed, out StunMessage message) && message.VerifyIntegrity(key), $"bit {bit}");
        }
    }
}
