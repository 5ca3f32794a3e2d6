using Jangbu.Crypto;
using Jangbu.Crypto.Jose;
using Jangbu.Payments.Records;

namespace Jangbu.Payments;

/// <summary>Writes the `data` of ledger entries (PROTOCOL §6).</summary>
internal static class EntryData
{
    public static byte[] Contact(PeerId id, string? card = null, string? name = null, bool? verified = null, bool removed = false)
    {
        JsonText json = new JsonText().BeginObject().Member("id", id.ToString());
        Optional(json, "card", card);
        Optional(json, "name", name);
        if (verified is bool value)
            json.Name("verified").Boolean(value);
        if (removed)
            json.Name("removed").Boolean(true);
        return json.EndObject().ToUtf8();
    }

    public static byte[] Policy(PeerId id, Asset asset, string? limit, string? autoAccept)
    {
        JsonText json = new JsonText().BeginObject().Member("id", id.ToString()).Member("asset", asset.Name);
        Optional(json, "limit", limit);
        Optional(json, "auto_accept", autoAccept);
        return json.EndObject().ToUtf8();
    }

    public static byte[] Records(IEnumerable<string> records, string? receipt = null)
    {
        JsonText json = new JsonText().BeginObject().Name("records").BeginArray();
        foreach (string record in records)
            json.Text(record);
        json.EndArray();
        Optional(json, "receipt", receipt);
        return json.EndObject().ToUtf8();
    }

    public static byte[] Note(RecordHash transaction, string? label, string? category)
    {
        JsonText json = new JsonText().BeginObject().Member("tx", transaction.ToString());
        Optional(json, "label", label);
        Optional(json, "category", category);
        return json.EndObject().ToUtf8();
    }

    public static byte[] Invite(string code, bool used)
    {
        JsonText json = new JsonText().BeginObject().Member("code", code);
        if (used)
            json.Name("used").Boolean(true);
        return json.EndObject().ToUtf8();
    }

    public static byte[] Checkpoint(string jws) => new JsonText().BeginObject().Member("jws", jws).EndObject().ToUtf8();

    private static void Optional(JsonText json, string name, string? value)
    {
        if (value is not null)
            json.Member(name, value);
    }
}
