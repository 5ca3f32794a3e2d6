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

    /// <summary>Skips the running test unless Node.js and <paramref name="package"/> are there: <c>npm ci</c> in tests/Jangbu.Interop.Tests/Peers.</summary>
    public static void RequireNode(string package)
    {
        Assert.SkipUnless(Succeeds("/usr/bin/env", "node", "--version"), "Node.js is not installed");
        Assert.SkipUnless(Directory.Exists(Path.Combine(Peers, "node_modules", package)), $"{package} is not installed: npm ci in {Peers}");
    }

    /// <summary>The folder of the peers' scripts in the repository, where npm's packages lie beside them.</summary>
    public static string Peers { get; } = FindPeers();

    /// <summary>Starts a program with redirected standard streams.</summary>
    public static Process Start(string file, params string[] arguments)
    {
        var start = new ProcessStartInfo(file) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (string argument in arguments)
            start.ArgumentList.Add(argument);
        return Process.Start(start) ?? throw new InvalidOperationException($"{file} did not start");
    }

    private static string FindPeers()
    {
        string? folder = AppContext.BaseDirectory;
        while (folder is not null && !File.Exists(Path.Combine(folder, "Jangbu.slnx")))
            folder = Path.GetDirectoryName(folder);
        return Path.Combine(folder ?? throw new InvalidOperationException("the tests do not run inside the repository"), "tests", "Jangbu.Interop.Tests", "Peers");
    }

    private static bool Succeeds(string file, params string[] arguments)
    {
        using Process process = Start(file, arguments);
        process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0;
    }
}
