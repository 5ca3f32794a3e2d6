using System.CommandLine;
using Jangbu.Cli.CommandLine;
using Jangbu.Cli.Terminal;

namespace Jangbu.Cli.Commands;

/// <summary><c>help TOPIC</c>: what no single command's page says.</summary>
internal static class HelpCommand
{
    private static readonly Dictionary<string, Text> Topics = new(StringComparer.Ordinal)
    {
        ["exit-codes"] = new(
            """
            0 끝남 · 1 프로그램 내부 문제 · 2 명령을 잘못 씀 · 3 없는 것 · 4 상대를 만나지 못함(잃은 것 없이 기다림) · 5 상대가 거절함
            6 장부·기록·증명·열쇠가 온전하지 않음 · 7 비밀번호가 틀렸거나 이미 쓰는 중 · 8 네트워크나 DHT나 길이 없음
            9 전달되었고 아직 정하지 않음 · 130 서명하기 전에 멈춤
            """,
            """
            0 done · 1 internal error · 2 usage · 3 not found · 4 the other side not reached; nothing lost, it stays queued · 5 rejected or refused
            6 integrity (ledger, record, proof, changed key) · 7 wrong password or home in use · 8 no network, DHT or path
            9 delivered, not decided yet · 130 interrupted before anything was signed
            """),
        ["environment"] = new(
            """
            JANGBU_HOME           이 사람의 폴더 (--home이 먼저)
            JANGBU_PASSWORD_FILE  비밀번호가 든 파일 (--password-file이 먼저)
            XDG_DATA_HOME         폴더를 따로 주지 않았을 때 그 아래 jangbu
            LC_ALL, LANG          말 (--lang이 먼저)
            NO_COLOR              색과 고쳐 쓰는 줄을 쓰지 않음
            """,
            """
            JANGBU_HOME           this person's folder (--home comes first)
            JANGBU_PASSWORD_FILE  a file with the password (--password-file comes first)
            XDG_DATA_HOME         its jangbu folder is the home when none is named
            LC_ALL, LANG          the language (--lang comes first)
            NO_COLOR              no colours and no lines rewritten in place
            """),
        ["stages"] = new(
            """
            signed          서명해서 내 장부에 적음
            resolving       DHT에서 상대를 찾음
            offer_stored    연결 제안을 봉해서 DHT에 둠
            answer_found    상대의 대답을 찾음
            ice_connected   두 컴퓨터 사이에 길이 열림 (host·srflx·prflx: 직접, relay: 중계)
            dtls_connected  암호화된 통로. 상대가 서명한 지문과 같음
            sent            봉투를 보냄
            received        수신 결과: 상대의 장부에 있음
            processed       처리 결과: 상대가 받거나 거절함
            """,
            """
            signed          signed and written in your ledger
            resolving       looking for the other side in the DHT
            offer_stored    the sealed offer is stored in the DHT
            answer_found    their answer is found
            ice_connected   a path is open (host, srflx, prflx: direct; relay: through TURN)
            dtls_connected  encrypted, and the certificate is the one they signed
            sent            the sealed envelope is sent
            received        reception result: it is in their ledger
            processed       processing result: they accepted or declined
            """),
        ["security"] = new(
            """
            - 카드는 비밀이 아닙니다. 비밀은 비밀번호와 key.pem과 장부입니다.
            - 상대의 번호 60자리를 만나서, 또는 통화로 비교하기 전까지 '확인 전'입니다.
            - 서명은 어느 열쇠가 서명했는지 보일 뿐, 현금이 오갔는지는 보이지 않습니다.
            - DHT 노드와 거래 상대는 IP 주소를 볼 수 있습니다. --relay-only는 상대에게 숨깁니다.
            - 예전 사본을 되살리면 서명하지 않습니다. 두 갈래의 기록이 생기지 않게 하려는 것입니다.
            """,
            """
            - A card is no secret. The secrets are the password, key.pem and the ledger.
            - Until you have compared the sixty digits in person or by phone, a contact is 'not compared yet'.
            - A signature shows which key signed, not that cash moved.
            - DHT nodes and the person you pay can see your IP address; --relay-only hides it from them.
            - A restored old copy signs nothing, so that your history never splits in two.
            """),
    };

    public static Command Create(Language language)
    {
        var topic = new Argument<string?>("topic") { HelpName = "TOPIC", Arity = ArgumentArity.ZeroOrOne, Description = new Text("주제", "the topic").In(language) }.NeverAnOption();
        topic.CompletionSources.Add(_ => Topics.Keys.Select(name => new System.CommandLine.Completions.CompletionItem(name)));
        var command = new Command("help", new Text("주제별 도움말", "help on a topic").In(language)) { topic };
        command.Does(invocation =>
        {
            string? name = invocation.Parsed.GetValue(topic);
            if (name is null)
            {
                invocation.Output.Line(new Text("주제: ", "Topics: ").In(language) + string.Join(", ", Topics.Keys));
                invocation.Output.Line(new Text("명령마다: jangbu COMMAND --help", "For a command: jangbu COMMAND --help"));
                return ExitCode.Done;
            }
            if (!Topics.TryGetValue(name, out Text page))
                throw new UsageException(new($"그런 주제는 없습니다: {Printable.From(name)} ({string.Join(", ", Topics.Keys)})", $"There is no such topic: {Printable.From(name)} ({string.Join(", ", Topics.Keys)})"));
            invocation.Output.Line(page.In(language).ReplaceLineEndings("\n"));
            return ExitCode.Done;
        }, WorkPlace.Here);
        return command;
    }
}
