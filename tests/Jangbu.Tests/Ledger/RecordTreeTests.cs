using System.Text.Json;
using Jangbu.Crypto;
using Jangbu.Ledger;
using Book = Jangbu.Ledger.Ledger;

namespace Jangbu.Tests.Ledger;

public sealed class RecordTreeTests
{
    private static readonly JsonElement Merkle = LedgerFixture.VectorJson.GetProperty("merkle");

    [Fact]
    public void Records_OfTheVectors_GiveTheirLeavesSaltsRootsAndPath()
    {
        using Book ledger = LedgerVectorTests.Open(LedgerFixture.Disk(LedgerFixture.Vector("ledger.jbledger")), []);
        RecordTree records = ledger.Records;
        Assert.Equal(Merkle.GetProperty("leaves").GetArrayLength(), records.Tree.Count);
        foreach (JsonElement leaf in Merkle.GetProperty("leaves").EnumerateArray())
        {
            long index = leaf.GetProperty("index").GetInt64();
            Assert.Equal(index, records.IndexOf(Hash(leaf.GetProperty("record"))));
            Assert.Equal(leaf.GetProperty("salt").GetString(), Convert.ToHexStringLower(records.Salt(index)));
            Assert.Equal(leaf.GetProperty("leaf_hash").GetString(), records.Tree.Leaf(index).ToString());
        }
        Assert.Equal(Merkle.GetProperty("root").GetString(), records.Tree.Root.ToString());
        Assert.Equal(Merkle.GetProperty("roots_of_first").EnumerateArray().Select(root => root.GetString()),
            Enumerable.Range(0, 20).Select(size => records.Tree.RootOf(size).ToString()));
        InclusionProof proof = records.Tree.ProveInclusion(5, 19);
        Assert.Equal(Merkle.GetProperty("inclusion_of_leaf_5").EnumerateArray().Select(Hash), proof.Path);
        Assert.True(proof.Verify(records.Tree.Leaf(5), records.Tree.Root));
        Assert.Null(records.IndexOf(EntryHash.None));
    }

    [Fact]
    public void Records_AppendedAfterFirstUse_AreLeavesAtOnceAndOnceOnly()
    {
        SimulatedStorage storage = LedgerFixture.Disk(LedgerFixture.Vector("ledger.jbledger"));
        List<Entry> entries = [];
        using Book ledger = LedgerVectorTests.Open(storage, entries);
        Assert.Equal(19, ledger.Records.Tree.Count);
        ledger.Append(EntryKind.Sent, entries[4].Data.Span, LedgerFixture.Start);
        Assert.Equal(19, ledger.Records.Tree.Count);
        ledger.Append(EntryKind.Sent, """{"records":["e30.eyJuZXciOjF9.AA"]}"""u8, LedgerFixture.Start);
        Assert.Equal(20, ledger.Records.Tree.Count);
        EntryHash root = ledger.Records.Tree.Root;
        ledger.Flush();
        ledger.Dispose();
        using Book again = LedgerVectorTests.Open(storage.Reopen(), []);
        Assert.Equal(root, again.Records.Tree.Root);
    }

    [Fact]
    public void Checkpoint_OfTheVectors_ReadsVerifiesAndSaysItsText()
    {
        string jws = Merkle.GetProperty("checkpoint").GetString()!;
        Assert.True(Checkpoint.TryRead(jws, out Checkpoint? checkpoint));
        Assert.Equal(Merkle.GetProperty("checkpoint_text").GetString(),
            Checkpoint.Text(checkpoint.Id, checkpoint.Lane, checkpoint.Leaves, checkpoint.Root));
        Assert.Equal((19L, Merkle.GetProperty("root").GetString()), (checkpoint.Leaves, checkpoint.Root.ToString()));
        Assert.True(checkpoint.Verify(Holder()));
    }

    [Fact]
    public void Checkpoint_WrongOnesOfTheVectors_AreRefusedForTheReasonTheySay()
    {
        int count = 0;
        foreach (JsonElement wrong in Merkle.GetProperty("wrong_checkpoints").EnumerateArray())
        {
            bool read = Checkpoint.TryRead(wrong.GetProperty("checkpoint").GetString(), out Checkpoint? checkpoint);
            Assert.Equal(wrong.GetProperty("code").GetString() == "bad_signature", read);
            Assert.False(read && checkpoint!.Verify(Holder()));
            count++;
        }
        Assert.Equal(3, count);
    }

    [Fact]
    public void Checkpoint_Signed_ReadsBackAndIsTheHoldersAlone()
    {
        using var key = IdentityKey.Generate(2048);
        Checkpoint signed = Checkpoint.Sign(key, LedgerFixture.Lane, 7, EntryHash.Of("root"u8));
        Assert.True(Checkpoint.TryRead(signed.Jws, out Checkpoint? read));
        Assert.Equal(signed, read);
        Assert.True(read.Verify(key.Public));
        Assert.False(read.Verify(Holder()));
        Assert.False(Checkpoint.TryRead(signed.Jws + "A", out _));
        Assert.False(Checkpoint.TryRead(null, out _));
    }

    private static PublicIdentity Holder()
    {
        List<Entry> entries = [];
        using Book ledger = LedgerVectorTests.Open(LedgerFixture.Disk(LedgerFixture.Vector("ledger.jbledger")), entries);
        Assert.True(ContactCard.TryRead(JsonDocument.Parse(entries[1].Data).RootElement.GetProperty("card").GetString()!, out ContactCard? card, out _));
        Assert.Equal(ledger.Genesis.Id, card.Id);
        return card.Key;
    }

    private static EntryHash Hash(JsonElement hex)
    {
        Assert.True(EntryHash.TryParse(System.Text.Encoding.ASCII.GetBytes(hex.GetString()!), out EntryHash hash));
        return hash;
    }
}
