using System.CommandLine;
using System.Globalization;
using Jangbu.Cli.CommandLine;
using Jangbu.Cli.Terminal;
using Jangbu.Node;

namespace Jangbu.Cli.Commands;

/// <summary><c>ledger</c>: the file that is everything a person keeps.</summary>
internal static class LedgerCommands
{
    public static Command Create(Language language)
    {
        var command = new Command("ledger", new Text("장부 파일", "the ledger file").In(language));
        command.Subcommands.Add(Verify(language));
        command.Subcommands.Add(Head(language));
        command.Subcommands.Add(Export(language));
        command.Subcommands.Add(LedgerKeeping.Password(language));
        command.Subcommands.Add(LedgerKeeping.Backup(language));
        command.Subcommands.Add(LedgerKeeping.Restore(language));
        command.Subcommands.Add(LedgerKeeping.Continue(language));
        return command;
    }

    /// <summary>The members of a verify result in JSON (docs/CLI.md).</summary>
    public static IEnumerable<(string Name, object? Value)> Members(LedgerReport report) =>
    [
        ("status", Status(report.State)), ("entries", report.Entries), ("head", report.Head.Hash), ("records", report.Records),
        ("checked", report.Checked), ("not_checked", report.NotChecked), ("line", report.Line), ("why", report.Why), ("torn_bytes", report.TornBytes == 0 ? null : report.TornBytes),
    ];

    /// <summary>Says what was found.</summary>
    public static void Report(Output output, LedgerReport report)
    {
        output.Object(Members(report).Prepend(("type", "result")));
        switch (report.State)
        {
            case LedgerState.Ok:
                output.Line(new Text($"장부가 온전합니다: 항목 {report.Entries}개, 서명된 기록 {report.Records}개.", $"The ledger is sound: {report.Entries} entries, {report.Records} signed records."));
                break;
            case LedgerState.Damaged:
                output.Line(new Text($"{report.Line}번째 줄이 손상되었습니다: {report.Why}", $"Line {report.Line} is damaged: {report.Why}"));
                break;
            case LedgerState.Old:
                output.Line(new Text($"예전 사본입니다: {report.Why}", $"This is an old copy: {report.Why}"));
                break;
        }
        if (report.TornBytes > 0)
            output.Line(new Text($"  쓰다 만 마지막 줄({report.TornBytes}바이트)이 있습니다. 다음에 열 때 잘라 냅니다.", $"  A torn last line ({report.TornBytes} bytes) will be cut at the next opening."));
        output.Line(new Text("  확인한 것: ", "  checked: ").In(output.Language) + string.Join(", ", report.Checked));
        if (report.NotChecked.Count > 0)
            output.Line(new Text("  확인하지 않은 것: ", "  not checked: ").In(output.Language) + string.Join(", ", report.NotChecked));
    }

    private static string Status(LedgerState state) => state switch
    {
        LedgerState.Ok => "ok",
        LedgerState.Old => "old",
        _ => "damaged",
    };

    private static Command Verify(Language language)
    {
        var command = new Command("verify", new Text("장부를 처음부터 다시 읽어 모두 확인합니다", "read every byte again and check it").In(language));
        command.Does(async invocation =>
        {
            Output output = invocation.Output;
            var progress = new Progress<double>(part =>
            {
                if (output.TalkIsTerminal)
                    output.Progress(part.ToString("P0", CultureInfo.InvariantCulture));
            });
            LedgerReport report = await JangbuNode.VerifyLedgerAsync(invocation.ToNodeOptions(), progress, invocation.Cancelled).ConfigureAwait(false);
            Report(output, report);
            return report.State == LedgerState.Ok ? ExitCode.Done : ExitCode.Integrity;
        });
        return command;
    }

    private static Command Head(Language language)
    {
        var command = new Command("head", new Text("마지막 항목", "the last entry").In(language));
        command.Does(async invocation =>
        {
            await using NodeLease lease = await invocation.OpenAsync().ConfigureAwait(false);
            JangbuNode node = lease.Node;
            LedgerHead head = node.Head;
            invocation.Output.Object(("type", "result"), ("status", "ok"), ("n", head.N), ("hash", head.Hash), ("lane", head.Lane.ToString()));
            invocation.Output.Line($"{head.N}  {head.Hash}  {head.Lane}");
            return ExitCode.Done;
        });
        return command;
    }

    private static Command Export(Language language)
    {
        var format = new Option<string>("--format") { HelpName = "json|csv|hledger|beancount|fernet", DefaultValueFactory = _ => "json", Description = new Text("모양 (기본 json)", "form (default json)").In(language) };
        var file = new Option<string?>("--out") { HelpName = "FILE", Description = new Text("파일로 (없으면 표준 출력)", "into a file (else standard output)").In(language) };
        var command = new Command("export", new Text("장부를 다른 모양으로 내보냅니다", "write the ledger in another form").In(language)) { format, file };
        command.Does(async invocation =>
        {
            string wanted = invocation.Parsed.GetRequiredValue(format);
            if (!Enum.TryParse(wanted, ignoreCase: true, out ExportFormat form) || !Enum.IsDefined(form) || char.IsDigit(wanted[0]))
                throw new UsageException(new($"그런 모양은 없습니다: {Printable.From(wanted)}", $"There is no such form: {Printable.From(wanted)}"));
            await using NodeLease lease = await invocation.OpenAsync().ConfigureAwait(false);
            JangbuNode node = lease.Node;
            byte[] exported = await node.ExportAsync(form, invocation.Cancelled).ConfigureAwait(false);
            if (invocation.Parsed.GetValue(file) is { } path)
            {
                var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
                if (!OperatingSystem.IsWindows())
                    options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
                await using FileStream stream = new(invocation.PathOf(path), options);
                await stream.WriteAsync(exported, invocation.Cancelled).ConfigureAwait(false);
                invocation.Output.Object(("type", "result"), ("status", "ok"), ("file", path), ("bytes", exported.Length));
            }
            else if (invocation.Output.Json)
            {
                invocation.Output.Object(("type", "result"), ("status", "ok"), ("format", form.ToString().ToLowerInvariant()), ("text", System.Text.Encoding.UTF8.GetString(exported)));
            }
            else
            {
                invocation.Output.Raw(System.Text.Encoding.UTF8.GetString(exported));
            }
            return ExitCode.Done;
        });
        return command;
    }
}
