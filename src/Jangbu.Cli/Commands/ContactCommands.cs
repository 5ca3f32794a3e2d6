using System.CommandLine;
using Jangbu.Cli.CommandLine;
using Jangbu.Cli.Terminal;
using Jangbu.Node;

namespace Jangbu.Cli.Commands;

/// <summary><c>contact</c>: the people I know, whether their numbers were compared, and what is taken from them without asking.</summary>
internal static class ContactCommands
{
    public static Command Create(Language language)
    {
        var command = new Command("contact", new Text("사람들", "the people you know").In(language));
        command.Subcommands.Add(Add(language));
        command.Subcommands.Add(List(language));
        command.Subcommands.Add(Show(language));
        command.Subcommands.Add(Verify(language));
        command.Subcommands.Add(Rename(language));
        command.Subcommands.Add(Remove(language));
        command.Subcommands.Add(Policy(language));
        return command;
    }

    /// <summary>The argument that names a contact, by my name for them or by their PeerId.</summary>
    public static Argument<string> Name(Language language) =>
        new Argument<string>("name") { HelpName = "NAME", Description = new Text("상대의 이름", "the contact's name").In(language) }.NeverAnOption();

    private static Command Add(Language language)
    {
        var source = new Argument<string>("card") { HelpName = "FILE|LINK|-", Description = new Text("카드 파일이나 링크 (-이면 표준 입력)", "a card file, a link, or - for standard input").In(language) }.NeverAnOption();
        var name = new Option<string?>("--name") { HelpName = "N", Description = new Text("내가 부를 이름", "what you call them").In(language) };
        var command = new Command("add", new Text("카드로 사람을 더합니다", "add a person by their card").In(language)) { source, name };
        command.Does(async invocation =>
        {
            string card = await ReadCardAsync(invocation, invocation.Parsed.GetRequiredValue(source)).ConfigureAwait(false);
            await using NodeLease lease = await invocation.OpenAsync().ConfigureAwait(false);
            JangbuNode node = lease.Node;
            ContactView contact = await node.Contacts.AddAsync(card, invocation.Parsed.GetValue(name), invocation.Cancelled).ConfigureAwait(false);
            Output output = invocation.Output;
            output.Object(Members(contact).Prepend(("type", "contact")));
            output.Object(("type", "result"), ("status", "ok"));
            output.Line(new Text($"{Printable.From(contact.Name)}님의 카드가 있습니다. {Mark(contact).Korean}", $"{Printable.From(contact.Name)} is a contact. {Mark(contact).English}"));
            output.Line($"  → jangbu id --safety {Printable.From(contact.Name)}");
            return ExitCode.Done;
        });
        return command;
    }

    private static Command List(Language language)
    {
        var command = new Command("list", new Text("모두 보기", "show everybody").In(language));
        command.Does(async invocation =>
        {
            await using NodeLease lease = await invocation.OpenAsync().ConfigureAwait(false);
            JangbuNode node = lease.Node;
            Output output = invocation.Output;
            int count = 0;
            foreach (ContactView contact in node.Contacts.All)
            {
                count++;
                output.Object(Members(contact).Prepend(("type", "contact")));
                output.Line($"{Printable.From(contact.Name)}  {Mark(contact).In(output.Language)}  {contact.Id}");
            }
            output.Object(("type", "result"), ("status", "ok"));
            if (count == 0)
                output.Line(new Text("아직 아무도 없습니다. → jangbu contact add FILE", "Nobody yet. → jangbu contact add FILE"));
            return ExitCode.Done;
        });
        return command;
    }

