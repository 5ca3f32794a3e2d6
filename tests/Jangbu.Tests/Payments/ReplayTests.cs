using System.Text;
using System.Text.Json;
using Jangbu.Crypto;
using Jangbu.Payments;
using Jangbu.Payments.Books;
using Jangbu.Payments.Jobs;
using Jangbu.Payments.Records;

namespace Jangbu.Tests.Payments;

/// <summary>Tables K, J and X of the threat notes, as far as records and sessions are concerned: one test a row, named by it.</summary>
public sealed class ReplayTests : IDisposable
{
    private readonly Person _victim = Forger.Victim();
    private readonly Forger _forger;

    public ReplayTests() => _forger = new Forger(_victim);

    public void Dispose() => _victim.Dispose();

    [Fact]
    public void K1_AnotherKeyUnderAKnownName_IsAnErrorAndChangesNothing()
    {
        long before = _victim.Bookkeeper.Ledger.Head.N;
        CommandRefusedException refused = Assert.Throws<CommandRefusedException>(() => _victim.Bookkeeper.AddContact(Person.CardOf(2, "보라")));
        Assert.Equal(CommandRefusal.NameTaken, refused.Reason);
        Assert.Equal(before, _victim.Bookkeeper.Ledger.Head.N);
        Assert.False(_victim.Book.TryFind(_forger.Card.Id, out Contact? contact) && contact.IsVerified);
    }

    [Theory]
    [InlineData("none")]
    [InlineData("HS256")]
    [InlineData("RS256")]
    [InlineData("PS512")]
    public void J1_AnotherAlgorithm_IsBadRecord(string alg)
    {
        string[] parts = _forger.Open.Jws.Split('.');
        string header = Jangbu.Crypto.Jose.Base64UrlText.Encode(Encoding.ASCII.GetBytes($$"""{"alg":"{{alg}}","kid":"{{_forger.Card.Id}}","typ":"jangbu-record"}"""));
        _forger.Refused("bad_record", _forger.Open with { Jws = $"{header}.{parts[1]}.{parts[2]}" });
    }

    [Theory]
    [InlineData("\"crit\":[\"b64\"],\"b64\":false")]
    [InlineData("\"zip\":\"DEF\"")]
    [InlineData("\"jku\":\"https://example.org\"")]
    public void J1_AForeignHeaderMember_IsBadRecord(string member)
    {
        string[] parts = _forger.Open.Jws.Split('.');
        string header = Jangbu.Crypto.Jose.Base64UrlText.Encode(Encoding.ASCII.GetBytes($$"""{"alg":"PS256","kid":"{{_forger.Card.Id}}","typ":"jangbu-record",{{member}}}"""));
        _forger.Refused("bad_record", _forger.Open with { Jws = $"{header}.{parts[1]}.{parts[2]}" });
    }

    [Theory]
    [InlineData("\"body\":{}", "\"body\":{},\"extra\":1")]
    [InlineData("\"body\":{}", "\"body\":{},\"body\":{}")]
    [InlineData("\"body\":{}", "\"body\":{\"x\":[[[[[[[[1]]]]]]]]}")]
    [InlineData("\"body\":{}", "\"body\":{} x")]
    [InlineData("\"seq\":2", "\"seq\":2.0")]
    [InlineData("\"seq\":2", "\"seq\":2e0")]
    [InlineData("\"seq\":2", "\"seq\":-2")]
    [InlineData("\"seq\":2", "\"seq\":9007199254740993")]
    [InlineData("\"seq\":2", "\"seq\":\"2\"")]
    [InlineData("\"seq\":2", "\"seq\":null")]
    [InlineData("receipt", "gift")]
    [InlineData("000Z", "00Z")]
    [InlineData("000Z", "000+00:00")]
    [InlineData("\"v\":1,", "")]
    public void J4_PayloadOutOfForm_IsBadRecord(string right, string wrong)
    {
        _forger.Taken(_forger.Open);
        Forger.Signed receipt = _forger.After(_forger.Open, new Receipt());
        string payload = Text(receipt).Replace(right, wrong, StringComparison.Ordinal);
        _forger.Refused("bad_record", new Forger.Signed(new FastKeys(_forger.Card.Id).Sign("jangbu-record", Encoding.UTF8.GetBytes(payload)), default, 2, Forger.Lane));
    }

