using System.Text.Json;
using Jangbu.Ledger;
using Jangbu.Payments.Books;
using Jangbu.Tests.Ledger;

namespace Jangbu.Tests.Payments;

/// <summary>The ledger of the vectors as a book: balances and states, and entries exchanged for wrong ones, named by their line.</summary>
public sealed class LedgerVectorTests
{
    [Fact]
    public void Book_OfTheVectorLedger_HasItsBalanceAndStates()
    {
        var verifier = new BookVerifier();
        LedgerVerification found = new LedgerVerifier(LedgerFixture.Disk(LedgerFixture.Vector("ledger.jbledger")), LedgerFixture.Name).Verify(LedgerFixture.VectorPassword, verifier);
        Assert.Equal((LedgerState.Sound, null), (found.State, found.Reason));
        Contact contact = Assert.Single(verifier.Book.Contacts);
        Assert.Equal(("보라", true), (contact.Name, contact.IsVerified));
        foreach (JsonProperty balance in LedgerFixture.VectorJson.GetProperty("balances").EnumerateObject())
            Assert.Equal(balance.Value.GetString(), contact.Account.PositionOf(Jangbu.Payments.Asset.Parse(balance.Name)).Net.ToString());
        foreach (JsonProperty state in LedgerFixture.VectorJson.GetProperty("transactions").EnumerateObject())
            Assert.Equal(state.Value.GetInt32(), contact.Account.History.Count(one => one.State.ToString().Equals(state.Name, StringComparison.OrdinalIgnoreCase)));
        Assert.Equal("식비", contact.Account.History[0].Label);
    }

    [Fact]
    public void Verifier_AlteredEntries_NameTheLine()
    {
        foreach (JsonElement altered in LedgerFixture.VectorJson.GetProperty("altered_entries").EnumerateArray())
        {
            SimulatedStorage disk = LedgerFixture.Disk(AlteredLedger.Bytes(altered));
            LedgerVerification found = new LedgerVerifier(disk, LedgerFixture.Name).Verify(LedgerFixture.VectorPassword, new BookVerifier());
            Assert.Equal((LedgerState.Damaged, altered.GetProperty("line").GetInt64()), (found.State, found.DamagedLine));
        }
    }
}
