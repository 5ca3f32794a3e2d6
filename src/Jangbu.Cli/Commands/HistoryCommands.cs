using System.CommandLine;
using System.Globalization;
using Jangbu.Cli.CommandLine;
using Jangbu.Cli.Terminal;
using Jangbu.Node;

namespace Jangbu.Cli.Commands;

/// <summary><c>balance</c> and <c>history</c>: what reading the ledger gives.</summary>
internal static class HistoryCommands
{
    public static Command Balance(Language language)
    {
        Argument<string?> name = OptionalName(language);
        var command = new Command("balance", new Text("받을 돈과 줄 돈", "who owes what").In(language)) { name };
        command.Does(async invocation =>
        {
            await using NodeLease lease = await invocation.OpenAsync().ConfigureAwait(false);
            JangbuNode node = lease.Node;
            Output output = invocation.Output;
            IReadOnlyList<BalanceLine> lines = node.Balances(invocation.Parsed.GetValue(name));
            foreach (BalanceLine line in lines)
            {
                output.Object(("type", "balance"), ("contact", line.Contact), ("asset", line.Asset), ("net", line.Net), ("held", line.Held));
                output.Line(Sentence(line, output.Language));
            }
            output.Object(("type", "result"), ("status", "ok"));
            if (lines.Count == 0)
                output.Line(new Text("주고받을 것이 없습니다.", "Nobody owes anything."));
            return ExitCode.Done;
        });
        return command;
    }

    public static Command History(Language language)
    {
        Argument<string?> name = OptionalName(language);
        var asset = new Option<string?>("--asset") { HelpName = "A", Description = new Text("이것만", "only this asset").In(language) };
        var since = new Option<string?>("--since") { HelpName = "DATE", Description = new Text("이 날부터", "from this day on").In(language) };
        var until = new Option<string?>("--until") { HelpName = "DATE", Description = new Text("이 날까지", "up to this day").In(language) };
        var limit = new Option<int?>("--limit") { HelpName = "N", Description = new Text("가장 새로운 N개", "the newest N").In(language) };
        var command = new Command("history", new Text("거래 기록", "what happened").In(language)) { name, asset, since, until, limit };
        command.Does(async invocation =>
        {
            await using NodeLease lease = await invocation.OpenAsync().ConfigureAwait(false);
            JangbuNode node = lease.Node;
            IReadOnlyList<HistoryLine> lines = node.History(new HistoryFilter
            {
                Contact = invocation.Parsed.GetValue(name),
                Asset = invocation.Parsed.GetValue(asset) is { } only ? Money.Asset(only).ToString() : null,
                Since = Start(Money.Date(invocation.Parsed.GetValue(since), "--since")),
                Until = Start(Money.Date(invocation.Parsed.GetValue(until), "--until")?.AddDays(1)),
                Limit = invocation.Parsed.GetValue(limit) is { } most ? AtLeastOne(most) : null,
            });
            Output output = invocation.Output;
            foreach (HistoryLine line in lines)
            {
                output.Object(Members(line).Prepend(("type", line.Kind == HistoryKind.Request ? "request" : "transaction")));
                output.Line($"{line.At.ToLocalTime():yyyy-MM-dd HH:mm}  {Describe(line, output.Language)}  {line.Id}");
            }
            output.Object(("type", "result"), ("status", "ok"));
            if (lines.Count == 0)
                output.Line(new Text("아직 거래가 없습니다.", "No transactions yet."));
            return ExitCode.Done;
        });
        return command;
    }

    /// <summary>The members of a transaction in JSON (docs/CLI.md).</summary>
    public static IEnumerable<(string Name, object? Value)> Members(HistoryLine line) =>
    [
        ("id", line.Id.ToString()), ("tx", line.Tx), ("direction", line.Sent ? "sent" : "received"), ("contact", line.Contact), ("amount", line.Amount), ("asset", line.Asset),
        ("memo", line.Memo), ("due", line.Due?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)), ("state", line.StateName),
        ("at", line.At.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture)),
    ];

    /// <summary>A transaction in one line for a person.</summary>
    public static string Describe(HistoryLine line, Language language)
    {
        string money = MoneyText.Format(line.Amount, line.Asset, language);
        string name = Printable.From(line.Contact);
        string memo = line.Memo.Length == 0 ? "" : $" \"{Printable.From(line.Memo)}\"";
        Text what = (line.Kind, line.Sent) switch
        {
            (HistoryKind.Request, true) => new($"{name}님에게 {money} 요청{memo}", $"asked {name} for {money}{memo}"),
            (HistoryKind.Request, false) => new($"{name}님이 {money} 요청{memo}", $"{name} asks for {money}{memo}"),
            (_, true) => new($"{name}님에게 {money}{memo}", $"{money} to {name}{memo}"),
            (_, false) => new($"{name}님에게서 {money}{memo}", $"{money} from {name}{memo}"),
        };
        return $"{what.In(language)}  {State(line).In(language)}";
    }

    private static Text State(HistoryLine line) => line.State switch
    {
        TransactionState.Queued => new("기다리는 중", "queued"),
        TransactionState.Delivered => new("전달됨", "delivered"),
        TransactionState.Accepted => new("받음", "accepted"),
        TransactionState.Rejected => new($"거절됨 ({RejectionText.Of(line.Code).Korean})", $"declined ({RejectionText.Of(line.Code).English})"),
        TransactionState.Withdrawn => new("거둬들임", "withdrawn"),
        _ => new("내가 정할 것", "yours to decide"),
    };

    /// <summary>A balance in one line for a person.</summary>
    public static string Sentence(BalanceLine line, Language language)
    {
        bool iOwe = line.Net.StartsWith('-');
        string money = MoneyText.Format(line.Net.TrimStart('-'), line.Asset, language);
        string name = Printable.From(line.Contact);
        string held = line.Held == "0" ? "" : new Text($"  (정할 것 {MoneyText.Format(line.Held, line.Asset, language)})", $"  (undecided {MoneyText.Format(line.Held, line.Asset, language)})").In(language);
        Text sentence = line.Net == "0" ? new($"{name}: 남은 것 없음", $"{name}: even")
            : iOwe ? new($"{name}님에게 줄 돈 {money}", $"you owe {name} {money}")
            : new($"{name}님에게 받을 돈 {money}", $"{name} owes you {money}");
        return sentence.In(language) + held;
    }

    private static Argument<string?> OptionalName(Language language) =>
        new Argument<string?>("name") { HelpName = "NAME", Arity = ArgumentArity.ZeroOrOne, Description = new Text("이 사람만", "only with this contact").In(language) }.NeverAnOption();

    private static int AtLeastOne(int limit) => limit >= 1 ? limit
        : throw new UsageException(new($"--limit은 1 이상입니다: {limit}", $"--limit is at least 1: {limit}"));

    /// <summary>The first moment of a day where the person is.</summary>
    private static DateTimeOffset? Start(DateOnly? day) => day is { } date ? new DateTimeOffset(date.ToDateTime(TimeOnly.MinValue, DateTimeKind.Local)) : null;
}
