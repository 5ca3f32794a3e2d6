using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Jangbu.Cli.Terminal;

namespace Jangbu.Cli.Demo;

/// <summary>One of the two people: name, folder, process, and what was heard from them.</summary>
internal sealed record DemoActor(string Name, string Home)
{
    public JangbuProcess? Process { get; set; }

    /// <summary>Results of payments this person made, oldest first.</summary>
    public List<JsonElement> Results { get; } = [];

    /// <summary>Stages of the first payment this person made.</summary>
    public List<string> Stages { get; } = [];
}

/// <summary>The whole story of <c>jangbu demo</c>, every step of it done by the real command in processes of its own.</summary>
internal sealed class DemoStory(Output output, string folder, string passwordFile, string bootstrap, int payments, CancellationToken cancelled)
{
    private static readonly string[] NineStages =
        ["signed", "resolving", "offer_stored", "answer_found", "ice_connected", "dtls_connected", "sent", "received", "processed"];

    private readonly DemoActor _first = new(new Text("아라", "Ara").In(output.Language), Path.Combine(folder, "1"));
    private readonly DemoActor _second = new(new Text("보라", "Bora").In(output.Language), Path.Combine(folder, "2"));
    private readonly List<Text> _untrue = [];

    /// <summary>Tells it. Exit code 0 only if everything that was told is true.</summary>
    public async Task<ExitCode> RunAsync()
    {
        await MakeHomesAsync().ConfigureAwait(false);
        await ExchangeCardsAsync().ConfigureAwait(false);
        Chapter(new("두 사람이 접속합니다 (프로세스 둘, 저마다의 장부)", "Both come online (two processes, a ledger each)"));
        using JangbuProcess first = await ComeOnlineAsync(_first).ConfigureAwait(false);
        using JangbuProcess second = await ComeOnlineAsync(_second).ConfigureAwait(false);
        var clock = Stopwatch.StartNew();
        TimeSpan afterFirst = await PayAsync().ConfigureAwait(false);
        TimeSpan all = clock.Elapsed;
        await LeaveAsync(_first).ConfigureAwait(false);
        await LeaveAsync(_second).ConfigureAwait(false);
        await CompareBalancesAsync().ConfigureAwait(false);
        JsonElement[] ledgers = [await VerifyAsync(_first).ConfigureAwait(false), await VerifyAsync(_second).ConfigureAwait(false)];
        ShowFromOutside();
        int paid = _first.Results.Count + _second.Results.Count;
        double rate = paid > 1 ? (paid - 1) / (all - afterFirst).TotalSeconds : 1 / all.TotalSeconds;
        output.Object(
            ("type", "result"), ("status", _untrue.Count == 0 ? "ok" : "error"), ("payments", paid), ("seconds", all.TotalSeconds),
            ("per_second", rate), ("ledgers", ledgers), ("untrue", _untrue.Count == 0 ? null : _untrue.Select(one => one.English)));
        foreach (Text one in _untrue)
            output.Line(new Text("✗ " + one.Korean, "✗ " + one.English));
        if (_untrue.Count > 0)
            return ExitCode.Internal;
        output.Line("");
        output.Line(new Text(
            string.Create(CultureInfo.InvariantCulture, $"거래 {paid}건을 {all.TotalSeconds:0.0}초에 주고받았고, 두 장부가 모두 온전합니다."),
            string.Create(CultureInfo.InvariantCulture, $"{paid} payments in {all.TotalSeconds:0.0} s, and both ledgers are sound.")));
        return ExitCode.Done;
    }

    private async Task MakeHomesAsync()
    {
        Chapter(new("두 사람이 열쇠와 장부를 만듭니다", "Two people make their keys and ledgers"));
        DemoActor[] both = [_first, _second];
        await Task.WhenAll(both.Select(async actor =>
        {
            JsonElement made = await DoAsync(actor, "init", "--name", actor.Name).ConfigureAwait(false);
            output.Line($"  {actor.Name}  {made.GetProperty("id").GetString()}  RSA-{made.GetProperty("bits").GetInt32()}");
        })).ConfigureAwait(false);
    }

