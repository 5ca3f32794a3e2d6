using Jangbu.Crypto;
using Jangbu.Crypto.Jose;

namespace Jangbu.Payments.Records;

/// <summary>Makes the payload bytes that are signed (PROTOCOL §2). The same record always gives the same bytes, in the member order of the table there.</summary>
public static class RecordWriter
{
    /// <summary>The payload of a record. The caller keeps the rules of the kind; <see cref="RecordReader"/> would refuse what breaks them.</summary>
    public static byte[] Write(RecordHeader header, RecordBody body)
    {
        ArgumentNullException.ThrowIfNull(header);
        ArgumentNullException.ThrowIfNull(body);
        JsonText json = new JsonText().BeginObject()
            .Member("v", 1).Member("kind", WireName.Of(body.Kind)).Member("id", RecordId.Format(header.Id))
            .Member("from", header.From.ToString()).Member("to", header.To.ToString())
            .Member("lane", RecordId.Format(header.Lane)).Member("seq", header.Seq).Member("prev", header.Prev.ToString())
            .Name("ack");
        LaneHeads.Write(json, header.Ack).Member("at", Rfc3339Time.Format(header.At)).Name("body").BeginObject();
        WriteBody(json, body);
        return json.EndObject().EndObject().ToUtf8();
    }

    private static void WriteBody(JsonText json, RecordBody body)
    {
        switch (body)
        {
            case Open open:
                json.Member("card", open.Card).Member("agreement", open.Agreement);
                break;
            case Transaction transaction:
                WriteWant(json, transaction.Amount, transaction.Asset, transaction.Memo, transaction.Due);
                WriteOptional(json, "request", transaction.Request?.ToString());
                WriteOptional(json, "reverses", transaction.Reverses?.ToString());
                break;
            case Request request:
                WriteWant(json, request.Amount, request.Asset, request.Memo, request.Due);
                break;
            case Decision decision:
                json.Name("verdicts").BeginArray();
                foreach (Verdict verdict in decision.Verdicts)
                {
                    json.BeginObject().Member("tx", verdict.Transaction.ToString()).Member("result", verdict.Accepted ? "accepted" : "rejected");
                    WriteOptional(json, "code", verdict.Code is RejectionCode code ? WireName.Of(code) : null);
                    WriteOptional(json, "reason", verdict.Reason);
                    json.EndObject();
                }
                json.EndArray();
                break;
            case Withdrawal withdrawal:
                json.Member("tx", withdrawal.Transaction.ToString());
                break;
            case BalanceStatement balance:
                json.Name("assets").BeginArray();
                foreach (AssetNet row in balance.Assets)
                    json.BeginObject().Member("asset", row.Asset.Name).Member("net", row.Net.ToString()).EndObject();
                json.EndArray().Name("lanes");
                WriteOptional(LaneHeads.Write(json, balance.Lanes), "accepts", balance.Accepts?.ToString());
                break;
        }
    }

    private static void WriteWant(JsonText json, Amount amount, Asset asset, string? memo, DateOnly? due)
    {
        json.Member("amount", amount.ToString()).Member("asset", asset.Name);
        WriteOptional(json, "memo", memo);
        WriteOptional(json, "due", due is DateOnly date ? WireDate.Format(date) : null);
    }

    private static void WriteOptional(JsonText json, string name, string? value)
    {
        if (value is not null)
            json.Member(name, value);
    }
}
