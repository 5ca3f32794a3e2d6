using System.CommandLine;
using Jangbu.Cli.CommandLine;
using Jangbu.Cli.Terminal;
using Jangbu.Node;

namespace Jangbu.Cli.Commands;

/// <summary><c>invite</c> and <c>join</c>: meeting somebody whose key is not known yet.</summary>
internal static class MeetingCommands
{
    public static Command Invite(Language language)
    {
        var qr = new Option<bool>("--qr") { Description = new Text("QR 그림으로", "as a QR code").In(language) };
        Option<string?> wait = PayCommand.Wait(language);
        var command = new Command("invite", new Text("초대 링크를 만들고 상대를 기다립니다", "make an invitation and wait for whoever has it").In(language)) { qr, wait };
        command.Does(async invocation =>
        {
            TimeSpan time = NodeOptions.Duration(invocation.Parsed.GetValue(wait), "--wait", TimeSpan.FromHours(24));
            await using NodeLease lease = await invocation.StartAsync().ConfigureAwait(false);
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(invocation.Cancelled);
            patience.CancelAfter(time);
            string link = await lease.Node.InviteAsync(invocation.Cancelled).ConfigureAwait(false);
            Output output = invocation.Output;
            output.Object(("type", "invitation"), ("link", link));
            output.Line(invocation.Parsed.GetValue(qr) ? CardCommand.Draw(link) : link);
            output.Say(new Text(
                "이 링크를 한 사람에게만 건네세요. 24시간 동안 한 번 쓸 수 있습니다. 상대: jangbu join LINK",
                "Hand this link to one person only. It works once, for 24 hours. The other side: jangbu join LINK"));
            try
            {
                await foreach (NodeEvent happened in lease.Node.EventsAsync(patience.Token).ConfigureAwait(false))
                {
                    if (happened is not NodeEvent.Met met || !link.EndsWith(met.Invitation, StringComparison.Ordinal))
                        continue;
                    Met(output, lease.Node, lease.Node.Contacts[met.Contact]);
                    await lease.StopAsync(CancellationToken.None).ConfigureAwait(false);
                    return ExitCode.Done;
                }
            }
            catch (OperationCanceledException) when (!invocation.Cancelled.IsCancellationRequested)
            {
                // The time that --wait gave is over; the invitation itself lives on in the ledger.
            }
            output.Object(("type", "result"), ("status", "waiting"), ("link", link));
            output.Line(new Text("아직 아무도 오지 않았습니다. 접속해 있는 동안 초대는 24시간 살아 있습니다.", "Nobody has come yet. The invitation lives for 24 hours while you are online."));
            return ExitCode.NotReached;
        });
        return command;
    }

    public static Command Join(Language language)
    {
        var link = new Argument<string>("link") { HelpName = "LINK", Description = new Text("초대 링크", "the invitation's link").In(language) }.NeverAnOption();
        Option<string?> wait = PayCommand.Wait(language);
        var command = new Command("join", new Text("초대한 사람을 만납니다", "meet whoever made an invitation").In(language)) { link, wait };
        command.Does(async invocation =>
        {
            TimeSpan time = NodeOptions.Duration(invocation.Parsed.GetValue(wait), "--wait", TimeSpan.FromSeconds(60));
            await using NodeLease lease = await invocation.StartAsync().ConfigureAwait(false);
            ContactView contact = await lease.Node.JoinAsync(invocation.Parsed.GetRequiredValue(link), time, invocation.Cancelled).ConfigureAwait(false);
            Met(invocation.Output, lease.Node, contact);
            await lease.StopAsync(CancellationToken.None).ConfigureAwait(false);
            return ExitCode.Done;
        });
        return command;
    }

    private static void Met(Output output, JangbuNode node, ContactView contact)
    {
        string number = node.Contacts.SafetyNumber(contact);
        output.Object(ContactCommands.Members(contact).Prepend(("type", "contact")));
        output.Object(("type", "result"), ("status", "ok"), ("name", contact.Name), ("id", contact.Id.ToString()), ("safety", number));
        output.Line(new Text($"{Printable.From(contact.Name)}님을 더했습니다 (확인 전). 링크를 먼저 본 다른 사람일 수도 있으니 번호를 비교하세요:",
            $"Added {Printable.From(contact.Name)} (not compared yet). Whoever saw the link first could have come, so compare:"));
        foreach (string row in PersonCommands.SafetyRows(number))
            output.Line("  " + row);
        output.Line($"  → jangbu contact verify {Printable.From(contact.Name)}");
    }
}
