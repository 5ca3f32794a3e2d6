using System.Security.Cryptography;

namespace Jangbu.Node.Drivers;

/// <summary>The calendar of this machine.</summary>
internal static class WallClock
{
    /// <summary>Now.</summary>
    public static DateTimeOffset Now => DateTimeOffset.UtcNow;
}

/// <summary>The entropy of this machine.</summary>
internal static class RandomSource
{
    /// <summary>A source of its own.</summary>
    public static RandomNumberGenerator Create() => RandomNumberGenerator.Create();
}
