using System.Text;
using System.Text.Json;
using Jangbu.Crypto.Fernet;
using Jangbu.Ledger;
using Book = Jangbu.Ledger.Ledger;

namespace Jangbu.Tests.Ledger;

/// <summary>Password, backup, restore, export, beginning anew.</summary>
public sealed class LedgerKeepingTests : IDisposable
{
    private static readonly LedgerPassword Next = new("새 비밀번호");
    private static readonly Guid NewLane = new("d844a63f-b004-42d1-b055-a58640b470ba");

    private readonly SimulatedStorage _storage = new();

    public void Dispose() => _storage.Dispose();

    [Fact]
    public void ChangePassword_OnlyTheNewOneOpens_AndTheEntriesAreTheSame()
    {
        using (Book ledger = Filled(5))
        {
            ledger.ChangePassword(Next, LedgerFixture.Start);
            Entry after = LedgerFixture.AppendNote(ledger, 6);
            ledger.Flush();
            Assert.Equal(after.Json, ledger.Read(after.Position).Json);
        }
        SimulatedStorage storage = _storage.Reopen();
        Assert.Equal(LedgerOpenOutcome.WrongPassword, Book.Open(storage, LedgerFixture.Name, LedgerFixture.Password, new SeededRandom(1), _ => { }).Outcome);
        List<Entry> entries = [];
        using Book again = Book.Open(storage, LedgerFixture.Name, Next, new SeededRandom(1), entries.Add).Ledger!;
        Assert.Equal((LedgerState.Sound, LedgerFixture.Lane, 7), (again.State, again.Lane, entries.Count));
        Assert.All(entries, entry => Assert.Equal(entry.Hash, again.Read(entry.Position).Hash));
    }

    [Fact]
    public void EntryPosition_TakenBeforeAPasswordOfAnotherLength_StaysRight()
    {
        using Book ledger = Filled(1);
        Entry entry = LedgerFixture.AppendNote(ledger, 2);
        ledger.ChangePassword(Next, LedgerFixture.Start, iterations: 1_000_000);
        Assert.Equal(entry.Hash, ledger.Read(entry.Position).Hash);
    }

    [Theory]
    [InlineData(StorageCall.Create)]
    [InlineData(StorageCall.Write)]
    [InlineData(StorageCall.Flush)]
    [InlineData(StorageCall.Rename)]
    public void ChangePassword_CallFails_TheOldPasswordStillOpensAndWritingGoesOn(StorageCall failing)
    {
        using Book ledger = Filled(2);
        _storage.Before = call =>
        {
            if (call == failing)
                throw new LedgerStorageException(StorageFailure.Full, "by plan");
        };
        Assert.Throws<LedgerStorageException>(() => ledger.ChangePassword(Next, LedgerFixture.Start));
        _storage.Before = null;
        LedgerFixture.AppendNote(ledger, 3);
        ledger.Flush();
        using Book again = LedgerFixture.Open(_storage.Reopen());
        Assert.Equal((LedgerState.Sound, 4L), (again.State, again.Head.N));
    }

    [Theory]
    [InlineData(599_999)]
    [InlineData(10_000_001)]
    public void ChangePassword_IterationsOutsideTheRange_AreRefused(int iterations)
    {
        using Book ledger = Filled(1);
        Assert.Throws<ArgumentOutOfRangeException>(() => ledger.ChangePassword(Next, LedgerFixture.Start, iterations));
    }

    [Fact]
    public void Backup_HoldsWhatIsDurable_AndNeverOverwrites()
    {
        SimulatedStorage stick = new();
        using Book ledger = Filled(3);
        LedgerFixture.AppendNote(ledger, 4);
        ledger.Backup(stick, LedgerFixture.Name);
        using (Book copy = LedgerFixture.Open(stick.Reopen()))
            Assert.Equal((LedgerState.Sound, 4L, HeadFile.Missing), (copy.State, copy.Head.N, copy.HeadFile));
        Assert.Equal(StorageFailure.Exists, Assert.Throws<LedgerStorageException>(() => ledger.Backup(stick, LedgerFixture.Name)).Reason);
    }

