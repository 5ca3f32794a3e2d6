using System.Globalization;

namespace Jangbu.Crypto;

/// <summary>Times as PROTOCOL writes them: RFC 3339, UTC, exactly three decimals (<c>2026-11-22T06:30:00.000Z</c>).</summary>
public static class Rfc3339Time
{
    private const string Form = "yyyy-MM-dd'T'HH:mm:ss.fff'Z'";
    private const int Length = 24;

    /// <summary>Writes a time; what is below a millisecond is cut off.</summary>
    public static string Format(DateTimeOffset time) => time.UtcDateTime.ToString(Form, CultureInfo.InvariantCulture);

    /// <summary>Reads a time in its one spelling. Leap seconds have none: no clock of ours writes them.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out DateTimeOffset time)
    {
        time = default;
        return text.Length == Length && DateTimeOffset.TryParseExact(text, Form, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out time)
            && text.SequenceEqual(Format(time));
    }
}
