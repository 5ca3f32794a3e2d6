using System.CommandLine;
using System.CommandLine.Invocation;
using Jangbu.Cli.Terminal;

namespace Jangbu.Cli.CommandLine;

/// <summary>Where a command does its work.</summary>
internal enum WorkPlace
{
    /// <summary>It works on a home: while <c>jangbu up</c> runs for that home, it is done there.</summary>
    Home,

    /// <summary>It needs no home, or makes one.</summary>
    Here,
}

/// <summary>What a command does; <see cref="Runner"/> runs it, here or in the process that has the home open.</summary>
internal sealed class CommandWork(WorkPlace place, Func<Invocation, Task<ExitCode>> work) : AsynchronousCommandLineAction
{
    public WorkPlace Place { get; } = place;

    public Func<Invocation, Task<ExitCode>> Work { get; } = work;

    /// <summary>Runs it in this process with this process's streams.</summary>
    public override async Task<int> InvokeAsync(ParseResult parseResult, CancellationToken cancellationToken = default)
    {
        Language language = LanguageChoice.From([.. parseResult.Tokens.Select(token => token.Value)], Environment.GetEnvironmentVariable);
        var output = Output.ForProcess(parseResult.GetValue(GlobalOptions.Json), language);
        return (int)await Runner.RunHereAsync(this, parseResult, output).ConfigureAwait(false);
    }
}
