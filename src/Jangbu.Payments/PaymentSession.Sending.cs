using System.Text;
using Jangbu.Crypto.Jose;
using Jangbu.Payments.Books;
using Jangbu.Payments.Jobs;
using Jangbu.Payments.Records;

namespace Jangbu.Payments;

// What goes out: records they lack, in lane order, up to 64 an envelope. A message's type follows from what its envelope holds: `received`
// answers with a receipt, `processed` holds a decision and nothing that needs an answer, everything else is `sealed` and is answered.
public sealed partial class PaymentSession
{
    // The JWE's other four texts and the message around it, at 4096 bits.
    private const int EnvelopeOverhead = 1400;
    private const int MaxGaps = 8;

    private readonly int _budget;
    private readonly Dictionary<Guid, long> _sent = [];
    private readonly Queue<Unanswered> _unanswered = new();
    private readonly List<(long N, LaneHead Receipt)> _answers = [];
    private readonly List<LaneHead> _repeats = [];
    private readonly Queue<(Lane Lane, long From, long To)> _giveBack = new();
    private readonly HashSet<Guid> _suspected = [];
    private TimeSpan? _pausedUntil;
    private long _nextN = 1;
    private long _rewoundAt;
    private int _gaps;
    private bool _pumping;

    private readonly record struct Unanswered(long N, Guid Lane, long From, long To, bool IsGivenBack);

    private bool IsAllSent => Correspondence.Blocked is not null || _suspected.Count > 0
        || Correspondence.Contact.Account.Mine.All(lane => _sent.GetValueOrDefault(lane.Id) >= lane.Count);

    // PROTOCOL §5.1: their `yours` says where I go on, their `heads` what they have lost.
    private void Reconcile(LaneHead[] heads, LaneHead[] yours)
    {
        Account account = Correspondence.Contact.Account;
        Correspondence.OwesLetter = false;
        foreach (LaneHead claimed in yours)
        {
            if (account.MyLane(claimed.Lane) is not Lane lane || claimed.Seq > lane.Count)
                continue;
            if (lane.HashAt(claimed.Seq) != claimed.Hash)
            {
                _suspected.Add(claimed.Lane);
                _bookkeeper.RaiseFor(this, new PaymentEvent.ForkSuspected(Peer, claimed));
            }
        }
        foreach (Lane lane in account.Mine)
        {
            long seq = Lane.Acknowledged(yours, lane.Id);
            _sent[lane.Id] = Math.Min(seq, lane.Count);
            Correspondence.Confirmed[lane.Id] = _sent[lane.Id];
        }
        foreach (Lane lane in account.Theirs)
        {
            long seq = Lane.Acknowledged(heads, lane.Id);
            if (seq < lane.Count)
                _giveBack.Enqueue((lane, seq + 1, lane.Count));
        }
    }

    internal void PumpOutgoing()
    {
        if (State != PaymentSessionState.Open || _pumping)
            return;
        _pumping = true;
        GiveBack();
        SendAnswers();
        foreach (Lane lane in Correspondence.Contact.Account.Mine)
            SendNews(lane);
        _pumping = false;
        TrySayBye();
    }

    /// <summary>Answers `sealed` n with a receipt that is booked; the next pump sends it.</summary>
    internal void Answer(long n, LaneHead receipt)
    {
        Answered();
        if (_answers.Count > 0 && _answers[^1].Receipt == receipt)
            _answers[^1] = (n, receipt);
        else
            _answers.Add((n, receipt));
    }

    /// <summary>Answers records that were given back.</summary>
    internal void AnswerGivenBack(long n)
    {
        if (n == 0 || State == PaymentSessionState.Closed)
            return;
        Answered();
        Say(new JsonText().BeginObject().Member("t", "received").Member("n", n));
    }

