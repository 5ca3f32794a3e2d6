using System.Text;
using System.Text.Json;

namespace Jangbu.Fuzz;

/// <summary>Inputs to start from, out of the test vectors.</summary>
public static class VectorSeeds
{
    private static readonly string Folder = Path.Combine(Path.GetDirectoryName(Environment.GetCommandLineArgs()[0])!, "Vectors");

    /// <summary>A vector file.</summary>
    public static byte[] Bytes(string relative) => File.ReadAllBytes(Path.Combine(Folder, relative));

    /// <summary>A vector file as JSON.</summary>
    public static JsonElement Json(string relative) => JsonDocument.Parse(Bytes(relative)).RootElement;

    /// <summary>Every text of an array of objects.</summary>
    public static IReadOnlyList<byte[]> Texts(JsonElement array, string member, int most = 12) =>
        [.. array.EnumerateArray().Take(most).Select(item => Encoding.UTF8.GetBytes(item.GetProperty(member).GetString()!))];

    /// <summary>Every hexadecimal value of an array of objects.</summary>
    public static IReadOnlyList<byte[]> Hex(JsonElement array, string member, int most = 12) =>
        [.. array.EnumerateArray().Take(most).Select(item => Convert.FromHexString(item.GetProperty(member).GetString()!))];
}
