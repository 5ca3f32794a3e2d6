namespace Jangbu.Node.Slots;

/// <summary>The hours by which slots change (PROTOCOL §4.1).</summary>
internal static class Epochs
{
    /// <summary>The epoch of a moment.</summary>
    public static long Of(DateTimeOffset wall) => Of(wall.ToUnixTimeSeconds());

    /// <summary>The epoch of a moment in unix seconds.</summary>
    public static long Of(long unixSeconds) => Math.DivRem(unixSeconds, Length).Quotient;

    /// <summary>The epochs in which a reader looks: the current one first, and its neighbour within ten minutes of their border.</summary>
    public static (long Current, long? Neighbour) ToRead(long unixSeconds)
    {
        long current = Of(unixSeconds), into = unixSeconds - current * Length;
        return into < Border ? (current, current - 1) : into >= Length - Border ? (current, current + 1) : (current, null);
    }

    /// <summary>When the epoch after that of <paramref name="wall"/> begins.</summary>
    public static DateTimeOffset NextBorder(DateTimeOffset wall) => DateTimeOffset.FromUnixTimeSeconds((Of(wall) + 1) * Length);

    private const long Length = 3600;
    private const long Border = 600;
}
