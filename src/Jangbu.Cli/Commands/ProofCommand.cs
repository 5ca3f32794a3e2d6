using System.CommandLine;
using System.Text.Json;
using Jangbu.Cli.CommandLine;
using Jangbu.Cli.Terminal;
using Jangbu.Node;

namespace Jangbu.Cli.Commands;

/// <summary><c>proof</c>: shows one payment to anyone, without showing the rest.</summary>
internal static class ProofCommand
{
    /// <summary>A proof file is at most 1 MiB (PROTOCOL §7); one byte more is enough to know that it is none.</summary>
    private const int Most = (1024 * 1024) + 1;

    public static Command Create(Language language)
    {
        var command = new Command("proof", new Text("한 거래를 누구에게나 증명합니다", "prove one payment to anyone").In(language));
        command.Subcommands.Add(Make(language));
        command.Subcommands.Add(Verify(language));
        return command;
    }

    private static Command Make(Language language)
    {
        var id = new Argument<string>("id") { HelpName = "ID", Description = new Text("거래의 id나 hash, 또는 잔액확인의 hash", "a transaction's id or hash, or a signed balance's hash").In(language) }.NeverAnOption();
        var file = new Option<string?>("--out") { HelpName = "FILE", Description = new Text("이 파일로 (기본 ID.jbproof)", "into this file (default ID.jbproof)").In(language) };
        var page = new Option<string?>("--page") { HelpName = "FILE.html", Description = new Text("사람이 볼 쪽도 만듦", "also a page for people").In(language) };
        var command = new Command("make", new Text("증명 파일을 만듭니다", "make a proof file").In(language)) { id, file, page };
        command.Does(async invocation =>
        {
            await using NodeLease lease = await invocation.OpenAsync().ConfigureAwait(false);
            string name = invocation.Parsed.GetRequiredValue(id);
            byte[] proof = await lease.Node.ProveAsync(name, withBook: true, invocation.Cancelled).ConfigureAwait(false);
            string path = invocation.PathOf(invocation.Parsed.GetValue(file) ?? name + ".jbproof");
            await File.WriteAllBytesAsync(path, proof, invocation.Cancelled).ConfigureAwait(false);
            if (invocation.Parsed.GetValue(page) is { } html)
                await File.WriteAllBytesAsync(invocation.PathOf(html), JangbuNode.VerifyProof(proof).Page!, invocation.Cancelled).ConfigureAwait(false);
            invocation.Output.Object(("type", "result"), ("status", "ok"), ("file", path), ("bytes", proof.Length));
            invocation.Output.Line(new Text($"{path}에 증명을 만들었습니다. 누구나 확인할 수 있습니다: jangbu proof verify FILE", $"The proof is in {path}. Anyone can check it: jangbu proof verify FILE"));
            return ExitCode.Done;
        });
        return command;
    }

    private static Command Verify(Language language)
    {
        var file = new Argument<string>("file") { HelpName = "FILE", Description = new Text("증명 파일", "the proof file").In(language) }.NeverAnOption();
        var command = new Command("verify", new Text("증명 파일을 확인합니다 (장부, 비밀번호, 네트워크 없이)", "check a proof file; needs no home, password or network").In(language)) { file };
        command.Does(async invocation =>
        {
            byte[] bytes = new byte[Most];
            await using (FileStream stream = File.OpenRead(invocation.PathOf(invocation.Parsed.GetRequiredValue(file))))
                bytes = bytes[..await stream.ReadAtLeastAsync(bytes, Most, throwOnEndOfStream: false, invocation.Cancelled).ConfigureAwait(false)];
            ProofReport report = JangbuNode.VerifyProof(bytes);
            Output output = invocation.Output;
            if (report.Statement is not { } statement)
                return Runner.Report(output, "proof_invalid", new($"아무것도 증명하지 않습니다: {report.Why}", $"This proves nothing: {report.Why}"), [], retryable: false, ExitCode.Integrity);
            output.Object(statement.EnumerateObject().Where(member => member.Name != "type").Select(member => (member.Name, (object?)member.Value)).Prepend(("type", "result")));
            output.Line(new Text("맞는 증명입니다. 보이는 것:", "This proof holds. It shows:"));
            foreach (JsonProperty member in statement.EnumerateObject())
                output.Line($"  {member.Name}: {Printable.From(member.Value.ToString())}");
            return ExitCode.Done;
        }, WorkPlace.Here);
        return command;
    }
}
