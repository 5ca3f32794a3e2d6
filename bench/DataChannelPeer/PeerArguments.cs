using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Jangbu.WebRtc.Drivers;

namespace Jangbu.Bench.DataChannelPeer;

/// <summary>The command line.</summary>
internal sealed record PeerArguments
{
    public const string Usage = """
        DataChannelPeer answerer [network]
        DataChannelPeer offerer echo  [--n 100] [--size 1024] [--spread 1] [network]
        DataChannelPeer offerer setup [--count 20] [network]
        DataChannelPeer offerer tput  [--size 16384] [--total 1000000000] [--secs 5] [network]
        DataChannelPeer offerer rtt   [--size 1024] [--window 1] [--secs 5] [network]
        network: --loopback  --stun HOST:PORT  --turn turn:NAME:PASSWORD@HOST:PORT[?transport=tcp]  --relay-only
        --spread 1 makes message i of echo (7919·i mod size+1) bytes long.
        """;

    public bool IsAnswerer { get; private init; }

    public string Mode { get; private init; } = "";

    public bool Loopback { get; private init; }

    public bool RelayOnly { get; private init; }

    public List<IceServer> Servers { get; } = [];

    public Dictionary<string, double> Numbers { get; } = [];

    public double Number(string name, double otherwise) => Numbers.GetValueOrDefault(name, otherwise);

    public static bool TryParse(string[] args, [NotNullWhen(true)] out PeerArguments? arguments, out string error)
    {
        arguments = null;
        error = "answerer or offerer?";
        if (args.Length == 0 || args[0] is not ("answerer" or "offerer"))
            return false;
        bool answerer = args[0] == "answerer";
        error = "echo, setup, tput or rtt?";
        if (!answerer && (args.Length < 2 || args[1] is not ("echo" or "setup" or "tput" or "rtt")))
            return false;
        var parsed = new PeerArguments { IsAnswerer = answerer, Mode = answerer ? "" : args[1] };
        for (int i = answerer ? 1 : 2; i < args.Length; i++)
        {
            string name = args[i], value = i + 1 < args.Length ? args[i + 1] : "";
            error = $"{name}: wrong or missing value \"{value}\"";
            switch (name)
            {
                case "--loopback":
                    parsed = parsed with { Loopback = true };
                    continue;
                case "--relay-only":
                    parsed = parsed with { RelayOnly = true };
                    continue;
                case "--stun" or "--turn":
                    string uri = value.StartsWith("stun:", StringComparison.Ordinal) || value.StartsWith("turn", StringComparison.Ordinal) ? value : $"{name[2..]}:{value}";
                    if (!IceServer.TryParse(uri, out IceServer? server) || server.IsTurn != (name == "--turn"))
                        return false;
                    parsed.Servers.Add(server);
                    break;
                case "--n" or "--size" or "--spread" or "--count" or "--total" or "--secs" or "--window":
                    if (!double.TryParse(value, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double number))
                        return false;
                    parsed.Numbers[name[2..]] = number;
                    break;
                default:
                    error = $"unknown option {name}";
                    return false;
            }
            i++;
        }
        arguments = parsed;
        return true;
    }
}
