using System.CommandLine;
using System.Text.Json;
using Jangbu.Cli.CommandLine;
using Jangbu.Cli.Commands;
using Jangbu.Cli.Terminal;
using Jangbu.Node;
using Jangbu.Payments;

namespace Jangbu.Cli.Demo;

/// <summary>One of the demo's two people: online like <c>receive</c>, and pays like <c>pay</c> when a line on standard input says so.</summary>
internal static class DemoPerson
{
    public const string Name = "demo-person";

    public static Command Create(Language language)
    {
        var command = new Command(Name, "one of the two people of jangbu demo") { Hidden = true };
        command.Does(RunAsync, WorkPlace.Here);
        return command;
    }

    private static async Task<ExitCode> RunAsync(Invocation invocation)
    {
        await using NodeLease lease = await invocation.StartAsync().ConfigureAwait(false);
            JangbuNode node = lease.Node;
        using var end = CancellationTokenSource.CreateLinkedTokenSource(invocation.Cancelled);
        Task events = ReportAsync(invocation.Output, node, end.Token);
        while (await Console.In.ReadLineAsync(invocation.Cancelled).ConfigureAwait(false) is { } line)
        {
            using JsonDocument order = JsonDocument.Parse(line);
            JsonElement pay = order.RootElement;
            string Member(string name) => pay.GetProperty(name).GetString() ?? "";
            ContactView contact = node.Contacts[Member("to")];
            PaymentOutcome outcome = await node.PayAsync(
                contact, Amount.Parse(Member("amount")), Asset.Parse(Member("asset")), new PayOptions { Memo = Member("memo") },
                new StageLines(invocation.Output), invocation.Cancelled).ConfigureAwait(false);
            Outcomes.Report(invocation.Output, outcome, contact.Name, Member("amount"), Member("asset"));
        }
        await lease.StopAsync(invocation.Cancelled).ConfigureAwait(false);
        await end.CancelAsync().ConfigureAwait(false);
        await events.ConfigureAwait(false);
        return ExitCode.Done;
    }

    private static async Task ReportAsync(Output output, JangbuNode node, CancellationToken end)
    {
        try
        {
            await foreach (NodeEvent happened in node.EventsAsync(end).ConfigureAwait(false))
                EventLines.Report(output, happened);
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested)
        {
            // The story is over; what was left to tell is in the ledgers.
        }
    }
}
