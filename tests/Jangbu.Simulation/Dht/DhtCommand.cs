using System.Diagnostics;
using System.Globalization;

namespace Jangbu.Simulation.Dht;

/// <summary>`Jangbu.Simulation dht [SCENARIO…] [--nodes N] [--items N] [--seed N] [--svg FILE]`: the goals for the DHT, measured.</summary>
public static class DhtCommand
{
    private static readonly string[] All = ["lookups", "silent", "malicious", "sybil", "churn"];

    /// <summary>Runs the named scenarios, each on a fresh network; returns 1 if a goal is missed.</summary>
    public static int Run(string[] arguments)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        ulong seed = ulong.Parse(Option(arguments, "--seed") ?? "42", CultureInfo.InvariantCulture);
        int nodes = int.Parse(Option(arguments, "--nodes") ?? "10000", CultureInfo.InvariantCulture);
        int items = int.Parse(Option(arguments, "--items") ?? "300", CultureInfo.InvariantCulture);
        string[] scenarios = [.. arguments.Where(All.Contains)];
        bool met = true;
        Console.WriteLine($"dht --seed {seed} --nodes {nodes} --items {items}");
        if (Option(arguments, "--svg") is { } file)
            DhtPicture.Draw(file, seed, items);
        else
            foreach (string scenario in scenarios.Length == 0 ? All : scenarios)
                met &= Run(scenario, seed, nodes, items);
        return met ? 0 : 1;
    }

    private static bool Run(string scenario, ulong seed, int nodes, int items)
    {
        var clock = Stopwatch.StartNew();
        long before = GC.GetTotalMemory(true);
        var scenarios = new DhtScenarios(seed, Console.Out);
        // A day of churn is a day of upkeep for every node; the share that matters does not depend on how many there are.
        DhtSimulation simulation = scenarios.Build(scenario == "churn" ? Math.Min(nodes, 400) : nodes);
        long memory = GC.GetTotalMemory(true) - before;
        DhtMeasurement measured = scenario switch
        {
            "lookups" => scenarios.Lookups(simulation, items),
            "silent" => scenarios.Silent(simulation, items, 0.7),
            "malicious" => scenarios.Malicious(simulation, items, 0.3),
            "sybil" => scenarios.Sybil(simulation, Math.Min(items, 50), 64),
            _ => scenarios.Churn(simulation, Math.Min(items, 50), TimeSpan.FromHours(24), republish: true),
        };
        bool met = scenario switch
        {
            "lookups" => measured.Success >= 0.999 && DhtMeasurement.At(measured.Hops, 0.95) <= 4 && measured.Queries.Average() <= 25
                && DhtMeasurement.At(measured.Complete, 0.5) <= 600 && DhtMeasurement.At(measured.Complete, 0.95) <= 2000,
            "malicious" => measured.Success >= 0.97,
            "churn" => measured.Success >= 0.995,
            _ => measured.Success >= 0.99,
        };
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{scenario}: {(met ? "met" : "MISSED")}: {measured}; {clock.Elapsed.TotalSeconds:F1} s wall, {Process.GetCurrentProcess().TotalProcessorTime.TotalSeconds:F1} s of processor so far, {memory / 1024 / simulation.Nodes.Count} kB a node, {simulation.Delivered} datagrams, {Process.GetCurrentProcess().PeakWorkingSet64 >> 20} MB peak"));
        return met;
    }

    private static string? Option(string[] arguments, string name)
    {
        int at = Array.IndexOf(arguments, name);
        return at >= 0 && at + 1 < arguments.Length ? arguments[at + 1] : null;
    }
}