    private async Task ExchangeCardsAsync()
    {
        Chapter(new("카드를 주고받고 번호를 비교합니다", "They exchange cards and compare their safety numbers"));
        DemoActor[] both = [_first, _second];
        await Task.WhenAll(both.Select(actor => DoAsync(actor, "card", "--out", CardFile(actor)))).ConfigureAwait(false);
        string[] numbers = await Task.WhenAll(both.Select(async actor =>
        {
            DemoActor other = Other(actor);
            await DoAsync(actor, "contact", "add", CardFile(other)).ConfigureAwait(false);
            await DoAsync(actor, "contact", "policy", other.Name, "--asset", "KRW", "--auto-accept", "1000000").ConfigureAwait(false);
            JsonElement seen = await DoAsync(actor, "id", "--safety", other.Name).ConfigureAwait(false);
            return seen.GetProperty("safety").GetString() ?? "";
        })).ConfigureAwait(false);
        foreach (string row in Commands.PersonCommands.SafetyRows(numbers[0]))
            output.Line("  " + row);
        Check(numbers[0] == numbers[1] && numbers[0].Length >= 60, new("두 사람의 번호가 같지 않습니다", "the two safety numbers differ"));
        await Task.WhenAll(both.Select(actor => DoAsync(actor, "contact", "verify", Other(actor).Name))).ConfigureAwait(false);
    }

    private async Task<JangbuProcess> ComeOnlineAsync(DemoActor actor)
    {
        actor.Process = JangbuProcess.Start([DemoPerson.Name, .. Where(actor), "--bootstrap", bootstrap]);
        await HearAsync(actor, line => Is(line, "type", "online")).ConfigureAwait(false);
        output.Line(new Text($"  {actor.Name} 접속", $"  {actor.Name} is online"));
        return actor.Process;
    }

    /// <summary>Makes all payments, the two in turn; gives the time that the first one, with its whole meeting, took.</summary>
    private async Task<TimeSpan> PayAsync()
    {
        var clock = Stopwatch.StartNew();
        TimeSpan afterFirst = TimeSpan.Zero;
        for (int i = 0; i < payments; i++)
        {
            DemoActor payer = i % 2 == 0 ? _first : _second;
            string amount = (1000 * ((i % 9) + 1)).ToString(CultureInfo.InvariantCulture);
            if (i < 2)
                Chapter(new($"{payer.Name} → {Other(payer).Name}: {MoneyText.Format(amount, "KRW", Language.Korean)}", $"{payer.Name} pays {Other(payer).Name} {MoneyText.Format(amount, "KRW", Language.English)}"));
            else if (i == 2)
                Chapter(new($"같은 통로로 {payments - 2}건 더", $"{payments - 2} more over the same channel"));
            string order = JsonLine.Of([("to", Other(payer).Name), ("amount", amount), ("asset", "KRW"), ("memo", new Text("점심 🍚", "lunch 🍚").In(output.Language))]);
            await payer.Process!.WriteAsync(order, cancelled).ConfigureAwait(false);
            JsonElement result = await HearAsync(payer, line => Is(line, "type", "result"), tellStages: i < 2).ConfigureAwait(false);
            payer.Results.Add(result);
            Check(Is(result, "status", "accepted"), new($"{i + 1}번째 거래가 받아들여지지 않았습니다", $"payment {i + 1} was not accepted"));
            if (i == 0)
            {
                afterFirst = clock.Elapsed;
                Check(payer.Stages.SequenceEqual(NineStages), new("첫 거래가 아홉 단계를 차례로 거치지 않았습니다", "the first payment did not pass the nine stages in order"));
            }
        }
        return afterFirst;
    }

    private async Task LeaveAsync(DemoActor actor)
    {
        actor.Process!.CloseInput();
        while (await actor.Process.ReadAsync(cancelled).ConfigureAwait(false) is { } line)
            Tell(actor, line);
        Check(await actor.Process.EndAsync(cancelled).ConfigureAwait(false) == ExitCode.Done, new($"{actor.Name}의 프로세스가 깨끗이 끝나지 않았습니다", $"the process of {actor.Name} did not end cleanly"));
    }

    private async Task CompareBalancesAsync()
    {
        Chapter(new("두 사람의 잔액", "What each one's ledger says"));
        long expected = _first.Results.Sum(AmountOf) - _second.Results.Sum(AmountOf);
        long[] nets = await Task.WhenAll(new[] { _first, _second }.Select(async actor =>
        {
            JsonElement[] lines = await DoAllAsync(actor, "balance").ConfigureAwait(false);
            JsonElement? krw = lines.Where(line => Is(line, "type", "balance") && Is(line, "asset", "KRW")).Select(line => (JsonElement?)line).FirstOrDefault();
            string net = krw?.GetProperty("net").GetString() ?? "0";
            output.Line($"  {actor.Name}: {MoneyText.Format(net, "KRW", output.Language)}");
            return long.Parse(net, CultureInfo.InvariantCulture);
        })).ConfigureAwait(false);
        Check(nets[0] == -expected && nets[1] == expected, new("두 잔액이 서로 맞지 않습니다", "the two balances do not agree"));
    }

