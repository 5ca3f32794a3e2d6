using Jangbu.Ledger;
using Jangbu.Payments;
using Jangbu.Payments.Books;
using Jangbu.Payments.Records;
using Jangbu.Tests.Ledger;

namespace Jangbu.Tests.Payments;

/// <summary>Old copies of a ledger (PROTOCOL §6.1): they sign nothing, so they never fork; what they lack is given back.</summary>
public sealed class OldLedgerTests : IDisposable
{
    private readonly Person _a = Forger.Victim();
    private readonly Person _b = Person.Create(new FastKeys(Person.CardOf(1, "보라").Id), Person.CardOf(1, "보라"), 42);

    public OldLedgerTests()
    {
        _a.Meet(_b, autoAccept: "100");
        _b.Meet(_a, autoAccept: "100");
    }

    public void Dispose()
    {
        _a.Dispose();
        _b.Dispose();
    }

    // a and b pay each other twice; a then finds itself with the copy from after the first payments.
    private void PutBackAnOldCopy()
    {
        Exchange();
        SimulatedStorage copy = _a.Disk.Reopen();
        Exchange();
        _a.Reopen(copy);
        Assert.False(_a.Bookkeeper.IsOld);
    }

    private void Exchange()
    {
        _a.Pay(_b, "3");
        _b.Pay(_a, "1");
        new Link(_a, _b).Run().Bye();
    }

    [Fact]
    public void OldCopy_MeetsTheContact_LearnsItAndSignsNothing()
    {
        PutBackAnOldCopy();
        long mine = _b.With(_a).Theirs.Single().Count;
        new Link(_a, _b).Run().Cut();
        Assert.True(_a.Bookkeeper.IsOld);
        Assert.Single(_a.Seen<PaymentEvent.LedgerIsOld>());
        Assert.Equal(CommandRefusal.LedgerIsOld, Assert.Throws<CommandRefusedException>(() => _a.Bookkeeper.Pay(_b.Id, Forger.Pay())).Reason);
        Assert.Equal(mine, _a.With(_b).Mine.Single().Count);
        Assert.Empty(_b.Seen<PaymentEvent.ForkFound>());
        _a.Reopen();
        Assert.True(_a.Bookkeeper.IsOld);
    }

    [Fact]
    public void OldCopy_GivenBackRecords_HaveNoReceipt()
    {
        PutBackAnOldCopy();
        var link = new Link(_a, _b);
        link.Run();
        string answer = link.Wire.First(row => row.FromA && Link.TypeOf(row.Text) == "received").Text;
        Assert.DoesNotContain("envelope", answer, StringComparison.Ordinal);
    }

    [Fact]
    public void OldCopy_ContactsOwnRecords_AreAnsweredBusyUntilANewFileIsBegun()
    {
        PutBackAnOldCopy();
        _b.Pay(_a, "9");
        var link = new Link(_a, _b);
        link.Run();
        Assert.Contains(link.Wire, row => row.FromA && row.Text.Contains("\"code\":\"busy\"", StringComparison.Ordinal));
        Assert.True(_b.Bookkeeper.HasUndelivered(_a.Id));
        link.Cut();

        _a.BeginAnew();
        Assert.False(_a.Bookkeeper.IsOld);
        new Link(_a, _b).Run().Bye();
        Assert.Equal(_b.With(_a).History.Count, _a.With(_b).History.Count);
        // a gave 3 twice, b gave 1 twice and the 9 while a was old.
        Assert.Equal("5", _a.Net(_b));
        Exchange();
        Assert.Equal(2, _b.With(_a).Theirs.Count);
        Assert.Equal(_a.With(_b).PositionOf(Asset.Parse("KRW")).Net, -_b.With(_a).PositionOf(Asset.Parse("KRW")).Net);
        Assert.Empty(_b.Seen<PaymentEvent.ForkFound>());
        Assert.Empty(_b.Seen<PaymentEvent.Refused>());
        Assert.All(_a.Seen<PaymentEvent.Refused>(), refused => Assert.Equal(RefusalCode.Busy, refused.Code));
    }

    [Fact]
    public void OldCopy_WhileASignatureIsUnderWay_ForgetsIt()
    {
        PutBackAnOldCopy();
        var link = new Link(_a, _b);
        // a begins a payment, and its job is still out when b gives back what a has lost.
        _a.Bookkeeper.Turn(_a.Now, Person.Start);
        _a.Bookkeeper.Pay(_b.Id, Forger.Pay("50"));
        Assert.True(_a.Bookkeeper.TryDequeueJob(out Jangbu.Payments.Jobs.Job? signing));
        link.Run();
        Assert.True(_a.Bookkeeper.IsOld);
        signing.Run();
        _a.Bookkeeper.Complete(signing);
        _a.Turn();
        Assert.Equal(_b.With(_a).Theirs.Single().Count, _a.With(_b).Mine.Single().Count);
        link.Run();
        Assert.Empty(_b.Seen<PaymentEvent.ForkFound>());
    }

    [Fact]
    public void OldCopy_ThatSignedBeforeItLearned_IsAForkWithProof()
    {
        PutBackAnOldCopy();
        _a.Pay(_b, "77");
        var link = new Link(_a, _b);
        link.Run();
        Assert.NotEmpty(_a.Seen<PaymentEvent.ForkSuspected>().Concat<PaymentEvent>(_b.Seen<PaymentEvent.ForkFound>()).Concat(_a.Seen<PaymentEvent.ForkFound>()));
        Assert.DoesNotContain(_b.With(_a).History, one => one.Body.Amount == Amount.Parse("77") && one.State == TransactionState.Accepted);
    }
}
