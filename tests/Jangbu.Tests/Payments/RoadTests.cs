using System.Text;
using Jangbu.Payments;
using Jangbu.Payments.Books;
using Jangbu.Payments.Records;

namespace Jangbu.Tests.Payments;

/// <summary>The same signed bytes over other roads: letters in the DHT and files (PROTOCOL §3, §4.4).</summary>
public sealed class RoadTests : IDisposable
{
    private const int Room = (16 * 872) - 5;
    private readonly Person _a = Person.Real(0, "아라"), _b = Person.Real(2, "보라");

    public RoadTests()
    {
        _a.Meet(_b);
        _b.Meet(_a, autoAccept: "100");
    }

    public void Dispose()
    {
        _a.Dispose();
        _b.Dispose();
    }

    [Fact]
    public void Letters_ThereAndBack_SettleAPaymentWithoutAChannel()
    {
        MadeRecord made = _a.Pay(_b, "7");
        Deliver(_a, _b);
        Assert.Equal(TransactionState.Accepted, _b.Find(made.Hash).State);
        Deliver(_b, _a);
        Assert.Equal(TransactionState.Accepted, _a.Find(made.Hash).State);
        Assert.True(_a.Find(made.Hash).IsDelivered);
        Assert.False(_a.Bookkeeper.HasUndelivered(_b.Id));
        // a's letter now says only what a holds; it is not answered.
        Deliver(_a, _b);
        Assert.False(_b.Bookkeeper.HasUndelivered(_a.Id));
        Assert.Null(_b.Bookkeeper.WriteLetter(_a.Id, Room));
    }

    [Fact]
    public void Letter_OfManyPayments_FillsTheRoomAndTheRestFollows()
    {
        for (int i = 0; i < 40; i++)
            _a.Pay(_b, "1");
        int letters = 0;
        for (; letters < 30 && _a.With(_b).UndecidedOutgoing.Count > 0; letters++)
        {
            Assert.InRange(Encoding.UTF8.GetByteCount(_a.Bookkeeper.WriteLetter(_b.Id, Room)!), 1, Room);
            Deliver(_a, _b);
            Deliver(_b, _a);
        }
        Assert.InRange(letters, 2, 20);
        Assert.Equal("-40", _a.Net(_b));
    }

    [Fact]
    public void Letter_ReadTwiceAndLate_ChangesNothing()
    {
        _a.Pay(_b, "7");
        string letter = _a.Bookkeeper.WriteLetter(_b.Id, Room)!;
        Deliver(_a, _b);
        long head = _b.Bookkeeper.Ledger.Head.N;
        for (int i = 0; i < 3; i++)
            _b.Turn(() => Assert.True(_b.Bookkeeper.TakeLetter(_a.Id, Encoding.UTF8.GetBytes(letter))));
        Assert.Equal(head, _b.Bookkeeper.Ledger.Head.N);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("nonsense")]
    [InlineData("")]
    public void Letter_OutOfForm_IsNone(string letter) => Assert.False(_b.Bookkeeper.TakeLetter(_a.Id, Encoding.UTF8.GetBytes(letter)));

    [Fact]
    public void File_ImportedAndAnsweredByFile_SettlesAPayment()
    {
        MadeRecord made = _a.Pay(_b, "7");
        Import(_b, _a.Bookkeeper.WriteEnvelopes(_b.Id), null);
        Import(_a, _b.Bookkeeper.WriteEnvelopes(_a.Id), null);
        Assert.Equal(TransactionState.Accepted, _a.Find(made.Hash).State);
        Assert.Empty(_a.Bookkeeper.WriteEnvelopes(_b.Id));
    }

    [Fact]
    public void File_FromNobodyKnown_IsRefused()
    {
        using Person c = Person.Real(3, "다라");
        c.Meet(_b);
        c.Pay(_b, "1");
        Import(_b, c.Bookkeeper.WriteEnvelopes(_b.Id), RefusalCode.BadSignature);
    }

    [Fact]
    public void File_ForSomebodyElse_IsUnreadable()
    {
        using Person c = Person.Real(3, "다라");
        c.Meet(_b);
        _a.Pay(_b, "1");
        Import(c, _a.Bookkeeper.WriteEnvelopes(_b.Id), RefusalCode.Unreadable);
        Import(c, ["nonsense"], RefusalCode.Unreadable);
    }

    [Fact]
    public void ThreePathsOfOnePayment_OneEntry()
    {
        MadeRecord made = _a.Pay(_b, "7");
        IReadOnlyList<string> file = _a.Bookkeeper.WriteEnvelopes(_b.Id);
        Deliver(_a, _b);
        new Link(_a, _b).Run().Bye();
        Import(_b, file, null);
        Assert.Single(_b.With(_a).History);
        Assert.Equal("7", _b.Net(_a));
        Assert.Equal(TransactionState.Accepted, _a.Find(made.Hash).State);
    }

    private static void Deliver(Person from, Person to)
    {
        string? letter = from.Bookkeeper.WriteLetter(to.Id, Room);
        Assert.NotNull(letter);
        to.Turn(() => Assert.True(to.Bookkeeper.TakeLetter(from.Id, Encoding.UTF8.GetBytes(letter))));
    }

    private static void Import(Person person, IReadOnlyList<string> files, RefusalCode? expected)
    {
        Assert.NotEmpty(files);
        foreach (string file in files)
        {
            RefusalCode? code = RefusalCode.Busy;
            person.Turn(() => person.Bookkeeper.TakeEnvelope(Encoding.UTF8.GetBytes(file), refused => code = refused));
            Assert.Equal(expected, code);
        }
    }
}