    [Theory]
    [InlineData("\\ud800")]
    [InlineData("\\u0000")]
    [InlineData("\\n")]
    [InlineData("\\uffff")]
    public void J4_MemoWithForbiddenCharacters_IsBadRecord(string memo)
    {
        string payload = Text(_forger.After(_forger.Open, Forger.Pay() with { Memo = "MEMO" })).Replace("MEMO", memo, StringComparison.Ordinal);
        _forger.Refused("bad_record", _forger.Open, new Forger.Signed(new FastKeys(_forger.Card.Id).Sign("jangbu-record", Encoding.UTF8.GetBytes(payload)), default, 2, Forger.Lane));
    }

    [Fact]
    public void Memo_Of256CodePoints_IsTakenAnd257IsBadRecord()
    {
        string full = string.Concat(Enumerable.Repeat("😀", Transaction.MaxText));
        _forger.Refused("bad_record", _forger.Open, _forger.After(_forger.Open, Forger.Pay() with { Memo = full + "x" }));
        _forger.Taken(_forger.Open, _forger.After(_forger.Open, Forger.Pay() with { Memo = full }));
    }

    [Fact]
    public void X1_ReplayedAThousandTimesAcrossRestarts_OneEntryAndTheSameAnswer()
    {
        Forger.Signed tx = _forger.After(_forger.Open, Forger.Pay());
        List<string> first = _forger.Taken(_forger.Open, tx);
        long entries = _victim.Bookkeeper.Ledger.Head.N;
        for (int restart = 0; restart < 10; restart++)
        {
            _victim.Reopen();
            _forger.Connect(_forger.Hello(yours: Yours()));
            for (int i = 0; i < 100; i++)
                Assert.Equal(first.TakeLast(2), _forger.Taken(_forger.Open, tx));
        }
        Assert.Equal(entries, _victim.Bookkeeper.Ledger.Head.N);
        Assert.Single(_forger.Account.History);
    }

    [Fact]
    public void X1_RepeatOfAnUndecidedTransaction_GetsTheReceiptOnly()
    {
        Forger.Signed tx = _forger.After(_forger.Open, Forger.Pay("5000"));
        _forger.Taken(_forger.Open, tx);
        Assert.Equal("receipt", Forger.Payload(Assert.Single(_forger.Taken(_forger.Open, tx))).GetProperty("kind").GetString());
    }

    [Fact]
    public void X2_PaymentSealedOnByItsReceiver_IsWrongRecipient()
    {
        // A third person pays the forger; the forger seals that payment for the victim, who knows the third person too.
        using Person third = Person.Create(new FastKeys(Person.CardOf(2, "다라").Id), Person.CardOf(2, "다라"), 43);
        third.Turn(() => third.Bookkeeper.AddContact(_forger.Card));
        third.Turn(() => third.Bookkeeper.Pay(_forger.Card.Id, Forger.Pay()));
        _victim.Meet(third, autoAccept: "1000");
        Lane lane = Assert.Single(third.Book.Contacts.Single().Account.Mine);
        long before = _victim.Book.RecordCount;
        Assert.Contains("bad_signature", Assert.Single(_forger.Send([lane.TextAt(1), lane.TextAt(2)])), StringComparison.Ordinal);
        RefusalCode? code = null;
        string stolen = new FastKeys(_forger.Card.Id).Seal(_victim.Card, OpenJob.Plaintext([lane.TextAt(1), lane.TextAt(2)]), new SeededRandom(1));
        _victim.Turn(() => _victim.Bookkeeper.TakeEnvelope(Encoding.UTF8.GetBytes(stolen), refused => code = refused));
        Assert.Equal(RefusalCode.WrongRecipient, code);
        Assert.Equal(before, _victim.Book.RecordCount);
    }

