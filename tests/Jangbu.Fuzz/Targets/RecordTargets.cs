using System.Text;
using System.Text.Json;
using Jangbu.Payments;
using Jangbu.Payments.Records;

namespace Jangbu.Fuzz.Targets;

/// <summary>What a contact signs: the signature is right and the payload still hostile.</summary>
public static class RecordTargets
{
    private static readonly JsonElement Records = VectorSeeds.Json("jangbu/records.json").GetProperty("records");

    public static IEnumerable<FuzzTarget> All =>
    [
        new("record-payload", static input => RecordReader.TryReadPayload(input, out _, out _, out _))
        {
            Seeds = VectorSeeds.Texts(Records, "payload", 30), Largest = 16 * 1024, Allowance = 65536,
            Dictionary = FuzzTarget.Words(
                "\"kind\":\"transaction\"", "\"kind\":\"decision\"", "\"kind\":\"balance\"", "\"kind\":\"withdrawal\"", "\"kind\":\"request\"", "\"ack\":[]", "\"seq\":1", "\"v\":2", "\"amount\":\"1e3\"",
                "\"due\":\"2026-02-30\"", "\"verdicts\":[", "\"result\":\"accepted\"", "\"code\":\"declined\"", "\"memo\":\"\\u0000\"", "\\ud800", "9007199254740992", "00000000-0000-7000-8000-000000000000"),
        },

        new("amount", static input =>
        {
            string text = Encoding.Latin1.GetString(input);
            if (!Amount.TryParse(text, out Amount amount))
                return false;
            PromiseBrokenException.Unless(amount.ToString() == text, "an amount in two spellings");
            return true;
        })
        { Seeds = FuzzTarget.Words("1", "12000", "0.00000001", "999999999999999", "100000000000000.00000001"), Dictionary = FuzzTarget.Words(".", "0", "-", "e", " ", "+"), Largest = 64 },
    ];
}
