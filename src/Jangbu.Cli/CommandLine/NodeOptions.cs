using System.Net;
using Jangbu.Cli.Terminal;
using Jangbu.Node;

namespace Jangbu.Cli.CommandLine;

/// <summary>What the global options mean to a node.</summary>
internal static class NodeOptions
{
    /// <summary>Everything a node of this home needs; asks for the password where none was named.</summary>
    public static JangbuOptions ToNodeOptions(this Invocation invocation)
    {
        string? file = PasswordPrompt.File(invocation);
        return new JangbuOptions
        {
            Home = invocation.Home,
            PasswordFile = file,
            Password = file is null ? PasswordPrompt.Ask(invocation.Output, isNew: false) : null,
            Bootstrap = Bootstrap(invocation),
            DhtPort = Port(invocation.Parsed.GetValue(GlobalOptions.DhtPort)),
            Bind = BindAddress(invocation),
            StunServers = invocation.Parsed.GetValue(GlobalOptions.Stun) ?? [],
            TurnServers = invocation.Parsed.GetValue(GlobalOptions.Turn) ?? [],
            RelayOnly = invocation.Parsed.GetValue(GlobalOptions.RelayOnly),
        };
    }

    /// <summary>The nodes of <c>--bootstrap</c>, or null for the public ones.</summary>
    public static IReadOnlyList<string>? Bootstrap(Invocation invocation) =>
        invocation.Parsed.GetValue(GlobalOptions.Bootstrap) is { Length: > 0 } nodes ? nodes : null;

    /// <summary>The address of <c>--bind</c>, or null for all.</summary>
    public static IPAddress? BindAddress(Invocation invocation)
    {
        string? bind = invocation.Parsed.GetValue(GlobalOptions.Bind);
        if (bind is null)
            return null;
        return IPAddress.TryParse(bind, out IPAddress? address) ? address
            : throw new UsageException(new($"--bind는 이 컴퓨터의 주소여야 합니다: {Printable.From(bind)}", $"--bind takes an address of this machine: {Printable.From(bind)}"));
    }

    /// <summary>A UDP port, 0 to 65535; none is 0.</summary>
    public static int Port(int? port) => port is null or (>= 0 and <= 65535) ? port ?? 0
        : throw new UsageException(new($"포트는 0에서 65535까지입니다: {port}", $"A port is 0 to 65535: {port}"));

    /// <summary>A duration option, or <paramref name="fallback"/> where it was not given.</summary>
    public static TimeSpan Duration(string? text, string option, TimeSpan fallback)
    {
        if (text is null)
            return fallback;
        return Invocation.TryParseDuration(text, out TimeSpan duration) ? duration
            : throw new UsageException(new($"{option}는 90s, 10m, 2h처럼 적습니다: {Printable.From(text)}", $"{option} is written as 90s, 10m or 2h: {Printable.From(text)}"));
    }
}
