using System.Text;
using Jangbu.Ledger;
using Jangbu.Ledger.Drivers;
using Book = Jangbu.Ledger.Ledger;

namespace Jangbu.Tests.Ledger;

public sealed class LedgerTests
{
    [Fact]
    public void Create_ThenOpen_GivesGenesisAndWhatWasFlushed()
    {
        SimulatedStorage storage = new();
        using (Book ledger = LedgerFixture.Create(storage))
        {
            Assert.Equal((LedgerFixture.Lane, LedgerFixture.Me, 1L), (ledger.Lane, ledger.Genesis.Id, ledger.Head.N));
            LedgerFixture.AppendNote(ledger, 1);
            LedgerFixture.AppendNote(ledger, 2);
            Assert.Equal((3L, 1L, true), (ledger.Head.N, ledger.DurableHead.N, ledger.HasUnflushed));
            ledger.Flush();
            Assert.Equal((3L, false), (ledger.DurableHead.N, ledger.HasUnflushed));
            LedgerFixture.AppendNote(ledger, 3);
        }
        List<Entry> entries = [];
        using Book again = LedgerFixture.Open(storage.Reopen(), entries);
        Assert.Equal(LedgerState.Sound, again.State);
        Assert.Equal([EntryKind.Genesis, EntryKind.Note, EntryKind.Note], entries.Select(entry => entry.Kind));
        Assert.Equal(LedgerFixture.Start.AddSeconds(2), entries[2].At);
        Assert.Equal(LedgerFixture.Note(2), entries[2].Data.ToArray());
        Assert.Equal(0, again.TornBytes);
        Assert.Null(again.ReadOnlyReason);
    }

    [Fact]
    public void Create_WhereALedgerStands_FailsAndLeavesIt()
    {
        SimulatedStorage storage = new();
        LedgerFixture.Create(storage).Dispose();
        byte[] before = storage.Bytes(LedgerFixture.Name);
        Assert.Equal(StorageFailure.Exists, Assert.Throws<LedgerStorageException>(() => LedgerFixture.Create(storage)).Reason);
        Assert.Equal(before, storage.Bytes(LedgerFixture.Name));
    }

    [Fact]
    public void Open_WithoutAFile_SaysMissing() => Assert.Equal(LedgerOpenOutcome.Missing,
        Book.Open(new SimulatedStorage(), LedgerFixture.Name, LedgerFixture.Password, new SeededRandom(1), _ => { }).Outcome);

    [Fact]
    public void Open_WhileAnotherHasIt_FailsWithInUse()
    {
        SimulatedStorage storage = new();
        using Book ledger = LedgerFixture.Create(storage);
        Assert.Equal(StorageFailure.InUse, Assert.Throws<LedgerStorageException>(() => LedgerFixture.Open(storage)).Reason);
    }

    [Fact]
    public void Flush_ManyAppended_WritesAndFlushesOnce()
    {
        SimulatedStorage storage = new();
        using Book ledger = LedgerFixture.Create(storage);
        List<StorageCall> calls = [];
        storage.Before = calls.Add;
        for (int i = 0; i < 64; i++)
            LedgerFixture.AppendNote(ledger, i);
        ledger.Flush();
        ledger.Flush();
        Assert.Equal([StorageCall.Write, StorageCall.Flush], calls);
    }

    [Fact]
    public void Append_Bytes_AreLittleMoreThanTheJsonAtAnyLength()
    {
        SimulatedStorage storage = new();
        using Book ledger = LedgerFixture.Create(storage);
        long json = 0, before = storage.BytesWritten;
        for (int i = 0; i < 200; i++)
        {
            json += ledger.Append(EntryKind.Note, LedgerFixture.Note(i, 200), LedgerFixture.Start).Json.Length;
            ledger.Flush();
        }
        Assert.True(storage.BytesWritten - before <= 2.2 * json, $"{storage.BytesWritten - before} bytes for {json} of JSON");
    }

    [Theory]
    [InlineData(StorageCall.Write, StorageFailure.Full)]
    [InlineData(StorageCall.Write, StorageFailure.Failed)]
    [InlineData(StorageCall.Flush, StorageFailure.Failed)]
    [InlineData(StorageCall.Flush, StorageFailure.Full)]
    [InlineData(StorageCall.Flush, StorageFailure.ReadOnly)]
    public void Flush_CallFails_ThrowsAndNothingIsWrittenAnyMore(StorageCall failing, StorageFailure reason)
    {
        SimulatedStorage storage = new();
        using Book ledger = LedgerFixture.Create(storage);
        LedgerFixture.AppendNote(ledger, 1);
        ledger.Flush();
        LedgerFixture.AppendNote(ledger, 2);
        storage.Before = call =>
        {
            if (call == failing)
                throw new LedgerStorageException(reason, "by plan");
        };
        Assert.Equal(reason, Assert.Throws<LedgerStorageException>(ledger.Flush).Reason);
        List<StorageCall> calls = [];
        storage.Before = calls.Add;
        Assert.Equal(reason, Assert.Throws<LedgerStorageException>(ledger.Flush).Reason);
        Assert.Equal(reason, Assert.Throws<LedgerStorageException>(() => LedgerFixture.AppendNote(ledger, 3)).Reason);
        ledger.WriteHead();
        Assert.Empty(calls);
        Assert.Equal(2, ledger.DurableHead.N);
        Assert.NotNull(ledger.ReadOnlyReason);

        List<Entry> entries = [];
        using Book again = LedgerFixture.Open(storage.Reopen(), entries);
        Assert.InRange(entries.Count, 2, 3);
        Assert.Equal(LedgerState.Sound, again.State);
    }