    [Fact]
    public void Restore_EveryOldCopy_IsFoundOldByTheHeadFileAndKeepsWhatItReplaced()
    {
        const int Copies = 50;
        SimulatedStorage stick = new();
        Book ledger = Filled(1);
        for (int i = 0; i < Copies; i++)
        {
            ledger.Backup(stick, $"copy{i}");
            LedgerFixture.AppendNote(ledger, i);
            ledger.Flush();
        }
        ledger.WriteHead();
        ledger.Dispose();
        for (int i = 0; i < Copies; i++)
        {
            SimulatedStorage home = _storage.Reopen();
            LedgerVerification found = Book.Restore(stick, $"copy{i}", home, LedgerFixture.Name, LedgerFixture.Password, out string? kept);
            Assert.Equal((LedgerState.Sound, i + 2L), (found.State, found.Head.N));
            Assert.Equal(_storage.Bytes(LedgerFixture.Name), home.Bytes(kept!));
            using (Book restored = LedgerFixture.Open(home))
                Assert.Equal((LedgerState.Old, HeadFile.NamesMissingEntry, i + 2L), (restored.State, restored.HeadFile, restored.Head.N));
        }
    }

    [Fact]
    public void Restore_WhereNothingStands_MakesASoundLedger()
    {
        SimulatedStorage stick = new();
        using (Book ledger = Filled(2))
            ledger.Backup(stick, "copy");
        SimulatedStorage home = new();
        Book.Restore(stick, "copy", home, LedgerFixture.Name, LedgerFixture.Password, out string? kept);
        Assert.Null(kept);
        using Book restored = LedgerFixture.Open(home);
        Assert.Equal((LedgerState.Sound, 3L), (restored.State, restored.Head.N));
    }

    [Fact]
    public void Restore_DamagedOrForeignBackup_ChangesNothing()
    {
        using (Book ledger = Filled(2))
            ledger.WriteHead();
        byte[] bytes = _storage.Bytes(LedgerFixture.Name);
        byte[] damaged = [.. bytes];
        damaged[bytes.Length - 20] ^= 1;
        SimulatedStorage stick = new();
        stick.Put("damaged", damaged);
        stick.Put("foreign", LedgerFixture.Vector("ledger.jbledger"));
        stick.Put("rubbish", damaged[200..]);
        SimulatedStorage home = _storage.Reopen();
        Assert.Equal(LedgerState.Damaged, Book.Restore(stick, "damaged", home, LedgerFixture.Name, LedgerFixture.Password, out _).State);
        Assert.Equal(LedgerOpenOutcome.WrongPassword, Book.Restore(stick, "foreign", home, LedgerFixture.Name, LedgerFixture.Password, out _).Outcome);
        Assert.Equal(LedgerOpenOutcome.NoLedger, Book.Restore(stick, "rubbish", home, LedgerFixture.Name, LedgerFixture.Password, out _).Outcome);
        Assert.Equal(LedgerOpenOutcome.Missing, Book.Restore(stick, "none", home, LedgerFixture.Name, LedgerFixture.Password, out _).Outcome);
        Assert.Equal(bytes, home.Bytes(LedgerFixture.Name));
        LedgerFixture.Open(home).Dispose();
    }

    [Fact]
    public void BeginAnew_FromAnOldLedger_TakesTheEntriesOverIntoANewLane()
    {
        SimulatedStorage storage = LedgerFixture.Disk(LedgerFixture.Vector("ledger.jbledger"), LedgerFixture.Vector("head-of-a-longer-ledger"));
        List<Entry> before = [], after = [];
        LedgerHead head;
        string kept;
        using (Book old = LedgerVectorTests.Open(storage, before))
        {
            head = old.Head;
            kept = old.BeginAnew(LedgerFixture.VectorPassword, NewLane, LedgerFixture.Start);
        }
        Assert.Equal(LedgerFixture.Vector("ledger.jbledger"), storage.Bytes(kept));
        using Book fresh = LedgerVectorTests.Open(storage, after);
        Assert.Equal((LedgerState.Sound, NewLane, HeadFile.Read), (fresh.State, fresh.Lane, fresh.HeadFile));
        Assert.Equal((before.Count == 0 ? default : LedgerFixtureLane(), head), fresh.Genesis.Imports);
        Assert.Equal(before.Skip(1).Select(Told), after.Skip(1).Select(Told));

        static Guid LedgerFixtureLane() => new(LedgerFixture.VectorJson.GetProperty("lane").GetString()!);
        static (string, string, DateTimeOffset) Told(Entry entry) => (entry.Kind, Encoding.UTF8.GetString(entry.Data.Span), entry.At);
    }

