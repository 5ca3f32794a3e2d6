using System.CommandLine;
using Jangbu.Cli.Terminal;

namespace Jangbu.Cli.CommandLine;

/// <summary>The options every command takes (docs/CLI.md, "Global").</summary>
internal static class GlobalOptions
{
    public static readonly Option<string?> Home = new("--home") { Recursive = true, HelpName = "DIR" };
    public static readonly Option<string?> PasswordFile = new("--password-file") { Recursive = true, HelpName = "FILE" };
    public static readonly Option<bool> Json = new("--json") { Recursive = true };
    public static readonly Option<string?> Lang = new("--lang") { Recursive = true, HelpName = "ko|en" };
    public static readonly Option<bool> Yes = new("--yes") { Recursive = true };
    public static readonly Option<bool> Verbose = new("-v") { Recursive = true };
    public static readonly Option<string[]> Bootstrap = new("--bootstrap") { Recursive = true, HelpName = "HOST:PORT" };
    public static readonly Option<int?> DhtPort = new("--dht-port") { Recursive = true, HelpName = "N" };
    public static readonly Option<string[]> Stun = new("--stun") { Recursive = true, HelpName = "URI" };
    public static readonly Option<string[]> Turn = new("--turn") { Recursive = true, HelpName = "URI" };
    public static readonly Option<bool> RelayOnly = new("--relay-only") { Recursive = true };
    public static readonly Option<string?> Bind = new("--bind") { Recursive = true, HelpName = "ADDRESS" };

    private static readonly (Option Option, Text Description)[] All =
    [
        (Home, new("이 사람의 폴더 (없으면 JANGBU_HOME, 그것도 없으면 $XDG_DATA_HOME/jangbu)", "this person's folder (else JANGBU_HOME, else $XDG_DATA_HOME/jangbu)")),
        (PasswordFile, new("비밀번호가 든 파일 (없으면 JANGBU_PASSWORD_FILE, 그것도 없으면 물어봄)", "a file with the password (else JANGBU_PASSWORD_FILE, else asked)")),
        (Json, new("프로그램이 읽을 JSON 줄로 답함", "answer in JSON lines for programs")),
        (Lang, new("말: ko 또는 en", "language: ko or en")),
        (Yes, new("묻지 않고 진행", "ask no questions")),
        (Verbose, new("자세히", "say more")),
        (Bootstrap, new("DHT에 들어가는 첫 노드 (여러 번 쓸 수 있음; 공개 노드 대신 씀)", "first DHT node to ask (repeatable; replaces the public ones)")),
        (DhtPort, new("DHT가 쓸 UDP 포트 (0이면 아무거나)", "UDP port of the DHT node (0 = any)")),
        (Stun, new("STUN 서버 (여러 번 쓸 수 있음)", "STUN server (repeatable)")),
        (Turn, new("TURN 서버 (여러 번 쓸 수 있음)", "TURN server (repeatable)")),
        (RelayOnly, new("TURN 중계로만 연결", "connect through a TURN relay only")),
        (Bind, new("이 주소로만 통신", "use this local address only")),
    ];

    public static void AddTo(RootCommand root, Language language)
    {
        foreach ((Option option, Text description) in All)
        {
            option.Description = description.In(language);
            root.Options.Add(option);
        }
    }
}
