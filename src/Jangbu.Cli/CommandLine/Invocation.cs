using System.CommandLine;
using System.Globalization;
using Jangbu.Cli.Terminal;
using Jangbu.Node;

namespace Jangbu.Cli.CommandLine;

/// <summary>What every command may be told (docs/CLI.md, "Global"), where it speaks, and whose node it works with.</summary>
internal sealed record Invocation(ParseResult Parsed, Output Output, CancellationToken Cancelled)
{
    /// <summary>The node that <c>jangbu up</c> runs, where this is done inside it; else null.</summary>
    public JangbuNode? Running { get; init; }

    /// <summary>The folder against which file names are read: that of the process that was typed, wherever the work is done.</summary>
    public string Folder { get; init; } = Environment.CurrentDirectory;

    /// <summary>The folder of the person: <c>--home</c>, else <c>JANGBU_HOME</c>, else <c>$XDG_DATA_HOME/jangbu</c>.</summary>
    public string Home => HomeOf(Parsed);

    public bool AssumeYes => Parsed.GetValue(GlobalOptions.Yes);

    public bool Verbose => Parsed.GetValue(GlobalOptions.Verbose);

    public Language Language => Output.Language;

    /// <inheritdoc cref="Home"/>
    public static string HomeOf(ParseResult parsed) => parsed.GetValue(GlobalOptions.Home)
        ?? (Environment.GetEnvironmentVariable("JANGBU_HOME") is { Length: > 0 } home ? home : DefaultHome());

    /// <summary>A file name as the person meant it.</summary>
    public string PathOf(string file) => Path.GetFullPath(file, Folder);

    /// <summary>The node, for its ledger only.</summary>
    public async Task<NodeLease> OpenAsync() =>
        Running is { } node ? new NodeLease(node, isOwn: false) : Own(await JangbuNode.OpenAsync(this.ToNodeOptions(), Cancelled).ConfigureAwait(false));

    /// <summary>The node, online.</summary>
    public async Task<NodeLease> StartAsync() =>
        Running is { } node ? new NodeLease(node, isOwn: false) : Own(await JangbuNode.StartAsync(this.ToNodeOptions(), Cancelled).ConfigureAwait(false));

    /// <summary>A duration such as <c>90s</c>, <c>10m</c>, <c>2h</c>, <c>500ms</c>, or bare seconds.</summary>
    public static bool TryParseDuration(string text, out TimeSpan duration)
    {
        (string digits, double seconds) = text switch
        {
            _ when text.EndsWith("ms", StringComparison.Ordinal) => (text[..^2], 0.001),
            _ when text.EndsWith('s') => (text[..^1], 1),
            _ when text.EndsWith('m') => (text[..^1], 60),
            _ when text.EndsWith('h') => (text[..^1], 3600),
            _ when text.EndsWith('d') => (text[..^1], 86400),
            _ => (text, 1.0),
        };
        bool read = double.TryParse(digits, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double value)
            && value * seconds <= 366 * 86400.0;
        duration = read ? TimeSpan.FromSeconds(value * seconds) : default;
        return read;
    }

    /// <summary>Says what opening found: a torn last line that is cut off now, or damage behind which nothing counts (PROTOCOL §6).</summary>
    private NodeLease Own(JangbuNode node)
    {
        if (node.TornBytes > 0)
            Output.Say(new Text($"쓰다 만 마지막 줄({node.TornBytes}바이트)을 잘라 냈습니다. 받았다고 답한 것은 그 안에 없습니다.", $"A torn last line ({node.TornBytes} bytes) was cut off. Nothing acknowledged was in it."));
        if (node.ReadOnlyReason is { } why)
            Output.Say(new Text($"! 장부가 손상되어 읽기만 합니다 ({why}). 그 뒤의 거래는 셈에 들지 않습니다. → jangbu ledger verify", $"! The ledger is damaged and read only ({why}). What stands behind that is not counted. → jangbu ledger verify"));
        return new NodeLease(node, isOwn: true);
    }

    private static string DefaultHome()
    {
        string data = Environment.GetEnvironmentVariable("XDG_DATA_HOME") is { Length: > 0 } xdg ? xdg
            : Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify);
        return Path.Combine(data, "jangbu");
    }
}

/// <summary>A node for the time of one command: its own, closed with it, or the one that <c>jangbu up</c> keeps.</summary>
internal sealed class NodeLease(JangbuNode node, bool isOwn) : IAsyncDisposable
{
    public JangbuNode Node => node;

    /// <summary>Says bye and closes in order; nothing for a node that goes on after the command.</summary>
    public Task StopAsync(CancellationToken cancelled) => isOwn ? node.StopAsync(cancelled) : Task.CompletedTask;

    public ValueTask DisposeAsync() => isOwn ? node.DisposeAsync() : ValueTask.CompletedTask;
}
