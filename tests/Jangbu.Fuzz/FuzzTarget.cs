using System.Text;

namespace Jangbu.Fuzz;

/// <summary>One parser under attack.</summary>
/// <param name="Name">What it is called on the command line and in the corpus.</param>
/// <param name="Feed">Gives it an input; true when it was accepted. Any exception is a finding, and so is a broken promise, which it throws as <see cref="PromiseBrokenException"/>.</param>
public sealed record FuzzTarget(string Name, Func<byte[], bool> Feed)
{
    /// <summary>Inputs that are accepted, to start from.</summary>
    public IReadOnlyList<byte[]> Seeds { get; init; } = [];

    /// <summary>Words of the format.</summary>
    public IReadOnlyList<byte[]> Dictionary { get; init; } = [];

    /// <summary>No input is longer.</summary>
    public int Largest { get; init; } = 4096;

    /// <summary>Bytes that one input may cost beyond 16 times its length: what the parsed form itself needs. Default 4 KiB.</summary>
    public int Allowance { get; init; } = 4096;

    /// <summary>Words as ASCII.</summary>
    public static IReadOnlyList<byte[]> Words(params IEnumerable<string> words) => [.. words.Select(Encoding.UTF8.GetBytes)];
}

/// <summary>An input was accepted and what it became does not hold what the format promises.</summary>
public sealed class PromiseBrokenException(string what) : Exception(what)
{
    /// <summary>Throws unless <paramref name="holds"/>.</summary>
    public static void Unless(bool holds, string what)
    {
        if (!holds)
            throw new PromiseBrokenException(what);
    }
}
