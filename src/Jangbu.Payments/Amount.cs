using System.Globalization;

namespace Jangbu.Payments;

/// <summary>
/// How much one person gives another, above zero: up to 15 digits before the point and 8 after it (PROTOCOL §2).
/// Kept in units of 10^-8 whatever the asset, so that sums need no conversion; the asset says how many digits it allows.
/// </summary>
public readonly record struct Amount : IComparable<Amount>
{
    /// <summary>Digits after the point that the grammar allows.</summary>
    public const int MaxDigits = 8;

    private const int MaxWholeDigits = 15;
    private const long UnitsPerOne = 100_000_000;

    private Amount(Int128 units) => Units = units;

    /// <summary>The value in units of 10^-8: 1 … 10^23-1 (0 only in <c>default</c>, which is no amount).</summary>
    public Int128 Units { get; }

    /// <summary>Digits after the point that this value needs, 0 … 8; an asset with fewer rejects it (`amount_precision`).</summary>
    public int Digits
    {
        get
        {
            Int128 fraction = Units % UnitsPerOne;
            if (fraction == 0)
                return 0;
            int digits = MaxDigits;
            for (; fraction % 10 == 0; fraction /= 10)
                digits--;
            return digits;
        }
    }

    /// <summary>Reads the one spelling of PROTOCOL §2: <c>^(0|[1-9][0-9]{0,14})(\.[0-9]{0,7}[1-9])?$</c>, above zero.</summary>
    /// <returns>False for every other spelling: signs, exponents, leading or trailing zeros, separators, digits of other scripts.</returns>
    public static bool TryParse(ReadOnlySpan<char> text, out Amount amount)
    {
        amount = default;
        int point = text.IndexOf('.');
        ReadOnlySpan<char> whole = point < 0 ? text : text[..point];
        ReadOnlySpan<char> fraction = point < 0 ? default : text[(point + 1)..];
        if (whole.Length is 0 or > MaxWholeDigits || (whole[0] == '0' && whole.Length > 1))
            return false;
        if (point >= 0 && (fraction.Length is 0 or > MaxDigits || fraction[^1] == '0'))
            return false;
        if (!TryReadDigits(whole, out long ones) || !TryReadDigits(fraction, out long parts))
            return false;
        for (int i = fraction.Length; i < MaxDigits; i++)
            parts *= 10;
        Int128 units = ((Int128)ones * UnitsPerOne) + parts;
        amount = new Amount(units);
        return units > 0;
    }

    /// <summary>Reads an amount that the caller typed.</summary>
    /// <exception cref="FormatException">The text is not the one spelling of an amount; see <see cref="TryParse"/>.</exception>
    public static Amount Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return TryParse(text, out Amount amount)
            ? amount
            : throw new FormatException($"'{text}' is no amount: digits without separators, at most 15 before the point and 8 after it, above zero");
    }

    /// <summary>An amount from units of 10^-8.</summary>
    /// <returns>False for zero, less, or 10^23 and more.</returns>
    public static bool TryFromUnits(Int128 units, out Amount amount)
    {
        bool fits = units > 0 && units < (Int128)1_000_000_000_000_000 * UnitsPerOne;
        amount = fits ? new Amount(units) : default;
        return fits;
    }

    /// <inheritdoc/>
    public int CompareTo(Amount other) => Units.CompareTo(other.Units);

    /// <summary>Less by value.</summary>
    public static bool operator <(Amount a, Amount b) => a.Units < b.Units;

    /// <summary>Greater by value.</summary>
    public static bool operator >(Amount a, Amount b) => a.Units > b.Units;

    /// <summary>Less or equal by value.</summary>
    public static bool operator <=(Amount a, Amount b) => a.Units <= b.Units;

    /// <summary>Greater or equal by value.</summary>
    public static bool operator >=(Amount a, Amount b) => a.Units >= b.Units;

    /// <summary>The one spelling, which <see cref="TryParse"/> reads.</summary>
    public override string ToString() => Spell(Units);

    internal static string Spell(Int128 units)
    {
        Int128 magnitude = units < 0 ? -units : units;
        string whole = (magnitude / UnitsPerOne).ToString(CultureInfo.InvariantCulture);
        string sign = units < 0 ? "-" : "";
        long fraction = (long)(magnitude % UnitsPerOne);
        return fraction == 0 ? sign + whole : $"{sign}{whole}.{fraction.ToString("D8", CultureInfo.InvariantCulture).TrimEnd('0')}";
    }

    private static bool TryReadDigits(ReadOnlySpan<char> digits, out long value)
    {
        value = 0;
        foreach (char c in digits)
        {
            if (!char.IsAsciiDigit(c))
                return false;
            value = (value * 10) + (c - '0');
        }
        return true;
    }
}
