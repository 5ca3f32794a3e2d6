using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Jangbu.Crypto.Jose;

namespace Jangbu.Tests.Crypto.Jose;

public sealed class StrictJsonTests
{
    [Theory]
    [InlineData("""{"a":1,"b":[true,false,null,"장부+"],"c":{}}""")]
    [InlineData("9007199254740991")]
    [InlineData("0")]
    [InlineData("[]")]
    [InlineData("\"\\\"\\\\\"")]
    [InlineData("\"😀\"")]
    [InlineData("\"\u007f\u0080\u2028\"")]
    public void TryParse_PlainValue_WritesTheSameAgain(string json)
    {
        Assert.True(Parse(json, out JsonValue? value));
        Assert.Equal(json, Encoding.UTF8.GetString(value.ToUtf8()));
    }

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("\ufeff{}")]
    [InlineData("{}{}")]
    [InlineData("{} x")]
    [InlineData("""{"a":1,"a":1}""")]
    [InlineData("""{"a":1,"\u0061":2}""")]
    [InlineData("""{"a":1,}""")]
    [InlineData("""{"a" 1}""")]
    [InlineData("{a:1}")]
    [InlineData("""{"a":}""")]
    [InlineData("[1,]")]
    [InlineData("[1 2]")]
    [InlineData("[,1]")]
    [InlineData("01")]
    [InlineData("-0")]
    [InlineData("-1")]
    [InlineData("1.0")]
    [InlineData("1e3")]
    [InlineData("1E3")]
    [InlineData("+1")]
    [InlineData("9007199254740992")]
    [InlineData("99999999999999999999999999999")]
    [InlineData("NaN")]
    [InlineData("True")]
    [InlineData("truex")]
    [InlineData("'a'")]
    [InlineData("\"a")]
    [InlineData("\"\\\"")]
    [InlineData("\"\\x41\"")]
    [InlineData("\"\\u00g0\"")]
    [InlineData("\"\\u+041\"")]
    [InlineData("\"\\u004\"")]
    [InlineData("\"a\nb\"")]
    [InlineData("\"a\\nb\"")]
    [InlineData("\"a\\tb\"")]
    [InlineData("\"a\\u0000b\"")]
    [InlineData("\"a\\u001fb\"")]
    [InlineData("{\"a\\n\":1}")]
    [InlineData("\"\\ud800\"")]
    [InlineData("\"\\udc00\\ud800\"")]
    [InlineData("\"\\ud83d x\"")]
    [InlineData("\"\\uffff\"")]
    [InlineData("\"\\ufdd0\"")]
    [InlineData("\"\\ud83f\\udffe\"")]
    [InlineData("/* a */ 1")]
    public void TryParse_WhatTheWordsExclude_IsRefused(string json) => Assert.False(Parse(json, out _));

    [Theory]
    [InlineData(new byte[] { (byte)'"', 0xed, 0xa0, 0x80, (byte)'"' })]
    [InlineData(new byte[] { (byte)'"', 0xc0, 0x80, (byte)'"' })]
    [InlineData(new byte[] { (byte)'"', 0xff, (byte)'"' })]
    [InlineData(new byte[] { (byte)'"', 0xe2, 0x82, (byte)'"' })]
    [InlineData(new byte[] { (byte)'"', 0xf4, 0x90, 0x80, 0x80, (byte)'"' })]
    public void TryParse_BytesThatAreNotUtf8_IsRefused(byte[] utf8) => Assert.False(StrictJson.TryParse(utf8, out _));

    [Fact]
    public void TryParse_NestingOfEightAndNine_TakesEightOnly()
    {
        Assert.True(Parse(new string('[', 8) + new string(']', 8), out _));
        Assert.False(Parse(new string('[', 9) + new string(']', 9), out _));
        Assert.True(Parse("""{"a":{"a":{"a":{"a":{"a":{"a":{"a":{"a":1}}}}}}}}""", out _));
        Assert.False(Parse("""{"a":{"a":{"a":{"a":{"a":{"a":{"a":{"a":[]}}}}}}}}""", out _));
        Assert.False(Parse(new string('[', 1_000_000), out _));
    }

    [Fact]
    public void TryParse_LineFeedWhereTheCallerTakesIt_IsTakenThereOnly()
    {
        Assert.True(StrictJson.TryParse("""{"agreement":"a\nb"}"""u8, out JsonValue? value, JsonControls.InAgreement));
        Assert.Equal("a\nb", value["agreement"]!.Text);
        Assert.False(StrictJson.TryParse("""{"agreement":"a\rb"}"""u8, out _, JsonControls.InAgreement));
        Assert.False(StrictJson.TryParse("""{"agreement":"a","memo":"a\nb"}"""u8, out _, JsonControls.InAgreement));
        Assert.False(StrictJson.TryParse("{\"agreement\":\"a\nb\"}"u8, out _, JsonControls.InAgreement));
        Assert.True(StrictJson.TryParse("""{"t":"call","sdp":{"type":"offer","sdp":"v=0\r\n"}}"""u8, out _, JsonControls.InSdp));
        Assert.False(StrictJson.TryParse("""{"t":"call\n","sdp":{"type":"offer","sdp":"v=0\t"}}"""u8, out _, JsonControls.InSdp));
    }

    [Fact]
    public void TryParse_EscapedPair_IsOneCodePoint()
    {
        Assert.True(Parse("\"\\ud83d\\ude00\"", out JsonValue? value));
        Assert.Equal("😀", value.Text);
        Assert.Equal(1, StrictJson.CodePoints(value.Text));
        Assert.Equal(3, StrictJson.CodePoints("가😀a"));
    }

    [Fact]
    public void Members_OfAnObject_KeepTheirOrderAndAreFoundByName()
    {
        Assert.True(Parse("""{ "z" : 1 , "a" : "x" }""", out JsonValue? value));
        Assert.Equal(["z", "a"], value.Members.Select(member => member.Key));
        Assert.True(value.HasMembers(["a", "z"]));
        Assert.True(value.HasMembers(["a"], ["z", "q"]));
        Assert.False(value.HasMembers(["a"]));
        Assert.False(value.HasMembers(["a", "z", "q"]));
        Assert.True(value.TryGetText("a", out string? text) && text == "x" && value.TryGetInteger("z", out long one) && one == 1);
        Assert.False(value.TryGetText("z", out _) || value.TryGetInteger("a", out _) || value.TryGetText("q", out _));
    }

    [Fact]
    public void TryParse_AnyText_IsReadBackAsWritten() => Prop.ForAll<string>(text =>
    {
        if (text is null || !StrictJson.IsText(text))
            return true;
        byte[] json = new JsonText().BeginObject().Member("t", text).Name("l").BeginArray().Text(text).Integer(7).EndArray().EndObject().ToUtf8();
        return StrictJson.TryParse(json, out JsonValue? value) && value["t"]!.Text == text && value["l"]!.Elements[0].Text == text
            && value.ToUtf8().AsSpan().SequenceEqual(json);
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void TryParse_EveryTruncation_IsRefused()
    {
        byte[] json = Encoding.UTF8.GetBytes("""{"a":[1,"가\ud83d\ude00",true],"b":{"c":null}}""");
        for (int length = 0; length < json.Length; length++)
            Assert.False(StrictJson.TryParse(json.AsSpan(0, length), out _));
        Assert.True(StrictJson.TryParse(json, out _));
    }

    [Fact]
    public void JsonText_LoneSurrogateOrOtherInteger_Throws()
    {
        Assert.Throws<ArgumentException>(() => new JsonText().Text("\ud800"));
        Assert.Throws<ArgumentOutOfRangeException>(() => new JsonText().Integer(-1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new JsonText().Integer(StrictJson.MaximumInteger + 1));
        Assert.Equal("\"\\n\\u0001\"", new JsonText().Text("\n\u0001").ToString());
    }

    private static bool Parse(string json, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out JsonValue? value) =>
        StrictJson.TryParse(Encoding.UTF8.GetBytes(json), out value);
}
