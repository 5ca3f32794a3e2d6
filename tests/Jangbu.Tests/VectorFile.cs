using System.Text.Json;

namespace Jangbu.Tests;

/// <summary>Reads a file of <c>Vectors/</c>, which is copied beside the tests; sources and licences stand in <c>Vectors/README.md</c>.</summary>
public static class VectorFile
{
    /// <summary>The absolute path of a vector file, from its path below <c>Vectors/</c>.</summary>
    public static string PathOf(string relative) => Path.Combine(AppContext.BaseDirectory, "Vectors", relative);

    /// <summary>The bytes of a vector file.</summary>
    public static byte[] Bytes(string relative) => File.ReadAllBytes(PathOf(relative));

    /// <summary>A vector file read as JSON.</summary>
    public static JsonElement Json(string relative) => JsonDocument.Parse(Bytes(relative)).RootElement;
}
