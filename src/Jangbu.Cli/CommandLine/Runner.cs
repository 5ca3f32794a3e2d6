using System.CommandLine;
using System.Runtime.InteropServices;
using Jangbu.Cli.Messages;
using Jangbu.Cli.Terminal;
using Jangbu.Node;

namespace Jangbu.Cli.CommandLine;

/// <summary>Runs one command: turns its endings into exit codes and sentences, and Ctrl-C and SIGTERM into a clean stop.</summary>
internal static class Runner
{
    /// <summary>Gives <paramref name="command"/> its work; what that returns is the exit code.</summary>
    public static void Does(this Command command, Func<Invocation, Task<ExitCode>> work, WorkPlace place = WorkPlace.Home) =>
        command.Action = new CommandWork(place, work);

    /// <summary>The same, for work that waits for nothing.</summary>
    public static void Does(this Command command, Func<Invocation, ExitCode> work, WorkPlace place = WorkPlace.Home) =>
        command.Does(invocation => Task.FromResult(work(invocation)), place);

    /// <summary>Runs a command in this process, with its own signals.</summary>
    public static async Task<ExitCode> RunHereAsync(CommandWork work, ParseResult parsed, Output output)
    {
        using var cancelled = new CancellationTokenSource();
        void Stop(PosixSignalContext signal)
        {
            signal.Cancel = true;
            cancelled.Cancel();
        }
        using PosixSignalRegistration interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        using PosixSignalRegistration terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        return await RunAsync(work, new Invocation(parsed, output, cancelled.Token)).ConfigureAwait(false);
    }

    /// <summary>Runs a command, wherever its streams and its node are.</summary>
    public static async Task<ExitCode> RunAsync(CommandWork work, Invocation invocation)
    {
        Output output = invocation.Output;
        try
        {
            return await work.Work(invocation).ConfigureAwait(false);
        }
        catch (JangbuException failure)
        {
            return Report(output, failure);
        }
        catch (UsageException usage)
        {
            return Report(output, "usage", usage.What, [], retryable: false, ExitCode.Usage);
        }
        catch (DeclinedException)
        {
            return Report(output, "declined", new("아무것도 하지 않았습니다.", "Nothing was done."), [], retryable: true, ExitCode.Interrupted);
        }
        catch (OperationCanceledException) when (invocation.Cancelled.IsCancellationRequested)
        {
            return Report(
                output, "interrupted",
                new("멈췄습니다. 이미 서명한 것이 있으면 내 장부에서 기다립니다.", "Interrupted. Anything already signed waits in your ledger."), ["jangbu pending"], retryable: true, ExitCode.Interrupted);
        }
        catch (Exception fault) when (fault is FileNotFoundException or DirectoryNotFoundException)
        {
            return Report(output, "file_missing", new($"파일이 없습니다: {Printable.From(fault.Message)}", $"There is no such file: {Printable.From(fault.Message)}"), [], retryable: false, ExitCode.NotFound);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return Report(output, "file", new($"파일을 쓰거나 읽을 수 없습니다: {Printable.From(fault.Message)}", $"A file cannot be written or read: {Printable.From(fault.Message)}"), [], retryable: false, ExitCode.Internal);
        }
    }

    /// <summary>Says an error in the way that person or script expects it, and gives the exit code back.</summary>
    public static ExitCode Report(Output output, string code, Text what, IReadOnlyList<string> next, bool retryable, ExitCode exit)
    {
        output.Object(("type", "result"), ("status", "error"), ("code", code), ("message", what.In(output.Language)), ("retryable", retryable), ("next", next));
        if (output.Json)
            return exit;
        output.Say($"{what.In(output.Language)} [{code}]");
        foreach (string command in next)
            output.Say($"  → {command}");
        return exit;
    }

    private static ExitCode Report(Output output, JangbuException failure)
    {
        var text = FailureText.Of(failure);
        return Report(output, failure.Code, text.What, text.Next, failure.Retryable, (ExitCode)(int)failure.Category);
    }
}

/// <summary>A command line that can be parsed and still cannot be meant; ends with exit code 2.</summary>
internal sealed class UsageException(Text what) : Exception(what.English)
{
    public Text What { get; } = what;
}