    [Fact]
    public void WriteHead_AfterFlush_IsFoundAtOpeningAndWrittenOnce()
    {
        SimulatedStorage storage = new();
        using (Book ledger = LedgerFixture.Create(storage))
        {
            LedgerFixture.AppendNote(ledger, 1);
            ledger.Flush();
            LedgerFixture.AppendNote(ledger, 2);
            ledger.WriteHead();
            List<StorageCall> calls = [];
            storage.Before = calls.Add;
            ledger.WriteHead();
            Assert.Empty(calls);
        }
        using (Book again = LedgerFixture.Open(storage.Reopen()))
            Assert.Equal((HeadFile.Read, LedgerState.Sound), (again.HeadFile, again.State));
        storage.Put(LedgerFixture.Name + ".head", "rubbish\n"u8.ToArray());
        using (Book again = LedgerFixture.Open(storage.Reopen()))
            Assert.Equal((HeadFile.Unreadable, LedgerState.Sound), (again.HeadFile, again.State));
    }

    [Fact]
    public void WriteHead_Fails_LeavesTheLedgerUsable()
    {
        SimulatedStorage storage = new();
        using Book ledger = LedgerFixture.Create(storage);
        storage.Before = call =>
        {
            if (call == StorageCall.Rename)
                throw new LedgerStorageException(StorageFailure.Full, "by plan");
        };
        Assert.Throws<LedgerStorageException>(ledger.WriteHead);
        storage.Before = null;
        LedgerFixture.AppendNote(ledger, 1);
        ledger.Flush();
        ledger.WriteHead();
        ledger.Dispose();
        using Book again = LedgerFixture.Open(storage.Reopen());
        Assert.Equal((HeadFile.Read, 2L), (again.HeadFile, again.Head.N));
    }

    [Theory]
    [InlineData(EntryKind.Genesis, """{"lane":"cec4d949-36bc-48e1-9355-bae18943b58f","id":"jb1g4g6zxjxvyte67h44ydpys689kjxqj49p6ylcec8xakncue22eqqfg8g0r"}""")]
    [InlineData(EntryKind.Note, """{"tx":"00"}""")]
    [InlineData(EntryKind.Sent, """{"records":[]}""")]
    [InlineData("memo", "{}")]
    public void Append_DataNotInTheKindsForm_IsTheCallersMistakeAndChangesNothing(string kind, string data)
    {
        using Book ledger = LedgerFixture.Create(new SimulatedStorage());
        Assert.Throws<ArgumentException>(() => ledger.Append(kind, Encoding.UTF8.GetBytes(data), LedgerFixture.Start));
        Assert.Equal(1, ledger.Head.N);
        Assert.False(ledger.HasUnflushed);
    }

    [Fact]
    public void Append_LongestLineAndOneLonger_IsTakenAndRefused()
    {
        // One token's 16-byte block more in JSON is the least that makes a line longer.
        const int MaximumLine = 1 << 20;
        SimulatedStorage storage = new();
        using Book ledger = LedgerFixture.Create(storage);
        static byte[] Records(int rest) => Encoding.ASCII.GetBytes(
            "{\"records\":[" + string.Concat(Enumerable.Repeat($"\"a.{new string('b', 15_000)}.c\",", 52)) + $"\"a.{new string('b', rest)}.c\"]}}");
        int rest = 100;
        int before = ledger.Append(EntryKind.Sent, Records(rest), LedgerFixture.Start).Position.Length;
        Assert.True(before < MaximumLine - 3000, $"{before}");
        rest += (MaximumLine - 1 - before) / 4 * 3 - 32;
        Assert.InRange(rest, 100, 15_900);
        int longest = 0;
        try
        {
            for (; ; rest++)
                longest = ledger.Append(EntryKind.Sent, Records(rest), LedgerFixture.Start).Position.Length;
        }
        catch (ArgumentException)
        {
            Assert.InRange(longest + 1, MaximumLine - 24, MaximumLine);
        }
        ledger.Flush();
        long count = ledger.Head.N;
        ledger.Dispose();
        using Book again = LedgerFixture.Open(storage.Reopen());
        Assert.Equal((LedgerState.Sound, count), (again.State, again.Head.N));
    }

    [Fact]
    public void Create_OnARealFolder_OpensAgainAndLeavesNothingBeside()
    {
        string folder = Path.Combine(Path.GetTempPath(), "jangbu-ledger-" + Guid.NewGuid().ToString("N"));
        try
        {
            using FileLedgerStorage storage = FileLedgerStorage.OpenFolder(folder);
            using (Book ledger = LedgerFixture.Create(storage))
            {
                LedgerFixture.AppendNote(ledger, 1);
                ledger.Flush();
                ledger.WriteHead();
                Assert.Equal(StorageFailure.InUse, Assert.Throws<LedgerStorageException>(() => LedgerFixture.Open(storage)).Reason);
            }
            using (Book again = LedgerFixture.Open(storage))
                Assert.Equal((LedgerState.Sound, 2L, HeadFile.Read), (again.State, again.Head.N, again.HeadFile));
            Assert.Equal([LedgerFixture.Name, LedgerFixture.Name + ".head", LedgerFixture.Name + ".lock"],
                Directory.GetFiles(folder).Select(Path.GetFileName).Order(StringComparer.Ordinal));
            foreach (string file in Directory.GetFiles(folder))
                Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