    /// <summary>Sends decisions again, the same bytes.</summary>
    internal void Repeat(IEnumerable<LaneHead> decisions)
    {
        foreach (LaneHead place in decisions)
        {
            if (place.Seq <= _sent.GetValueOrDefault(place.Lane) && !_repeats.Contains(place))
                _repeats.Add(place);
        }
    }

    internal void Refuse(long n, RefusalCode code, LaneHead? head)
    {
        if (State == PaymentSessionState.Closed)
            return;
        if (n > 0)
            Answered();
        SayRefused(n, code, head);
    }

    private void Answered() => _unansweredTheirs--;

    private void SayRefused(long n, RefusalCode code, LaneHead? head)
    {
        JsonText json = new JsonText().BeginObject().Member("t", "refused").Member("n", n).Member("code", WireName.Of(code));
        if (head is LaneHead place)
            LaneHeads.WriteOne(json.Name("head"), place);
        Say(json);
    }

    private void SendAnswers()
    {
        foreach ((long n, LaneHead receipt) in _answers)
            SendAnswer(n, receipt);
        _answers.Clear();
        foreach (LaneHead place in _repeats)
        {
            if (Correspondence.Contact.Account.MyLane(place.Lane) is Lane lane)
                SendEnvelope("processed", 0, lane, place.Seq, place.Seq);
        }
        _repeats.Clear();
    }

    private void GiveBack()
    {
        while (_giveBack.TryPeek(out (Lane Lane, long From, long To) part) && _unanswered.Count < MaxUnanswered)
        {
            _giveBack.Dequeue();
            long end = ChunkEnd(part.Lane, part.From, part.To);
            SendSealed(part.Lane, part.From, end);
            if (end < part.To)
                _giveBack.Enqueue((part.Lane, end + 1, part.To));
        }
    }

    private void SendAnswer(long n, LaneHead receipt)
    {
        Lane lane = Correspondence.Contact.Account.MyLane(receipt.Lane)!;
        long from = _sent.GetValueOrDefault(lane.Id) + 1;
        if (receipt.Seq < from || _suspected.Contains(lane.Id))
        {
            SendEnvelope("received", n, lane, receipt.Seq, receipt.Seq);
            return;
        }
        // What asks for an answer goes first, in a `sealed` of its own; where too many are unanswered it travels with the receipt.
        for (long seq = receipt.Seq - 1; seq >= from; seq--)
        {
            if (NeedsAnswer(lane.KindAt(seq)))
            {
                SendNews(lane, seq);
                break;
            }
        }
        from = _sent.GetValueOrDefault(lane.Id) + 1;
        for (long end = ChunkEnd(lane, from, receipt.Seq); end < receipt.Seq; end = ChunkEnd(lane, from, receipt.Seq))
        {
            SendEnvelope("processed", 0, lane, from, end);
            from = end + 1;
        }
        SendEnvelope("received", n, lane, from, receipt.Seq);
        _sent[lane.Id] = receipt.Seq;
    }

    private void SendNews(Lane lane) => SendNews(lane, lane.Count);

    private void SendNews(Lane lane, long last)
    {
        if (Correspondence.Blocked is not null || _suspected.Count > 0 || _pausedUntil is not null || _giveBack.Count > 0)
            return;
        long allowed = UndecidedAllowed(lane);
        for (long from = _sent.GetValueOrDefault(lane.Id) + 1; from <= last; from = _sent[lane.Id] + 1)
        {
            long end = ChunkEnd(lane, from, Math.Min(last, allowed));
            bool windowOpen = _unanswered.Count < MaxUnanswered;
            bool needsAnswer = false, decides = false;
            for (long seq = from; seq <= end; seq++)
            {
                if (NeedsAnswer(lane.KindAt(seq)) && !windowOpen)
                    end = seq - 1;
                else
                    (needsAnswer, decides) = (needsAnswer || NeedsAnswer(lane.KindAt(seq)), decides || lane.KindAt(seq) == RecordKind.Decision);
            }
            if (end < from || (!decides && !windowOpen))
                return;
            if (needsAnswer || !decides)
                SendSealed(lane, from, end);
            else
                SendEnvelope("processed", 0, lane, from, end);
            _sent[lane.Id] = end;
            _bookkeeper.ReportSent(this, lane, from, end);
        }
    }

