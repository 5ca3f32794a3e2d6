using System.CommandLine;
using Jangbu.Cli.CommandLine;
using Jangbu.Cli.Terminal;
using Jangbu.Node;

namespace Jangbu.Cli.Commands;

/// <summary><c>pending</c>: what waits for my decision, and what of mine waits for theirs.</summary>
internal static class PendingCommand
{
    public static Command Create(Language language)
    {
        var command = new Command("pending", new Text("기다리는 거래", "what waits").In(language));
        command.Does(ListAsync);
        var list = new Command("list", new Text("모두 보기", "show all").In(language));
        list.Does(ListAsync);
        command.Subcommands.Add(list);
        command.Subcommands.Add(Decide(language, "accept", new("받습니다", "accept it"), (node, id, _, cancelled) => node.AcceptAsync(id, cancelled)));
        var reason = new Option<string?>("--reason") { HelpName = "T", Description = new Text("까닭", "why").In(language) };
        Command reject = Decide(language, "reject", new("거절합니다", "decline it"), (node, id, invocation, cancelled) => node.RejectAsync(id, invocation.Parsed.GetValue(reason), cancelled));
        reject.Options.Add(reason);
        command.Subcommands.Add(reject);
        command.Subcommands.Add(Decide(language, "withdraw", new("내 거래를 거둬들입니다", "take back my own transaction"), (node, id, _, cancelled) => node.WithdrawAsync(id, cancelled)));
        command.Subcommands.Add(Retry(language));
        return command;
    }

    private static async Task<ExitCode> ListAsync(Invocation invocation)
    {
        await using NodeLease lease = await invocation.OpenAsync().ConfigureAwait(false);
            JangbuNode node = lease.Node;
        Output output = invocation.Output;
        IReadOnlyList<HistoryLine> waiting = node.History(new HistoryFilter { PendingOnly = true });
        foreach (HistoryLine line in waiting)
        {
            output.Object(HistoryCommands.Members(line).Prepend(("type", line.Kind == HistoryKind.Request ? "request" : "transaction")));
            output.Line($"{line.Id}  {HistoryCommands.Describe(line, output.Language)}");
        }
        output.Object(("type", "result"), ("status", "ok"));
        if (waiting.Count == 0)
            output.Line(new Text("기다리는 것이 없습니다.", "Nothing waits."));
        return ExitCode.Done;
    }

    private static Argument<string> IdArgument(Language language) =>
        new Argument<string>("id") { HelpName = "ID", Description = new Text("거래의 id (jangbu pending)", "the transaction's id (jangbu pending)").In(language) }.NeverAnOption();

    private static Guid Id(string text) => Guid.TryParse(text, out Guid id) ? id
        : throw new JangbuException(FailureCode.TransactionUnknown, ExitCategory.NotFound, "not an id", ("id", text));

    private static Command Decide(Language language, string name, Text what, Func<JangbuNode, Guid, Invocation, CancellationToken, Task> act)
    {
        Argument<string> id = IdArgument(language);
        var command = new Command(name, what.In(language)) { id };
        command.Does(async invocation =>
        {
            Guid which = Id(invocation.Parsed.GetRequiredValue(id));
            await using NodeLease lease = await invocation.OpenAsync().ConfigureAwait(false);
            JangbuNode node = lease.Node;
            await act(node, which, invocation, invocation.Cancelled).ConfigureAwait(false);
            invocation.Output.Object(("type", "result"), ("status", "ok"), ("id", which.ToString()));
            invocation.Output.Line(new Text(
                "내 장부에 적었습니다. 상대와 만나면 저절로 전해집니다.", "Written in your ledger. The other side learns of it at the next contact."));
            invocation.Output.Line("  → jangbu pending retry · jangbu receive");
            return ExitCode.Done;
        });
        return command;
    }

    private static Command Retry(Language language)
    {
        var id = new Argument<string?>("id") { HelpName = "ID", Arity = ArgumentArity.ZeroOrOne, Description = new Text("이 거래만", "only this one").In(language) }.NeverAnOption();
        Option<string?> wait = PayCommand.Wait(language);
        var command = new Command("retry", new Text("기다리는 것을 다시 보내 봅니다", "try again to deliver what waits").In(language)) { id, wait };
        command.Does(async invocation =>
        {
            TimeSpan time = NodeOptions.Duration(invocation.Parsed.GetValue(wait), "--wait", TimeSpan.FromSeconds(60));
            Guid? which = invocation.Parsed.GetValue(id) is { } text ? Id(text) : null;
            await using NodeLease lease = await invocation.StartAsync().ConfigureAwait(false);
            JangbuNode node = lease.Node;
            Output output = invocation.Output;
            var exit = ExitCode.Done;
            IReadOnlyList<PaymentOutcome> outcomes = await node.RetryAsync(which, time, new StageLines(output), invocation.Cancelled).ConfigureAwait(false);
            foreach (PaymentOutcome outcome in outcomes)
            {
                HistoryLine line = node.History(new HistoryFilter()).First(one => one.Id == outcome.Id);
                ExitCode one = Outcomes.Report(output, outcome, line.Contact, line.Amount, line.Asset);
                exit = exit == ExitCode.Done ? one : exit;
            }
            if (outcomes.Count == 0)
            {
                output.Object(("type", "result"), ("status", "ok"));
                output.Line(new Text("기다리는 것이 없습니다.", "Nothing waits."));
            }
            return exit;
        });
        return command;
    }
}
