using System.Diagnostics;

namespace Jangbu.Interop.Tests.Fuzz;

/// <summary>A short attack on every parser with instrumented copies of the product; a longer one is <c>Jangbu.Fuzz --seconds 600</c>.</summary>
public sealed class FuzzTests
{
    [Fact]
    public async Task Parsers_FiveSecondsEach_NoFindings()
    {
        string configuration = Path.GetFileName(Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory));
        string program = Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "..", "..", "Jangbu.Fuzz", configuration, "Jangbu.Fuzz.dll"));
        using Process process = PeerProgram.Start("dotnet", program, "--seconds", "5");
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        TestContext.Current.SendDiagnosticMessage(output);
        Assert.True(process.ExitCode == 0, output + await errors);
        Assert.Contains("executions", output, StringComparison.Ordinal);
    }
}
