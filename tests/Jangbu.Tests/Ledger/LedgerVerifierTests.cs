using System.Text.Json;
using Jangbu.Ledger;

namespace Jangbu.Tests.Ledger;

public sealed class LedgerVerifierTests
{
    [Fact]
    public void Verify_SoundLedger_SaysWhatItCheckedAndWhatNot()
    {
        SimulatedStorage storage = LedgerFixture.Disk(LedgerFixture.Vector("ledger.jbledger"), LedgerFixture.Vector("ledger.jbledger.head"));
        List<(long, long)> progress = [];
        LedgerVerification found = new LedgerVerifier(storage, LedgerFixture.Name).Verify(LedgerFixture.VectorPassword, progress: (done, all) => progress.Add((done, all)));
        long length = LedgerFixture.Vector("ledger.jbledger").Length;
        Assert.Equal((LedgerOpenOutcome.Opened, LedgerState.Sound, 19L, length), (found.Outcome, found.State, found.Head.N, found.GoodBytes));
        Assert.Equal([VerificationPart.Header, VerificationPart.Tokens, VerificationPart.Chain, VerificationPart.Forms, VerificationPart.Head], found.Checked);
        Assert.Equal([VerificationPart.Records], found.NotChecked);
        Assert.Equal((length, length), progress[^1]);
        Assert.False(found.HeaderRespelled);
    }

    [Fact]
    public void Verify_WithoutAHeadFile_SaysThatLaterEntriesCouldBeMissing()
    {
        LedgerVerification found = Verify(LedgerFixture.Vector("ledger.jbledger"));
        Assert.Equal((LedgerState.Sound, HeadFile.Missing), (found.State, found.HeadFile));
        Assert.Contains(VerificationPart.Head, found.NotChecked);
    }

    [Fact]
    public void Verify_DamagedAsTheVectorsSay_NamesTheLine()
    {
        foreach (JsonElement change in LedgerFixture.VectorJson.GetProperty("damaged_files").EnumerateArray())
        {
            LedgerVerification found = Verify(LedgerVectorTests.Damage(change.GetProperty("change").GetString()!));
            Assert.Equal((LedgerState.Damaged, change.GetProperty("line").GetInt64()), (found.State, found.DamagedLine));
        }
    }

    [Fact]
    public void Verify_WhiteSpaceInLineOne_IsSoundButTold()
    {
        byte[] file = LedgerFixture.Vector("ledger.jbledger");
        LedgerVerification found = Verify([file[0], (byte)' ', .. file[1..]]);
        Assert.Equal((LedgerState.Sound, true), (found.State, found.HeaderRespelled));
    }

    [Fact]
    public void Verify_TornLastLine_IsToldAndNothingIsWritten()
    {
        byte[] torn = LedgerFixture.Vector("ledger.jbledger")[..^10];
        SimulatedStorage storage = LedgerFixture.Disk(torn);
        LedgerVerification found = new LedgerVerifier(storage, LedgerFixture.Name).Verify(LedgerFixture.VectorPassword);
        Assert.Equal((LedgerState.Sound, 18L, torn.Length - found.GoodBytes), (found.State, found.Head.N, found.TornBytes));
        Assert.Equal(torn, storage.Bytes(LedgerFixture.Name));
    }

    [Theory]
    [InlineData(7, false)]
    [InlineData(7, true)]
    [InlineData(19, false)]
    public void Verify_RecordsFoundWrong_NamesTheFirstLineWhicheverCheckFindsIt(long entry, bool atOnce)
    {
        LedgerVerification found = new LedgerVerifier(LedgerFixture.Disk(LedgerFixture.Vector("ledger.jbledger")), LedgerFixture.Name)
            .Verify(LedgerFixture.VectorPassword, new WrongAt(entry, atOnce));
        Assert.Equal((LedgerState.Damaged, LedgerDamage.Record, entry + 1, $"entry {entry}"), (found.State, found.Damage, found.DamagedLine, found.Reason));
        Assert.Contains(VerificationPart.Records, found.Checked);
    }

    [Fact]
    public void Verify_Cancelled_Ends()
    {
        LedgerVerifier verifier = new(LedgerFixture.Disk(LedgerFixture.Vector("ledger.jbledger")), LedgerFixture.Name);
        Assert.Throws<OperationCanceledException>(() => verifier.Verify(LedgerFixture.VectorPassword, cancellationToken: new CancellationToken(canceled: true)));
    }

    private static LedgerVerification Verify(byte[] file) =>
        new LedgerVerifier(LedgerFixture.Disk(file), LedgerFixture.Name).Verify(LedgerFixture.VectorPassword);

    // Wrong in one entry, and in every later one too, so that only the first may be named.
    private sealed class WrongAt(long entry, bool atOnce) : IRecordVerifier
    {
        public string? Add(Entry next, ICollection<Func<string?>> later)
        {
            later.Add(() => next.N >= entry && !atOnce ? $"entry {next.N}" : null);
            return next.N >= entry && atOnce ? $"entry {next.N}" : null;
        }
    }
}
