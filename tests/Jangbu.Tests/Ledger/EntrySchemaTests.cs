using System.Text;
using Jangbu.Ledger;
using Book = Jangbu.Ledger.Ledger;

namespace Jangbu.Tests.Ledger;

/// <summary>Each member of each kind of entry, at its limit and one past (PROTOCOL §6).</summary>
public sealed class EntrySchemaTests
{
    private const string Id = "\"id\":\"jb1g4g6zxjxvyte67h44ydpys689kjxqj49p6ylcec8xakncue22eqqfg8g0r\"";
    private const string Hash = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
    private const string Jws = "eyJh.eyJ2.AAAA";

    public static TheoryData<string, string, bool> Data => new()
    {
        { EntryKind.Contact, $"{{{Id}}}", true },
        { EntryKind.Contact, $"{{{Id},\"name\":\"{Text(64)}\",\"verified\":false,\"removed\":true,\"card\":\"{Jws}\"}}", true },
        { EntryKind.Contact, $"{{\"verified\":true, {Id}}}", true },
        { EntryKind.Contact, $"{{{Id},\"name\":\"{Text(65)}\"}}", false },
        { EntryKind.Contact, $"{{{Id},\"name\":\"\"}}", false },
        { EntryKind.Contact, $"{{{Id},\"removed\":false}}", false },
        { EntryKind.Contact, $"{{{Id},\"verified\":1}}", false },
        { EntryKind.Contact, $"{{{Id},\"card\":\"{Long(8 * 1024)}\"}}", true },
        { EntryKind.Contact, $"{{{Id},\"card\":\"{Long(8 * 1024 + 1)}\"}}", false },
        { EntryKind.Contact, $"{{{Id},\"colour\":\"red\"}}", false },
        { EntryKind.Contact, $"{{{Id},{Id}}}", false },
        { EntryKind.Contact, "{\"id\":\"jb1g4g6zxjxvyte67h44ydpys689kjxqj49p6ylcec8xakncue22eqqfg8g0q\"}", false },
        { EntryKind.Contact, "{}", false },
        { EntryKind.Contact, "[]", false },
        { EntryKind.Policy, Policy("KRW", "\"limit\":\"0\",\"auto_accept\":\"\""), true },
        { EntryKind.Policy, Policy("ABCDEFGHIJK1", "\"limit\":\"999999999999999.00000001\""), true },
        { EntryKind.Policy, Policy("ABCDEFGHIJKL1", "\"limit\":\"1\""), false },
        { EntryKind.Policy, Policy("KR", "\"limit\":\"1\""), false },
        { EntryKind.Policy, Policy("1RW", "\"limit\":\"1\""), false },
        { EntryKind.Policy, Policy("krw", "\"limit\":\"1\""), false },
        { EntryKind.Policy, Policy("KRW", "\"limit\":\"1000000000000000\""), false },
        { EntryKind.Policy, Policy("KRW", "\"limit\":\"0.000000001\""), false },
        { EntryKind.Policy, Policy("KRW", "\"limit\":\"1.10\""), false },
        { EntryKind.Policy, Policy("KRW", "\"limit\":\"01\""), false },
        { EntryKind.Policy, Policy("KRW", "\"limit\":\"-1\""), false },
        { EntryKind.Policy, Policy("KRW", "\"limit\":\"1.\""), false },
        { EntryKind.Policy, Policy("KRW", "\"limit\":\".5\""), false },
        { EntryKind.Policy, Policy("KRW", "\"limit\":5"), false },
        { EntryKind.Sent, $"{{\"records\":[\"{Jws}\"]}}", true },
        { EntryKind.Sent, $"{{ \"records\" : [ \"{Jws}\" , \"{Jws}\" ] }}", true },
        { EntryKind.Sent, $"{{\"records\":[\"{Long(16 * 1024)}\"]}}", true },
        { EntryKind.Sent, $"{{\"records\":[\"{Long(16 * 1024 + 1)}\"]}}", false },
        { EntryKind.Sent, $"{{\"records\":[ \"{Long(16 * 1024 + 1)}\"]}}", false },
        { EntryKind.Sent, "{\"records\":[]}", false },
        { EntryKind.Sent, $"{{\"records\":[\"{Jws}\"],\"receipt\":\"{Jws}\"}}", false },
        { EntryKind.Sent, $"{{\"records\":[\"{Jws}\",]}}", false },
        { EntryKind.Sent, $"{{\"records\":[\"{Jws}\"]}}x", false },
        { EntryKind.Sent, $"{{\"records\":[\"{Jws}\"", false },
        { EntryKind.Sent, "{\"records\":[\"a.b\"]}", false },
        { EntryKind.Sent, "{\"records\":[\"a.b.c.d\"]}", false },
        { EntryKind.Sent, "{\"records\":[\"..\"]}", false },
        { EntryKind.Sent, "{\"records\":[\"a.b=.c\"]}", false },
        { EntryKind.Sent, "{\"records\":\"a.b.c\"}", false },
        { EntryKind.Received, $"{{\"records\":[\"{Jws}\"]}}", true },
        { EntryKind.Received, $"{{\"records\":[\"{Jws}\"],\"receipt\":\"{Jws}\"}}", true },
        { EntryKind.Received, $"{{\"receipt\":\"{Jws}\",\"records\":[\"{Jws}\"]}}", true },
        { EntryKind.Received, $"{{\"receipt\":\"{Jws}\"}}", false },
        { EntryKind.Received, $"{{\"records\":[],\"receipt\":\"{Jws}\"}}", false },
        { EntryKind.Received, $"{{\"records\":[\"{Jws}\"],\"receipt\":\"{Jws}\",\"receipt\":\"{Jws}\"}}", false },
        { EntryKind.Received, $"{{\"records\":[\"{Jws}\"],\"receipt\":null}}", false },
        { EntryKind.Fork, $"{{\"records\":[\"{Jws}\",\"{Jws}\"]}}", true },
        { EntryKind.Fork, $"{{\"records\":[\"{Jws}\"]}}", false },
        { EntryKind.Fork, $"{{\"records\":[\"{Jws}\",\"{Jws}\",\"{Jws}\"]}}", false },
        { EntryKind.Note, $"{{\"tx\":\"{Hash}\",\"label\":\"{Text(256)}\",\"category\":\"\"}}", true },
        { EntryKind.Note, $"{{\"tx\":\"{Hash}\",\"label\":\"{Text(257)}\"}}", false },
        { EntryKind.Note, $"{{\"tx\":\"{Hash}\",\"category\":\"{Text(257)}\"}}", false },
        { EntryKind.Note, $"{{\"tx\":\"{Hash.ToUpperInvariant()}\"}}", false },
        { EntryKind.Note, $"{{\"tx\":\"{Hash}0\"}}", false },
        { EntryKind.Note, $"{{\"tx\":\"{Hash}\",\"label\":\"a\\u0001b\"}}", false },
        { EntryKind.Note, $"{{\"tx\":\"{Hash}\",\"label\":\"\\ud800\"}}", false },
        { EntryKind.Note, $"{{\"tx\":\"{Hash}\",\"label\":[[[[[[[]]]]]]]}}", false },
        { EntryKind.Invite, "{\"code\":\"AQAAAAAAAAAAAAAAAAAAAAA\"}", true },
        { EntryKind.Invite, "{\"code\":\"AQAAAAAAAAAAAAAAAAAAAAA\",\"used\":true}", true },
        { EntryKind.Invite, "{\"code\":\"AQAAAAAAAAAAAAAAAAAAAAA\",\"used\":false}", false },
        { EntryKind.Invite, "{\"code\":\"AgAAAAAAAAAAAAAAAAAAAAA\"}", false },
        { EntryKind.Invite, "{\"code\":\"AQAAAAAAAAAAAAAAAAAAAAB\"}", false },
        { EntryKind.Invite, "{\"code\":\"AQAAAAAAAAAAAAAAAAAAAA\"}", false },
        { EntryKind.Checkpoint, $"{{\"jws\":\"{Jws}\"}}", true },
        { EntryKind.Checkpoint, "{\"jws\":\"\"}", false },
        { EntryKind.Checkpoint, "{}", false },
    };

