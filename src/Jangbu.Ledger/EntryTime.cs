using System.Globalization;

namespace Jangbu.Ledger;

/// <summary>Times as <see cref="Jangbu.Crypto.Rfc3339Time"/> has them, read from bytes in place: a long ledger has a million of them.</summary>
internal static class EntryTime
{
    public const int Length = 24;

    private const string Form = "yyyy-MM-dd'T'HH:mm:ss.fff'Z'";

    public static void Write(DateTimeOffset time, Span<byte> destination)
    {
        Span<char> text = stackalloc char[Length];
        time.UtcDateTime.TryFormat(text, out _, Form, CultureInfo.InvariantCulture);
        for (int i = 0; i < Length; i++)
            destination[i] = (byte)text[i];
    }

    // 2026-11-22T06:30:00.000Z
    // 0123456789012345678901234
    public static bool TryRead(ReadOnlySpan<byte> text, out DateTimeOffset time)
    {
        time = default;
        if (text.Length != Length || text[4] != '-' || text[7] != '-' || text[10] != 'T' || text[13] != ':' || text[16] != ':' || text[19] != '.' || text[23] != 'Z')
            return false;
        if (!TryNumber(text[..4], out int year) || !TryNumber(text[5..7], out int month) || !TryNumber(text[8..10], out int day)
            || !TryNumber(text[11..13], out int hour) || !TryNumber(text[14..16], out int minute) || !TryNumber(text[17..19], out int second)
            || !TryNumber(text[20..23], out int millisecond))
            return false;
        if (year is < 1 or > 9999 || month is < 1 or > 12 || day < 1 || day > DateTime.DaysInMonth(year, month) || hour > 23 || minute > 59 || second > 59)
            return false;
        time = new DateTimeOffset(year, month, day, hour, minute, second, millisecond, TimeSpan.Zero);
        return true;
    }

    private static bool TryNumber(ReadOnlySpan<byte> digits, out int number)
    {
        number = 0;
        foreach (byte digit in digits)
        {
            if (digit is < (byte)'0' or > (byte)'9')
                return false;
            number = number * 10 + (digit - '0');
        }
        return true;
    }
}
