using System.Diagnostics;

namespace Jangbu.Interop.Tests.Ledger;

/// <summary>
/// A short run of the crash labs on the real storage: crash states of traced runs, power cuts of a real ext4 (root only), failing system calls, many writers, full
/// disks. A longer one is <c>tests/labs/run-crash-labs 4 200 20</c>.
/// </summary>
public sealed class CrashLabTests
{
    [Fact]
    public async Task RealStorage_CutFailedAndFilledUp_LosesNothingAcknowledged()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/strace") && File.Exists(PeerProgram.Python), "strace and python3 are not installed");
        string configuration = Path.GetFileName(Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory));
        string writer = Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "..", "..", "Jangbu.CrashWriter", configuration, "Jangbu.CrashWriter"));
        string labs = Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "..", "..", "..", "..", "tests", "labs", "run-crash-labs"));
        using Process process = PeerProgram.Start("env", $"WRITER={writer}", "bash", labs, "0", "3", "1");
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.SkipWhen(process.ExitCode == 3, output);
        Assert.True(process.ExitCode == 0, output + await errors);
        Assert.Contains("append: ", output, StringComparison.Ordinal);
        Assert.DoesNotContain(" 0 distinct crash states", output, StringComparison.Ordinal);
    }
}
