using System.Text;
using System.Text.Json;
using Jangbu.Crypto.Fernet;
using Jangbu.Ledger;
using Book = Jangbu.Ledger.Ledger;

namespace Jangbu.Tests.Ledger;

/// <summary>The protocol's own ledger file (Vectors/jangbu/README.md).</summary>
public sealed class LedgerVectorTests
{
    [Fact]
    public void Ledger_OfTheVectors_GivesTheirEntriesAndHead()
    {
        SimulatedStorage storage = LedgerFixture.Disk(LedgerFixture.Vector("ledger.jbledger"), LedgerFixture.Vector("ledger.jbledger.head"));
        List<Entry> entries = [];
        using Book ledger = Open(storage, entries);
        string[] expected = [.. LedgerFixture.VectorJson.GetProperty("entries").EnumerateArray().Select(entry => entry.GetString()!)];
        Assert.Equal(expected, entries.Select(entry => Encoding.UTF8.GetString(entry.Json.Span)));
        Assert.Equal(new LedgerHead(19, Hash(LedgerFixture.VectorJson.GetProperty("head").GetString()!)), ledger.Head);
        Assert.Equal(LedgerState.Sound, ledger.State);
        Assert.Equal(HeadFile.Read, ledger.HeadFile);
        Assert.Equal(new Guid(LedgerFixture.VectorJson.GetProperty("lane").GetString()!), ledger.Lane);
        foreach (Entry entry in entries)
        {
            Assert.Equal(entry.Json, ledger.Read(entry.Position).Json);
            Assert.Equal(expected[(int)entry.N - 1][..^1].Split("\"data\":", 2)[1], Encoding.UTF8.GetString(entry.Data.Span));
        }
    }

    [Fact]
    public void Ledger_BesideAHeadOfALongerOne_IsOldAndKeepsThatHead()
    {
        byte[] longer = LedgerFixture.Vector("head-of-a-longer-ledger");
        SimulatedStorage storage = LedgerFixture.Disk(LedgerFixture.Vector("ledger.jbledger"), longer);
        using Book ledger = Open(storage, []);
        Assert.Equal(LedgerState.Old, ledger.State);
        Assert.Equal(HeadFile.NamesMissingEntry, ledger.HeadFile);
        ledger.Append(EntryKind.Note, LedgerFixture.Note(1), LedgerFixture.Start);
        ledger.Flush();
        ledger.WriteHead();
        Assert.Equal(longer, storage.Bytes(LedgerFixture.Name + ".head"));
    }

    [Fact]
    public void Ledger_DamagedAsTheVectorsSay_NamesTheLine()
    {
        int count = 0;
        foreach (JsonElement change in LedgerFixture.VectorJson.GetProperty("damaged_files").EnumerateArray())
        {
            string what = change.GetProperty("change").GetString()!;
            using Book ledger = Open(LedgerFixture.Disk(Damage(what)), []);
            Assert.Equal((what, LedgerState.Damaged, change.GetProperty("line").GetInt64()), (what, ledger.State, ledger.DamagedLine));
            Assert.Equal(change.GetProperty("line").GetInt64() - 2, ledger.Head.N);
            Assert.NotNull(ledger.ReadOnlyReason);
            Assert.Equal(StorageFailure.ReadOnly, Assert.Throws<LedgerStorageException>(() => LedgerFixture.AppendNote(ledger, 1)).Reason);
            count++;
        }
        Assert.Equal(7, count);
    }

    [Fact]
    public void Ledger_EntryAlteredUnderARightChain_NamesTheLine()
    {
        // The two others of the vectors are about signatures and lanes, which the layer above checks.
        int count = 0;
        foreach (JsonElement altered in LedgerFixture.VectorJson.GetProperty("altered_entries").EnumerateArray())
        {
            if (altered.GetProperty("kind").GetString() is EntryKind.Sent or EntryKind.Received)
                continue;
            using Book ledger = Open(LedgerFixture.Disk(AlteredLedger.Bytes(altered)), []);
            Assert.Equal((LedgerState.Damaged, altered.GetProperty("line").GetInt64()), (ledger.State, ledger.DamagedLine));
            count++;
        }
        Assert.Equal(4, count);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("{}")]
    [InlineData("{\"n\":20,\"prev\":\"PREV\",\"at\":\"2026-11-28T19:48:21.450Z\",\"kind\":\"sent\",\"data\":{")]
    [InlineData("{\"n\":20,\"prev\":\"PREV\",\"at\":\"2026-11-28T19:48:21.450Z\",\"kind\":\"sent\",\"data\":")]
    [InlineData("{\"n\":20,\"prev\":\"PREV\",\"at\":\"2026-11-31T19:48:21.450Z\",\"kind\":\"sent\",\"data\":{\"records\":[\"a.b.c\"]}}")]
    [InlineData("{\"n\":20,\"prev\":\"PREV\",\"at\":\"2026-11-28T19:48:21.450Z\",\"kind\":\"sent\",\"data\":{\"records\":[\"a.b.c\"]},\"x\":{}}")]
    [InlineData("{\"n\":20.0,\"prev\":\"PREV\",\"at\":\"2026-11-28T19:48:21.450Z\",\"kind\":\"sent\",\"data\":{\"records\":[\"a.b.c\"]}}")]
    public void Ledger_TokenThatHoldsNoEntry_NamesItsLine(string json)
    {
        using FernetKey key = FernetKey.FromBytes(Convert.FromHexString(LedgerFixture.VectorJson.GetProperty("data_key").GetString()!));
        byte[] text = Encoding.UTF8.GetBytes(json.Replace("PREV", LedgerFixture.VectorJson.GetProperty("head").GetString(), StringComparison.Ordinal));
        using Book ledger = Open(LedgerFixture.Disk([.. LedgerFixture.Vector("ledger.jbledger"), .. FernetToken.EncryptToUtf8(key, text, 1, new SeededRandom(3)), (byte)'\n']), []);
        Assert.Equal((LedgerState.Damaged, LedgerDamage.Form, 21L, 19L), (ledger.State, ledger.Damage, ledger.DamagedLine, ledger.Head.N));
    }

