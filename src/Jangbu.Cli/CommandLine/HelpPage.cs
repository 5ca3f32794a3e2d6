using System.CommandLine;
using System.CommandLine.Invocation;
using Jangbu.Cli.Terminal;

namespace Jangbu.Cli.CommandLine;

/// <summary>The page behind <c>--help</c>, in the person's language.</summary>
internal sealed class HelpPage(Output output) : SynchronousCommandLineAction
{
    public override int Invoke(ParseResult parseResult)
    {
        output.Raw(string.Join('\n', Lines(parseResult.CommandResult.Command)) + "\n");
        return (int)ExitCode.Done;
    }

    private IEnumerable<string> Lines(Command command)
    {
        Language language = output.Language;
        yield return $"{Path(command)}: {command.Description}";
        yield return "";
        yield return new Text("쓰는 법", "Usage").In(language) + $": {Path(command)}{Usage(command)}";
        if (command.Subcommands.Any(one => !one.Hidden))
        {
            yield return "";
            yield return new Text("명령", "Commands").In(language) + ":";
            foreach (Command one in command.Subcommands.Where(one => !one.Hidden))
                yield return Row(one.Name + Usage(one, optionsToo: false), one.Description);
        }
        foreach (string line in Options(command, new("옵션", "Options")))
            yield return line;
        if (command is not RootCommand)
            foreach (string line in Options(Root(command), new("어느 명령에나", "With every command")))
                yield return line;
    }

    private IEnumerable<string> Options(Command command, Text title)
    {
        Option[] options = [.. command.Options.Where(option => !option.Hidden)];
        if (options.Length == 0)
            yield break;
        yield return "";
        yield return title.In(output.Language) + ":";
        foreach (Option option in options)
            yield return Row(option.Name + (option.HelpName is null ? "" : " " + option.HelpName), option.Description);
    }

    private static string Row(string left, string? right) =>
        left.Length < 34 ? $"  {left.PadRight(34)} {right}" : $"  {left}\n  {new string(' ', 34)} {right}";

    private static string Usage(Command command, bool optionsToo = true)
    {
        var words = new List<string>();
        if (command.Subcommands.Count > 0)
            words.Add(command.Action is null ? "COMMAND" : "[COMMAND]");
        foreach (Argument argument in command.Arguments.Where(argument => !argument.Hidden))
        {
            string name = argument.HelpName ?? argument.Name;
            words.Add(argument.Arity.MinimumNumberOfValues == 0 ? $"[{name}]" : name);
        }
        if (optionsToo && command.Options.Any(option => !option.Hidden))
            words.Add("[OPTIONS]");
        return words.Count == 0 ? "" : " " + string.Join(' ', words);
    }

    private static string Path(Command command) =>
        command is RootCommand ? "jangbu" : $"{Path(command.Parents.OfType<Command>().First())} {command.Name}";

    private static Command Root(Command command) => command is RootCommand ? command : Root(command.Parents.OfType<Command>().First());
}
