using System.Globalization;
using Jangbu.Node;

namespace Jangbu.Cli.Terminal;

/// <summary>The stages of a payment as they happen: a JSON object each on stdout, or a line each on stderr.</summary>
internal sealed class StageLines(Output output) : IProgress<PaymentProgress>
{
    /// <summary>The last stage told; null before anything is signed.</summary>
    public PaymentProgress? Last { get; private set; }

    public void Report(PaymentProgress value)
    {
        Last = value;
        output.Object(
            ("type", "stage"), ("stage", value.StageName), ("id", value.Id.ToString()), ("ms", (long)value.Elapsed.TotalMilliseconds),
            ("path", value.Path), ("nodes", value.Nodes));
        if (output.Json)
            return;
        string seconds = value.Elapsed.TotalSeconds.ToString("0.000", CultureInfo.InvariantCulture);
        string line = $" ✓ {value.StageName,-15} {seconds,8} s  {Meaning(value).In(output.Language)}";
        output.Progress(line);
    }

    private static Text Meaning(PaymentProgress stage) => stage.Stage switch
    {
        PaymentStage.Signed => new("서명해서 내 장부에 적었습니다", "signed and written in your ledger"),
        PaymentStage.Resolving => new("상대를 찾는 중", "looking for the other side"),
        PaymentStage.OfferStored => new($"DHT 노드 {stage.Nodes}개에 연결 제안을 두었습니다", $"the offer is stored on {stage.Nodes} DHT node(s)"),
        PaymentStage.AnswerFound => new("상대가 대답했습니다", "the other side has answered"),
        PaymentStage.IceConnected => new($"길이 열렸습니다 ({stage.Path})", $"a path is open ({stage.Path})"),
        PaymentStage.DtlsConnected => new("암호화된 통로: 상대의 서명된 지문과 같습니다", "encrypted; the peer's certificate is the one they signed"),
        PaymentStage.Sent => new("봉투를 보냈습니다", "the sealed envelope is sent"),
        PaymentStage.Received => new("수신 결과: 상대의 장부에 있습니다", "reception result: it is in their ledger"),
        PaymentStage.Processed => new("처리 결과를 받았습니다", "processing result: they have decided"),
        _ => new("", ""),
    };
}
