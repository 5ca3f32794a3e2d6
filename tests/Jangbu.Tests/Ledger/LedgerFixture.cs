using System.Text;
using System.Text.Json;
using Jangbu.Crypto;
using Jangbu.Ledger;
using Book = Jangbu.Ledger.Ledger;

namespace Jangbu.Tests.Ledger;

/// <summary>A ledger of one person at fixed times. One password object for all tests, so that PBKDF2 is paid once a salt, and the seeded salts are few.</summary>
internal static class LedgerFixture
{
    public const string Name = "book.jbledger";

    public static readonly DateTimeOffset Start = new(2026, 11, 22, 6, 30, 0, TimeSpan.Zero);

    public static readonly Guid Lane = new("cec4d949-36bc-48e1-9355-bae18943b58f");

    public static readonly PeerId Me = PeerId.FromThumbprint(Enumerable.Range(0, 32).Select(i => (byte)i).ToArray());

    public static LedgerPassword Password { get; } = new("틀린 적 없는 비밀번호");

    public static Book Create(ILedgerStorage storage, ulong seed = 1) =>
        Book.Create(storage, Name, Password, Me, Lane, Start, new SeededRandom(seed));

    public static Book Open(ILedgerStorage storage, List<Entry>? entries = null)
    {
        LedgerOpening opening = Book.Open(storage, Name, Password, new SeededRandom(2), entry => entries?.Add(entry));
        Assert.Equal(LedgerOpenOutcome.Opened, opening.Outcome);
        return opening.Ledger!;
    }

    public static Entry AppendNote(Book ledger, int number) =>
        ledger.Append(EntryKind.Note, Note(number), Start.AddSeconds(number));

    /// <summary>A note about a transaction that is told apart by its number; about as long as a small record when asked.</summary>
    public static byte[] Note(int number, int length = 8) => Encoding.UTF8.GetBytes(
        $$"""{"tx":"{{EntryHash.Of(BitConverter.GetBytes(number))}}","label":"{{number.ToString(System.Globalization.CultureInfo.InvariantCulture).PadLeft(length, '.')}}"}""");

    public static byte[] Vector(string name) => VectorFile.Bytes("jangbu/" + name);

    public static JsonElement VectorJson { get; } = VectorFile.Json("jangbu/ledger.json");

    public static LedgerPassword VectorPassword { get; } = new(VectorJson.GetProperty("password").GetString());

    public static SimulatedStorage Disk(byte[] ledger, byte[]? head = null)
    {
        SimulatedStorage storage = new();
        storage.Put(Name, ledger);
        if (head is not null)
            storage.Put(Name + ".head", head);
        return storage;
    }
}
