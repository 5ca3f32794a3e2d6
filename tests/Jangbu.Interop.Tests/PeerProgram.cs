using System.Diagnostics;

namespace Jangbu.Interop.Tests;

/// <summary>Programs that other people wrote, found on this machine; a test that needs one which is missing is skipped with its package's name.</summary>
public static class PeerProgram
{
    /// <summary>Debian's own interpreter, which sees the Debian packages python3-aiortc, python3-libtorrent and python3-cryptography.</summary>
    public const string Python = "/usr/bin/python3";

    /// <summary>Skips the running test unless Debian's Python can import <paramref name="module"/>.</summary>
    public static void RequirePython(string module) =>
        Assert.SkipUnless(File.Exists(Python) && Succeeds(Python, "-c", $"import {module}"), $"Debian's python3-{module} is not installed");

    /// <summary>Starts a program with redirected standard streams.</summary>
    public static Process Start(string file, params string[] arguments)
    {
        var start = new ProcessStartInfo(file) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (string argument in arguments)
            start.ArgumentList.Add(argument);
        return Process.Start(start) ?? throw new InvalidOperationException($"{file} did not start");
    }

    private static bool Succeeds(string file, params string[] arguments)
    {
        using Process process = Start(file, arguments);
        process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0;
    }
}
