using Jangbu.Cli.Terminal;
using Jangbu.Node;

namespace Jangbu.Cli.Commands;

/// <summary>How a payment stands, as a JSON result or in a person's words, with its exit code.</summary>
internal static class Outcomes
{
    public static ExitCode Report(Output output, PaymentOutcome outcome, string contact, string amount, string asset)
    {
        string id = outcome.Id.ToString();
        string money = MoneyText.Format(amount, asset, output.Language);
        string name = Printable.From(contact);
        (string, object?)[] common = [("id", id), ("tx", outcome.Tx), ("to", contact), ("amount", amount), ("asset", asset), ("ms", (long)outcome.Elapsed.TotalMilliseconds)];
        switch (outcome)
        {
            case PaymentOutcome.Accepted:
                output.Object([("type", "result"), ("status", "accepted"), .. common]);
                output.Line(new Text($"{name}님이 {money}을 받았습니다. 두 사람의 서명이 두 장부에 있습니다. ({id})", $"{name} accepted {money}. Both signatures are in both ledgers. ({id})"));
                return ExitCode.Done;
            case PaymentOutcome.Rejected(var reason):
                output.Object([("type", "result"), ("status", "rejected"), ("code", reason.Code), ("reason", reason.Text.Length == 0 ? null : reason.Text), .. common]);
                Text why = RejectionText.Of(reason.Code);
                string words = reason.Text.Length == 0 ? "" : $" \"{Printable.From(reason.Text)}\"";
                output.Line(new Text($"{name}님이 {money}을 받지 않았습니다: {why.Korean}{words}. 잔액은 그대로입니다.", $"{name} did not accept {money}: {why.English}{words}. The balance is unchanged."));
                return ExitCode.Refused;
            case PaymentOutcome.Waiting(WaitingState.Delivered):
                output.Object([("type", "result"), ("status", "waiting"), ("state", "delivered"), .. common]);
                output.Line(new Text($"{name}님의 장부에 전달되었고, 아직 정하지 않았습니다. 같은 거래를 두 번 보내지 않습니다.", $"It is in {name}'s ledger; they have not decided yet. It is never sent twice."));
                output.Line($"  → jangbu pending retry {id}");
                return ExitCode.Undecided;
            default:
                output.Object([("type", "result"), ("status", "waiting"), ("state", "queued"), .. common]);
                output.Line(new Text(
                    $"{name}님이 아직 접속하지 않았습니다. 서명한 거래는 내 장부에서 기다립니다. 같은 거래를 두 번 보내지 않습니다.",
                    $"{name} was not reached. The signed transaction waits in your ledger; it is never sent twice."));
                output.Line($"  → jangbu pending retry {id}");
                return ExitCode.NotReached;
        }
    }
}

/// <summary>The five codes of a rejection (PROTOCOL §2.2) in a person's words.</summary>
internal static class RejectionText
{
    public static Text Of(string code) => code switch
    {
        "limit_exceeded" => new("정해 둔 한도를 넘습니다", "it passes their limit"),
        "amount_precision" => new("소수점 아래 자리가 너무 많습니다", "it has too many digits after the point"),
        "unknown_reference" => new("가리키는 요청이나 거래가 상대에게 없습니다", "they do not hold the request or transaction it names"),
        "over_reversed" => new("되돌린 합이 원래 거래보다 큽니다", "the reversals would pass the original"),
        _ => new("상대가 거절했습니다", "they declined"),
    };
}
