using System.CommandLine;
using System.CommandLine.Parsing;
using Jangbu.Cli.Terminal;

namespace Jangbu.Cli.CommandLine;

/// <summary>Says in one sentence, in the person's language, what is wrong with a command line.</summary>
internal static class UsageErrors
{
    /// <summary>
    /// Refuses an argument that looks like an option: the parser would swallow an unknown option as a positional argument otherwise,
    /// and a payment must never be made from a mistyped line. <c>-</c> alone means standard input.
    /// </summary>
    public static Argument<T> NeverAnOption<T>(this Argument<T> argument)
    {
        argument.Validators.Add(result =>
        {
            foreach (Token token in result.Tokens)
                if (token.Value.Length > 1 && token.Value[0] == '-')
                    result.AddError(token.Value);
        });
        return argument;
    }

    /// <summary>Refuses <c>--memo --later</c> for every option of every command: a forgotten value must not eat the next option.</summary>
    public static void RefuseOptionsAsValues(Command command)
    {
        foreach (Option option in command.Options.Where(option => option.ValueType != typeof(bool)))
            option.Validators.Add(result =>
            {
                foreach (Token token in result.Tokens.Where(token => token.Value.StartsWith("--", StringComparison.Ordinal)))
                    result.AddError(token.Value);
            });
        foreach (Command child in command.Subcommands)
            RefuseOptionsAsValues(child);
    }

    /// <summary>The first thing wrong, and where to read more.</summary>
    public static Text Describe(ParseResult parsed)
    {
        string command = CommandPath(parsed);
        string? option = parsed.UnmatchedTokens.Concat(ArgumentTokens(parsed)).FirstOrDefault(token => token.Length > 1 && token[0] == '-');
        if (option is not null && LooksLikeNumber(option))
            return More(command, new($"금액은 0보다 큰 수여야 합니다: {Printable.From(option)}", $"An amount must be above zero: {Printable.From(option)}"));
        if (option is not null)
            return More(command, new($"모르는 옵션입니다: {Printable.From(option)}", $"Unknown option: {Printable.From(option)}"));
        if (parsed.UnmatchedTokens.Count > 0 && parsed.CommandResult.Command.Subcommands.Count > 0)
            return More(command, new($"모르는 명령입니다: {Printable.From(parsed.UnmatchedTokens[0])}", $"Unknown command: {Printable.From(parsed.UnmatchedTokens[0])}"));
        if (parsed.UnmatchedTokens.Count > 0)
            return More(command, new($"여기에 올 수 없는 말입니다: {Printable.From(parsed.UnmatchedTokens[0])}", $"Not expected here: {Printable.From(parsed.UnmatchedTokens[0])}"));
        if (parsed.CommandResult.Command.Subcommands.Count > 0 && parsed.CommandResult.Command.Action is null)
            return More(command, new("무엇을 할지 적어 주세요.", "Say what to do."));
        ParseError? error = parsed.Errors.Count > 0 ? parsed.Errors[0] : null;
        if (error?.SymbolResult is ArgumentResult { Tokens.Count: 0 } missing)
            return More(command, new($"{missing.Argument.HelpName ?? missing.Argument.Name}이(가) 빠졌습니다.", $"{missing.Argument.HelpName ?? missing.Argument.Name} is missing."));
        if (error?.SymbolResult is OptionResult { Implicit: true } required)
            return More(command, new($"{required.Option.Name}이(가) 빠졌습니다.", $"{required.Option.Name} is missing."));
        if (error?.SymbolResult is OptionResult wrong)
            return More(command, new($"{wrong.Option.Name}에 맞지 않는 값입니다.", $"{wrong.Option.Name} does not take that value."));
        return More(command, new("명령을 읽을 수 없습니다.", error?.Message ?? "The command cannot be read."));
    }

    private static IEnumerable<string> ArgumentTokens(ParseResult parsed) =>
        parsed.CommandResult.Command.Arguments.SelectMany(argument => parsed.GetResult(argument)?.Tokens ?? []).Select(token => token.Value);

    private static bool LooksLikeNumber(string token) => token[0] == '-' && char.IsAsciiDigit(token[1]);

    private static Text More(string command, Text what) =>
        new($"{what.Korean} `{command} --help`를 보세요.", $"{what.English} See `{command} --help`.");

    private static string CommandPath(ParseResult parsed)
    {
        var names = new Stack<string>();
        for (SymbolResult? at = parsed.CommandResult; at is CommandResult result; at = result.Parent)
            names.Push(result.Command is RootCommand ? "jangbu" : result.Command.Name);
        return string.Join(' ', names);
    }
}
