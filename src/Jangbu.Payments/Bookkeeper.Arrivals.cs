using Jangbu.Crypto;
using Jangbu.Crypto.Jose;
using Jangbu.Ledger;
using Jangbu.Payments.Books;
using Jangbu.Payments.Jobs;
using Jangbu.Payments.Records;

namespace Jangbu.Payments;

// An envelope on any road:  opened and verified (job) -> its turn -> checked against the book -> receipt and decisions signed (jobs)
//                           -> booked in one write -> answered after the flush.  Refused: answered, nothing changed.
public sealed partial class Bookkeeper
{
    // An entry's line has 1 MiB, a third of it base64; one arrival stays well below.
    private const int MaxArrival = 256 * 1024;

    /// <summary>
    /// Takes an envelope that came by file or attachment, of any contact. What it brings is booked as if it had come over a session; the answers go out
    /// on the next road to that contact.
    /// </summary>
    /// <param name="envelope">The envelope's JSON.</param>
    /// <param name="done">Told once what became of it, on this thread: null where it was taken or held already.</param>
    public void TakeEnvelope(ReadOnlySpan<byte> envelope, Action<RefusalCode?> done)
    {
        ArgumentNullException.ThrowIfNull(done);
        if (envelope.Length > PaymentSession.MaxMessage)
            done(RefusalCode.TooLarge);
        else if (!StrictJson.TryParse(envelope, out JsonValue? json) || json.Kind != JsonKind.Object)
            done(RefusalCode.Unreadable);
        else
            Open(json, null, null, 0, done);
    }

    /// <summary>Takes a letter of a contact (PROTOCOL §4.4): a JSON array of what they hold of mine, and envelopes.</summary>
    /// <returns>False where it is none; nothing changed.</returns>
    public bool TakeLetter(PeerId contact, ReadOnlySpan<byte> letter)
    {
        if (!Book.TryFind(contact, out Contact? from) || from.IsRemoved
            || !StrictJson.TryParse(letter, out JsonValue? json) || json.Kind != JsonKind.Array || json.Elements.Count > MaxEnvelopesInLetter)
            return false;
        Correspondence with = With(from);
        // A letter without envelopes answers mine: it need not be answered again.
        with.OwesLetter &= json.Elements.Any(element => element["yours"] is null);
        foreach (JsonValue element in json.Elements)
        {
            if (!element.HasMembers(["yours"]))
                Open(element, with, null, 0, null);
            else if (LaneHeads.TryRead(element["yours"], LaneHead.MaxLanes, out LaneHead[]? yours))
                Confirm(with, yours);
        }
        return true;
    }

    // What they hold of mine by their own unsigned word, as in a hello: enough to begin the next letter further on.
    private static void Confirm(Correspondence with, LaneHead[] yours)
    {
        foreach (LaneHead head in yours)
        {
            if (with.Contact.Account.MyLane(head.Lane) is Lane lane && head.Seq <= lane.Count && lane.HashAt(head.Seq) == head.Hash)
                with.Confirm(head.Lane, head.Seq);
        }
    }

    internal void TakeFromSession(PaymentSession session, JsonValue envelope, long n) => Open(envelope, session.Correspondence, session, n, null);

    private void Open(JsonValue envelope, Correspondence? from, PaymentSession? session, long n, Action<RefusalCode?>? done)
    {
        Dictionary<PeerId, ContactCard> cards = [];
        if (from is not null)
            cards.Add(from.Contact.Id, from.Contact.Card!);
        foreach (Contact contact in from is null ? Book.Contacts.Where(contact => !contact.IsRemoved) : [])
            cards.Add(contact.Id, contact.Card!);
        var job = new OpenJob(_keys, envelope, Book.Card!, cards);
        var inbound = new Inbound { Job = job, Session = session, N = n, Done = done };
        if (from is null)
            _unaddressed.Add(job, inbound);
        else
            from.Inbox.Enqueue(inbound);
        Queue(job);
    }

    private readonly Dictionary<OpenJob, Inbound> _unaddressed = [];

    private void PumpWaiting(OpenJob job)
    {
        if (_unaddressed.Remove(job, out Inbound? inbound))
        {
            if (job.Code is RefusalCode code)
                inbound.Done!(code);
            else if (Book.TryFind(job.Contact, out Contact? contact))
                With(contact).Inbox.Enqueue(inbound);
        }
        foreach (Correspondence one in _correspondences.Values)
            Pump(one);
    }

