using System.Text.Json;
using Jangbu.Crypto;
using Jangbu.Crypto.Jose;
using Jangbu.Payments;
using Jangbu.Payments.Books;
using Jangbu.Payments.Records;

namespace Jangbu.Tests.Payments;

/// <summary>A contact that misbehaves in each of the ways of PROTOCOL §2.1: the documented refusal, nothing changed, evidence where there is some.</summary>
public sealed class MisbehaviourTests : IDisposable
{
    private readonly Person _victim = Forger.Victim();
    private readonly Forger _forger;

    public MisbehaviourTests() => _forger = new Forger(_victim);

    public void Dispose() => _victim.Dispose();

    private RecordHash Paid()
    {
        MadeRecord made = default;
        _victim.Turn(() => made = _victim.Bookkeeper.Pay(_forger.Card.Id, Forger.Pay("7")));
        _forger.Say("""{"t":"received","n":1}""");
        return made.Hash;
    }

    private LaneHead VictimHead => Assert.Single(_forger.Account.Mine).Head;

    [Fact]
    public void Record_LongerThan16KiB_IsTooLarge()
    {
        Forger.Signed tx = _forger.After(_forger.Open, Forger.Pay());
        _forger.Refused("too_large", _forger.Open, tx with { Jws = tx.Jws + new string('A', Record16KiB - tx.Jws.Length + 1) });
    }

    private const int Record16KiB = 16 * 1024;

    [Fact]
    public void Record_WithAnotherSignature_IsBadSignature()
    {
        Forger.Signed tx = _forger.After(_forger.Open, Forger.Pay());
        char last = tx.Jws[^3] == 'A' ? 'B' : 'A';
        _forger.Refused("bad_signature", _forger.Open, tx with { Jws = tx.Jws[..^3] + last + tx.Jws[^2..] });
    }

    [Fact]
    public void Record_OfAnotherContact_IsBadSignature()
    {
        var other = new Forger(_victim, 2, "다라");
        _forger.Refused("bad_signature", other.Open);
    }

    [Fact]
    public void Record_ForSomebodyElse_IsWrongRecipient() =>
        _forger.Refused("wrong_recipient", _forger.Make(1, RecordHash.None, new Open(_forger.Card.Jws, "x"), to: Person.CardOf(2, "x").Id));

    [Fact]
    public void Record_FromSomebodyElse_IsWrongRecipient() =>
        _forger.Refused("wrong_recipient", _forger.Make(1, RecordHash.None, new Open(Person.CardOf(2, "x").Jws, "x"), from: Person.CardOf(2, "x").Id));

    [Fact]
    public void Record_OfUnknownLaneAboveOne_IsUnknownLane() =>
        _forger.Refused("unknown_lane", _forger.Make(7, _forger.Open.Hash, Forger.Pay()));

    [Fact]
    public void Record_AboveTheNext_IsGapWithTheHead()
    {
        _forger.Taken(_forger.Open);
        string answer = _forger.Refused("gap", _forger.Make(3, _forger.Open.Hash, Forger.Pay()));
        Assert.Equal(_forger.Open.Hash.ToString(), JsonDocument.Parse(answer).RootElement.GetProperty("head").GetProperty("hash").GetString());
    }

    [Fact]
    public void Fork_SameSeqOtherHash_KeepsBothTellsThePersonAndStopsAutomaticAcceptance()
    {
        Forger.Signed first = _forger.After(_forger.Open, Forger.Pay("1")), second = _forger.After(_forger.Open, Forger.Pay("2"));
        _forger.Taken(_forger.Open, first);
        Assert.Equal(TransactionState.Accepted, _victim.Find(first.Hash).State);
        _forger.Refused("fork", second);
        ForkEvidence kept = Assert.Single(_forger.Account.Forks);
        Assert.Equal((first.Jws, second.Jws), (kept.First, kept.Second));
        Assert.Single(_victim.Seen<PaymentEvent.ForkFound>());
        Forger.Signed next = _forger.After(first, Forger.Pay("3"));
        _forger.Taken(next);
        Assert.Equal(TransactionState.Undecided, _victim.Find(next.Hash).State);
        _victim.Reopen();
        Assert.Single(_forger.Account.Forks);
    }

    [Fact]
    public void Fork_RightSeqWrongPrev_KeepsHeadAndNewRecord()
    {
        _forger.Taken(_forger.Open);
        Forger.Signed wrong = _forger.Make(2, RecordHash.Of([1]), Forger.Pay());
        _forger.Refused("fork", wrong);
        Assert.Equal((_forger.Open.Jws, wrong.Jws), (_forger.Account.Forks[0].First, _forger.Account.Forks[0].Second));
    }

    [Fact]
    public void Forks_SeventeenthAndRepeats_AreRefusedButNotKept()
    {
        _forger.Taken(_forger.Open);
        for (int i = 1; i <= ForkEvidence.MaxKept + 1; i++)
        {
            Forger.Signed wrong = _forger.Make(2, RecordHash.Of([(byte)i]), Forger.Pay());
            _forger.Refused("fork", wrong);
            _forger.Refused("fork", wrong);
        }
        Assert.Equal(ForkEvidence.MaxKept, _forger.Account.Forks.Count);
    }

