namespace Jangbu.Cli.Terminal;

/// <summary>The languages in which the command speaks to people.</summary>
internal enum Language
{
    Korean,
    English,
}

/// <summary>One sentence in both languages, side by side, so that neither can be forgotten.</summary>
internal readonly record struct Text(string Korean, string English)
{
    public string In(Language language) => language == Language.Korean ? Korean : English;
}

/// <summary>Chooses the language before anything is parsed, since the help texts depend on it.</summary>
internal static class LanguageChoice
{
    /// <summary><c>--lang ko|en</c>, else <c>LC_ALL</c>, else <c>LANG</c>, else English.</summary>
    public static Language From(IReadOnlyList<string> arguments, Func<string, string?> environment)
    {
        for (int i = 0; i < arguments.Count; i++)
        {
            string? value = arguments[i] == "--lang" && i + 1 < arguments.Count ? arguments[i + 1]
                : arguments[i].StartsWith("--lang=", StringComparison.Ordinal) ? arguments[i]["--lang=".Length..] : null;
            if (value is "ko")
                return Language.Korean;
            if (value is "en")
                return Language.English;
        }
        string locale = environment("LC_ALL") is { Length: > 0 } all ? all : environment("LANG") ?? "";
        return locale.StartsWith("ko", StringComparison.OrdinalIgnoreCase) ? Language.Korean : Language.English;
    }
}
