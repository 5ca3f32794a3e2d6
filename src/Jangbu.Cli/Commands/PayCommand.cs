using System.CommandLine;
using Jangbu.Cli.CommandLine;
using Jangbu.Cli.Terminal;
using Jangbu.Node;
using Jangbu.Payments;

namespace Jangbu.Cli.Commands;

/// <summary><c>pay</c>: signs a transaction, finds the other side, and waits for their two results.</summary>
internal static class PayCommand
{
    private static readonly TimeSpan DefaultWait = TimeSpan.FromSeconds(60);

    public static Command Create(Language language)
    {
        Argument<string> name = ContactCommands.Name(language);
        var amount = new Argument<string>("amount") { HelpName = "AMOUNT", Description = new Text("금액 (예: 12000, 0.5)", "how much (12000, 0.5)").In(language) }.NeverAnOption();
        var asset = new Option<string>("--asset") { HelpName = "A", DefaultValueFactory = _ => "KRW", Description = new Text("무엇을 (기본 KRW)", "of what (default KRW)").In(language) };
        var memo = new Option<string?>("--memo") { HelpName = "T", Description = new Text("무엇의 값인지", "what it is for").In(language) };
        var due = new Option<string?>("--due") { HelpName = "DATE", Description = new Text("갚을 날", "when it is due").In(language) };
        var request = new Option<string?>("--request") { HelpName = "ID", Description = new Text("이 요청에 답함", "the request it answers").In(language) };
        var reverses = new Option<string?>("--reverses") { HelpName = "ID", Description = new Text("이 거래를 되돌림", "the transaction it undoes").In(language) };
        Option<string?> wait = Wait(language);
        var file = new Option<string?>("--out") { HelpName = "FILE.jbmsg", Description = new Text("손으로 건넬 봉투를 파일로도 씀", "also write the sealed envelope for carrying by hand").In(language) };
        var later = new Option<bool>("--later") { Description = new Text("서명만 하고 나중에 보냄", "sign now, send later").In(language) };
        var command = new Command("pay", new Text("돈을 줍니다 (상대가 받아야 끝남)", "pay somebody; it is done once they accept").In(language))
        {
            name, amount, asset, memo, due, request, reverses, wait, later, file,
        };
        command.Does(async invocation =>
        {
            Output output = invocation.Output;
            Amount much = Money.Amount(invocation.Parsed.GetRequiredValue(amount));
            Asset what = Money.Asset(invocation.Parsed.GetRequiredValue(asset));
            var options = new PayOptions
            {
                Memo = invocation.Parsed.GetValue(memo),
                Due = Money.Date(invocation.Parsed.GetValue(due), "--due"),
                Request = invocation.Parsed.GetValue(request),
                Reverses = invocation.Parsed.GetValue(reverses),
                Wait = NodeOptions.Duration(invocation.Parsed.GetValue(wait), "--wait", DefaultWait),
                Later = invocation.Parsed.GetValue(later),
            };
            await using NodeLease lease = await (options.Later ? invocation.OpenAsync() : invocation.StartAsync()).ConfigureAwait(false);
            JangbuNode node = lease.Node;
            ContactView contact = node.Contacts[invocation.Parsed.GetRequiredValue(name)];
            Text mark = contact.Verified ? new("✓ 확인됨", "✓ verified") : new("확인 전", "not compared yet");
            string money = MoneyText.Format(much.ToString(), what.ToString(), output.Language);
            Question.Confirm(invocation, new(
                $"{Printable.From(contact.Name)}님({mark.Korean})에게 {money}을 보낼까요?", $"Pay {money} to {Printable.From(contact.Name)} ({mark.English})?"));
            PaymentOutcome outcome;
            var stages = new StageLines(output);
            try
            {
                outcome = await node.PayAsync(contact, much, what, options, stages, invocation.Cancelled).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (stages.Last is not null)
            {
                // Stopped after the signature: it waits in the ledger, and whoever reads the exit code must not pay again.
                HistoryLine line = node.History().First(line => line.Id == stages.Last.Id);
                outcome = new PaymentOutcome.Waiting(line.State == TransactionState.Queued ? WaitingState.Queued : WaitingState.Delivered) { Id = line.Id, Tx = line.Tx, Elapsed = stages.Last.Elapsed };
            }
            if (invocation.Parsed.GetValue(file) is { } path)
                await FileCommand.WriteAsync(node, contact.Name, invocation.PathOf(path), invocation.Cancelled).ConfigureAwait(false);
            return Outcomes.Report(output, outcome, contact.Name, much.ToString(), what.ToString());
        });
        return command;
    }

    /// <summary>The option that says how long to try.</summary>
    public static Option<string?> Wait(Language language) =>
        new("--wait") { HelpName = "DURATION", Description = new Text("얼마나 기다릴지 (기본 60s)", "how long to try (default 60s)").In(language) };
}