    [Fact]
    public void BeginAnew_FromADamagedLedger_TakesOverWhatStandsBeforeTheDamage()
    {
        SimulatedStorage storage = LedgerFixture.Disk(LedgerVectorTests.Damage("bit 0 of byte 40 of line 6 flipped"));
        LedgerVectorTests.Open(storage, []).BeginAnew(LedgerFixture.VectorPassword, NewLane, LedgerFixture.Start);
        using Book fresh = LedgerVectorTests.Open(storage, []);
        Assert.Equal((LedgerState.Sound, 4L, 4L), (fresh.State, fresh.Head.N, fresh.Genesis.Imports!.Value.Head.N));
    }

    [Fact]
    public void ExportFernet_UnderThePassword_IsTheArrayOfTheEntries()
    {
        SimulatedStorage storage = LedgerFixture.Disk(LedgerFixture.Vector("ledger.jbledger"));
        using Book ledger = LedgerVectorTests.Open(storage, []);
        byte[] token = ledger.ExportFernet(LedgerFixture.VectorPassword, LedgerFixture.Start)!;
        (string salt, int iterations) = ledger.KeyDerivation;
        using var key = FernetKey.FromPassword(LedgerFixture.VectorJson.GetProperty("password").GetString(),
            System.Buffers.Text.Base64Url.DecodeFromChars(salt), iterations);
        Assert.True(FernetToken.TryDecrypt(key, token, out byte[]? json));
        Assert.Equal(LedgerFixture.VectorJson.GetProperty("entries").EnumerateArray().Select(entry => entry.GetString()),
            JsonDocument.Parse(json).RootElement.EnumerateArray().Select(entry => entry.GetRawText()));
        Assert.Null(ledger.ExportFernet(LedgerFixture.Password, LedgerFixture.Start));
    }

    [Fact]
    public void EverythingInTurn_OnARealFolder_LeavesTheFilesItShouldAndNoOthers()
    {
        string folder = Path.Combine(Path.GetTempPath(), "jangbu-keeping-" + Guid.NewGuid().ToString("N"));
        try
        {
            using var storage = Jangbu.Ledger.Drivers.FileLedgerStorage.OpenFolder(folder);
            using (Book ledger = LedgerFixture.Create(storage))
            {
                LedgerFixture.AppendNote(ledger, 1);
                ledger.Flush();
                ledger.Backup(storage, "copy");
                ledger.ChangePassword(Next, LedgerFixture.Start);
                LedgerFixture.AppendNote(ledger, 2);
                ledger.Flush();
                ledger.WriteSnapshot("state"u8);
            }
            Book.Restore(storage, "copy", storage, LedgerFixture.Name, LedgerFixture.Password, out string? replaced);
            string kept;
            using (Book old = LedgerFixture.Open(storage))
            {
                Assert.Equal((LedgerState.Old, 2L), (old.State, old.Head.N));
                kept = old.BeginAnew(LedgerFixture.Password, NewLane, LedgerFixture.Start);
            }
            using (Book anew = LedgerFixture.Open(storage))
                Assert.Equal((LedgerState.Sound, NewLane, 2L), (anew.State, anew.Lane, anew.Head.N));
            Assert.Equal(new[] { "", ".head", ".index", ".lock", kept[LedgerFixture.Name.Length..], replaced![LedgerFixture.Name.Length..] }
                .Select(end => LedgerFixture.Name + end).Append("copy").Order(StringComparer.Ordinal), Directory.GetFiles(folder).Select(Path.GetFileName).Order(StringComparer.Ordinal));
            Assert.All(Directory.GetFiles(folder), file => Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file)));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private Book Filled(int notes)
    {
        Book ledger = LedgerFixture.Create(_storage);
        for (int i = 0; i < notes; i++)
            LedgerFixture.AppendNote(ledger, i);
        ledger.Flush();
        return ledger;
    }
}
