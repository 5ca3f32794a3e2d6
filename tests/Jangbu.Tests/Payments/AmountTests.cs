using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using Jangbu.Payments;

namespace Jangbu.Tests.Payments;

public sealed class AmountTests
{
    private static readonly JsonElement Vectors = VectorFile.Json("jangbu/amounts.json");

    [Fact]
    public void Amount_ValidSpelling_WritesTheSameLetters()
    {
        foreach (JsonElement text in Vectors.GetProperty("amounts_valid").EnumerateArray())
        {
            Assert.True(Amount.TryParse(text.GetString(), out Amount amount), text.GetString());
            Assert.Equal(text.GetString(), amount.ToString());
        }
    }

    [Fact]
    public void Amount_InvalidSpelling_IsRefused()
    {
        foreach (JsonElement text in Vectors.GetProperty("amounts_invalid").EnumerateArray())
            Assert.False(Amount.TryParse(text.GetString(), out _), text.GetString());
    }

    [Fact]
    public void Asset_Spelling_IsTheGrammar()
    {
        foreach (JsonElement text in Vectors.GetProperty("assets_valid").EnumerateArray())
            Assert.Equal(text.GetString(), Asset.Parse(text.GetString()!).ToString());
        foreach (JsonElement text in Vectors.GetProperty("assets_invalid").EnumerateArray())
            Assert.False(Asset.TryParse(text.GetString(), out _), text.GetString());
    }

    [Fact]
    public void Asset_Digits_AreThoseOfIso4217()
    {
        foreach (JsonProperty row in Vectors.GetProperty("digits").EnumerateObject())
            Assert.Equal(row.Value.GetInt32(), Asset.Parse(row.Name).Digits);
        Assert.Equal(2, Asset.Parse("A00").Digits);
    }

    [Theory]
    [InlineData("7000.5", "KRW", false)]
    [InlineData("7000", "KRW", true)]
    [InlineData("0.25", "USD", true)]
    [InlineData("0.001", "USD", false)]
    [InlineData("0.001", "KWD", true)]
    [InlineData("0.00000001", "USDT", true)]
    public void Asset_Allows_AmountsOfItsDigits(string amount, string asset, bool allowed) =>
        Assert.Equal(allowed, Asset.Parse(asset).Allows(Amount.Parse(amount)));

    [Fact]
    public void Amount_Boundaries_AreTakenAndOnePastIsNot()
    {
        Assert.True(Amount.TryParse("999999999999999.99999999", out Amount largest));
        Assert.True(Amount.TryFromUnits(largest.Units, out _));
        Assert.False(Amount.TryFromUnits(largest.Units + 1, out _));
        Assert.False(Amount.TryParse("1000000000000000", out _));
        Assert.True(Amount.TryFromUnits(1, out Amount smallest));
        Assert.Equal("0.00000001", smallest.ToString());
        Assert.False(Amount.TryFromUnits(0, out _));
        Assert.False(Amount.TryFromUnits(-1, out _));
        Assert.False(Amount.TryParse("0.000000001", out _));
    }

    [Fact]
    public void Amount_AnyUnits_RoundTripThroughText() => Prop.ForAll<long>(seed =>
    {
        Int128 units = (Int128)Math.Abs(seed % 1_000_000_000) * 99_999_999_999_99 + 1;
        return Amount.TryFromUnits(units, out Amount amount) && Amount.TryParse(amount.ToString(), out Amount again) && again == amount;
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void NetAmount_MillionLargestAmounts_AddWithoutOverflow()
    {
        Amount largest = Amount.Parse("999999999999999.99999999");
        NetAmount sum = NetAmount.Zero;
        for (int i = 0; i < 1_000_000; i++)
            sum += largest;
        Assert.Equal("999999999999999999999.99", sum.ToString());
        Assert.Equal("-999999999999999999999.99", (-sum).ToString());
        for (int i = 0; i < 1_000_000; i++)
            sum -= largest;
        Assert.True(sum.IsZero);
    }

    [Theory]
    [InlineData("-10000", true)]
    [InlineData("10000", true)]
    [InlineData("0", false)]
    [InlineData("-0", false)]
    [InlineData("--1", false)]
    [InlineData("+1", false)]
    public void NetAmount_Text_IsASignedAmountAboveZero(string text, bool valid) => Assert.Equal(valid, NetAmount.TryParse(text, out _));
}
