using System.CommandLine;
using Jangbu.Cli.CommandLine;
using Jangbu.Cli.Terminal;
using Jangbu.Node;

namespace Jangbu.Cli.Commands;

/// <summary><c>init</c> and <c>id</c>: making oneself known to oneself.</summary>
internal static class PersonCommands
{
    public static Command Init(Language language)
    {
        var name = new Option<string>("--name") { HelpName = "NAME", Required = true, Description = new Text("카드에 적힐 이름", "the name on your card").In(language) };
        var bits = new Option<int>("--bits") { HelpName = "2048|3072|4096", DefaultValueFactory = _ => 2048, Description = new Text("RSA 열쇠 크기 (기본 2048)", "RSA key size (default 2048)").In(language) };
        var key = new Option<string?>("--import") { HelpName = "KEY.PEM", Description = new Text("가진 개인키 파일을 씀 (비밀번호로 잠긴 PKCS#8)", "use this private key file (encrypted PKCS#8)").In(language) };
        var command = new Command("init", new Text("열쇠와 장부와 카드를 만듭니다", "make key, ledger and card").In(language)) { name, bits, key };
        command.Does(async invocation =>
        {
            string? file = PasswordPrompt.File(invocation);
            HomeReport home = await JangbuNode.InitAsync(
                new InitOptions
                {
                    Home = invocation.Home,
                    Name = invocation.Parsed.GetRequiredValue(name),
                    Bits = invocation.Parsed.GetValue(bits),
                    ImportKeyFile = invocation.Parsed.GetValue(key),
                    PasswordFile = file,
                    Password = file is null ? PasswordPrompt.Ask(invocation.Output, isNew: true) : null,
                },
                invocation.Cancelled).ConfigureAwait(false);
            Output output = invocation.Output;
            output.Object(
                ("type", "result"), ("status", "ok"), ("home", home.Home), ("id", home.Id.ToString()), ("name", home.Name), ("bits", home.Bits), ("card", home.Card));
            output.Line(new Text($"{home.Home}에 열쇠와 장부를 만들었습니다.", $"Made a key and a ledger in {home.Home}."));
            output.Line($"  {Printable.From(home.Name)}  {home.Id}");
            output.Line(new Text(
                "비밀번호를 잊으면 아무도 되찾아 줄 수 없습니다. 이 폴더를 따로 복사해 두세요.",
                "Nobody can recover a forgotten password. Keep a copy of this folder elsewhere."));
            output.Line("  → jangbu card --out me.jbcard");
            return ExitCode.Done;
        }, WorkPlace.Here);
        return command;
    }

    public static Command Id(Language language)
    {
        var safety = new Option<string?>("--safety") { HelpName = "NAME", Description = new Text("이 사람과 비교할 번호 60자리", "the 60 digits to compare with this contact").In(language) };
        var command = new Command("id", new Text("나의 PeerId", "who I am").In(language)) { safety };
        command.Does(async invocation =>
        {
            await using NodeLease lease = await invocation.OpenAsync().ConfigureAwait(false);
            JangbuNode node = lease.Node;
            Output output = invocation.Output;
            if (invocation.Parsed.GetValue(safety) is { } contactName)
            {
                ContactView contact = node.Contacts[contactName];
                string number = node.Contacts.SafetyNumber(contact);
                output.Object(("type", "result"), ("status", "ok"), ("contact", contact.Name), ("safety", number), ("verified", contact.Verified));
                output.Line(new Text($"{Printable.From(contact.Name)}님과 비교할 번호:", $"Compare with {Printable.From(contact.Name)}:"));
                foreach (string row in SafetyRows(number))
                    output.Line("  " + row);
                output.Line(new Text(
                    $"두 사람이 같은 번호를 보고 있으면: jangbu contact verify {Printable.From(contact.Name)}",
                    $"If both of you see the same: jangbu contact verify {Printable.From(contact.Name)}"));
                return ExitCode.Done;
            }
            output.Object(("type", "result"), ("status", "ok"), ("id", node.Id.ToString()), ("name", node.Name), ("bits", node.Bits), ("rdv", node.Rdv));
            output.Line($"{Printable.From(node.Name)}  {node.Id}  RSA-{node.Bits}");
            return ExitCode.Done;
        });
        return command;
    }

    /// <summary>Twelve groups of five digits, four to a row.</summary>
    public static IEnumerable<string> SafetyRows(string digits)
    {
        string plain = digits.Replace(" ", "", StringComparison.Ordinal);
        for (int row = 0; row < plain.Length; row += 20)
            yield return string.Join("  ", Enumerable.Range(0, 4).Select(group => plain.Substring(row + (group * 5), 5)));
    }
}
