using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Parsing;
using System.Reflection;
using System.Text;
using Jangbu.Cli.CommandLine;
using Jangbu.Cli.Commands;
using Jangbu.Cli.Local;
using Jangbu.Cli.Terminal;

namespace Jangbu.Cli;

/// <summary>The command <c>jangbu</c> (docs/CLI.md).</summary>
internal static class Program
{
    /// <summary>One tree a language: options know every tree they stand in, so a process that serves many commands must not build it anew.</summary>
    private static readonly System.Collections.Concurrent.ConcurrentDictionary<Language, RootCommand> Trees = new();

    private static async Task<int> Main(string[] arguments)
    {
        Console.OutputEncoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);
        Language language = LanguageChoice.From(arguments, Environment.GetEnvironmentVariable);
        ParseResult parsed = Parse(arguments, language);
        var output = Output.ForProcess(parsed.GetValue(GlobalOptions.Json), language);
        if (parsed.Action is not CommandWork work || parsed.Errors.Count > 0)
        {
            // Help and completion: the parser's own actions, which must work for lines that are not complete.
            if (parsed.Action is HelpPage || parsed.Tokens.Any(token => token.Type == TokenType.Directive))
                return await parsed.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null }).ConfigureAwait(false);
            return (int)Runner.Report(output, "usage", UsageErrors.Describe(parsed), [], retryable: false, ExitCode.Usage);
        }
        if (parsed.GetValue(GlobalOptions.Lang) is { } lang and not ("ko" or "en"))
            return (int)Runner.Report(output, "usage", new($"--lang은 ko나 en입니다: {Printable.From(lang)}", $"--lang takes ko or en: {Printable.From(lang)}"), [], retryable: false, ExitCode.Usage);
        if (work.Place == WorkPlace.Home && await LocalClient.TryRunAsync(Invocation.HomeOf(parsed), arguments, language).ConfigureAwait(false) is { } done)
            return (int)done;
        return (int)await Runner.RunHereAsync(work, parsed, output).ConfigureAwait(false);
    }

    /// <summary>Reads a command line; also one that another process of the same person was given.</summary>
    public static ParseResult Parse(IReadOnlyList<string> arguments, Language language) =>
        Trees.GetOrAdd(language, Tree).Parse(arguments, new ParserConfiguration { ResponseFileTokenReplacer = null });

    private static RootCommand Tree(Language language)
    {
        var root = new RootCommand(new Text("두 사람이 직접 주고받고, 두 사람의 서명으로 증명합니다.", "two people pay and owe each other directly, and prove it.").In(language));
        GlobalOptions.AddTo(root, language);
        root.Options.Remove(root.Options.First(option => option is VersionOption));
        Option help = root.Options.First(option => option is HelpOption);
        help.Description = new Text("이 도움말", "this page").In(language);
        help.Action = new HelpPage(Output.ForProcess(json: false, language));
        foreach (Command command in (Command[])
            [
                DemoCommand.Create(language), PersonCommands.Init(language), PersonCommands.Id(language), CardCommand.Create(language),
                ContactCommands.Create(language), MeetingCommands.Invite(language), MeetingCommands.Join(language), ReceiveCommand.Create(language), PayCommand.Create(language), RequestCommand.Create(language), PendingCommand.Create(language),
                HistoryCommands.Balance(language), HistoryCommands.History(language), StatementCommand.Create(language), ProofCommand.Create(language), FileCommand.Create(language), LedgerCommands.Create(language), UpCommand.Create(language), StatusCommand.Create(language), DhtCommand.Create(language),
                CompletionCommand.Create(language), HelpCommand.Create(language), Version(language), Demo.DemoPerson.Create(language),
            ])
            root.Subcommands.Add(command);
        UsageErrors.RefuseOptionsAsValues(root);
        return root;
    }

    private static Command Version(Language language)
    {
        var command = new Command("version", new Text("판", "the version").In(language));
        command.Does(invocation =>
        {
            string version = typeof(Program).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "0";
            invocation.Output.Object(("type", "result"), ("status", "ok"), ("version", version), ("protocol", 1));
            invocation.Output.Line($"jangbu {version}");
            return ExitCode.Done;
        }, WorkPlace.Here);
        return command;
    }
}