    private static Command Show(Language language)
    {
        Argument<string> name = Name(language);
        var command = new Command("show", new Text("한 사람 보기", "show one person").In(language)) { name };
        command.Does(async invocation =>
        {
            await using NodeLease lease = await invocation.OpenAsync().ConfigureAwait(false);
            JangbuNode node = lease.Node;
            ContactView contact = node.Contacts[invocation.Parsed.GetRequiredValue(name)];
            Output output = invocation.Output;
            output.Object(Members(contact).Prepend(("type", "contact")));
            output.Object(("type", "result"), ("status", "ok"), ("safety", node.Contacts.SafetyNumber(contact)));
            output.Line($"{Printable.From(contact.Name)}  {Mark(contact).In(output.Language)}");
            output.Line(new Text($"  카드의 이름   {Printable.From(contact.CardName)}", $"  name on card  {Printable.From(contact.CardName)}"));
            output.Line($"  PeerId        {contact.Id}");
            output.Line(new Text($"  열쇠          RSA-{contact.Bits}", $"  key           RSA-{contact.Bits}"));
            foreach (string row in PersonCommands.SafetyRows(node.Contacts.SafetyNumber(contact)))
                output.Line(new Text($"  비교할 번호   {row}", $"  safety        {row}"));
            foreach (PolicyView policy in contact.Policies)
            {
                string limit = policy.Limit.Length == 0 ? new Text("없음", "none").In(output.Language) : MoneyText.Format(policy.Limit, policy.Asset, output.Language);
                string auto = MoneyText.Format(policy.AutoAccept, policy.Asset, output.Language);
                output.Line(new Text($"  {policy.Asset}: 한도 {limit}, 저절로 받기 {auto}까지", $"  {policy.Asset}: limit {limit}, accepted without asking up to {auto}"));
            }
            return ExitCode.Done;
        });
        return command;
    }

    private static Command Verify(Language language)
    {
        Argument<string> name = Name(language);
        var command = new Command("verify", new Text("번호가 같다고 적어 둡니다", "say that your numbers match").In(language)) { name };
        command.Does(async invocation =>
        {
            await using NodeLease lease = await invocation.OpenAsync().ConfigureAwait(false);
            JangbuNode node = lease.Node;
            ContactView contact = node.Contacts[invocation.Parsed.GetRequiredValue(name)];
            Output output = invocation.Output;
            if (!output.Json)
            {
                foreach (string row in PersonCommands.SafetyRows(node.Contacts.SafetyNumber(contact)))
                    output.Line("  " + row);
            }
            Question.Confirm(invocation, new($"{Printable.From(contact.Name)}님도 같은 번호를 보고 있나요?", $"Does {Printable.From(contact.Name)} see the same number?"));
            await node.Contacts.VerifyAsync(contact.Name, invocation.Cancelled).ConfigureAwait(false);
            output.Object(("type", "result"), ("status", "ok"), ("name", contact.Name), ("verified", true));
            output.Line(new Text($"{Printable.From(contact.Name)} ✓ 확인됨", $"{Printable.From(contact.Name)} ✓ verified"));
            return ExitCode.Done;
        });
        return command;
    }

    private static Command Rename(Language language)
    {
        Argument<string> name = Name(language);
        var to = new Argument<string>("new") { HelpName = "NEW", Description = new Text("새 이름", "the new name").In(language) }.NeverAnOption();
        var command = new Command("rename", new Text("부르는 이름을 바꿉니다", "change what you call them").In(language)) { name, to };
        command.Does(async invocation =>
        {
            await using NodeLease lease = await invocation.OpenAsync().ConfigureAwait(false);
            JangbuNode node = lease.Node;
            await node.Contacts.RenameAsync(invocation.Parsed.GetRequiredValue(name), invocation.Parsed.GetRequiredValue(to), invocation.Cancelled).ConfigureAwait(false);
            invocation.Output.Object(("type", "result"), ("status", "ok"), ("name", invocation.Parsed.GetRequiredValue(to)));
            return ExitCode.Done;
        });
        return command;
    }

