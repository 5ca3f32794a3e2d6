using System.Text;
using Jangbu.Ledger;
using Book = Jangbu.Ledger.Ledger;

namespace Jangbu.Tests.Ledger;

public sealed class LedgerSnapshotTests : IDisposable
{
    private const string Index = LedgerFixture.Name + ".index";

    private readonly SimulatedStorage _storage = new();

    public void Dispose() => _storage.Dispose();

    [Fact]
    public void Open_WithASnapshot_ReadsOnlyWhatCameAfterIt()
    {
        using (Book ledger = Written(before: 20, after: 3))
            Assert.Equal(24, ledger.Head.N);
        SimulatedStorage storage = _storage.Reopen();
        Fold fold = new();
        using Book again = Open(storage, fold);
        Assert.Equal(("21 entries", 3), (fold.Restored, fold.Entries.Count));
        Assert.Equal((LedgerState.Sound, 24L, LedgerFixture.Lane, LedgerFixture.Me), (again.State, again.Head.N, again.Lane, again.Genesis.Id));
        LedgerFixture.AppendNote(again, 99);
        again.Flush();
        again.Dispose();
        Fold all = new(takes: false);
        using Book once = Open(storage.Reopen(), all);
        Assert.Equal((null, 25), (all.Restored, all.Entries.Count));
    }

    [Fact]
    public void Open_SnapshotOfThreeMebibytes_ComesBackWhole()
    {
        string state = new('x', 3 << 20);
        using (Book ledger = LedgerFixture.Create(_storage))
            ledger.WriteSnapshot(Encoding.ASCII.GetBytes(state));
        Fold fold = new();
        Open(_storage.Reopen(), fold).Dispose();
        Assert.True(state == fold.Restored);
        Assert.Empty(fold.Entries);
    }

    [Fact]
    public void Open_SnapshotWithAnyBitChangedOrCut_ReadsEverythingInstead()
    {
        Written(before: 2, after: 1).Dispose();
        byte[] index = _storage.Bytes(Index);
        for (int at = 0; at < index.Length; at++)
        {
            byte[] changed = [.. index];
            changed[at] ^= (byte)(1 << at % 8);
            Assert.Null(Restored(changed));
            Assert.Null(Restored(index[..at]));
        }
        Assert.Null(Restored([.. index, 0]));
        Assert.NotNull(Restored(index));
    }

    [Fact]
    public void Open_SnapshotOfAnotherStateOfTheFile_ReadsEverythingInstead()
    {
        Written(before: 5, after: 2).Dispose();
        byte[] file = _storage.Bytes(LedgerFixture.Name);
        List<byte[]> lines = LedgerVectorTests.Lines(file);

        // Shorter than the snapshot: an old copy under a newer index and head.
        SimulatedStorage older = _storage.Reopen();
        older.Put(LedgerFixture.Name, [.. lines.Take(4).SelectMany(line => line)]);
        Fold fold = new();
        using (Book ledger = Open(older, fold))
            Assert.Equal((LedgerState.Old, null, 3), (ledger.State, fold.Restored, fold.Entries.Count));

        // The entry at the snapshot is another one.
        SimulatedStorage other = _storage.Reopen();
        byte[] changed = [.. file];
        changed[lines.Take(6).Sum(line => line.Length) + 30] ^= 1;
        other.Put(LedgerFixture.Name, changed);
        fold = new();
        using (Book ledger = Open(other, fold))
            Assert.Equal((LedgerState.Damaged, 7L, null), (ledger.State, ledger.DamagedLine, fold.Restored));
    }

    [Fact]
    public void Open_HeadFileOlderThanTheSnapshot_ReadsEverythingAndFindsIt()
    {
        Book ledger = LedgerFixture.Create(_storage);
        ledger.WriteHead();
        byte[] older = _storage.Bytes(LedgerFixture.Name + ".head");
        ledger.Dispose();
        _storage.Dispose();
        using (Book again = LedgerFixture.Open(_storage))
        {
            LedgerFixture.AppendNote(again, 1);
            again.Flush();
            again.WriteSnapshot("x"u8);
        }
        _storage.Put(LedgerFixture.Name + ".head", older);
        Fold fold = new();
        using Book last = Open(_storage, fold);
        Assert.Equal((LedgerState.Sound, HeadFile.Read, null, 2), (last.State, last.HeadFile, fold.Restored, fold.Entries.Count));
    }

