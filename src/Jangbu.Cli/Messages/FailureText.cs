using Jangbu.Cli.Terminal;
using Jangbu.Node;

namespace Jangbu.Cli.Messages;

/// <summary>What a failure is called in a person's words: what happened, what it means for the money, and the next command.</summary>
internal sealed record FailureText(Text What, IReadOnlyList<string> Next)
{
    public static FailureText Of(JangbuException failure)
    {
        bool isWhole = true;
        string P(string name)
        {
            isWhole &= failure.Parameters.ContainsKey(name);
            return Printable.From(failure.Parameters.GetValueOrDefault(name, ""));
        }
        FailureText text = Describe(failure, P);
        // Where the code came without what its sentence speaks of, the plain reason says more than a sentence with holes.
        string reason = Printable.From(failure.Message);
        return isWhole ? text : text with { What = new($"할 수 없습니다: {reason}. 아무것도 보내지 않았습니다.", $"This cannot be done: {reason}. Nothing was sent.") };
    }

    private static FailureText Describe(JangbuException failure, Func<string, string> P)
    {
        return failure.Code switch
        {
            FailureCode.HomeMissing => new(
                new($"{P("home")}에 장부가 없습니다. 아무것도 바뀌지 않았습니다.", $"There is no ledger in {P("home")}. Nothing was changed."),
                ["jangbu init --name NAME"]),
            FailureCode.HomeExists => new(
                new($"{P("home")}에 이미 열쇠나 장부가 있습니다. 덮어쓰지 않았습니다.", $"{P("home")} holds a key or a ledger already. Nothing was overwritten."),
                ["jangbu id", "jangbu init --home DIR --name NAME"]),
            FailureCode.HomeInUse => new(
                new("다른 프로그램이 이 장부를 쓰고 있습니다. 그 프로그램을 끝낸 뒤 다시 해 주세요. 아무것도 바뀌지 않았습니다.",
                    "Another process has this ledger open. End it and try again. Nothing was changed."),
                ["jangbu status"]),
            FailureCode.HomeOpenToOthers => new(
                new($"{P("path")}을(를) 다른 사람도 읽을 수 있습니다 (권한 {P("mode")}). 장부를 열지 않았습니다.",
                    $"Others can read {P("path")} (mode {P("mode")}, wanted {P("wanted")}). The ledger was not opened."),
                [P("fix")]),
            FailureCode.NotStored => NotStored(P("path"), P("reason")),
            FailureCode.WrongPassword => new(
                new($"비밀번호가 맞지 않습니다 ({P("file")}). 아무것도 바뀌지 않았습니다.", $"Wrong password ({P("file")}). Nothing was changed."), []),
            FailureCode.PasswordMissing => new(
                new("비밀번호가 없습니다. 터미널에서 실행하거나 --password-file FILE을 쓰세요.", "No password. Run this in a terminal or give --password-file FILE."), []),
            FailureCode.KeyUnusable => new(
                new($"개인키 파일 {P("file")}을(를) 쓸 수 없습니다: {P("reason")}.", $"The private key file {P("file")} cannot be used: {P("reason")}."), []),
            FailureCode.LedgerDamaged => new(
                new($"장부 {P("file")}의 {P("line")}번째 줄이 손상되었습니다 ({P("why")}). 읽기만 할 수 있고, 서명하거나 보내지 않습니다.",
                    $"Line {P("line")} of the ledger {P("file")} is damaged ({P("why")}). It can be read, but nothing is signed or sent from it."),
                ["jangbu ledger verify", "jangbu ledger restore FILE"]),
            FailureCode.LedgerOld => new(
                new($"이 장부는 예전 사본입니다 ({P("why")}). 두 갈래가 생기지 않도록 서명하지 않습니다.",
                    $"This ledger is an old copy ({P("why")}). It signs nothing, so that your history never splits in two."),
                ["jangbu ledger verify", "jangbu ledger continue"]),
            FailureCode.FileExists => new(
                new($"{P("file")}이(가) 이미 있습니다. 덮어쓰지 않았습니다.", $"{P("file")} exists already. Nothing was overwritten."), []),
            FailureCode.FileMissing => new(new($"{P("file")}이(가) 없습니다.", $"There is no {P("file")}."), []),
            FailureCode.ContactUnknown => new(
                new($"'{P("name")}'(이)라는 사람이 없습니다.", $"There is no contact called '{P("name")}'."), ["jangbu contact list", "jangbu contact add FILE"]),
            FailureCode.ContactNameTaken => new(
                new($"'{P("name")}'(이)라는 사람이 이미 있습니다. 다른 이름을 주세요. 아무것도 바뀌지 않았습니다.",
                    $"There is a contact called '{P("name")}' already. Give another name. Nothing was changed."),
                ["jangbu contact add FILE --name NAME"]),
            FailureCode.ContactKeyChanged => new(
                new($"'{P("name")}'의 열쇠가 전과 다릅니다. 다른 사람일 수 있으니 바꾸지 않았습니다. 직접 만나거나 통화해서 확인하세요.",
                    $"This card has another key than '{P("name")}' had. It could be somebody else, so nothing was changed. Ask them in person or by phone."),
                ["jangbu contact show NAME"]),
            FailureCode.ContactsFull => new(
                new($"사람은 {P("limit")}명까지 둘 수 있습니다.", $"There can be at most {P("limit")} contacts."), ["jangbu contact remove NAME"]),
            FailureCode.CardInvalid => new(
                new($"올바른 연락처 카드가 아닙니다 ({P("reason")}). 아무것도 바뀌지 않았습니다.", $"This is not a valid contact card ({P("reason")}). Nothing was changed."),
                ["jangbu card --out FILE"]),
            FailureCode.CardIsMine => new(new("내 카드입니다. 상대의 카드를 받아 오세요.", "This is your own card. Ask the other person for theirs."), []),
            FailureCode.TransactionUnknown => new(
                new($"그런 거래가 없습니다: {P("id")}", $"There is no such transaction: {P("id")}"), ["jangbu history", "jangbu pending"]),
            FailureCode.TransactionState => new(
                new($"지금 상태({P("state")})에서는 할 수 없습니다. 아무것도 바뀌지 않았습니다.", $"This cannot be done in its state ({P("state")}). Nothing was changed."),
                ["jangbu history", "jangbu pending"]),
            FailureCode.OptionInvalid => new(
                new($"{P("option")}에 '{P("value")}'은(는) 맞지 않습니다. {P("range")}", $"{P("option")} does not take '{P("value")}'. {P("range")}"), []),
            FailureCode.AmountPrecision => new(
                new($"{P("asset")}은(는) 소수점 아래 {P("digits")}자리까지입니다: {P("amount")}. 아무것도 보내지 않았습니다.",
                    $"{P("asset")} has {P("digits")} digits after the point: {P("amount")} has more. Nothing was sent."), []),
            FailureCode.SocketFailed => new(
                new($"{P("endpoint")}에서 통신을 열 수 없습니다: {P("why")}. 아무것도 보내지 않았습니다.", $"Cannot listen on {P("endpoint")}: {P("why")}. Nothing was sent."), []),
            FailureCode.DhtSilent => new(
                new("DHT 노드가 하나도 대답하지 않습니다. 인터넷 연결과 방화벽(UDP)을 살펴 주세요. 이미 서명한 것은 그대로 대기합니다.",
                    "No DHT node answers. Check the network and whether a firewall blocks UDP. What was signed stays queued."),
                ["jangbu pending retry", "jangbu status"]),
            FailureCode.EnvelopeRefused => new(
                new($"이 파일은 받을 수 없습니다 ({P("code")}). 아무것도 바뀌지 않았습니다.", $"The file was not taken ({P("code")}). Nothing was changed."), []),
            FailureCode.NotMet => new(
                new("초대한 사람을 만나지 못했습니다. 상대가 접속해 있을 때 다시 해 주세요. 초대는 24시간 동안 쓸 수 있습니다.",
                    "Whoever made this invitation was not met. Try again while they are online; an invitation lives for 24 hours."),
                ["jangbu join LINK"]),
            FailureCode.Refused => new(
                new($"상대의 프로그램이 이 기록을 받지 않았습니다 ({P("code")}). 장부에는 남아 있습니다.", $"The other side's program refused the record ({P("code")}). It stays in your ledger."),
                ["jangbu history"]),
            FailureCode.Stopped => new(
                new("프로그램이 멈췄습니다. 저장된 것은 그대로입니다.", "The program has stopped. What was stored is untouched."), ["jangbu pending"]),
            FailureCode.Offline => new(new($"연결된 상태에서만 됩니다: {P("what")}", $"This needs a connection: {P("what")}"), []),
            _ => new(
                new($"프로그램 내부 문제입니다: {Printable.From(failure.Message)} 저장된 것은 그대로입니다.",
                    $"A fault of this program: {Printable.From(failure.Message)} What was stored is untouched."),
                ["jangbu ledger verify"]),
        };
    }

    private static FailureText NotStored(string path, string reason)
    {
        (string ko, string en) = reason switch
        {
            "full" => ("디스크가 가득 찼습니다", "the disk is full"),
            "read_only" => ("읽기만 할 수 있는 곳입니다", "it is read-only"),
            "denied" => ("쓸 권한이 없습니다", "writing is not permitted"),
            _ => ("디스크가 오류를 냈습니다", "the disk reported an error"),
        };
        return new(
            new($"저장하지 못했습니다: {ko} ({path}). 저장되지 않은 것은 보내지도, 받았다고 답하지도 않았습니다.",
                $"Not stored: {en} ({path}). Nothing unstored was sent or acknowledged."),
            ["jangbu ledger verify"]);
    }
}
