using System.Diagnostics;
using System.Reflection;
using System.Text;
using System.Text.Json;

namespace Jangbu.Cli.Demo;

/// <summary>Another process of this very command, with <c>--json</c>: what the demo shows is what a person would have typed.</summary>
internal sealed class JangbuProcess : IDisposable
{
    private static string s_lastTalk = "";
    private readonly Process _process;

    private JangbuProcess(Process process) => _process = process;

    /// <summary>The last line that any of them said beside its results.</summary>
    public static string LastTalk => s_lastTalk;

    public static JangbuProcess Start(IEnumerable<string> arguments)
    {
        string self = Environment.ProcessPath ?? throw new InvalidOperationException("the path of this program is unknown");
        var start = new ProcessStartInfo(self)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardOutputEncoding = Encoding.UTF8,
            StandardInputEncoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false),
        };
        if (Path.GetFileNameWithoutExtension(self) == "dotnet")
            start.ArgumentList.Add(Assembly.GetExecutingAssembly().Location);
        foreach (string argument in arguments)
            start.ArgumentList.Add(argument);
        start.ArgumentList.Add("--json");
        Process process = Process.Start(start) ?? throw new InvalidOperationException($"{self} did not start");
        // What a person would read beside the result; the demo shows it only where something went wrong.
        process.ErrorDataReceived += (_, line) => Interlocked.Exchange(ref s_lastTalk, line.Data ?? s_lastTalk);
        process.BeginErrorReadLine();
        return new JangbuProcess(process);
    }

    /// <summary>Runs one command to its end and gives its last line, the result.</summary>
    public static async Task<(ExitCode Exit, JsonElement Result)> RunAsync(IEnumerable<string> arguments, CancellationToken cancelled)
    {
        using JangbuProcess process = Start(arguments);
        process._process.StandardInput.Close();
        JsonElement result = default;
        while (await process.ReadAsync(cancelled).ConfigureAwait(false) is { } line)
            result = line;
        return (await process.EndAsync(cancelled).ConfigureAwait(false), result);
    }

    /// <summary>The next line, or null when the process has said its last.</summary>
    public async Task<JsonElement?> ReadAsync(CancellationToken cancelled)
    {
        string? line = await _process.StandardOutput.ReadLineAsync(cancelled).ConfigureAwait(false);
        if (line is null)
            return null;
        using JsonDocument document = JsonDocument.Parse(line);
        return document.RootElement.Clone();
    }

    public async Task WriteAsync(string line, CancellationToken cancelled)
    {
        await _process.StandardInput.WriteAsync((line + "\n").AsMemory(), cancelled).ConfigureAwait(false);
        await _process.StandardInput.FlushAsync(cancelled).ConfigureAwait(false);
    }

    /// <summary>Says that nothing more will be written to it: how a person of the demo is asked to leave.</summary>
    public void CloseInput() => _process.StandardInput.Close();

    /// <summary>Waits for the end and gives the exit code.</summary>
    public async Task<ExitCode> EndAsync(CancellationToken cancelled)
    {
        await _process.WaitForExitAsync(cancelled).ConfigureAwait(false);
        return (ExitCode)_process.ExitCode;
    }

    public void Dispose()
    {
        if (!_process.HasExited)
            _process.Kill(entireProcessTree: true);
        _process.Dispose();
    }
}