    internal void Pump(Correspondence from)
    {
        while (!from.IsBooking && from.Inbox.TryPeek(out Inbound? next))
        {
            if (next.Job is null)
            {
                from.Inbox.Dequeue();
                next.Handle!();
            }
            else if (!next.Job.IsDone)
            {
                break;
            }
            else if (next.Job is { Code: null, IsGivenBack: true })
            {
                TakeGivenBack(from, from.Inbox.Dequeue());
            }
            else
            {
                Gather(from);
            }
        }
        from.Session?.PumpOutgoing();
    }

    // Everything that is opened and waits is booked together.
    private void Gather(Correspondence from)
    {
        var arrival = new Arrival(from.Contact.Account);
        List<Taken> taken = [];
        while (arrival.Length < MaxArrival && from.Inbox.TryPeek(out Inbound? next) && next.Job is { IsDone: true } job && (job.Code is not null || !job.IsGivenBack))
        {
            from.Inbox.Dequeue();
            int before = arrival.Taken.Count;
            if (job.Code is RefusalCode code)
                Refuse(from, next, new Refusal(code));
            else if (IsOld)
                Refuse(from, next, new Refusal(RefusalCode.Busy));
            else if (!arrival.TryAdd(job.Records, out Refusal refusal))
                Refuse(from, next, refusal);
            else
                taken.Add(new Taken(next, arrival.Taken.Count > before));
        }
        if (taken.Count > 0)
            BeginArrival(from, arrival, taken);
    }

    private readonly record struct Taken(Inbound Inbound, bool HasNews);

    private void BeginArrival(Correspondence from, Arrival arrival, List<Taken> taken)
    {
        from.OwesLetter |= taken.Exists(one => one.Inbound is { Session: null, Done: null } && one.HasNews);
        bool receipted = arrival.Taken.Any(record => AsksForReceipt(record.Kind))
            || taken.Exists(one => one.Inbound.N > 0 && (one.HasNews || FirstReceiptFor(from.Contact.Account, one.Inbound) is null));
        if (arrival.Taken.Count == 0 && !receipted)
        {
            Answer(from, taken, null);
            return;
        }
        Draft? open = null, receipt = null;
        from.See(arrival.Heads());
        var act = new Act
        {
            Commit = act => CommitArrival(from, arrival, taken, act, open, receipt),
            Cancel = () => taken.ForEach(one => Refuse(from, one.Inbound, new Refusal(RefusalCode.Busy))),
        };
        if (receipted)
        {
            open = from.IsNew ? from.Place(act, OpenBody(), NewId(), _at, Book.Me) : null;
            receipt = from.Place(act, new Receipt(), NewId(), _at, Book.Me);
        }
        var assessment = new Assessment(from.Contact, arrival);
        List<Verdict> verdicts = [];
        foreach (Record record in arrival.Undecided())
        {
            if (assessment.Of(record.Hash, (Transaction)record.Body) is Verdict verdict && from.Deciding.Add(record.Hash))
                verdicts.Add(verdict);
        }
        foreach (Verdict[] some in verdicts.Chunk(Decision.MaxVerdicts))
            from.Place(act, new Decision(some), NewId(), _at, Book.Me);
        from.IsBooking = true;
        Begin(act);
    }

    private void CommitArrival(Correspondence from, Arrival arrival, List<Taken> taken, Act act, Draft? open, Draft? receipt)
    {
        if (open is not null)
            Append(EntryKind.Sent, EntryData.Records([open.Jws!]));
        if (arrival.Taken.Count > 0)
            Append(EntryKind.Received, EntryData.Records(arrival.Taken.Select(record => record.Jws), receipt?.Jws));
        else
            Append(EntryKind.Sent, EntryData.Records([receipt!.Jws!]));
        List<Draft> decisions = act.Drafts.FindAll(draft => draft.Body is Decision);
        if (decisions.Count > 0)
            Append(EntryKind.Sent, EntryData.Records(decisions.Select(draft => draft.Jws!)));
        foreach (Draft draft in decisions)
            from.Deciding.ExceptWith(((Decision)draft.Body).Verdicts.Select(verdict => verdict.Transaction));
        from.IsBooking = false;
        Answer(from, taken, receipt?.Place);
        Pump(from);
    }

    private static void Answer(Correspondence from, List<Taken> taken, LaneHead? receipt)
    {
        foreach (Taken one in taken)
        {
            one.Inbound.Done?.Invoke(null);
            if (one.Inbound.Session is not PaymentSession session || one.Inbound.N == 0)
                continue;
            LaneHead? first = one.HasNews ? null : FirstReceiptFor(from.Contact.Account, one.Inbound);
            session.Answer(one.Inbound.N, first ?? receipt!.Value);
            if (one.HasNews)
                continue;
            foreach (Record record in one.Inbound.Job!.Records)
                session.Repeat(from.Contact.Account.Find(record.Hash)?.Decisions ?? []);
        }
    }