    [Fact]
    public void Id_UsedTwice_IsIdConflict()
    {
        Guid id = RecordId.Create(Person.Start, new SeededRandom(99));
        Forger.Signed first = _forger.Make(2, _forger.Open.Hash, Forger.Pay(), id: id);
        _forger.Taken(_forger.Open, first);
        _forger.Refused("id_conflict", _forger.Make(3, first.Hash, Forger.Pay(), id: id));
    }

    [Fact]
    public void Id_UsedTwiceInOneEnvelope_IsIdConflictAndNothingIsTaken()
    {
        Guid id = RecordId.Create(Person.Start, new SeededRandom(99));
        Forger.Signed first = _forger.Make(2, _forger.Open.Hash, Forger.Pay(), id: id);
        _forger.Refused("id_conflict", _forger.Open, first, _forger.Make(3, first.Hash, Forger.Pay(), id: id));
    }

    [Fact]
    public void Verdict_SecondInOneLane_IsBadRecord()
    {
        RecordHash tx = Paid();
        Forger.Signed one = _forger.After(_forger.Open, new Decision([new Verdict(tx, true)]), [VictimHead]);
        _forger.Taken(_forger.Open, one);
        Assert.Equal(TransactionState.Accepted, _victim.Find(tx).State);
        _forger.Refused("bad_record", _forger.After(one, new Decision([new Verdict(tx, false)]), [VictimHead]));
    }

    [Fact]
    public void Verdict_TwiceInOneDecision_IsBadRecord()
    {
        RecordHash tx = Paid();
        _forger.Refused("bad_record", _forger.Open, _forger.After(_forger.Open, new Decision([new Verdict(tx, true), new Verdict(tx, true)])));
    }

    [Fact]
    public void Verdict_OnOnesOwn_IsBadRecord()
    {
        Forger.Signed tx = _forger.After(_forger.Open, Forger.Pay());
        _forger.Refused("bad_record", _forger.Open, tx, _forger.After(tx, new Decision([new Verdict(tx.Hash, true)])));
    }

    [Fact]
    public void Verdict_OnTheUnknown_IsBadRecord() =>
        _forger.Refused("bad_record", _forger.Open, _forger.After(_forger.Open, new Decision([new Verdict(RecordHash.Of([1]), true)])));

    [Fact]
    public void Decision_Of65Verdicts_IsBadRecordAnd64AreTaken()
    {
        RecordHash[] paid = [.. Enumerable.Range(0, 65).Select(_ =>
        {
            MadeRecord made = default;
            _victim.Turn(() => made = _victim.Bookkeeper.Pay(_forger.Card.Id, Forger.Pay("1")));
            return made.Hash;
        })];
        Decision Verdicts(int count) => new([.. paid.Take(count).Select(tx => new Verdict(tx, true))]);
        _forger.Refused("bad_record", _forger.Open, _forger.After(_forger.Open, Verdicts(65)));
        _forger.Send(_forger.Open, _forger.After(_forger.Open, Verdicts(64)));
        Assert.Equal("-64", _forger.Account.PositionOf(Asset.Parse("KRW")).Net.ToString());
    }

    [Fact]
    public void Withdrawal_Second_IsBadRecord()
    {
        Forger.Signed tx = _forger.After(_forger.Open, Forger.Pay("5000")), once = _forger.After(tx, new Withdrawal(tx.Hash));
        _forger.Taken(_forger.Open, tx, once);
        Assert.Equal(TransactionState.Withdrawn, _victim.Find(tx.Hash).State);
        _forger.Refused("bad_record", _forger.After(once, new Withdrawal(tx.Hash)));
    }

    [Fact]
    public void Withdrawal_OfAnothers_IsBadRecord() =>
        _forger.Refused("bad_record", _forger.Open, _forger.After(_forger.Open, new Withdrawal(Paid())));

    [Fact]
    public void Open_Second_IsBadRecord() =>
        _forger.Refused("bad_record", _forger.Open, _forger.After(_forger.Open, new Open(_forger.Card.Jws, "again")));

    [Fact]
    public void FirstRecord_NoOpen_IsBadRecord() => _forger.Refused("bad_record", _forger.Make(1, RecordHash.None, Forger.Pay()));

    [Fact]
    public void Open_WithTheCardOfAnother_IsBadRecord() =>
        _forger.Refused("bad_record", _forger.Make(1, RecordHash.None, new Open(Person.CardOf(2, "x").Jws, "x")));

    [Fact]
    public void Ack_WithAnotherHash_IsBadRecord()
    {
        Paid();
        _forger.Refused("bad_record", _forger.Make(1, RecordHash.None, new Open(_forger.Card.Jws, "x"), ack: [VictimHead with { Hash = RecordHash.Of([1]) }]));
    }

