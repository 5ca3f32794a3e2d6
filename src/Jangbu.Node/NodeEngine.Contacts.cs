using System.Net;
using Jangbu.Crypto;
using Jangbu.Payments;
using Jangbu.Payments.Books;
using BookedState = Jangbu.Payments.Books.TransactionState;

namespace Jangbu.Node;

// What the public API asks of an engine besides payments.
internal sealed partial class NodeEngine
{
    private readonly List<TaskCompletionSource<Payments.Records.RefusalCode?>> _imports = [];
    private bool _saidOnline;

    /// <summary>How the DHT's socket is seen from outside.</summary>
    public IReadOnlyList<IPEndPoint> OuterEndPoints => _network?.Carrier.Outer ?? [];

    /// <summary>Begins to look for offers of a contact who was just added.</summary>
    public void Meet(PeerId contact) => LinkOf(contact);

    /// <summary>Ends whatever there is with a contact who was removed.</summary>
    public void Part(PeerId contact)
    {
        if (!_links.Remove(contact, out ContactLink? link))
            return;
        if (link.Attempt is { } attempt)
            Drop(attempt, "removed");
        Forget(link);
    }

    private void Forget(ContactLink link)
    {
        _byPair.Remove(link.Pair);
        _wantedIsStale = true;
        _network!.Rendezvous.Remove(link.Pair);
    }

    /// <summary>How it stands, as events: online, and each transaction of theirs that waits for a decision.</summary>
    public IEnumerable<NodeEvent> Standing()
    {
        if (_saidOnline)
            yield return Online();
        foreach (BookedTransaction booked in Book.Book.Contacts.Where(contact => !contact.IsRemoved).SelectMany(contact => contact.Account.UndecidedIncoming).OrderBy(booked => booked.Order))
        {
            if (booked.State == BookedState.Undecided)
                yield return new NodeEvent.Received(BookViews.Line(booked)) { At = _now.Wall };
        }
    }

    /// <summary>Takes an envelope that came by file; the caller is told what became of it once that is on the disk.</summary>
    public void Import(ReadOnlySpan<byte> envelope, TaskCompletionSource<Payments.Records.RefusalCode?> taken)
    {
        _imports.Add(taken);
        Book.TakeEnvelope(envelope, code =>
        {
            _imports.Remove(taken);
            _notices.Enqueue(new EngineNotice.Imported(taken, code));
        });
    }

    /// <summary>Follows a record until it is signed and on the disk.</summary>
    public PaymentWatch FollowSigning(PeerId contact, MadeRecord made) =>
        Follow(new PaymentWatch(contact, made.Id, made.Hash, _now.Now, TimeSpan.MaxValue) { Later = true });

    /// <summary>A contact's name, else their id.</summary>
    public string NameOf(PeerId id) => Book.Book.TryFind(id, out Contact? contact) ? contact.Name : id.ToString();

    private void NoticeOnline()
    {
        if (_saidOnline || !_answering || _network is not { Carrier.Joins: > 0 })
            return;
        _saidOnline = true;
        Notify(Online());
    }

    private NodeEvent.Online Online() => new(_key.Id, _network!.Dht.Stats(_now.Now).GoodContacts) { At = _now.Wall };
}
