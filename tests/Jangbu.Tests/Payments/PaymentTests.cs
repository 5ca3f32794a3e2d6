using Jangbu.Payments;
using Jangbu.Payments.Books;
using Jangbu.Payments.Records;

namespace Jangbu.Tests.Payments;

/// <summary>Two people, two ledgers on simulated disks, real signatures and envelopes, a channel in memory.</summary>
public sealed class PaymentTests
{
    [Fact]
    public void Payment_OverASession_IsDeliveredAcceptedAndOnBothDisks()
    {
        using Person a = Person.Real(0, "아라"), b = Person.Real(1, "보라");
        a.Meet(b);
        b.Meet(a, autoAccept: "50000");
        MadeRecord made = a.Pay(b, "12000", memo: "점심");
        var link = new Link(a, b);
        link.Run();

        Assert.Equal(TransactionState.Accepted, a.Find(made.Hash).State);
        Assert.Equal(TransactionState.Accepted, b.Find(made.Hash).State);
        Assert.Equal("-12000", a.Net(b));
        Assert.Equal("12000", b.Net(a));
        Assert.Equal(["hello", "sealed"], link.Types(fromA: true));
        Assert.Equal(["hello", "received", "processed"], link.Types(fromA: false));
        Assert.Single(a.Seen<PaymentEvent.Delivered>());
        Assert.Single(a.Seen<PaymentEvent.StateChanged>());

        a.Reopen();
        b.Reopen();
        Assert.Equal("-12000", a.Net(b));
        Assert.Equal("12000", b.Net(a));
        Assert.Equal(TransactionState.Accepted, a.Find(made.Hash).State);
    }

    [Fact]
    public void Bye_WhenAllIsSaid_ClosesBothInOrder()
    {
        using Person a = Person.Real(0, "아라"), b = Person.Real(1, "보라");
        a.Meet(b);
        b.Meet(a, autoAccept: "50000");
        a.Pay(b, "1");
        var link = new Link(a, b);
        link.Run();
        Assert.True(a.Bookkeeper.SessionWith(b.Id)!.IsIdle);
        link.Bye();
        Assert.Equal(SessionEnd.Bye, Assert.Single(a.Seen<PaymentEvent.SessionClosed>()).End);
        Assert.Equal(SessionEnd.Bye, Assert.Single(b.Seen<PaymentEvent.SessionClosed>()).End);
        Assert.False(a.Bookkeeper.HasUndelivered(b.Id));
        Assert.False(b.Bookkeeper.HasUndelivered(a.Id));
    }

    [Fact]
    public void Person_DecidesInALaterSession_TheOtherLearnsIt()
    {
        using Person a = Person.Real(0, "아라"), b = Person.Real(1, "보라");
        a.Meet(b);
        b.Meet(a);
        MadeRecord made = a.Pay(b, "12000");
        new Link(a, b).Run().Bye();
        Assert.True(a.Find(made.Hash).IsDelivered);
        Assert.Equal(TransactionState.Undecided, a.Find(made.Hash).State);
        Assert.True(Assert.Single(b.Seen<PaymentEvent.Received>()).WaitsForPerson);
        Assert.False(b.Bookkeeper.HasUndelivered(a.Id));

        b.Turn(() => b.Bookkeeper.Decide([made.Hash], accepted: false, "too much"));
        Assert.True(b.Bookkeeper.HasUndelivered(a.Id));
        new Link(a, b).Run().Bye();
        Assert.Equal(TransactionState.Rejected, a.Find(made.Hash).State);
        Assert.Equal(("too much", RejectionCode.Declined), (a.Find(made.Hash).Verdict!.Reason, a.Find(made.Hash).Verdict!.Code!.Value));
        Assert.Equal("0", a.Net(b));
    }

    [Fact]
    public void TwoHundredPayments_BothWays_NoneLostNoneDouble()
    {
        using Person a = Person.Real(0, "아라"), b = Person.Real(2, "보라");
        a.Meet(b, autoAccept: "1000");
        b.Meet(a, autoAccept: "1000");
        var link = new Link(a, b);
        for (int i = 0; i < 100; i++)
        {
            a.Pay(b, "3");
            b.Pay(a, "1");
            if (i % 10 == 0)
                link.Run();
        }
        link.Run();
        Assert.Equal("-200", a.Net(b));
        Assert.Equal("200", b.Net(a));
        Assert.Equal(200, a.With(b).History.Count);
        Assert.All(a.With(b).History, transaction => Assert.Equal(TransactionState.Accepted, transaction.State));
    }

    [Fact]
    public void Session_NothingLeaves_BeforeTheFlush()
    {
        using Person a = Person.Real(0, "아라"), b = Person.Real(1, "보라");
        a.Meet(b);
        b.Meet(a, autoAccept: "1000");
        var link = new Link(a, b);
        link.Run();
        a.Bookkeeper.Turn(a.Now, Person.Start);
        a.Bookkeeper.Pay(b.Id, new Transaction(Amount.Parse("5"), Asset.Parse("KRW")));
        a.RunJobs();
        Assert.True(a.Bookkeeper.Ledger.HasUnflushed);
        Assert.False(link.A.TryTransmit(out _));
        Assert.False(a.Bookkeeper.TryDequeue(out _));
        a.Flush();
        Assert.True(link.A.TryTransmit(out string? message));
        Assert.Equal("sealed", Link.TypeOf(message!));
    }

    [Fact]
    public void Invitation_TwoStrangers_BecomeContactsAndPay()
    {
        using Person a = Person.Real(0, "아라"), b = Person.Real(1, "보라");
        var code = Jangbu.Crypto.InvitationCode.Generate(new SeededRandom(5));
        a.Turn(() => a.Bookkeeper.Invite(code));
        PaymentSession? sessionOfA = null, sessionOfB = null;
        a.Turn(() => sessionOfA = a.Bookkeeper.OpenInvitationSession(b.Id, code.Code));
        b.Turn(() => sessionOfB = b.Bookkeeper.OpenInvitationSession(a.Id, null));
        var link = new Link(a, sessionOfA!, b, sessionOfB!);
        link.Run();
        Assert.Equal(["card", "hello"], link.Types(fromA: true));
        Assert.True(Assert.Single(a.Book.Invitations).IsUsed);
        Assert.Equal("보라", Assert.Single(a.Seen<PaymentEvent.Met>()).Name);
        b.Turn(() => b.Bookkeeper.SetPolicy(a.Id, Asset.Parse("KRW"), null, "100"));
        a.Pay(b, "7");
        link.Run();
        Assert.Equal("-7", a.Net(b));
    }
}