    private static Command Remove(Language language)
    {
        Argument<string> name = Name(language);
        var command = new Command("remove", new Text("더는 주고받지 않습니다 (거래 기록은 남음)", "stop dealing with them (the history stays)").In(language)) { name };
        command.Does(async invocation =>
        {
            await using NodeLease lease = await invocation.OpenAsync().ConfigureAwait(false);
            JangbuNode node = lease.Node;
            ContactView contact = node.Contacts[invocation.Parsed.GetRequiredValue(name)];
            Question.Confirm(invocation, new($"{Printable.From(contact.Name)}님을 지울까요? 거래 기록은 남습니다.", $"Remove {Printable.From(contact.Name)}? The history stays."));
            await node.Contacts.RemoveAsync(contact.Name, invocation.Cancelled).ConfigureAwait(false);
            invocation.Output.Object(("type", "result"), ("status", "ok"), ("name", contact.Name));
            return ExitCode.Done;
        });
        return command;
    }

    private static Command Policy(Language language)
    {
        Argument<string> name = Name(language);
        var asset = new Option<string>("--asset") { HelpName = "A", DefaultValueFactory = _ => "KRW", Description = new Text("무엇을 (기본 KRW)", "of what (default KRW)").In(language) };
        var limit = new Option<string?>("--limit") { HelpName = "X", Description = new Text("상대가 나에게 질 수 있는 빚의 한도 (none: 없음)", "how far they may be in my debt (none: no limit)").In(language) };
        var auto = new Option<string?>("--auto-accept") { HelpName = "Y", Description = new Text("묻지 않고 받는 한 번의 금액 (0: 늘 묻기)", "largest single amount taken without asking (0: always ask)").In(language) };
        var command = new Command("policy", new Text("한도와 저절로 받기", "limit and automatic acceptance").In(language)) { name, asset, limit, auto };
        command.Does(async invocation =>
        {
            string? limitText = invocation.Parsed.GetValue(limit);
            string? autoText = invocation.Parsed.GetValue(auto);
            if (limitText is null && autoText is null)
                throw new UsageException(new("--limit이나 --auto-accept를 주세요.", "Give --limit or --auto-accept."));
            await using NodeLease lease = await invocation.OpenAsync().ConfigureAwait(false);
            JangbuNode node = lease.Node;
            ContactView contact = await node.Contacts.SetPolicyAsync(
                invocation.Parsed.GetRequiredValue(name), Money.Asset(invocation.Parsed.GetRequiredValue(asset)),
                limitText == "none" ? "" : limitText, autoText, invocation.Cancelled).ConfigureAwait(false);
            invocation.Output.Object(Members(contact).Prepend(("type", "contact")));
            invocation.Output.Object(("type", "result"), ("status", "ok"));
            return ExitCode.Done;
        });
        return command;
    }

    /// <summary>The members of a contact in JSON (docs/CLI.md).</summary>
    public static IEnumerable<(string Name, object? Value)> Members(ContactView contact) =>
    [
        ("name", contact.Name), ("id", contact.Id.ToString()), ("verified", contact.Verified), ("sessions", contact.Connected ? 1 : 0), ("forked", contact.Forked ? true : null),
        ("policies", contact.Policies.Count == 0 ? null : contact.Policies.Select(policy => new (string, object?)[] { ("asset", policy.Asset), ("limit", policy.Limit), ("auto_accept", policy.AutoAccept) })),
    ];

    private static Text Mark(ContactView contact) => contact switch
    {
        { Forked: true } => new("! 두 갈래 기록", "! forked"),
        { Verified: true } => new("✓ 확인됨", "✓ verified"),
        _ => new("(확인 전)", "(not compared yet)"),
    };

    /// <summary>At most one byte more than a card may have (PROTOCOL §1): the reader then says that it is too large.</summary>
    private static async Task<string> ReadCardAsync(Invocation invocation, string source)
    {
        if (source.StartsWith("jangbu:", StringComparison.Ordinal))
            return source;
        await using Stream stream = source == "-" ? Console.OpenStandardInput() : File.OpenRead(invocation.PathOf(source));
        byte[] bytes = new byte[(8 * 1024) + 64];
        int read = await stream.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, invocation.Cancelled).ConfigureAwait(false);
        return System.Text.Encoding.UTF8.GetString(bytes, 0, read).Trim();
    }
}
