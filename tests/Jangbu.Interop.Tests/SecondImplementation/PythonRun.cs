using System.Diagnostics;
using System.Text.Json;

namespace Jangbu.Interop.Tests.SecondImplementation;

/// <summary>A process of the second implementation that goes through steps and tells of each in one JSON line.</summary>
public sealed class PythonRun : IDisposable
{
    private readonly Process _process;
    private readonly Task<string> _talk;
    private readonly List<JsonElement> _steps = [];

    public PythonRun(params string[] words)
    {
        _process = PythonPeer.Start(words[0], words[1..]);
        _talk = _process.StandardError.ReadToEndAsync();
    }

    /// <summary>Reads until the step with this name is done.</summary>
    public JsonElement Expect(string step)
    {
        while (_process.StandardOutput.ReadLine() is string line)
        {
            JsonElement told = JsonDocument.Parse(line).RootElement;
            Assert.False(told.TryGetProperty("error", out _), line);
            _steps.Add(told);
            if (told.GetProperty("step").GetString() == step)
                return told;
        }
        throw new InvalidOperationException($"it ended before {step}: {_talk.Result}");
    }

    /// <summary>Reads to the end; gives every step.</summary>
    public IReadOnlyList<JsonElement> End()
    {
        while (_process.StandardOutput.ReadLine() is string line)
            _steps.Add(JsonDocument.Parse(line).RootElement);
        _process.WaitForExit();
        Assert.True(_process.ExitCode == 0 && !_steps.Exists(step => step.TryGetProperty("error", out _)), string.Join('\n', _steps) + _talk.Result);
        return _steps;
    }

    public void Dispose()
    {
        if (!_process.HasExited)
            _process.Kill(entireProcessTree: true);
        _process.Dispose();
    }
}
