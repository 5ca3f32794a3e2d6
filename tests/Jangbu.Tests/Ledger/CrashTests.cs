using Jangbu.Ledger;

namespace Jangbu.Tests.Ledger;

/// <summary>
/// Power cuts on the simulated disk, at every call and at random. After each: nothing acknowledged is lost, nothing is doubled or invented, opening again
/// changes nothing, and the ledger can be written on. A failure names the seed; <c>JANGBU_CRASH_POINTS</c> raises the number of random points.
/// </summary>
public sealed class CrashTests
{
    private static readonly int RandomPoints = int.Parse(Environment.GetEnvironmentVariable("JANGBU_CRASH_POINTS") ?? "20000",
        System.Globalization.CultureInfo.InvariantCulture);

    public static TheoryData<string> Scenarios => [.. CrashScenario.All.Keys];

    [Fact]
    public void RandomCrashPoints_OfRandomRuns_LoseNothingAcknowledged()
    {
        int points = 0;
        for (int seed = 0; points < RandomPoints; seed++)
            points += new CrashRun(seed).PlayRandom(cutsPerCall: 6);
        Assert.True(points >= RandomPoints);
    }

    [Theory]
    [MemberData(nameof(Scenarios))]
    public void EveryCallOfAScenario_CutManyWays_LosesNothingAcknowledged(string scenario) =>
        Assert.True(new CrashRun(1).PlayScenario(scenario, cutsPerCall: 40) > 100);

    [Theory]
    [MemberData(nameof(Scenarios))]
    public void EveryCallOfAScenario_FailingEachWay_IsToldAndLosesNothingAcknowledged(string scenario) =>
        Assert.True(new CrashRun(1).PlayFailures(scenario) > 3);

    [Theory]
    [InlineData(CrashBug.NoFlush)]
    [InlineData(CrashBug.NoFolderFlush)]
    [InlineData(CrashBug.AcknowledgesBeforeFlush)]
    public void BugPutIn_IsFoundWithinAThousandPoints(CrashBug bug)
    {
        int points = 0;
        Assert.ThrowsAny<Xunit.Sdk.XunitException>(() =>
        {
            for (int seed = 0; points < 1000; seed++)
                points += new CrashRun(seed, bug).PlayRandom(cutsPerCall: 6);
        });
    }
}

/// <summary>Mistakes for trying whether the crash tests find them.</summary>
public enum CrashBug
{
    None,
    NoFlush,
    NoFolderFlush,
    AcknowledgesBeforeFlush,
}
