using System.Globalization;
using System.Numerics;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using Jangbu.Crypto;
using Jangbu.Crypto.Jose;
using Jangbu.Ledger;

namespace Jangbu.Tests.Payments;

/// <summary>
/// What a ledger says, worked out a second time from its entries: slowly, plainly, sharing no code with the book but base64. Lanes are
/// sets of records; states are PROTOCOL §2.3 word for word over the whole set; balances are sums over decimal texts.
/// </summary>
internal sealed class ReferenceBook
{
    private readonly string _me;
    private readonly Dictionary<(string From, string To, string Lane, long Seq), Row> _records = [];

    public ReferenceBook(PeerId me, IEnumerable<Entry> entries)
    {
        _me = me.ToString();
        foreach (Entry entry in entries)
        {
            JsonNode data = JsonNode.Parse(entry.Data.Span)!;
            if (entry.Kind is not (EntryKind.Sent or EntryKind.Received))
                continue;
            foreach (JsonNode? jws in data["records"]!.AsArray())
                Add(jws!.GetValue<string>());
            if (data["receipt"] is JsonNode receipt)
                Add(receipt.GetValue<string>());
        }
        foreach (var lane in _records.Values.GroupBy(row => (row.From, row.To, row.Lane)))
            CheckChain([.. lane.OrderBy(row => row.Seq)]);
    }

    /// <summary>Every record by its hash, the lane's owner first: what two people must agree on.</summary>
    public IEnumerable<string> Between(string other) => _records.Values
        .Where(row => row.From == other || row.To == other)
        .Select(row => $"{row.From[..8]} {row.Lane} {row.Seq} {row.Hash}").Order(StringComparer.Ordinal);

    public string State(string transaction)
    {
        Row[] withdrawals = [.. _records.Values.Where(row => row.Kind == "withdrawal" && Text(row.Body["tx"]) == transaction)];
        List<string> verdicts = [];
        foreach (Row decision in _records.Values.Where(row => row.Kind == "decision"))
        {
            foreach (JsonNode? verdict in decision.Body["verdicts"]!.AsArray())
            {
                bool late = withdrawals.Any(withdrawal => decision.Ack.GetValueOrDefault(withdrawal.Lane) >= withdrawal.Seq);
                if (Text(verdict!["tx"]) == transaction && !late)
                    verdicts.Add(Text(verdict["result"]));
            }
        }
        return verdicts.Contains("rejected") ? "Rejected" : verdicts.Contains("accepted") ? "Accepted" : withdrawals.Length > 0 ? "Withdrawn" : "Undecided";
    }

    public IEnumerable<(string Hash, string From, string To, string State)> Transactions() =>
        _records.Values.Where(row => row.Kind == "transaction").Select(row => (row.Hash, row.From, row.To, State(row.Hash)));

    /// <summary>Net and held with one person, in units of 10^-8.</summary>
    public (BigInteger Net, BigInteger Held) Balance(string other)
    {
        BigInteger net = 0, held = 0;
        foreach (Row row in _records.Values.Where(row => row.Kind == "transaction" && (row.From == other || row.To == other)))
        {
            BigInteger units = Units(Text(row.Body["amount"]));
            string state = State(row.Hash);
            if (state == "Accepted")
                net += row.From == other ? units : -units;
            else if (state == "Undecided" && row.From == other)
                held += units;
        }
        return (net, held);
    }

    public int Count => _records.Count;

    private void Add(string jws)
    {
        Assert.True(Base64UrlText.TryDecode(jws.Split('.')[1], out byte[]? payload));
        JsonNode json = JsonNode.Parse(payload)!;
        var row = new Row(Text(json["from"]), Text(json["to"]), Text(json["lane"]), json["seq"]!.GetValue<long>(), Text(json["kind"]), Text(json["prev"]),
            Convert.ToHexStringLower(SHA256.HashData(payload)), json["body"]!,
            json["ack"]!.AsArray().ToDictionary(head => Text(head!["lane"]), head => head!["seq"]!.GetValue<long>()));
        Assert.True(row.From == _me || row.To == _me);
        Assert.True(_records.TryAdd((row.From, row.To, row.Lane, row.Seq), row), $"record {row.Seq} of {row.Lane} stands twice in one ledger");
    }

    private static void CheckChain(Row[] lane)
    {
        for (int i = 0; i < lane.Length; i++)
        {
            Assert.Equal(i + 1, lane[i].Seq);
            Assert.Equal(i == 0 ? new string('0', 64) : lane[i - 1].Hash, lane[i].Prev);
            Assert.Equal(i == 0, lane[i].Kind == "open");
        }
    }

    private static BigInteger Units(string amount)
    {
        string[] parts = amount.Split('.');
        return BigInteger.Parse(parts[0] + (parts.Length > 1 ? parts[1] : "").PadRight(8, '0'), CultureInfo.InvariantCulture);
    }

    private static string Text(JsonNode? node) => node!.GetValue<string>();

    private sealed record Row(
        string From, string To, string Lane, long Seq, string Kind, string Prev, string Hash, JsonNode Body, Dictionary<string, long> Ack);
}
