using Jangbu.Payments.Books;
using Jangbu.Payments.Jobs;
using Jangbu.Payments.Records;

namespace Jangbu.Payments;

/// <summary>
/// What is under way with one contact and not in the book yet: where the next record of mine goes, envelopes that arrived and wait for
/// their turn, the session. One arrival is booked at a time; what comes meanwhile is gathered and booked with one receipt.
/// </summary>
internal sealed class Correspondence
{
    private readonly SortedDictionary<Guid, LaneHead> _theirHeads = [];
    private RecordHash _prev;
    private long _seq;

    public Correspondence(Contact contact, Guid lane)
    {
        Contact = contact;
        LaneId = lane;
        if (contact.Account.MyLane(lane) is Lane mine)
            (_seq, _prev) = (mine.Count, mine.Head.Hash);
        See(contact.Account.Theirs.Select(theirs => theirs.Head));
    }

    public Contact Contact { get; }

    /// <summary>The lane that this ledger file writes.</summary>
    public Guid LaneId { get; }

    /// <summary>Envelopes and other messages of this contact, over all roads, in the order of arrival.</summary>
    public Queue<Inbound> Inbox { get; } = new();

    /// <summary>Whether an arrival is being signed: the next one waits.</summary>
    public bool IsBooking { get; set; }

    /// <summary>The session, if one is open.</summary>
    public PaymentSession? Session { get; set; }

    /// <summary>Their transactions for which a verdict of mine is being signed.</summary>
    public HashSet<RecordHash> Deciding { get; } = [];

    /// <summary>My transactions for which a withdrawal is being signed.</summary>
    public HashSet<RecordHash> Withdrawing { get; } = [];

    /// <summary>How far each lane of mine is known to have come by what was said in sessions, which nobody signed.</summary>
    public Dictionary<Guid, long> Confirmed { get; } = [];

    /// <summary>They refused bytes of mine in this lane for good: nothing more goes out in it.</summary>
    public (LaneHead Place, RefusalCode Code)? Blocked { get; set; }

    /// <summary>Whether something came by letter, and they are to learn that it did, also where nothing else is to be said.</summary>
    public bool OwesLetter { get; set; }

    /// <summary>Whether the lane has no record yet, so that `open` comes first.</summary>
    public bool IsNew => _seq == 0;

    /// <summary>Remembers heads of their lanes that the next `ack` names.</summary>
    public void See(IEnumerable<LaneHead> heads)
    {
        foreach (LaneHead head in heads)
            _theirHeads[head.Lane] = head;
    }

    /// <summary>Gives a record its place in the lane.</summary>
    public Draft Place(Act act, RecordBody body, Guid id, DateTimeOffset at, Crypto.PeerId me)
    {
        var header = new RecordHeader(id, me, Contact.Id, LaneId, _seq + 1, _prev, [.. _theirHeads.Values], at);
        var draft = new Draft(header, body, RecordWriter.Write(header, body), act);
        (_seq, _prev) = (header.Seq, draft.Hash);
        act.Drafts.Add(draft);
        return draft;
    }

    /// <summary>How far a lane of mine is known to be on their disk, or to have come to them in a session.</summary>
    public long KnownSeq(Guid lane) => Math.Max(Contact.Account.AcknowledgedSeq(lane), Confirmed.GetValueOrDefault(lane));

    /// <summary>Notes that records up to a place came to them.</summary>
    public void Confirm(Guid lane, long seq) => Confirmed[lane] = Math.Max(seq, Confirmed.GetValueOrDefault(lane));

    /// <summary>
    /// Whether something of mine waits for a road. A receipt alone does not: nobody waits for it, and a receipt for a receipt would never end.
    /// </summary>
    public bool HasUndelivered()
    {
        if (Blocked is not null)
            return false;
        foreach (Lane lane in Contact.Account.Mine)
        {
            for (long seq = KnownSeq(lane.Id) + 1; seq <= lane.Count; seq++)
            {
                if (lane.KindAt(seq) != RecordKind.Receipt)
                    return true;
            }
        }
        return false;
    }
}

/// <summary>One message that waits for its turn.</summary>
internal sealed class Inbound
{
    /// <summary>An envelope: the job that opens it.</summary>
    public OpenJob? Job { get; init; }

    /// <summary>The session it came in; null for letters and files.</summary>
    public PaymentSession? Session { get; init; }

    /// <summary>The `n` of a `sealed`; 0 for an envelope that is not answered.</summary>
    public long N { get; init; }

    /// <summary>What to do where it is no envelope.</summary>
    public Action? Handle { get; init; }

    /// <summary>Told what became of an envelope that came by letter or file.</summary>
    public Action<RefusalCode?>? Done { get; init; }
}
