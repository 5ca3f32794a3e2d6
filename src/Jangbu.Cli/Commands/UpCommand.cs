using System.CommandLine;
using Jangbu.Cli.CommandLine;
using Jangbu.Cli.Local;
using Jangbu.Cli.Terminal;
using Jangbu.Node;

namespace Jangbu.Cli.Commands;

/// <summary><c>up</c>: stays online; the other commands of this home then speak to it.</summary>
internal static class UpCommand
{
    public static Command Create(Language language)
    {
        var command = new Command("up", new Text("계속 접속해 있습니다. 다른 명령은 이 프로그램에 말합니다", "stay online; other commands then speak to it").In(language));
        command.Does(RunAsync, WorkPlace.Here);
        return command;
    }

    private static async Task<ExitCode> RunAsync(Invocation invocation)
    {
        await using NodeLease lease = await invocation.StartAsync().ConfigureAwait(false);
        await using (LocalServer.Start(invocation.Home, lease.Node).ConfigureAwait(false))
        {
            try
            {
                await foreach (NodeEvent happened in lease.Node.EventsAsync(invocation.Cancelled).ConfigureAwait(false))
                    EventLines.Report(invocation.Output, happened);
            }
            catch (OperationCanceledException) when (invocation.Cancelled.IsCancellationRequested)
            {
                // Ctrl-C or SIGTERM: how this command is meant to end.
            }
        }
        await lease.StopAsync(CancellationToken.None).ConfigureAwait(false);
        invocation.Output.Object(("type", "result"), ("status", "ok"));
        return ExitCode.Done;
    }
}
