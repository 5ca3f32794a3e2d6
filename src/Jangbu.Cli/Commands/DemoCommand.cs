using System.CommandLine;
using System.Globalization;
using Jangbu.Cli.CommandLine;
using Jangbu.Cli.Demo;
using Jangbu.Cli.Terminal;
using Jangbu.Node;

namespace Jangbu.Cli.Commands;

/// <summary><c>demo</c>: two people, two processes, a private DHT on loopback, real WebRTC.</summary>
internal static class DemoCommand
{
    /// <summary>Enough that an item has somewhere to be found although one node is silent; few enough to start at once.</summary>
    private const int DhtNodes = 4;

    private const int MostPayments = 100_000;

    public static Command Create(Language language)
    {
        var payments = new Option<int>("--payments") { HelpName = "N", DefaultValueFactory = _ => 6, Description = new Text("거래 수 (기본 6)", "how many payments (default 6)").In(language) };
        var keep = new Option<string?>("--keep") { HelpName = "DIR", Description = new Text("두 사람의 폴더를 여기에 남김", "leave the two homes here").In(language) };
        var command = new Command("demo", new Text("두 사람, 두 프로세스, 사설 DHT, 진짜 WebRTC: 1분 안에 보는 전체 이야기", "two people, two processes, a private DHT, real WebRTC: the whole story in a minute").In(language)) { payments, keep };
        command.Does(async invocation =>
        {
            int count = invocation.Parsed.GetValue(payments);
            if (count is < 1 or > MostPayments)
                throw new UsageException(new($"--payments는 1에서 {MostPayments}까지입니다: {count}", $"--payments is 1 to {MostPayments}: {count}"));
            string? kept = invocation.Parsed.GetValue(keep);
            if (kept is not null && Directory.Exists(kept) && Directory.EnumerateFileSystemEntries(kept).Any())
                throw new UsageException(new($"--keep의 폴더가 비어 있지 않습니다: {Printable.From(kept)}", $"The folder of --keep is not empty: {Printable.From(kept)}"));
            string folder = kept is null ? Directory.CreateTempSubdirectory("jangbu-demo-").FullName : Directory.CreateDirectory(kept).FullName;
            try
            {
                return await RunAsync(invocation, folder, count).ConfigureAwait(false);
            }
            finally
            {
                if (kept is null)
                    Directory.Delete(folder, recursive: true);
                else
                    invocation.Output.Say(new Text($"두 사람의 폴더: {folder}/1, {folder}/2 (비밀번호: {folder}/password)", $"The two homes: {folder}/1, {folder}/2 (password: {folder}/password)"));
            }
        }, WorkPlace.Here);
        return command;
    }

    private static async Task<ExitCode> RunAsync(Invocation invocation, string folder, int payments)
    {
        string passwordFile = Path.Combine(folder, "password");
        await WritePasswordAsync(passwordFile, invocation.Cancelled).ConfigureAwait(false);
        Output output = invocation.Output;
        output.Line(new Text($"■ 사설 DHT (노드 {DhtNodes}개, 127.0.0.1)", $"■ A private DHT ({DhtNodes} nodes on 127.0.0.1)"));
        var nodes = new List<BareDhtNode>();
        try
        {
            for (int i = 0; i < DhtNodes; i++)
                nodes.Add(await BareDhtNode.StartAsync(
                    new DhtNodeOptions { Bind = System.Net.IPAddress.Loopback, Bootstrap = [.. nodes.Take(1).Select(node => node.EndPoint.ToString())] }, invocation.Cancelled).ConfigureAwait(false));
            output.Line("  " + string.Join("  ", nodes.Select(node => node.EndPoint.ToString())));
            string bootstrap = string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{nodes[0].EndPoint.Port}");
            return await new DemoStory(output, folder, passwordFile, bootstrap, payments, invocation.Cancelled).RunAsync().ConfigureAwait(false);
        }
        finally
        {
            foreach (BareDhtNode node in nodes)
                await node.DisposeAsync().ConfigureAwait(false);
        }
    }

    private static async Task WritePasswordAsync(string path, CancellationToken cancelled)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        await using var writer = new StreamWriter(new FileStream(path, options));
        await writer.WriteLineAsync(Convert.ToHexStringLower(System.Security.Cryptography.RandomNumberGenerator.GetBytes(16)).AsMemory(), cancelled).ConfigureAwait(false);
    }
}