    [Theory]
    [MemberData(nameof(Data))]
    public void Append_DataOfAKind_IsTakenOrRefusedAndReadsBack(string kind, string data, bool valid)
    {
        SimulatedStorage storage = new();
        using Book ledger = LedgerFixture.Create(storage);
        if (!valid)
        {
            Assert.Throws<ArgumentException>(() => ledger.Append(kind, Encoding.UTF8.GetBytes(data), LedgerFixture.Start));
            Assert.Equal(1, ledger.Head.N);
            return;
        }
        Entry entry = ledger.Append(kind, Encoding.UTF8.GetBytes(data), LedgerFixture.Start);
        ledger.Flush();
        ledger.Dispose();
        List<Entry> entries = [];
        using Book again = LedgerFixture.Open(storage.Reopen(), entries);
        Assert.Equal((LedgerState.Sound, entry.Hash, kind), (again.State, entries[1].Hash, entries[1].Kind));
    }

    // Four bytes each in UTF-8, two code units each in UTF-16: limits count code points.
    private static string Text(int codePoints) => string.Concat(Enumerable.Repeat("😀", codePoints));

    private static string Long(int length) => "a." + new string('b', length - 4) + ".c";

    private static string Policy(string asset, string rest) => $"{{{Id},\"asset\":\"{asset}\",{rest}}}";
}
