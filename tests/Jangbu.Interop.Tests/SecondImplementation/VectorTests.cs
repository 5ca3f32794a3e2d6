using System.Diagnostics;
using System.Text.Json;

namespace Jangbu.Interop.Tests.SecondImplementation;

/// <summary>The second implementation (Peers/jangbu, Python, made from docs/PROTOCOL.md alone) gives every value of the protocol's vectors.</summary>
public sealed class VectorTests
{
    [Fact]
    public void Vectors_ReadByTheSecondImplementation_AllAgree()
    {
        PeerProgram.RequirePython("cryptography");
        string folder = Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "..", "..", "Jangbu.Tests", Path.GetFileName(Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory)), "Vectors", "jangbu"));
        Assert.SkipUnless(Directory.Exists(folder), "the unit tests, which carry the vectors, are not built");
        using Process python = PythonPeer.Start("vectors", folder);
        string output = python.StandardOutput.ReadToEnd();
        python.WaitForExit();
        Assert.True(python.ExitCode == 0, output + python.StandardError.ReadToEnd());
        JsonElement made = JsonDocument.Parse(output.Split('\n', StringSplitOptions.RemoveEmptyEntries)[^1]).RootElement;
        Assert.InRange(made.GetProperty("checks").GetInt32(), 500, int.MaxValue);
    }
}
