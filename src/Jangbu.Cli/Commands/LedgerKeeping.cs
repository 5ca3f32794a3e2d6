using System.CommandLine;
using Jangbu.Cli.CommandLine;
using Jangbu.Cli.Terminal;
using Jangbu.Node;

namespace Jangbu.Cli.Commands;

/// <summary><c>ledger password</c>, <c>backup</c>, <c>restore</c> and <c>continue</c>: keeping the file safe, and coming back from an old copy.</summary>
internal static class LedgerKeeping
{
    public static Command Password(Language language)
    {
        var file = new Option<string?>("--new-password-file") { HelpName = "FILE", Description = new Text("새 비밀번호가 든 파일 (없으면 물어봄)", "a file with the new password (else asked)").In(language) };
        var command = new Command("password", new Text("열쇠와 장부의 비밀번호를 바꿉니다", "put key and ledger under another password").In(language)) { file };
        command.Does(async invocation =>
        {
            await using NodeLease lease = await invocation.OpenAsync().ConfigureAwait(false);
            string password = invocation.Parsed.GetValue(file) is { } path
                ? (await File.ReadAllTextAsync(invocation.PathOf(path), invocation.Cancelled).ConfigureAwait(false)).TrimEnd('\n').TrimEnd('\r')
                : PasswordPrompt.Ask(invocation.Output, isNew: true);
            if (password.Length == 0)
                throw new UsageException(new("비밀번호가 비어 있습니다.", "The password is empty."));
            await lease.Node.ChangePasswordAsync(password, invocation.Cancelled).ConfigureAwait(false);
            invocation.Output.Object(("type", "result"), ("status", "ok"));
            invocation.Output.Line(new Text("이제 새 비밀번호로 열립니다. 예전 백업은 예전 비밀번호로 열립니다.", "It opens with the new password now. Older backups open with the old one."));
            return ExitCode.Done;
        });
        return command;
    }

    public static Command Backup(Language language)
    {
        Argument<string> file = FileArgument(language);
        var command = new Command("backup", new Text("장부를 복사해 둡니다 (암호화된 그대로)", "write a copy of the ledger, encrypted as it is").In(language)) { file };
        command.Does(async invocation =>
        {
            string path = invocation.PathOf(invocation.Parsed.GetRequiredValue(file));
            await using NodeLease lease = await invocation.OpenAsync().ConfigureAwait(false);
            await lease.Node.BackupAsync(path, invocation.Cancelled).ConfigureAwait(false);
            invocation.Output.Object(("type", "result"), ("status", "ok"), ("file", path), ("n", lease.Node.Head.N));
            invocation.Output.Line(new Text($"{path}에 복사했습니다. key.pem도 따로 두어야 되살릴 수 있습니다.", $"Copied to {path}. Keep key.pem too: both are needed to come back."));
            return ExitCode.Done;
        });
        return command;
    }

    public static Command Restore(Language language)
    {
        Argument<string> file = FileArgument(language);
        var command = new Command("restore", new Text("백업을 장부 자리에 놓습니다 (지금 것은 다른 이름으로 남음)", "put a backup in the ledger's place; what is there stays under another name").In(language)) { file };
        command.Does(async invocation =>
        {
            RefuseWhileRunning(invocation);
            string path = invocation.PathOf(invocation.Parsed.GetRequiredValue(file));
            Question.Confirm(invocation, new(
                "백업에 없는 거래는 상대를 만나면 돌려받습니다. 되살릴까요?", "What the backup lacks comes back from the people who hold it. Restore?"));
            LedgerReport report = await JangbuNode.RestoreAsync(invocation.ToNodeOptions(), path, invocation.Cancelled).ConfigureAwait(false);
            LedgerCommands.Report(invocation.Output, report);
            invocation.Output.Line("  → jangbu ledger continue");
            return report.State == LedgerState.Damaged ? ExitCode.Integrity : ExitCode.Done;
        });
        return command;
    }

    public static Command Continue(Language language)
    {
        var command = new Command("continue", new Text("예전 사본에서 새 장부 파일로 이어 갑니다", "go on from an old copy in a new ledger file").In(language));
        command.Does(async invocation =>
        {
            RefuseWhileRunning(invocation);
            Question.Confirm(invocation, new(
                "이 사본 뒤에 서명한 것은 상대에게서 돌려받고, 새 줄로 이어 갑니다. 두 갈래가 생기지 않습니다. 이어 갈까요?",
                "What you signed after this copy comes back from your contacts, and you go on in a new lane, so your history never splits. Continue?"));
            string old = await JangbuNode.BeginAnewAsync(invocation.ToNodeOptions(), invocation.Cancelled).ConfigureAwait(false);
            invocation.Output.Object(("type", "result"), ("status", "ok"), ("old", old));
            invocation.Output.Line(new Text($"새 장부 파일로 이어 갑니다. 예전 파일: {old}", $"Going on in a new ledger file. The old one: {old}"));
            return ExitCode.Done;
        });
        return command;
    }

    private static void RefuseWhileRunning(Invocation invocation)
    {
        if (invocation.Running is not null)
            throw new JangbuException(FailureCode.HomeInUse, ExitCategory.Access, "jangbu up has the home open", ("home", invocation.Home));
    }

    private static Argument<string> FileArgument(Language language) =>
        new Argument<string>("file") { HelpName = "FILE", Description = new Text("백업 파일", "the backup file").In(language) }.NeverAnOption();
}