    /// <summary>The receipt first given for the last record of an envelope that is held already.</summary>
    private static LaneHead? FirstReceiptFor(Account account, Inbound inbound)
    {
        LaneHead last = inbound.Job!.Records[^1].Place;
        foreach (Lane lane in account.Mine)
        {
            if (lane.FirstReceiptCovering(last.Lane, last.Seq) is > 0 and long seq)
                return new LaneHead(lane.Id, seq, lane.HashAt(seq));
        }
        return null;
    }

    private static bool AsksForReceipt(RecordKind kind) =>
        kind is RecordKind.Transaction or RecordKind.Request or RecordKind.Withdrawal or RecordKind.Balance;

    private void Refuse(Correspondence from, Inbound inbound, Refusal refusal)
    {
        if (refusal is { Code: RefusalCode.Fork, Held: string held, Forked: Record forked })
            KeepFork(from.Contact, held, forked);
        inbound.Session?.Refuse(inbound.N, refusal.Code, refusal.Code is RefusalCode.Gap or RefusalCode.Fork ? refusal.Head : null);
        inbound.Done?.Invoke(refusal.Code);
        Raise(new PaymentEvent.Refused(from.Contact.Id, refusal.Code));
    }

    private void KeepFork(Contact contact, string held, Record forked)
    {
        if (contact.Account.Forks.Count >= ForkEvidence.MaxKept || contact.Account.Forks.Any(fork => fork.Second == forked.Jws))
            return;
        Append(EntryKind.Fork, EntryData.Records([held, forked.Jws]));
        Raise(new PaymentEvent.ForkFound(contact.Id, contact.Account.Forks[^1]));
    }

    // PROTOCOL §6.1: of my own records that come back only the chain is checked; they are written at once and get no receipt.
    private void TakeGivenBack(Correspondence from, Inbound inbound)
    {
        Account account = from.Contact.Account;
        List<Record> news = [];
        Dictionary<Guid, LaneHead> heads = [];
        foreach (Record record in inbound.Job!.Records)
        {
            RecordHeader header = record.Header;
            Lane? lane = account.MyLane(header.Lane);
            LaneHead? head = heads.TryGetValue(header.Lane, out LaneHead added) ? added : lane?.Head;
            long count = head?.Seq ?? 0;
            if (header.Seq <= count)
            {
                RecordHash held = header.Seq <= (lane?.Count ?? 0) ? lane!.HashAt(header.Seq) : news.Find(one => one.Place.Seq == header.Seq)!.Hash;
                if (held == record.Hash)
                    continue;
                Refuse(from, inbound, new Refusal(RefusalCode.Fork, head, lane?.TextAt(Math.Min(header.Seq, lane.Count)), record));
                return;
            }
            Refusal? refusal = header.Seq > count + 1 ? new Refusal(count == 0 ? RefusalCode.UnknownLane : RefusalCode.Gap, head)
                : count > 0 && header.Prev != head!.Value.Hash ? new Refusal(RefusalCode.Fork, head, lane?.TextAt(lane.Count), record)
                : count == 0 && account.Mine.Count + heads.Keys.Count(id => account.MyLane(id) is null) >= LaneHead.MaxLanes ? new Refusal(RefusalCode.Busy)
                : null;
            if (refusal is Refusal why)
            {
                Refuse(from, inbound, why);
                return;
            }
            heads[header.Lane] = record.Place;
            news.Add(record);
        }
        if (news.Exists(record => record.Header.Lane == Book.Lane))
            CancelActs();
        if (news.Count > 0)
            Append(EntryKind.Received, EntryData.Records(news.Select(record => record.Jws)));
        foreach (Record record in inbound.Job.Records)
            from.Confirm(record.Header.Lane, record.Header.Seq);
        inbound.Session?.AnswerGivenBack(inbound.N);
        inbound.Done?.Invoke(null);
    }

    // The ledger turned out to be old: what is being signed is forgotten, for its places in the lane are taken.
    private void CancelActs()
    {
        Act[] acts = [.. _acts];
        _acts.Clear();
        foreach (Correspondence one in _correspondences.Values)
        {
            one.IsBooking = false;
            one.Deciding.Clear();
            one.Withdrawing.Clear();
        }
        foreach (Act act in acts)
            act.Cancel?.Invoke();
    }
}
