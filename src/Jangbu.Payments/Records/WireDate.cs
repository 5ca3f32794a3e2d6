using System.Globalization;

namespace Jangbu.Payments.Records;

/// <summary>Dates on the wire: `2026-12-31`, one spelling.</summary>
public static class WireDate
{
    private const string Form = "yyyy-MM-dd";

    /// <summary>Writes a date.</summary>
    public static string Format(DateOnly date) => date.ToString(Form, CultureInfo.InvariantCulture);

    /// <summary>Reads a date of the calendar.</summary>
    public static bool TryParse(string text, out DateOnly date) =>
        DateOnly.TryParseExact(text, Form, CultureInfo.InvariantCulture, DateTimeStyles.None, out date);
}
