using System.CommandLine;
using Jangbu.Cli.CommandLine;
using Jangbu.Cli.Terminal;
using Jangbu.Node;
using Jangbu.Payments;

namespace Jangbu.Cli.Commands;

/// <summary><c>receive</c>: is online, takes payments, and asks about those that policy does not decide.</summary>
internal static class ReceiveCommand
{
    public static Command Create(Language language)
    {
        var once = new Option<bool>("--once") { Description = new Text("한 거래가 정해지면 끝냄", "end once one transaction is decided").In(language) };
        var duration = new Option<string?>("--for") { HelpName = "DURATION", Description = new Text("얼마 동안 (기본: 끝낼 때까지)", "for how long (default: until stopped)").In(language) };
        var auto = new Option<string?>("--auto-accept") { HelpName = "AMOUNT", Description = new Text("이 금액까지는 묻지 않고 받음 (이번 실행 동안)", "accept up to this amount without asking, during this run").In(language) };
        var command = new Command("receive", new Text("접속해서 거래를 받습니다", "be online and take payments").In(language)) { once, duration, auto };
        command.Does(async invocation =>
        {
            TimeSpan? length = invocation.Parsed.GetValue(duration) is { } text ? NodeOptions.Duration(text, "--for", default) : null;
            Amount? limit = invocation.Parsed.GetValue(auto) is { } most && most != "0" ? Money.Amount(most) : null;
            await using NodeLease lease = await invocation.StartAsync().ConfigureAwait(false);
            using var end = CancellationTokenSource.CreateLinkedTokenSource(invocation.Cancelled);
            if (length is { } time)
                end.CancelAfter(time);
            return await RunAsync(invocation, lease, invocation.Parsed.GetValue(once), limit, end.Token).ConfigureAwait(false);
        });
        return command;
    }

    private static async Task<ExitCode> RunAsync(Invocation invocation, NodeLease lease, bool once, Amount? limit, CancellationToken end)
    {
        JangbuNode node = lease.Node;
        int deciding = 0;
        try
        {
            await foreach (NodeEvent happened in node.EventsAsync(end).ConfigureAwait(false))
            {
                EventLines.Report(invocation.Output, happened);
                bool left = false;
                if (happened is NodeEvent.Received { Line: { Kind: HistoryKind.Transaction, State: TransactionState.Undecided } line })
                {
                    left = !await DecideAsync(invocation, node, line, limit).ConfigureAwait(false);
                    deciding += left ? 0 : 1;
                }
                bool decided = happened is NodeEvent.Processed { Line.Sent: false };
                deciding -= decided && deciding > 0 ? 1 : 0;
                // Once: a transaction is decided, or is left to a person who cannot be asked here; what was decided meanwhile is told first.
                if (once && deciding == 0 && (decided || left))
                    break;
            }
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested)
        {
            // The time that --for gave is over, or the person has stopped it: both are how this command is meant to end.
        }
        await lease.StopAsync(CancellationToken.None).ConfigureAwait(false);
        invocation.Output.Object(("type", "result"), ("status", "ok"));
        return ExitCode.Done;
    }

    /// <returns>False when it is left for later.</returns>
    private static async Task<bool> DecideAsync(Invocation invocation, JangbuNode node, HistoryLine line, Amount? limit)
    {
        if (limit is { } most && Amount.Parse(line.Amount) <= most && !node.Contacts[line.Contact].Forked)
        {
            await node.AcceptAsync(line.Id, CancellationToken.None).ConfigureAwait(false);
            return true;
        }
        if (!invocation.Output.CanAsk)
        {
            invocation.Output.Say(new Text($"정해 주세요: jangbu pending accept {line.Id}", $"To decide: jangbu pending accept {line.Id}"));
            return false;
        }
        string money = MoneyText.Format(line.Amount, line.Asset, invocation.Language);
        bool yes = await Task.Run(() => invocation.Output.Ask(new(
            $"{Printable.From(line.Contact)}님의 {money}을 받을까요?", $"Accept {money} from {Printable.From(line.Contact)}?"))).ConfigureAwait(false);
        if (yes)
            await node.AcceptAsync(line.Id, CancellationToken.None).ConfigureAwait(false);
        else
            await node.RejectAsync(line.Id, null, CancellationToken.None).ConfigureAwait(false);
        return true;
    }
}