    private async Task<JsonElement> VerifyAsync(DemoActor actor)
    {
        JsonElement report = await DoAsync(actor, "ledger", "verify").ConfigureAwait(false);
        Check(Is(report, "status", "ok"), new($"{actor.Name}의 장부가 온전하지 않습니다", $"the ledger of {actor.Name} is not sound"));
        output.Line(new Text(
            $"  {actor.Name}의 장부: ok (항목 {report.GetProperty("entries")}개, 서명된 기록 {report.GetProperty("records")}개)",
            $"  ledger of {actor.Name}: ok ({report.GetProperty("entries")} entries, {report.GetProperty("records")} signed records)"));
        return report;
    }

    private void ShowFromOutside()
    {
        Chapter(new("비밀번호 없이 본 장부 파일", "The ledger file without the password"));
        string file = Path.Combine(_first.Home, "ledger.jbledger");
        string[] lines = File.ReadAllLines(file);
        foreach (string line in lines.Take(3))
            output.Line("  " + (line.Length > 96 ? line[..96] + "…" : line));
        output.Line(new Text($"  … 모두 {lines.Length}줄", $"  … {lines.Length} lines in all"));
        Check(lines.Skip(1).All(IsSealed), new("장부 파일에서 이름이나 금액이 보입니다", "a name or an amount shows in the ledger file"));
    }

    /// <summary>Whether a line is a token and neither it nor its bytes hold what an entry is made of. Short words would turn up by chance.</summary>
    private bool IsSealed(string line)
    {
        byte[] token = System.Buffers.Text.Base64Url.DecodeFromChars(line);
        return new[] { "\"kind\":", "\"records\":", $"\"{_second.Name}\"" }.All(word =>
            !line.Contains(word, StringComparison.Ordinal) && token.AsSpan().IndexOf(System.Text.Encoding.UTF8.GetBytes(word)) < 0);
    }

    private async Task<JsonElement> HearAsync(DemoActor actor, Func<JsonElement, bool> until, bool tellStages = false)
    {
        while (await actor.Process!.ReadAsync(cancelled).ConfigureAwait(false) is { } line)
        {
            Tell(actor, line);
            if (Is(line, "type", "stage"))
            {
                if (actor.Results.Count == 0)
                    actor.Stages.Add(line.GetProperty("stage").GetString() ?? "");
                if (tellStages)
                    output.Line(string.Create(CultureInfo.InvariantCulture, $"  ✓ {line.GetProperty("stage").GetString(),-15} {line.GetProperty("ms").GetInt64(),6} ms"));
            }
            if (until(line))
                return line;
        }
        throw new InvalidOperationException($"{actor.Name} ended too early: {JangbuProcess.LastTalk}");
    }

    /// <summary>Passes a person's line on, with who said it.</summary>
    private void Tell(DemoActor actor, JsonElement line) =>
        output.Object(line.EnumerateObject().Select(member => (member.Name, (object?)member.Value)).Prepend(("who", actor.Name)));

    private async Task<JsonElement> DoAsync(DemoActor actor, params string[] command)
    {
        (ExitCode exit, JsonElement result) = await JangbuProcess.RunAsync([.. command, .. Where(actor)], cancelled).ConfigureAwait(false);
        Check(exit == ExitCode.Done, new($"jangbu {string.Join(' ', command)}: {exit}", $"jangbu {string.Join(' ', command)}: {exit}"));
        return result;
    }

    private async Task<JsonElement[]> DoAllAsync(DemoActor actor, params string[] command)
    {
        using JangbuProcess process = JangbuProcess.Start([.. command, .. Where(actor)]);
        var lines = new List<JsonElement>();
        while (await process.ReadAsync(cancelled).ConfigureAwait(false) is { } line)
            lines.Add(line);
        await process.EndAsync(cancelled).ConfigureAwait(false);
        return [.. lines];
    }

    private string[] Where(DemoActor actor) =>
        ["--home", actor.Home, "--password-file", passwordFile, "--bind", "127.0.0.1", "--lang", output.Language == Language.Korean ? "ko" : "en"];

    private DemoActor Other(DemoActor actor) => actor == _first ? _second : _first;

    private string CardFile(DemoActor actor) => Path.Combine(folder, Path.GetFileName(actor.Home) + ".jbcard");

    private static long AmountOf(JsonElement result) => long.Parse(result.GetProperty("amount").GetString() ?? "0", CultureInfo.InvariantCulture);

    private static bool Is(JsonElement line, string member, string value) =>
        line.ValueKind == JsonValueKind.Object && line.TryGetProperty(member, out JsonElement found) && found.ValueKind == JsonValueKind.String && found.GetString() == value;

    private void Chapter(Text title)
    {
        output.Line("");
        output.Line(new Text("■ " + title.Korean, "■ " + title.English));
    }

    private void Check(bool truth, Text otherwise)
    {
        if (!truth)
            lock (_untrue)
                _untrue.Add(otherwise);
    }
}