    [Fact]
    public void Open_SnapshotAndADamagedLineAfterIt_NamesTheLine()
    {
        Written(before: 5, after: 3).Dispose();
        byte[] file = _storage.Bytes(LedgerFixture.Name);
        file[^500] ^= 1;
        _storage.Put(LedgerFixture.Name, file);
        Fold fold = new();
        using Book ledger = Open(_storage.Reopen(), fold);
        Assert.Equal((LedgerState.Damaged, 9L, "6 entries", 1), (ledger.State, ledger.DamagedLine, fold.Restored, fold.Entries.Count));
    }

    [Fact]
    public void WriteSnapshot_WithEntriesWaiting_IsTheCallersMistake()
    {
        using Book ledger = LedgerFixture.Create(_storage);
        LedgerFixture.AppendNote(ledger, 1);
        Assert.Throws<InvalidOperationException>(() => ledger.WriteSnapshot([]));
    }

    [Fact]
    public void Snapshot_SurvivesANewPasswordAndNotANewLedger()
    {
        using (Book ledger = Written(before: 3, after: 0))
        {
            ledger.ChangePassword(LedgerFixture.VectorPassword, LedgerFixture.Start, iterations: 1_000_000);
            Fold fold = new();
            using (Book.Open(_storage.Reopen(), LedgerFixture.Name, LedgerFixture.VectorPassword, new SeededRandom(4), fold).Ledger)
                Assert.Equal("4 entries", fold.Restored);
            ledger.BeginAnew(LedgerFixture.Password, new Guid("d844a63f-b004-42d1-b055-a58640b470ba"), LedgerFixture.Start);
        }
        Fold after = new();
        using Book anew = Open(_storage.Reopen(), after);
        Assert.Equal((LedgerState.Sound, null, 4), (anew.State, after.Restored, after.Entries.Count));
    }

    [Fact]
    public void SnapshotIsDue_AfterSomeThousandEntries_AndNotAgainAtOnce()
    {
        using Book ledger = LedgerFixture.Create(_storage);
        for (int i = 0; i < 4096; i++)
            LedgerFixture.AppendNote(ledger, i);
        Assert.False(ledger.SnapshotIsDue);
        ledger.Flush();
        Assert.True(ledger.SnapshotIsDue);
        ledger.WriteSnapshot([]);
        Assert.False(ledger.SnapshotIsDue);
    }

    private Book Written(int before, int after)
    {
        Book ledger = LedgerFixture.Create(_storage);
        for (int i = 0; i < before; i++)
            LedgerFixture.AppendNote(ledger, i);
        ledger.Flush();
        ledger.WriteSnapshot(Encoding.ASCII.GetBytes($"{before + 1} entries"));
        for (int i = 0; i < after; i++)
            LedgerFixture.AppendNote(ledger, before + i);
        ledger.Flush();
        return ledger;
    }

    private string? Restored(byte[] index)
    {
        SimulatedStorage storage = _storage.Reopen();
        storage.Put(Index, index);
        Fold fold = new();
        using Book ledger = Open(storage, fold);
        Assert.Equal((LedgerState.Sound, 4L), (ledger.State, ledger.Head.N));
        Assert.Equal(fold.Restored is null ? 4 : 1, fold.Entries.Count);
        return fold.Restored;
    }

    private static Book Open(SimulatedStorage storage, Fold fold)
    {
        LedgerOpening opening = Book.Open(storage, LedgerFixture.Name, LedgerFixture.Password, new SeededRandom(3), fold);
        Assert.Equal(LedgerOpenOutcome.Opened, opening.Outcome);
        return opening.Ledger!;
    }

    private sealed class Fold(bool takes = true) : ILedgerFold
    {
        public string? Restored { get; private set; }

        public List<Entry> Entries { get; } = [];

        public bool TryRestore(ReadOnlySpan<byte> state)
        {
            if (takes)
                Restored = Encoding.ASCII.GetString(state);
            return takes;
        }

        public void Add(Entry entry) => Entries.Add(entry);
    }
}
