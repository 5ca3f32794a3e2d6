using FsCheck;
using FsCheck.Fluent;
using Jangbu.Crypto;

namespace Jangbu.Tests.Crypto;

public sealed class Rfc3339TimeTests
{
    [Theory]
    [InlineData("2026-11-22T06:30:00.000Z", 1795329000000)]
    [InlineData("1970-01-01T00:00:00.001Z", 1)]
    [InlineData("2028-02-29T23:59:59.999Z", 1835481599999)]
    public void TryParse_OneSpelling_GivesTheTimeAndWritesItAgain(string text, long unixMilliseconds)
    {
        Assert.True(Rfc3339Time.TryParse(text, out DateTimeOffset time));
        Assert.Equal(unixMilliseconds, time.ToUnixTimeMilliseconds());
        Assert.Equal(text, Rfc3339Time.Format(time));
        Assert.Equal(text, Rfc3339Time.Format(time.ToOffset(TimeSpan.FromHours(9))));
    }

    [Theory]
    [InlineData("")]
    [InlineData("2026-11-22T06:30:00Z")]
    [InlineData("2026-11-22T06:30:00.00Z")]
    [InlineData("2026-11-22T06:30:00.0000Z")]
    [InlineData("2026-11-22T06:30:00.000+00:00")]
    [InlineData("2026-11-22t06:30:00.000z")]
    [InlineData("2026-11-22 06:30:00.000Z")]
    [InlineData("2026-11-22T06:30:60.000Z")]
    [InlineData("2026-11-22T24:00:00.000Z")]
    [InlineData("2026-02-29T06:30:00.000Z")]
    [InlineData("2026-13-01T06:30:00.000Z")]
    [InlineData("0000-01-01T06:30:00.000Z")]
    [InlineData("2026-11-22T06:30:00.00０Z")]
    [InlineData(" 2026-11-2T06:30:00.000Z")]
    [InlineData("2026-11-22T06:30:00,000Z")]
    public void TryParse_AnyOtherSpelling_IsRefused(string text) => Assert.False(Rfc3339Time.TryParse(text, out _));

    [Fact]
    public void RoundTrip_AnyMillisecond_GivesItBack() => Prop.ForAll<int, int>((days, milliseconds) =>
    {
        DateTimeOffset time = DateTimeOffset.UnixEpoch.AddDays(days % 40_000).AddMilliseconds(milliseconds);
        return Rfc3339Time.TryParse(Rfc3339Time.Format(time), out DateTimeOffset read) && read == time;
    }).QuickCheckThrowOnFailure();
}
