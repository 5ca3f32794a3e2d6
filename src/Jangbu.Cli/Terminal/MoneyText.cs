namespace Jangbu.Cli.Terminal;

/// <summary>Amounts as people write them: <c>12,000원</c> in Korean, <c>12,000 KRW</c> in English, other assets <c>12.50 USD</c>.</summary>
internal static class MoneyText
{
    /// <summary>From the protocol's spelling of an amount (an optional minus, digits, an optional fraction) and its asset.</summary>
    public static string Format(string amount, string asset, Language language)
    {
        bool negative = amount.StartsWith('-');
        string digits = negative ? amount[1..] : amount;
        int point = digits.IndexOf('.', StringComparison.Ordinal);
        string whole = point < 0 ? digits : digits[..point];
        string fraction = point < 0 ? "" : digits[point..];
        if (asset is "USD" or "EUR" && fraction.Length == 2)
            fraction += "0";
        for (int i = whole.Length - 3; i > 0; i -= 3)
            whole = whole.Insert(i, ",");
        string figure = (negative ? "-" : "") + whole + fraction;
        return asset == "KRW" && language == Language.Korean ? figure + "원" : $"{figure} {asset}";
    }
}