    [Theory]
    [InlineData("jangbu-card")]
    [InlineData("jangbu-checkpoint")]
    [InlineData("jangbu-sealed")]
    [InlineData("")]
    public void X3_SignatureOfAnotherKind_IsBadRecord(string typ) =>
        _forger.Refused("bad_record", _forger.Sign(Encoding.UTF8.GetBytes(Text(_forger.Open)), typ));

    [Theory]
    [InlineData("0")]
    [InlineData("-1")]
    [InlineData("9223372036854775808")]
    [InlineData("1000000000000000")]
    [InlineData("1e3")]
    [InlineData("1.50")]
    [InlineData("١")]
    public void X4_AmountOutOfForm_IsBadRecord(string amount)
    {
        string payload = Text(_forger.After(_forger.Open, Forger.Pay("77"))).Replace("\"77\"", $"\"{amount}\"", StringComparison.Ordinal);
        _forger.Refused("bad_record", _forger.Open, new Forger.Signed(new FastKeys(_forger.Card.Id).Sign("jangbu-record", Encoding.UTF8.GetBytes(payload)), default, 2, Forger.Lane));
    }

    [Theory]
    [InlineData("1970-01-01T00:00:00.000Z")]
    [InlineData("2038-01-19T03:14:08.000Z")]
    [InlineData("9999-12-31T23:59:59.999Z")]
    public void X5_ClockFarOff_ChangesNothingAboutThePayment(string time)
    {
        Assert.True(Rfc3339Time.TryParse(time, out DateTimeOffset at));
        Forger.Signed tx = _forger.Make(2, _forger.Open.Hash, Forger.Pay(), at: at);
        _forger.Taken(_forger.Open, tx);
        Assert.Equal(TransactionState.Accepted, _victim.Find(tx.Hash).State);
    }

    [Fact]
    public void X7_EachMessageLostInTurn_BothEndEqualAfterTheNextSession()
    {
        for (int lost = 0; lost < 5; lost++)
        {
            using Person a = Forger.Victim(), b = Person.Create(new FastKeys(Person.CardOf(1, "보라").Id), Person.CardOf(1, "보라"), 42);
            a.Meet(b);
            b.Meet(a, autoAccept: "1000");
            MadeRecord made = a.Pay(b, "5");
            var link = new Link(a, b);
            int count = 0;
            link.Tap = (_, text) => count++ >= lost ? null : text;
            link.Run();
            link.Cut();
            new Link(a, b).Run().Bye();
            Assert.Equal((TransactionState.Accepted, TransactionState.Accepted), (a.Find(made.Hash).State, b.Find(made.Hash).State));
            Assert.Single(b.With(a).History);
            Assert.Equal("-5", a.Net(b));
            Assert.False(a.Bookkeeper.HasUndelivered(b.Id) || b.Bookkeeper.HasUndelivered(a.Id));
        }
    }

    [Fact]
    public void X8_DecisionForAnotherTransaction_DecidesOnlyThatOne()
    {
        MadeRecord one = default, two = default;
        _victim.Turn(() => one = _victim.Bookkeeper.Pay(_forger.Card.Id, Forger.Pay("1")));
        _victim.Turn(() => two = _victim.Bookkeeper.Pay(_forger.Card.Id, Forger.Pay("2")));
        _forger.Taken(_forger.Open, _forger.After(_forger.Open, new Decision([new Verdict(two.Hash, true)])));
        Assert.Equal((TransactionState.Undecided, TransactionState.Accepted), (_victim.Find(one.Hash).State, _victim.Find(two.Hash).State));
    }

    [Fact]
    public void X9_AnotherVersion_IsVersion()
    {
        string payload = Text(_forger.Open).Replace("\"v\":1", "\"v\":2", StringComparison.Ordinal);
        _forger.Refused("version", _forger.Sign(Encoding.UTF8.GetBytes(payload)));
    }

    private string Yours() => JsonSerializer.Serialize(_forger.Account.Mine.Select(lane => new { lane = lane.Id, seq = lane.Count, hash = lane.Head.Hash.ToString() }));

    private static string Text(Forger.Signed record)
    {
        Assert.True(Jangbu.Crypto.Jose.Base64UrlText.TryDecode(record.Jws.Split('.')[1], out byte[]? payload));
        return Encoding.UTF8.GetString(payload);
    }
}
