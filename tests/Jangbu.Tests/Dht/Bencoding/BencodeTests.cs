using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Jangbu.Dht.Bencoding;

namespace Jangbu.Tests.Dht.Bencoding;

/// <summary>BEP 3: one spelling for each value, and nothing costs more than its bytes.</summary>
public sealed class BencodeTests
{
    [Theory]
    [InlineData("i0e")]
    [InlineData("i-1e")]
    [InlineData("i9223372036854775807e")]
    [InlineData("i-9223372036854775808e")]
    [InlineData("0:")]
    [InlineData("4:spam")]
    [InlineData("le")]
    [InlineData("de")]
    [InlineData("l4:spam4:eggse")]
    [InlineData("d3:cow3:moo4:spam4:eggse")]
    [InlineData("d0:i1e1:ai2e2:aai3e1:bi4ee")]
    public void Value_InItsOneSpelling_IsValid(string text) => Assert.True(Bencode.IsValid(Encoding.ASCII.GetBytes(text)));

    [Theory]
    [InlineData("", "nothing")]
    [InlineData("i-0e", "minus zero")]
    [InlineData("i03e", "leading zero")]
    [InlineData("ie", "no digits")]
    [InlineData("i-e", "a sign alone")]
    [InlineData("i+1e", "a plus")]
    [InlineData("i1", "no end")]
    [InlineData("i1.0e", "a fraction")]
    [InlineData("i9223372036854775808e", "2^63")]
    [InlineData("i-9223372036854775809e", "-2^63-1")]
    [InlineData("i99999999999999999999e", "more than 64 bits")]
    [InlineData("01:a", "leading zero in a length")]
    [InlineData("-1:a", "a negative length")]
    [InlineData("2:a", "shorter than said")]
    [InlineData("99999999:a", "a length nobody could send")]
    [InlineData("1a", "no colon")]
    [InlineData("l", "a list without end")]
    [InlineData("d", "a dictionary without end")]
    [InlineData("d1:ae", "a key without value")]
    [InlineData("di1e1:ae", "a key that is no string")]
    [InlineData("d1:bi1e1:ai2ee", "keys out of order")]
    [InlineData("d1:ai1e1:ai2ee", "a key twice")]
    [InlineData("i1ei2e", "two values")]
    [InlineData("x", "no type at all")]
    public void Value_Malformed_IsRefused(string text, string why) => Assert.False(Bencode.IsValid(Encoding.ASCII.GetBytes(text)), why);

    [Fact]
    public void Nesting_AtTheLimitIsReadAndOnePastIsNot()
    {
        Assert.True(Bencode.IsValid(Nested(Bencode.MaximumDepth)));
        Assert.False(Bencode.IsValid(Nested(Bencode.MaximumDepth + 1)));
        Assert.False(Bencode.IsValid(Enumerable.Repeat((byte)'l', 65_000).ToArray()));
        Assert.False(Bencode.IsValid(Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat("d1:a", 10_000)))));
    }

    [Fact]
    public void Order_Any_TakesUnsortedKeysButNothingElse()
    {
        Assert.True(Bencode.IsValid("d1:bi1e1:ai2ee"u8, BencodeOrder.Any));
        Assert.False(Bencode.IsValid("d1:bi01ee"u8, BencodeOrder.Any));
    }

    [Fact]
    public void Reader_WalksADictionaryAndKnowsItsEnd()
    {
        Assert.True(BencodeReader.TryDictionary("d1:ai1e1:bl1:xee"u8, BencodeOrder.Strict, out BencodeReader reader));
        Assert.True(reader.TryNext(out ReadOnlySpan<byte> key, out ReadOnlySpan<byte> value));
        Assert.True(key.SequenceEqual("a"u8) && value.SequenceEqual("i1e"u8));
        Assert.True(reader.TryNext(out key, out value));
        Assert.True(key.SequenceEqual("b"u8) && value.SequenceEqual("l1:xe"u8));
        Assert.False(reader.TryNext(out key, out value));
        Assert.True(reader.IsComplete);

        Assert.True(BencodeReader.TryDictionary("d1:ai1ee1:b"u8, BencodeOrder.Strict, out reader));
        while (reader.TryNext(out key, out value))
            Assert.True(key.SequenceEqual("a"u8));
        Assert.False(reader.IsComplete);
    }

    [Fact]
    public void Writer_WithoutRoom_SaysSoAndWritesNothingBeyond()
    {
        byte[] buffer = new byte[8];
        var writer = new BencodeWriter(buffer.AsSpan(0, 6));
        writer.String("12345"u8);
        Assert.True(writer.Overflowed);
        Assert.Equal(0, buffer[6]);
    }

    [Fact]
    public void Value_EveryTruncation_IsRefused()
    {
        byte[] whole = "d1:ad2:id20:abcdefghij01234567896:target20:mnopqrstuvwxyz123456e1:q9:find_node1:t2:aa1:y1:qe"u8.ToArray();
        for (int length = 0; length < whole.Length; length++)
            Assert.False(Bencode.IsValid(whole.AsSpan(0, length)), $"{length} bytes");
    }

    [Fact]
    public void ValidBytes_WrittenAgain_AreTheSame() =>
        Prop.ForAll<byte[]>(content =>
        {
            byte[] encoded = Bencode.EncodeString(content);
            return encoded.Length == Bencode.EncodedLength(content.Length) && Bencode.TryReadString(encoded, out ReadOnlySpan<byte> back) && back.SequenceEqual(content);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void AnyBytes_AreReadOrRefusedButNeverThrow() =>
        Prop.ForAll<byte[]>(content => !Bencode.TryMeasure(content, BencodeOrder.Strict, out int length) || length <= content.Length).QuickCheckThrowOnFailure();

    private static byte[] Nested(int depth) => Encoding.ASCII.GetBytes(new string('l', depth) + new string('e', depth));
}
