using Jangbu.Simulation.Dht;

namespace Jangbu.Simulation;

/// <summary>Runs whole worlds in virtual time: `dotnet run --project tests/Jangbu.Simulation -c Release -- dht --seed 42`.</summary>
public static class Program
{
    /// <summary>The first argument names the part.</summary>
    public static int Main(string[] args)
    {
        switch (args.FirstOrDefault())
        {
            case "dht":
                return DhtCommand.Run(args[1..]);
            default:
                Console.Error.WriteLine("usage: Jangbu.Simulation dht [lookups|silent|malicious|sybil|churn]… [--nodes N] [--items N] [--seed N] [--svg FILE]");
                return 2;
        }
    }
}