    // They answer `busy` to the 1,001st undecided transaction: it waits here instead.
    private long UndecidedAllowed(Lane lane)
    {
        IReadOnlyCollection<BookedTransaction> undecided = Correspondence.Contact.Account.UndecidedOutgoing;
        if (undecided.Count <= Account.MaxUndecided)
            return lane.Count;
        BookedTransaction first = undecided.Skip(Account.MaxUndecided).First();
        return first.Place.Lane == lane.Id ? first.Place.Seq - 1 : lane.Count;
    }

    private static bool NeedsAnswer(RecordKind kind) =>
        kind is RecordKind.Transaction or RecordKind.Request or RecordKind.Withdrawal or RecordKind.Balance;

    // How many records fit one envelope: 64, and what the peer takes as a message.
    private long ChunkEnd(Lane lane, long from, long to)
    {
        long room = (Math.Min(_budget, OpenJob.MaxEnvelope) - EnvelopeOverhead) / 4 * 3 - 16;
        long end = from;
        room -= lane.LengthAt(from) + 3;
        while (end < to && end - from + 1 < OpenJob.MaxRecords && (room -= lane.LengthAt(end + 1) + 3) >= 0)
            end++;
        return Math.Min(end, to);
    }

    private void SendSealed(Lane lane, long from, long to)
    {
        long n = _nextN++;
        _unanswered.Enqueue(new Unanswered(n, lane.Id, from, to, !lane.IsMine));
        SendEnvelope("sealed", n, lane, from, to);
    }

    private void SendEnvelope(string type, long n, Lane lane, long from, long to)
    {
        List<string> records = [];
        for (long seq = from; seq <= to; seq++)
            records.Add(lane.TextAt(seq));
        string envelope = _bookkeeper.Seal(Correspondence.Contact, records);
        JsonText json = new JsonText().BeginObject().Member("t", type);
        if (type != "processed")
            json.Member("n", n);
        Say(json.Name("envelope").Raw(Encoding.UTF8.GetBytes(envelope)));
    }

    private void TakeRefused(long n, RefusalCode code, LaneHead? head)
    {
        Unanswered refused = default;
        int count = _unanswered.Count;
        for (int i = 0; i < count; i++)
        {
            Unanswered one = _unanswered.Dequeue();
            if (one.N == n)
                refused = one;
            else
                _unanswered.Enqueue(one);
        }
        if (n > 0 && (refused.N == 0 || refused.IsGivenBack))
            return;
        // Envelopes that were under way when the lane was rewound are refused too: they say nothing new.
        if (n > 0 && n < _rewoundAt)
        {
            PumpOutgoing();
            return;
        }
        _bookkeeper.RaiseFor(this, new PaymentEvent.RefusedByThem(Peer, code));
        Lane? lane = head is LaneHead place ? Correspondence.Contact.Account.MyLane(place.Lane) : null;
        if (code == RefusalCode.Gap && lane is not null && head!.Value.Seq <= lane.Count && lane.HashAt(head.Value.Seq) == head.Value.Hash && ++_gaps <= MaxGaps)
            Rewind(lane.Id, head.Value.Seq);
        else if (code == RefusalCode.Busy && n > 0)
        {
            Rewind(refused.Lane, refused.From - 1);
            _pausedUntil = _now + BusyTime;
        }
        else if (n > 0)
            Correspondence.Blocked = (new LaneHead(refused.Lane, refused.From, default), code);
        PumpOutgoing();
    }

    private void Rewind(Guid lane, long seq)
    {
        _sent[lane] = seq;
        _rewoundAt = _nextN;
    }
}
