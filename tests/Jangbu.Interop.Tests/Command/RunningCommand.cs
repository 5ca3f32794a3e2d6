using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json;

namespace Jangbu.Interop.Tests.Command;

/// <summary>A process of the command that goes on: <c>dht</c>, <c>receive</c>. Its lines are read as they come.</summary>
public sealed class RunningCommand : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private readonly Process _process;
    private readonly BlockingCollection<JsonElement> _lines = [];
    private readonly Task<string> _talk;

    public RunningCommand(params IEnumerable<string> arguments)
    {
        _process = JangbuCommand.Start(new Dictionary<string, string>(), [], arguments);
        _talk = _process.StandardError.ReadToEndAsync();
        _process.OutputDataReceived += (_, line) =>
        {
            if (line.Data is null)
                _lines.CompleteAdding();
            else if (line.Data.StartsWith('{'))
                _lines.Add(JsonDocument.Parse(line.Data).RootElement);
        };
        _process.BeginOutputReadLine();
    }

    /// <summary>Waits for the next line of this type and gives it; lines before it are passed over.</summary>
    public JsonElement Expect(string type, string member = "type")
    {
        while (_lines.TryTake(out JsonElement line, Patience))
        {
            if (line.TryGetProperty(member, out JsonElement found) && found.GetString() == type)
                return line;
        }
        throw new TimeoutException($"no line of type {type}: {(_process.HasExited ? $"exit {_process.ExitCode}\n{_talk.Result}" : "still running")}");
    }

    /// <summary>Kills it with SIGKILL: nothing of its own runs any more.</summary>
    public void Kill()
    {
        _process.Kill();
        _process.WaitForExit();
    }

    /// <summary>Asks it to stop with SIGTERM and gives its exit code.</summary>
    public int Stop()
    {
        using (Process kill = PeerProgram.Start("/bin/kill", "-TERM", _process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)))
            kill.WaitForExit();
        if (!_process.WaitForExit(Patience))
            throw new TimeoutException("it does not stop on SIGTERM");
        return _process.ExitCode;
    }

    public void Dispose()
    {
        if (!_process.HasExited)
            _process.Kill(entireProcessTree: true);
        // Waits for the end of the output too: a line that is still on its way must find somewhere to go.
        _process.WaitForExit();
        _process.Dispose();
        _lines.Dispose();
    }
}
