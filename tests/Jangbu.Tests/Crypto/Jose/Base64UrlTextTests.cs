using FsCheck;
using FsCheck.Fluent;
using Jangbu.Crypto.Jose;

namespace Jangbu.Tests.Crypto.Jose;

public sealed class Base64UrlTextTests
{
    [Theory]
    [InlineData("")]
    [InlineData("AA")]
    [InlineData("AAA")]
    [InlineData("_-8")]
    public void TryDecode_OneSpelling_WritesTheSameAgain(string text)
    {
        Assert.True(Base64UrlText.TryDecode(text, out byte[]? bytes));
        Assert.Equal(text, Base64UrlText.Encode(bytes));
    }

    [Theory]
    [InlineData("A")]
    [InlineData("AAAAA")]
    [InlineData("AA==")]
    [InlineData("AB")]
    [InlineData("AAB")]
    [InlineData("AA A")]
    [InlineData("AAA\n")]
    [InlineData("A/AA")]
    [InlineData("A+AA")]
    [InlineData("AA가A")]
    [InlineData("AAA\0")]
    public void TryDecode_AnyOtherSpelling_IsRefused(string text) => Assert.False(Base64UrlText.TryDecode(text, out _));

    [Fact]
    public void TryDecode_AnyLetters_AcceptsOnlyWhatItWrites() => Prop.ForAll<byte[]>(raw =>
    {
        const string letters = "ABghz019-_+/= \n";
        string text = string.Concat(raw.Select(value => letters[value % letters.Length]));
        return !Base64UrlText.TryDecode(text, out byte[]? bytes) || Base64UrlText.Encode(bytes) == text;
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void RoundTrip_AnyBytes_GivesThemBack() => Prop.ForAll<byte[]>(bytes =>
        Base64UrlText.TryDecode(Base64UrlText.Encode(bytes), out byte[]? read) && read.AsSpan().SequenceEqual(bytes)).QuickCheckThrowOnFailure();
}
