using System.CommandLine;
using Jangbu.Cli.CommandLine;
using Jangbu.Cli.Terminal;
using Jangbu.Node;
using Jangbu.Payments;

namespace Jangbu.Cli.Commands;

/// <summary><c>request</c>: asks somebody for a transaction; they answer it by paying, or not at all.</summary>
internal static class RequestCommand
{
    public static Command Create(Language language)
    {
        Argument<string> name = ContactCommands.Name(language);
        var amount = new Argument<string>("amount") { HelpName = "AMOUNT", Description = new Text("금액", "how much").In(language) }.NeverAnOption();
        var asset = new Option<string>("--asset") { HelpName = "A", DefaultValueFactory = _ => "KRW", Description = new Text("무엇을 (기본 KRW)", "of what (default KRW)").In(language) };
        var memo = new Option<string?>("--memo") { HelpName = "T", Description = new Text("무엇의 값인지", "what it is for").In(language) };
        var due = new Option<string?>("--due") { HelpName = "DATE", Description = new Text("언제까지", "until when").In(language) };
        Option<string?> wait = PayCommand.Wait(language);
        var command = new Command("request", new Text("돈을 달라고 요청합니다", "ask somebody to pay").In(language)) { name, amount, asset, memo, due, wait };
        command.Does(async invocation =>
        {
            Output output = invocation.Output;
            Amount much = Money.Amount(invocation.Parsed.GetRequiredValue(amount));
            Asset what = Money.Asset(invocation.Parsed.GetRequiredValue(asset));
            var options = new RequestOptions
            {
                Memo = invocation.Parsed.GetValue(memo),
                Due = Money.Date(invocation.Parsed.GetValue(due), "--due"),
                Wait = NodeOptions.Duration(invocation.Parsed.GetValue(wait), "--wait", TimeSpan.FromSeconds(60)),
            };
            await using NodeLease lease = await invocation.StartAsync().ConfigureAwait(false);
            JangbuNode node = lease.Node;
            ContactView contact = node.Contacts[invocation.Parsed.GetRequiredValue(name)];
            PaymentOutcome outcome = await node.RequestAsync(contact, much, what, options, new StageLines(output), invocation.Cancelled).ConfigureAwait(false);
            bool delivered = outcome is not PaymentOutcome.Waiting(WaitingState.Queued);
            output.Object(
                ("type", "result"), ("status", delivered ? "delivered" : "waiting"), ("state", delivered ? "delivered" : "queued"), ("id", outcome.Id.ToString()),
                ("tx", outcome.Tx), ("to", contact.Name), ("amount", much.ToString()), ("asset", what.ToString()));
            output.Line(delivered
                ? new Text($"{Printable.From(contact.Name)}님의 장부에 요청이 전달되었습니다. 상대가 주면 거래로 돌아옵니다. ({outcome.Id})", $"The request is in {Printable.From(contact.Name)}'s ledger; its answer is a payment. ({outcome.Id})")
                : new Text("상대가 아직 접속하지 않았습니다. 요청은 내 장부에서 기다립니다.", "They were not reached. The request waits in your ledger."));
            return delivered ? ExitCode.Done : ExitCode.NotReached;
        });
        return command;
    }
}
