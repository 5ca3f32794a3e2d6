using System.Text;
using System.Text.Json;
using Jangbu.Payments;
using Jangbu.Payments.Books;
using Jangbu.Payments.Export;

namespace Jangbu.Tests.Payments;

public sealed class ExportTests : IDisposable
{
    private readonly Person _a = Forger.Victim();
    private readonly Person _b = Person.Create(new FastKeys(Person.CardOf(1, "보라").Id), Person.CardOf(1, "보라"), 42);

    public ExportTests()
    {
        _a.Meet(_b, autoAccept: "100000");
        _b.Meet(_a, autoAccept: "100000");
        _a.Pay(_b, "12000", memo: "=점심, \"둘\"");
        new Link(_a, _b).Run();
        _a.Now = _b.Now = TimeSpan.FromMinutes(5);
        _b.Pay(_a, "2000", memo: "일부");
        _b.Pay(_a, "0.25", "USD");
        new Link(_a, _b).Run();
    }

    public void Dispose()
    {
        _a.Dispose();
        _b.Dispose();
    }

    [Fact]
    public void Csv_FreeText_IsQuotedAndNeverAFormula()
    {
        string[] lines = Encoding.UTF8.GetString(CsvExport.Write(_a.Book)).Split("\r\n");
        Assert.Equal(5, lines.Length);
        Assert.Contains(",보라,", lines[1], StringComparison.Ordinal);
        Assert.Contains("\"'=점심, \"\"둘\"\"\"", lines[1], StringComparison.Ordinal);
        Assert.Contains(",sent,12000,KRW,accepted,-12000,", lines[1], StringComparison.Ordinal);
        Assert.Contains(",undecided,0,", lines.Single(line => line.Contains("USD", StringComparison.Ordinal)), StringComparison.Ordinal);
    }

    [Fact]
    public void Csv_WithByteOrderMark_BeginsWithIt()
    {
        Assert.Equal([0xEF, 0xBB, 0xBF], CsvExport.Write(_a.Book, byteOrderMark: true)[..3]);
        Assert.Equal((byte)'a', CsvExport.Write(_a.Book)[0]);
    }

    [Fact]
    public void Json_Export_HasBalancesAndTransactions()
    {
        JsonElement json = JsonDocument.Parse(JsonExport.Write(_a.Book)).RootElement;
        JsonElement contact = Assert.Single(json.GetProperty("contacts").EnumerateArray());
        JsonElement krw = contact.GetProperty("balances")[0];
        Assert.Equal(("KRW", "-10000", "0"), (krw.GetProperty("asset").GetString(), krw.GetProperty("net").GetString(), krw.GetProperty("held").GetString()));
        Assert.Equal(["12000", "2000", "0.25"], json.GetProperty("transactions").EnumerateArray().Select(one => one.GetProperty("amount").GetString()));
    }

    [Fact]
    public void Statement_OfBoth_AgreesToTheLastLine()
    {
        IReadOnlyList<StatementLine> mine = StatementLine.Of(_a.With(_b)), theirs = StatementLine.Of(_b.With(_a));
        Assert.Equal(mine.Select(line => (line.Transaction.Hash, line.Balance)), theirs.Select(line => (line.Transaction.Hash, -line.Balance)));
        Assert.Equal("-10000", mine.Last(line => line.Transaction.Body.Asset == Asset.Parse("KRW")).Balance.ToString());
    }

    [Fact]
    public void Hledger_Pending_IsNotCleared()
    {
        string journal = Encoding.UTF8.GetString(HledgerExport.Write(_a.Book));
        Assert.Contains(" * (", journal, StringComparison.Ordinal);
        Assert.Contains(" ! (", journal, StringComparison.Ordinal);
        Assert.Contains("assets:jangbu:보라  -12000 KRW", journal, StringComparison.Ordinal);
    }
}
