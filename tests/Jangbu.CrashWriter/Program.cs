using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Jangbu.Crypto;
using Jangbu.Ledger;
using Jangbu.Ledger.Drivers;

// The program under the crash labs (tests/labs): writes a ledger in the current folder and, after each flush, the number of the last durable note to the file
// named by ACK; "check" opens what a crash left and fails unless every acknowledged note is there once, or the ledger says that it is old.
const string Name = "lab.jbledger";
DateTimeOffset at = new(2026, 11, 22, 6, 30, 0, TimeSpan.Zero);
using LedgerPassword password = new("lab"), other = new("other");
using RandomNumberGenerator random = RandomNumberGenerator.Create();
long last = 0;
FileLedgerStorage storage = null!;

try
{
    storage = FileLedgerStorage.OpenFolder(Environment.CurrentDirectory);
    return args switch
    {
        ["append", var count] => Scenario(ledger => Append(ledger, Number(count))),
        ["password", var count] => Scenario(ledger =>
        {
            Append(ledger, Number(count));
            ledger.WriteHead();
            ledger.ChangePassword(other, at);
            Append(ledger, Number(count));
        }),
        ["backup", var count] => Scenario(ledger =>
        {
            Append(ledger, Number(count));
            ledger.Backup(storage, "copy");
            Append(ledger, Number(count));
        }),
        ["restore", var count] => Restore(Number(count)),
        ["anew", var count] => Scenario(ledger =>
        {
            Append(ledger, Number(count));
            ledger.WriteHead();
            ledger.BeginAnew(password, new Guid("d844a63f-b004-42d1-b055-a58640b470ba"), at);
        }),
        ["check"] => Check(),
        _ => Usage(),
    };
}
catch (LedgerStorageException failed)
{
    // Told, and nothing acknowledged after it: what the labs look for in a call that fails.
    Console.Error.WriteLine($"not stored: {failed.Reason}: {failed.Message}");
    return 4;
}

int Scenario(Action<Ledger> act)
{
    using Ledger ledger = OpenOrCreate();
    act(ledger);
    ledger.WriteHead();
    return 0;
}

int Restore(int count)
{
    using (Ledger ledger = OpenOrCreate())
    {
        Append(ledger, count);
        ledger.Backup(storage, "copy");
        Append(ledger, count);
        ledger.WriteHead();
    }
    Ledger.Restore(storage, "copy", storage, Name, password, out _);
    return 0;
}

Ledger OpenOrCreate()
{
    if (!storage.Exists(Name))
        return Ledger.Create(storage, Name, password, PeerId.FromThumbprint(new byte[PeerId.Length]), new Guid("cec4d949-36bc-48e1-9355-bae18943b58f"), at, random);
    return Open() ?? throw new InvalidOperationException("no password of the lab opens the ledger");
}

Ledger? Open()
{
    last = 0;
    foreach (LedgerPassword each in new[] { password, other })
        if (Ledger.Open(storage, Name, each, random, Count).Ledger is { } ledger)
            return ledger;
    return null;
}

// Notes carry 1, 2, 3 … in their hash; one that is missing, doubled or out of place ends everything.
void Count(Entry entry)
{
    if (entry.Kind != EntryKind.Note)
        return;
    if (!Encoding.UTF8.GetString(entry.Data.Span).Contains($"\"tx\":\"{last + 1:x64}\"", StringComparison.Ordinal))
        throw new InvalidOperationException($"entry {entry.N} is not note {last + 1}");
    last++;
}

void Append(Ledger ledger, int count)
{
    for (int act = 1; act <= count; act++)
    {
        for (int i = 0; i <= act % 3; i++)
            ledger.Append(EntryKind.Note, Encoding.ASCII.GetBytes($$"""{"tx":"{{++last:x64}}","label":"{{new string('x', 200)}}"}"""), at);
        ledger.Flush();
        Acknowledge();
    }
}

void Acknowledge()
{
    if (Environment.GetEnvironmentVariable("ACK") is { } file)
        File.AppendAllText(file, last.ToString(CultureInfo.InvariantCulture) + "\n");
}

int Check()
{
    long acknowledged = Environment.GetEnvironmentVariable("ACK") is { } file && File.Exists(file)
        ? File.ReadLines(file).Select(line => long.Parse(line, CultureInfo.InvariantCulture)).DefaultIfEmpty().Max() : 0;
    if (!storage.Exists(Name))
        return acknowledged == 0 ? 0 : Fail($"the ledger is gone with {acknowledged} acknowledged notes");
    // Twice: opening again must find the same and cut nothing more.
    for (int i = 0; i < 2; i++)
    {
        using Ledger? ledger = Open();
        if (ledger is null)
            return Fail("no password opens the ledger");
        if (ledger.State == LedgerState.Damaged)
            return Fail($"line {ledger.DamagedLine} is damaged: {ledger.Damage}");
        if (last < acknowledged && ledger.State != LedgerState.Old)
            return Fail($"{last} of {acknowledged} acknowledged notes are left");
        if (i == 1 && ledger.TornBytes > 0)
            return Fail("the second opening cut again");
    }
    return 0;
}

static int Fail(string why)
{
    Console.Error.WriteLine(why);
    return 1;
}

static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);

static int Usage()
{
    Console.Error.WriteLine("usage: Jangbu.CrashWriter append|password|backup|restore|anew <acts> | check");
    return 2;
}
