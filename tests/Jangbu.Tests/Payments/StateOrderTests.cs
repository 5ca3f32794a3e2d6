using FsCheck;
using FsCheck.Fluent;
using Jangbu.Payments;
using Jangbu.Payments.Books;
using Jangbu.Payments.Records;
using Record = Jangbu.Payments.Records.Record;

namespace Jangbu.Tests.Payments;

/// <summary>PROTOCOL §2.3: states and balances are functions of the set of records, whatever the order of arrival.</summary>
public sealed class StateOrderTests : IDisposable
{
    private readonly Person _victim = Forger.Victim();
    private readonly Forger _forger;

    public StateOrderTests() => _forger = new Forger(_victim);

    public void Dispose() => _victim.Dispose();

    [Fact]
    public void States_AnyInterleavingOfLanes_AreTheSame() => Prop.ForAll<int>(seed =>
    {
        var random = new Random(seed);
        List<Record>[] lanes = Lanes(random);
        string first = Play(lanes, random), second = Play(lanes, random);
        return first == second ? true : throw new InvalidOperationException($"{first}\n{second}");
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(200).WithQuietOnSuccess(true));

    [Theory]
    [InlineData(false, TransactionState.Accepted)]
    [InlineData(true, TransactionState.Withdrawn)]
    public void WithdrawalRace_DecisionCountsOnlyWhereItsAckDoesNotCoverTheWithdrawal(bool covers, TransactionState expected)
    {
        // The victim pays and takes back; the forger's acceptance either knew of the withdrawal or not.
        MadeRecord paid = default;
        _victim.Turn(() => paid = _victim.Bookkeeper.Pay(_forger.Card.Id, Forger.Pay("7")));
        LaneHead atPayment = _forger.Account.Mine.Single().Head;
        _victim.Turn(() => _victim.Bookkeeper.Withdraw(paid.Hash));
        Assert.Equal(TransactionState.Withdrawn, _victim.Find(paid.Hash).State);
        LaneHead ack = covers ? _forger.Account.Mine.Single().Head : atPayment;
        _forger.Send(_forger.Open, _forger.After(_forger.Open, new Decision([new Verdict(paid.Hash, true)]), [ack]));
        Assert.Equal(expected, _victim.Find(paid.Hash).State);
    }

    [Fact]
    public void Verdicts_OfTwoLanes_RejectedWins()
    {
        MadeRecord paid = default;
        _victim.Turn(() => paid = _victim.Bookkeeper.Pay(_forger.Card.Id, Forger.Pay("7")));
        _forger.Send(_forger.Open, _forger.After(_forger.Open, new Decision([new Verdict(paid.Hash, true)])));
        Assert.Equal(TransactionState.Accepted, _victim.Find(paid.Hash).State);
        Forger.Signed other = _forger.Make(1, RecordHash.None, new Open(_forger.Card.Jws, "x"), new Guid("bbbbbbbb-0000-4000-8000-000000000002"));
        _forger.Send(other, _forger.After(other, new Decision([new Verdict(paid.Hash, false)])));
        Assert.Equal(TransactionState.Rejected, _victim.Find(paid.Hash).State);
        Assert.Equal("0", _forger.Account.PositionOf(Asset.Parse("KRW")).Net.ToString());
    }

    // Lanes of both people with transactions, verdicts and withdrawals that cross.
    private List<Record>[] Lanes(Random random)
    {
        List<Record>[] lanes = [[], [], [], []];
        List<(RecordHash Hash, bool Mine)> transactions = [];
        for (int step = 0; step < 30; step++)
        {
            int index = random.Next(lanes.Length);
            bool mine = index < 2;
            List<Record> lane = lanes[index];
            (RecordHash Hash, bool Mine)[] theirs = [.. transactions.Where(one => one.Mine != mine)], own = [.. transactions.Where(one => one.Mine == mine)];
            RecordBody body = lane.Count == 0 ? new Open(_forger.Card.Jws, "x")
                : random.Next(3) == 0 && theirs.Length > 0 ? new Decision([new Verdict(theirs[random.Next(theirs.Length)].Hash, random.Next(3) > 0)])
                : random.Next(4) == 0 && own.Length > 0 ? new Withdrawal(own[random.Next(own.Length)].Hash)
                : Forger.Pay($"{1 + random.Next(50)}");
            LaneHead[] ack = [.. lanes.Where((other, i) => i < 2 != mine && other.Count > 0).Select(other => other[random.Next(other.Count)].Place).OrderBy(head => head.Lane)];
            var header = new RecordHeader(RecordId.Create(Person.Start.AddSeconds(step), new SeededRandom((ulong)step)), mine ? _victim.Id : _forger.Card.Id,
                mine ? _forger.Card.Id : _victim.Id, new Guid(index + 1, 1, 2, [1, 2, 3, 4, 5, 6, 7, 8]), lane.Count + 1, lane.Count == 0 ? RecordHash.None : lane[^1].Hash, ack, Person.Start);
            lane.Add(new Record(header, body, "", RecordHash.Of(RecordWriter.Write(header, body))));
            if (body is Transaction)
                transactions.Add((lane[^1].Hash, mine));
        }
        return lanes;
    }

    private static string Play(List<Record>[] lanes, Random random)
    {
        var contact = new Contact(default, new RecordTexts());
        int[] next = new int[lanes.Length];
        for (int left = lanes.Sum(lane => lane.Count), order = 0; left > 0; left--)
        {
            int index;
            do
                index = random.Next(lanes.Length);
            while (next[index] == lanes[index].Count);
            Assert.True(contact.Account.TryApply(lanes[index][next[index]++], default, mine: index < 2, order++, null));
        }
        Position position = contact.Account.PositionOf(Asset.Parse("KRW"));
        IEnumerable<string> states = contact.Account.History.OrderBy(one => one.Hash).Select(one => $"{one.Hash} {one.State}");
        return $"{position.Net} {position.Held} {position.Promised} {string.Join(';', states)}";
    }
}
