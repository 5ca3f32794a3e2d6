using System.CommandLine;
using System.Globalization;
using Jangbu.Cli.CommandLine;
using Jangbu.Cli.Terminal;
using Jangbu.Node;

namespace Jangbu.Cli.Commands;

/// <summary><c>file</c>: the same sealed envelopes carried by hand, where no network is.</summary>
internal static class FileCommand
{
    /// <summary>Above the largest envelope (PROTOCOL §3); what is longer is refused by its reader.</summary>
    private const int Most = 256 * 1024;

    public static Command Create(Language language)
    {
        var command = new Command("file", new Text("봉투를 파일로 주고받습니다", "carry sealed envelopes by file").In(language));
        command.Subcommands.Add(Import(language));
        command.Subcommands.Add(Export(language));
        return command;
    }

    /// <summary>Writes what a contact is not known to hold: one file, or several where it does not fit into one.</summary>
    public static async Task<IReadOnlyList<string>> WriteAsync(JangbuNode node, string contact, string path, CancellationToken cancelled)
    {
        var written = new List<string>();
        foreach (string envelope in node.SealedFor(contact))
        {
            string name = written.Count == 0 ? path : Path.ChangeExtension(path, string.Create(CultureInfo.InvariantCulture, $".{written.Count + 1}.jbmsg"));
            await File.WriteAllTextAsync(name, envelope + "\n", cancelled).ConfigureAwait(false);
            written.Add(name);
        }
        return written;
    }

    private static Command Import(Language language)
    {
        var file = new Argument<string>("file") { HelpName = "FILE.jbmsg", Description = new Text("받은 파일", "the file you were given").In(language) }.NeverAnOption();
        var command = new Command("import", new Text("받은 파일을 장부에 넣습니다", "take a file into the ledger").In(language)) { file };
        command.Does(async invocation =>
        {
            byte[] bytes = new byte[Most];
            await using (FileStream stream = File.OpenRead(invocation.PathOf(invocation.Parsed.GetRequiredValue(file))))
                bytes = bytes[..await stream.ReadAtLeastAsync(bytes, Most, throwOnEndOfStream: false, invocation.Cancelled).ConfigureAwait(false)];
            await using NodeLease lease = await invocation.OpenAsync().ConfigureAwait(false);
            await lease.Node.ImportAsync(bytes.AsMemory().TrimEnd("\r\n"u8), invocation.Cancelled).ConfigureAwait(false);
            invocation.Output.Object(("type", "result"), ("status", "ok"));
            invocation.Output.Line(new Text("장부에 넣었습니다. 답은 접속하거나 `jangbu file export NAME`으로 전합니다.", "It is in the ledger. The answer goes out when you meet, or by `jangbu file export NAME`."));
            return ExitCode.Done;
        });
        return command;
    }

    private static Command Export(Language language)
    {
        Argument<string> name = ContactCommands.Name(language);
        var file = new Option<string?>("--out") { HelpName = "FILE.jbmsg", Description = new Text("이 파일로 (기본 NAME.jbmsg)", "into this file (default NAME.jbmsg)").In(language) };
        var command = new Command("export", new Text("상대가 아직 갖지 못한 것을 파일로 씁니다", "write what a contact lacks into a file").In(language)) { name, file };
        command.Does(async invocation =>
        {
            await using NodeLease lease = await invocation.OpenAsync().ConfigureAwait(false);
            ContactView contact = lease.Node.Contacts[invocation.Parsed.GetRequiredValue(name)];
            string path = invocation.PathOf(invocation.Parsed.GetValue(file) ?? contact.Id + ".jbmsg");
            IReadOnlyList<string> written = await WriteAsync(lease.Node, contact.Name, path, invocation.Cancelled).ConfigureAwait(false);
            invocation.Output.Object(("type", "result"), ("status", "ok"), ("files", written));
            invocation.Output.Line(written.Count == 0
                ? new Text("상대가 갖지 못한 것이 없습니다.", "They lack nothing.")
                : new Text($"파일을 건네세요: {string.Join(", ", written)}. 상대: jangbu file import FILE", $"Hand over: {string.Join(", ", written)}. The other side: jangbu file import FILE"));
            return ExitCode.Done;
        });
        return command;
    }
}
