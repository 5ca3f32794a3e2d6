using System.Diagnostics;
using System.Text;
using System.Text.Json;

namespace Jangbu.Interop.Tests.Command;

/// <summary>What a process of the command ended with.</summary>
public sealed record CommandResult(int Exit, string Output, string Talk)
{
    /// <summary>Every line of stdout as JSON; the command promises that with <c>--json</c> there is nothing else.</summary>
    public IReadOnlyList<JsonElement> Lines { get; } =
        [.. Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(line => line.StartsWith('{')).Select(Parse)];

    /// <summary>The last line.</summary>
    public JsonElement Result => Lines[^1];

    /// <summary>The names of the stages in the order in which they came.</summary>
    public IEnumerable<string> Stages => Lines.Where(line => line.GetProperty("type").GetString() == "stage").Select(line => line.GetProperty("stage").GetString()!);

    public override string ToString() => $"exit {Exit}\n{Output}\n{Talk}";

    private static JsonElement Parse(string line) => JsonDocument.Parse(line).RootElement;
}

/// <summary>Runs the real command, as it was built with these tests, in processes of its own.</summary>
public static class JangbuCommand
{
    /// <summary>Far beyond what anything here takes; only so that a hang fails one test and not the run.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    /// <summary>The built command.</summary>
    public static string Program { get; } = FindProgram();

    /// <summary>Runs it to its end with nothing on standard input.</summary>
    public static CommandResult Run(params IEnumerable<string> arguments) => Run(new Dictionary<string, string>(), [], arguments);

    /// <summary>Runs it to its end, behind a prefix such as <c>strace …</c> and with more environment.</summary>
    public static CommandResult Run(IReadOnlyDictionary<string, string> environment, IReadOnlyList<string> prefix, IEnumerable<string> arguments)
    {
        using Process process = Start(environment, prefix, arguments);
        process.StandardInput.Close();
        Task<string> talk = process.StandardError.ReadToEndAsync();
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        if (!process.WaitForExit(Patience))
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"jangbu {string.Join(' ', arguments)} did not end: {talk.Result}");
        }
        return new CommandResult(process.ExitCode, output.Result, talk.Result);
    }

    /// <summary>Starts it and leaves it running.</summary>
    public static Process Start(IReadOnlyDictionary<string, string> environment, IReadOnlyList<string> prefix, IEnumerable<string> arguments)
    {
        List<string> words = [.. prefix, "dotnet", Program, .. arguments];
        var start = new ProcessStartInfo(words[0])
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true,
            StandardOutputEncoding = Encoding.UTF8, StandardErrorEncoding = Encoding.UTF8,
        };
        foreach (string word in words.Skip(1))
            start.ArgumentList.Add(word);
        start.Environment["LANG"] = "C.UTF-8";
        start.Environment.Remove("LC_ALL");
        foreach ((string name, string value) in environment)
            start.Environment[name] = value;
        return Process.Start(start) ?? throw new InvalidOperationException($"{words[0]} did not start");
    }

    private static string FindProgram()
    {
        string configuration = Path.GetFileName(Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory));
        string path = Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "..", "..", "Jangbu.Cli", configuration, "jangbu.dll"));
        return File.Exists(path) ? path : throw new InvalidOperationException($"{path} is not there");
    }
}