    [Fact]
    public void Ack_AboveMyHead_ChangesNothingAndIsCounted()
    {
        Paid();
        _forger.Taken(_forger.Open, _forger.After(_forger.Open, new Receipt(), [VictimHead with { Seq = 900 }]));
        Assert.Equal(1, _forger.Account.AcksAboveHead);
        Assert.False(_victim.Bookkeeper.IsOld);
        Assert.Empty(_victim.Seen<PaymentEvent.Delivered>());
    }

    [Fact]
    public void Ack_FallingBack_IsBadRecord()
    {
        Paid();
        Forger.Signed high = _forger.After(_forger.Open, new Receipt(), [VictimHead]);
        _forger.Taken(_forger.Open, high);
        Lane mine = Assert.Single(_forger.Account.Mine);
        _forger.Refused("bad_record", _forger.After(high, new Receipt(), [new LaneHead(mine.Id, 1, mine.HashAt(1))]));
        _forger.Refused("bad_record", _forger.After(high, new Receipt(), []));
    }

    [Fact]
    public void Ack_UnorderedOrTwice_IsBadRecord()
    {
        var low = new LaneHead(new Guid("00000000-0000-4000-8000-000000000001"), 1, RecordHash.Of([1]));
        var high = new LaneHead(new Guid("f0000000-0000-4000-8000-000000000001"), 1, RecordHash.Of([1]));
        _forger.Refused("bad_record", _forger.Make(1, RecordHash.None, new Open(_forger.Card.Jws, "x"), ack: [high, low]));
        _forger.Refused("bad_record", _forger.Make(1, RecordHash.None, new Open(_forger.Card.Jws, "x"), ack: [low, low]));
        _forger.Taken(_forger.Make(1, RecordHash.None, new Open(_forger.Card.Jws, "x"), ack: [low, high]));
    }

    [Fact]
    public void Balance_AcceptingOtherFigures_IsBadRecordAndOfTheUnknownIsStored()
    {
        RecordHash tx = Paid();
        Forger.Signed accepted = _forger.After(_forger.Open, new Decision([new Verdict(tx, true)]), [VictimHead]);
        _forger.Taken(_forger.Open, accepted);
        MadeRecord mine = default;
        _victim.Turn(() => mine = _victim.Bookkeeper.SignBalance(_forger.Card.Id));
        AssetNet right = new(Asset.Parse("KRW"), new NetAmount(Amount.Parse("7").Units)), wrong = right with { Net = -right.Net };
        _forger.Refused("bad_record", _forger.After(accepted, new BalanceStatement([wrong], [], mine.Hash), [VictimHead]));
        _forger.Refused("bad_record", _forger.After(accepted, new BalanceStatement([right], [], tx), [VictimHead]));
        Forger.Signed stored = _forger.After(accepted, new BalanceStatement([wrong], [], RecordHash.Of([9])), [VictimHead]);
        _forger.Taken(stored);
        Assert.False(_forger.Account.FindBalance(stored.Hash)!.FitsMyBook);
        _forger.Taken(_forger.After(stored, new BalanceStatement([right], [], mine.Hash), [VictimHead]));
        Assert.NotNull(_forger.Account.FindBalance(mine.Hash)!.AcceptedBy);
    }

    [Fact]
    public void Undecided_ThousandAndFirst_IsBusy()
    {
        Forger.Signed last = _forger.Open;
        _forger.Taken(last);
        for (int batch = 0; batch < 20; batch++)
        {
            List<Forger.Signed> some = [];
            for (int i = 0; i < 50; i++)
                some.Add(last = _forger.After(last, Forger.Pay("5000")));
            _forger.Taken([.. some]);
        }
        Assert.Equal(Account.MaxUndecided, _forger.Account.UndecidedIncoming.Count);
        _forger.Refused("busy", _forger.After(last, Forger.Pay("5000")));
    }

    [Fact]
    public void Lanes_Seventeenth_IsBusy()
    {
        for (int i = 1; i <= LaneHead.MaxLanes; i++)
            _forger.Taken(_forger.Make(1, RecordHash.None, new Open(_forger.Card.Jws, "x"), new Guid(i, 1, 2, [1, 2, 3, 4, 5, 6, 7, 8])));
        _forger.Refused("busy", _forger.Make(1, RecordHash.None, new Open(_forger.Card.Jws, "x"), new Guid(99, 1, 2, [1, 2, 3, 4, 5, 6, 7, 8])));
    }

    [Fact]
    public void Envelope_WithOneWrongRecord_IsRefusedWhole()
    {
        Forger.Signed tx = _forger.After(_forger.Open, Forger.Pay());
        _forger.Refused("gap", _forger.Open, tx, _forger.Make(5, tx.Hash, Forger.Pay()));
        _forger.Taken(_forger.Open, tx);
    }

    [Fact]
    public void Envelope_OfTwoAuthors_IsBadRecord()
    {
        RecordHash tx = Paid();
        Lane mine = Assert.Single(_forger.Account.Mine);
        Assert.Equal(tx, mine.Head.Hash);
        Assert.Contains("bad_record", Assert.Single(_forger.Send([_forger.Open.Jws, mine.TextAt(1)])), StringComparison.Ordinal);
    }
}