    [Fact]
    public void Open_WrongPassword_SaysSoAndLetsGoOfTheLock()
    {
        SimulatedStorage storage = LedgerFixture.Disk(LedgerFixture.Vector("ledger.jbledger"));
        Assert.Equal(LedgerOpenOutcome.WrongPassword,
            Book.Open(storage, LedgerFixture.Name, LedgerFixture.Password, new SeededRandom(1), _ => { }).Outcome);
        Open(storage, []).Dispose();
    }

    internal static byte[] Damage(string change)
    {
        List<byte[]> lines = Lines(LedgerFixture.Vector("ledger.jbledger"));
        switch (change)
        {
            case "bit 0 of byte 40 of line 6 flipped":
                lines[5][40] ^= 1;
                break;
            case "line 6 removed":
                lines.RemoveAt(5);
                break;
            case "lines 6 and 7 swapped":
                (lines[5], lines[6]) = (lines[6], lines[5]);
                break;
            case "line 6 written twice":
                lines.Insert(5, lines[5]);
                break;
            case "line 2 removed":
                lines.RemoveAt(1);
                break;
            case "empty line after line 6":
                lines.Insert(6, [(byte)'\n']);
                break;
            case "lane of line 1 changed":
                lines[0] = Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(lines[0]).Replace("cec4d949", "cec4d94a", StringComparison.Ordinal));
                break;
            default:
                Assert.Fail("a change the test does not know: " + change);
                break;
        }
        return [.. lines.SelectMany(line => line)];
    }

    internal static List<byte[]> Lines(byte[] file)
    {
        List<byte[]> lines = [];
        for (int start = 0; start < file.Length;)
        {
            int end = Array.IndexOf(file, (byte)'\n', start);
            end = end < 0 ? file.Length : end + 1;
            lines.Add(file[start..end]);
            start = end;
        }
        return lines;
    }

    internal static Book Open(SimulatedStorage storage, List<Entry> entries)
    {
        LedgerOpening opening = Book.Open(storage, LedgerFixture.Name, LedgerFixture.VectorPassword, new SeededRandom(2), entries.Add);
        Assert.Equal(LedgerOpenOutcome.Opened, opening.Outcome);
        return opening.Ledger!;
    }

    private static EntryHash Hash(string hex)
    {
        Assert.True(EntryHash.TryParse(Encoding.ASCII.GetBytes(hex), out EntryHash hash));
        return hash;
    }
}

/// <summary>The vectors' ledger with one entry exchanged and the chain made right again after it, as somebody who has the data key could.</summary>
internal static class AlteredLedger
{
    public static byte[] Bytes(JsonElement altered)
    {
        using FernetKey key = FernetKey.FromBytes(Convert.FromHexString(LedgerFixture.VectorJson.GetProperty("data_key").GetString()!));
        long number = altered.GetProperty("entry").GetInt64();
        MemoryStream file = new();
        file.Write(LedgerVectorTests.Lines(LedgerFixture.Vector("ledger.jbledger"))[0]);
        EntryHash prev = EntryHash.None;
        foreach (JsonElement element in LedgerFixture.VectorJson.GetProperty("entries").EnumerateArray())
        {
            JsonElement entry = JsonDocument.Parse(element.GetString()!).RootElement;
            bool here = entry.GetProperty("n").GetInt64() == number;
            string kind = (here ? altered : entry).GetProperty("kind").GetString()!, data = (here ? altered : entry).GetProperty("data").GetRawText();
            byte[] json = Encoding.UTF8.GetBytes(
                $$"""{"n":{{entry.GetProperty("n").GetInt64()}},"prev":"{{prev}}","at":"{{entry.GetProperty("at").GetString()}}","kind":"{{kind}}","data":{{data}}}""");
            prev = EntryHash.Of(json);
            file.Write(FernetToken.EncryptToUtf8(key, json, 1, new SeededRandom(3)));
            file.WriteByte((byte)'\n');
        }
        return file.ToArray();
    }
}
