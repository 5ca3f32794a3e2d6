using System.Diagnostics;

namespace Jangbu.Interop.Tests.SecondImplementation;

/// <summary>Starts a module of the Python package <c>jangbu</c>, which is copied beside the tests.</summary>
public static class PythonPeer
{
    public static Process Start(string module, params string[] arguments)
    {
        var start = new ProcessStartInfo(PeerProgram.Python)
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true,
            WorkingDirectory = Path.Combine(AppContext.BaseDirectory, "Peers"),
            StandardOutputEncoding = System.Text.Encoding.UTF8,
        };
        foreach (string word in (string[])["-B", "-u", "-m", $"jangbu.{module}", .. arguments])
            start.ArgumentList.Add(word);
        start.Environment["PYTHONIOENCODING"] = "utf-8";
        return Process.Start(start) ?? throw new InvalidOperationException($"{PeerProgram.Python} did not start");
    }
}
