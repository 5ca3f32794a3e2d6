using Jangbu.Simulation.Dht;

namespace Jangbu.Tests.Dht;

/// <summary>The scenarios of `Jangbu.Simulation dht`, small enough to run each time; the goals for 10,000 nodes are measured there.</summary>
public sealed class DhtSimulationTests
{
    [Fact]
    public void ThreeHundredNodes_OneInAHundredLost_AllIsFoundQuickly()
    {
        var scenarios = new DhtScenarios(7, TextWriter.Null);
        DhtMeasurement measured = scenarios.Lookups(scenarios.Build(300), 30);
        Assert.Equal(1.0, measured.Success);
        Assert.InRange(DhtMeasurement.At(measured.Hops, 0.95), 0, 4);
        Assert.InRange(measured.Queries.Average(), 1, 25);
        Assert.InRange(DhtMeasurement.At(measured.Complete, 0.5), 0, 600);
    }

    [Fact]
    public void SevenOfTenSilentAtOnce_ItemsAreStillFound()
    {
        var scenarios = new DhtScenarios(8, TextWriter.Null);
        Assert.InRange(scenarios.Silent(scenarios.Build(150), 30, 0.7).Success, 0.96, 1);
    }

    [Fact]
    public void ThreeOfTenHostile_NewestVersionsAreStillFound()
    {
        var scenarios = new DhtScenarios(9, TextWriter.Null);
        // The goal is 0.97; 0.92 at 10,000 nodes today, since eight answers end a search whoever gave them (docs/NOT-DONE.md).
        Assert.InRange(scenarios.Malicious(scenarios.Build(150), 30, 0.3).Success, 0.9, 1);
    }

    [Fact]
    public void SixtyFourSybilsAroundATarget_HonestCopiesAreStillFound()
    {
        var scenarios = new DhtScenarios(10, TextWriter.Null);
        Assert.Equal(1.0, scenarios.Sybil(scenarios.Build(120), 2, 64).Success);
    }

    [Fact]
    public void SameSeed_GivesTheSameRun()
    {
        long Delivered()
        {
            var scenarios = new DhtScenarios(11, TextWriter.Null);
            DhtSimulation simulation = scenarios.Build(40);
            scenarios.Lookups(simulation, 5);
            return simulation.Delivered;
        }
        Assert.Equal(Delivered(), Delivered());
    }
}
