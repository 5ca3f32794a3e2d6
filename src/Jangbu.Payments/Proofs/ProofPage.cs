using System.Globalization;
using System.Net;
using System.Text;
using Jangbu.Crypto;
using Jangbu.Payments.Records;

namespace Jangbu.Payments.Proofs;

/// <summary>
/// A proof as one HTML page that loads nothing: what it shows, what it does not, and the proof file itself to be saved and verified again. In Korean and
/// English side by side, since it is made to be shown to a third person. The page proves nothing; only verifying the file does, and it says so.
/// </summary>
public static class ProofPage
{
    private const string Style =
        "body{font:16px/1.5 system-ui,sans-serif;max-width:44rem;margin:2rem auto;padding:0 1rem}table{border-collapse:collapse}" +
        "th,td{text-align:left;vertical-align:top;padding:.2rem 1rem .2rem 0}code{word-break:break-all}pre{white-space:pre-wrap;word-break:break-all;max-height:12rem;overflow:auto;border:1px solid;padding:.5rem}";

    /// <summary>Writes the page for a proof that was verified.</summary>
    /// <param name="file">The proof file, which is put into the page unchanged.</param>
    /// <param name="statement">What verifying it said.</param>
    public static byte[] Write(ReadOnlySpan<byte> file, ProofStatement statement)
    {
        ArgumentNullException.ThrowIfNull(statement);
        var html = new StringBuilder("<!doctype html><html lang=\"ko\"><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">")
            .Append("<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\"><title>장부 증명 · Jangbu proof</title><style>")
            .Append(Style).Append("</style><h1>장부 증명 · Jangbu proof</h1><table>");
        foreach ((PeerId id, string name) in statement.Names)
            Row(html, name, id.ToString());
        switch (statement)
        {
            case PaymentStatement payment:
                Rows(html, payment.Transaction);
                foreach (ProvedTransaction reversal in payment.Reversals)
                {
                    Row(html, "되돌림 · reversed by", reversal.Hash.ToString());
                    Rows(html, reversal);
                }
                break;
            case ForkStatement fork:
                Row(html, "서로 맞지 않는 두 기록의 작성자 · author of two records that cannot both stand", fork.Author.ToString());
                Row(html, "번호 · places", string.Join(", ", fork.Seqs));
                break;
            case BalanceProofStatement balance:
                foreach (AssetNet row in balance.Assets)
                    Row(html, "잔액 · balance", string.Create(CultureInfo.InvariantCulture, $"{row.Net} {row.Asset}"));
                Row(html, "이 사람의 쪽에서 · as said by", balance.AsSaidBy.ToString());
                Row(html, "서명한 때 · signed at", $"{Rfc3339Time.Format(balance.First)}, {Rfc3339Time.Format(balance.Second)}");
                break;
        }
        Row(html, "두 사람이 모두 서명함 · both signed", statement.BothSigned ? "예 · yes" : "아니요 · no");
        Row(html, "원장에 있는 기록 · records in a book", statement.InBook.Count.ToString(CultureInfo.InvariantCulture));
        html.Append("</table><h2>증명하지 않는 것 · Not proved</h2><ul>");
        foreach (string text in statement.NotProved)
            html.Append("<li>").Append(WebUtility.HtmlEncode(text));
        html.Append("</ul><h2>증명 파일 · Proof file</h2><p>이 쪽은 증명이 아닙니다. 아래를 .jbproof 파일로 저장하고 확인하십시오. · This page proves nothing by itself. Save the text below ")
            .Append("as a .jbproof file and verify it: <code>jangbu proof verify FILE</code></p><pre>")
            .Append(WebUtility.HtmlEncode(Encoding.UTF8.GetString(file))).Append("</pre></html>\n");
        return Encoding.UTF8.GetBytes(html.ToString());
    }

    private static void Rows(StringBuilder html, ProvedTransaction transaction)
    {
        Row(html, "금액 · amount", $"{transaction.Body.Amount} {transaction.Body.Asset}");
        Row(html, "준 사람 · from", transaction.From.ToString());
        Row(html, "받은 사람 · to", transaction.To.ToString());
        if (transaction.Body.Memo is { Length: > 0 } memo)
            Row(html, "메모 · memo", memo);
        Row(html, "상태 · state", transaction.State.ToString().ToLowerInvariant());
        Row(html, "작성자의 시계로 · by its author's clock", Rfc3339Time.Format(transaction.At));
        foreach (DateTimeOffset at in transaction.DecidedAt)
            Row(html, "결정한 사람의 시계로 · by the decider's clock", Rfc3339Time.Format(at));
        Row(html, "거래 · transaction", transaction.Hash.ToString());
    }

    private static void Row(StringBuilder html, string name, string value) =>
        html.Append("<tr><th>").Append(WebUtility.HtmlEncode(name)).Append("<td><code>").Append(WebUtility.HtmlEncode(value)).Append("</code>");
}
