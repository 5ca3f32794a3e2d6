using Jangbu.Crypto;
using Jangbu.Crypto.Jose;
using Jangbu.Payments.Books;
using Jangbu.Payments.Jobs;
using Jangbu.Payments.Records;

namespace Jangbu.Payments;

// Roads: sessions over a data channel, letters in the DHT, files.
public sealed partial class Bookkeeper
{
    /// <summary>What this program calls itself in `hello`.</summary>
    public const string Agent = "jangbu/0.1";

    /// <summary>Envelopes that a letter may have: it fits 16 items of the DHT.</summary>
    public const int MaxEnvelopesInLetter = 64;

    private readonly List<PaymentSession> _closed = [];

    /// <summary>Begins a session with a contact over a data channel that is open. An earlier one with the same contact ends.</summary>
    /// <param name="contact">Whose key the rendezvous proved.</param>
    /// <param name="peerMessage">The peer's `m`: the largest message it takes; 0 for 65,536.</param>
    /// <exception cref="CommandRefusedException">Unknown or removed.</exception>
    public PaymentSession OpenSession(PeerId contact, int peerMessage = PaymentSession.MaxMessage)
    {
        Correspondence with = With(Known(contact));
        with.Session?.Close(SessionEnd.Lost);
        var session = new PaymentSession(this, contact, with, null, peerMessage, _now);
        with.Session = session;
        return session;
    }

    /// <summary>Begins a session by an invitation, with somebody whose key the rendezvous brought (PROTOCOL §1).</summary>
    /// <param name="peer">Whose key it is.</param>
    /// <param name="invitation">Mine, to be struck once the contact is on disk; null for who joins.</param>
    /// <param name="peerMessage">The peer's `m`.</param>
    public PaymentSession OpenInvitationSession(PeerId peer, string? invitation, int peerMessage = PaymentSession.MaxMessage)
    {
        var session = new PaymentSession(this, peer, null, invitation, peerMessage, _now);
        _strangers.Add(session);
        return session;
    }

    private readonly List<PaymentSession> _strangers = [];

    /// <summary>The open session with a contact; null where there is none.</summary>
    public PaymentSession? SessionWith(PeerId contact) => _correspondences.GetValueOrDefault(contact)?.Session;

    /// <summary>Whether something of mine waits for a road to this contact: a reason to offer.</summary>
    public bool HasUndelivered(PeerId contact) => Book.TryFind(contact, out Contact? known) && !known.IsRemoved && With(known).HasUndelivered();

    /// <summary>
    /// The content of a letter (PROTOCOL §4.4): a JSON array of what I hold of theirs, and envelopes with the records that the contact lacks, as far as
    /// the room reaches. Null where there is nothing to say.
    /// </summary>
    /// <param name="contact">For whom.</param>
    /// <param name="room">Bytes of content that 16 items hold.</param>
    public string? WriteLetter(PeerId contact, int room)
    {
        Correspondence with = With(Known(contact));
        if (!with.HasUndelivered() && !with.OwesLetter)
            return null;
        JsonText yours = LaneHeads.Write(new JsonText().BeginObject().Name("yours"), with.Contact.Account.Theirs.Select(lane => lane.Head)).EndObject();
        string first = yours.ToString();
        return $"[{string.Join(',', Envelopes(contact, room - first.Length - 3).Prepend(first))}]";
    }

    /// <summary>Envelopes with all records that the contact is not known to hold, for files `.jbmsg`: one envelope a file.</summary>
    public IReadOnlyList<string> WriteEnvelopes(PeerId contact) => Envelopes(contact, int.MaxValue);

    private List<string> Envelopes(PeerId contact, int room)
    {
        Correspondence with = With(Known(contact));
        List<string> envelopes = [];
        long left = room - 2L;
        if (!with.HasUndelivered())
            return envelopes;
        foreach (Lane lane in with.Contact.Account.Mine)
        {
            long next = with.KnownSeq(lane.Id) + 1;
            while (next <= lane.Count)
            {
                List<string> records = [];
                int most = (int)(Math.Min(left - 1, OpenJob.MaxEnvelope) - 1400) / 4 * 3 - 16;
                for (; next <= lane.Count && records.Count < OpenJob.MaxRecords && (most -= lane.LengthAt(next) + 3) >= 0; next++)
                    records.Add(lane.TextAt(next));
                if (records.Count == 0)
                    return envelopes;
                envelopes.Add(Seal(with.Contact, records));
                left -= envelopes[^1].Length + 1;
            }
        }
        return envelopes;
    }

    internal string Seal(Contact contact, IEnumerable<string> records) => _keys.Seal(contact.Card!, OpenJob.Plaintext(records), _random);

    internal void RaiseFor(PaymentSession session, PaymentEvent e)
    {
        if (session.State != PaymentSessionState.Closed)
            Raise(e);
    }

    internal void ReportSent(PaymentSession session, Lane lane, long from, long to)
    {
        for (long seq = from; seq <= to; seq++)
        {
            if (lane.KindAt(seq) is not (RecordKind.Receipt or RecordKind.Open))
                Raise(new PaymentEvent.Sent(session.Peer, lane.HashAt(seq)));
        }
    }

    internal Correspondence? Meet(PaymentSession session, ContactCard card, string? invitation)
    {
        _strangers.Remove(session);
        bool known = Book.TryFind(card.Id, out Contact? before);
        bool struck = invitation is not null && !Book.Invitations.Any(made => made.Code == invitation && !made.IsUsed);
        if (card.Id == Book.Me || struck || (known && !before!.Card!.Rdv.SequenceEqual(card.Rdv)) || (!known && Book.Contacts.Count() >= Book.MaxContacts))
            return null;
        Correspondence with = With(Meet(card, invitation));
        with.Session?.Close(SessionEnd.Lost);
        with.Session = session;
        return with;
    }

    internal void Forget(PaymentSession session, SessionEnd end)
    {
        _strangers.Remove(session);
        if (_correspondences.TryGetValue(session.Peer, out Correspondence? with) && with.Session == session)
            with.Session = null;
        _closed.Add(session);
        Raise(new PaymentEvent.SessionClosed(session.Peer, end));
    }
}
