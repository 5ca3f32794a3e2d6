using System.Globalization;
using System.Text;

namespace Jangbu.Cli.Terminal;

/// <summary>Makes texts that other people wrote harmless on a terminal: names, memos, reasons.</summary>
internal static class Printable
{
    /// <summary>
    /// The text with control characters (C0, DEL, C1), line separators, bidirectional controls, format characters and lone surrogates
    /// written as <c>\u{…}</c>, so that no name can move the cursor, recolour a line or turn an amount around.
    /// </summary>
    public static string From(string text)
    {
        if (text.All(IsPlain))
            return text;
        var safe = new StringBuilder(text.Length + 16);
        for (int i = 0; i < text.Length; i++)
        {
            if (char.IsHighSurrogate(text[i]) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1])
                && CharUnicodeInfo.GetUnicodeCategory(char.ConvertToUtf32(text[i], text[i + 1])) is not (UnicodeCategory.Format or UnicodeCategory.Control))
            {
                safe.Append(text[i]).Append(text[++i]);
                continue;
            }
            if (!char.IsSurrogate(text[i]) && IsPlain(text[i]))
                safe.Append(text[i]);
            else
                safe.Append(CultureInfo.InvariantCulture, $"\\u{{{(int)text[i]:x}}}");
        }
        return safe.ToString();
    }

    private static bool IsPlain(char character) => char.GetUnicodeCategory(character) is not
        (UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator
        or UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned);
}
