using System.CommandLine;
using Jangbu.Cli.CommandLine;
using Jangbu.Cli.Terminal;
using Jangbu.Node;

namespace Jangbu.Cli.Commands;

/// <summary><c>statement</c>: everything that stands between two people, and a balance for both to sign.</summary>
internal static class StatementCommand
{
    public static Command Create(Language language)
    {
        Argument<string> name = ContactCommands.Name(language);
        var sign = new Option<bool>("--sign") { Description = new Text("잔액확인서에 서명합니다 (상대도 서명하면 둘이 서명한 것)", "sign the balance; once they sign too, both have").In(language) };
        var command = new Command("statement", new Text("한 사람과의 내역과 잔액", "what stands between you and one person").In(language)) { name, sign };
        command.Does(async invocation =>
        {
            await using NodeLease lease = await invocation.OpenAsync().ConfigureAwait(false);
            JangbuNode node = lease.Node;
            ContactView contact = node.Contacts[invocation.Parsed.GetRequiredValue(name)];
            Output output = invocation.Output;
            foreach (HistoryLine line in node.History(new HistoryFilter { Contact = contact.Name }).Where(line => line.State == TransactionState.Accepted))
            {
                output.Object(HistoryCommands.Members(line).Prepend(("type", "transaction")));
                output.Line($"{line.At.ToLocalTime():yyyy-MM-dd}  {HistoryCommands.Describe(line, output.Language)}");
            }
            foreach (BalanceLine line in node.Balances(contact.Name))
            {
                output.Object(("type", "balance"), ("contact", line.Contact), ("asset", line.Asset), ("net", line.Net), ("held", line.Held));
                output.Line(HistoryCommands.Sentence(line, output.Language));
            }
            BalanceSigned? signed = null;
            if (invocation.Parsed.GetValue(sign))
            {
                Question.Confirm(invocation, new("이 잔액에 서명할까요?", "Sign this balance?"));
                signed = await node.SignBalanceAsync(contact.Name, invocation.Cancelled).ConfigureAwait(false);
                output.Line(signed.ByBoth
                    ? new Text($"두 사람 모두 서명했습니다. → jangbu proof make {signed.Hash}", $"Both have signed. → jangbu proof make {signed.Hash}")
                    : new Text("내 서명을 장부에 적었습니다. 상대도 서명하면 둘이 서명한 것이 됩니다.", "Your signature is in the ledger. Once they sign too, both have."));
            }
            output.Object(("type", "result"), ("status", "ok"), ("signed", signed?.Hash), ("both", signed?.ByBoth));
            return ExitCode.Done;
        });
        return command;
    }
}
