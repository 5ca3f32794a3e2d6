using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using Jangbu.Crypto;
using Jangbu.Ledger;
using Jangbu.Payments.Books;
using Jangbu.Payments.Jobs;
using Jangbu.Payments.Records;
using LedgerFile = Jangbu.Ledger.Ledger;

namespace Jangbu.Payments;

/// <summary>
/// The single writer of a person's ledger: makes records, checks and books what arrives, and answers. An engine: no threads, clock or
/// sockets. Each turn of its loop: <see cref="Turn"/>, then commands, messages and finished jobs, then <see cref="Flush"/>, and only then
/// <see cref="TryDequeue"/> and <see cref="PaymentSession.TryTransmit"/>: they give nothing that is not on the disk.
/// </summary>
/// <remarks>
/// Signing and opening are jobs. Records are chained by hash before they are signed, so many signatures are made side by side; the ledger
/// gets them in order. What comes while an arrival is being signed is booked together with one receipt and decisions of up to 64 verdicts.
/// </remarks>
public sealed partial class Bookkeeper : IDisposable
{
    private readonly LedgerFile _ledger;
    private readonly IPersonKeys _keys;
    private readonly RandomNumberGenerator _random;
    private readonly Dictionary<PeerId, Correspondence> _correspondences = [];
    private readonly Queue<Job> _jobs = new();
    private readonly Queue<Act> _acts = new();
    private readonly Queue<PaymentEvent> _unflushed = new();
    private readonly Queue<PaymentEvent> _events = new();
    private readonly List<BookChange> _changes = [];
    private TimeSpan _now;
    private DateTimeOffset _at;

    private Bookkeeper(LedgerFile ledger, Book book, IPersonKeys keys, RandomNumberGenerator random)
    {
        (_ledger, Book, _keys, _random) = (ledger, book, keys, random);
        Book.Texts.Read = ledger.Read;
        Book.Changes = _changes;
    }

    /// <summary>What the ledger says.</summary>
    public Book Book { get; }

    /// <summary>The ledger itself: head, state, export. Only the bookkeeper writes it.</summary>
    public LedgerFile Ledger => _ledger;

    /// <summary>Whether nothing is signed: the ledger is an old copy (PROTOCOL §6.1).</summary>
    public bool IsOld => Book.IsOld || _ledger.State == LedgerState.Old;

    /// <summary>Jobs that were dequeued or wait to be.</summary>
    public int JobsUnderWay { get; private set; }

    /// <summary>Makes a new ledger with my card in it, durably.</summary>
    /// <param name="ledger">A ledger that holds its first entry only.</param>
    /// <param name="card">My card.</param>
    /// <param name="keys">My keys.</param>
    /// <param name="random">Ids and one-time keys.</param>
    /// <param name="at">This machine's time.</param>
    public static Bookkeeper Begin(LedgerFile ledger, ContactCard card, IPersonKeys keys, RandomNumberGenerator random, DateTimeOffset at)
    {
        ArgumentNullException.ThrowIfNull(ledger);
        ArgumentNullException.ThrowIfNull(card);
        ArgumentNullException.ThrowIfNull(keys);
        ArgumentNullException.ThrowIfNull(random);
        if (ledger.Head.N != 1 || card.Id != ledger.Genesis.Id || keys.Id != card.Id)
            throw new ArgumentException("a new ledger has one entry and belongs to the owner of card and keys", nameof(ledger));
        var book = new Book();
        book.Begin(ledger.Genesis);
        var bookkeeper = new Bookkeeper(ledger, book, keys, random) { _at = at };
        bookkeeper.Append(EntryKind.Contact, EntryData.Contact(card.Id, card: card.Jws));
        bookkeeper.Flush();
        return bookkeeper;
    }

    /// <summary>Opens a ledger and reads all of it.</summary>
    /// <param name="storage">Where it is.</param>
    /// <param name="name">The file's name.</param>
    /// <param name="password">Its password.</param>
    /// <param name="keys">My keys.</param>
    /// <param name="random">IVs, ids and one-time keys.</param>
    /// <param name="bookkeeper">Null unless the result is <see cref="LedgerOpenOutcome.Opened"/> and the entries make sense.</param>
    /// <param name="damage">Where the lines are sound but an entry does not fit those before it: its number and why.</param>
    public static LedgerOpenOutcome Open(
        ILedgerStorage storage, string name, LedgerPassword password, IPersonKeys keys, RandomNumberGenerator random,
        out Bookkeeper? bookkeeper, out (long N, string Why)? damage)
    {
        var book = new Book();
        (long N, string Why)? wrong = null;
        LedgerOpening opening = LedgerFile.Open(storage, name, password, random, entry =>
        {
            if (wrong is null && !book.TryApply(entry, out string? why))
                wrong = (entry.N, why);
        });
        damage = wrong;
        bookkeeper = null;
        if (opening.Ledger is not null && (wrong is not null || book.Me != keys.Id))
        {
            damage ??= (1, "the ledger belongs to another key");
            opening.Ledger.Dispose();
        }
        else if (opening.Ledger is not null)
        {
            bookkeeper = new Bookkeeper(opening.Ledger, book, keys, random);
        }
        return opening.Outcome;
    }

    /// <summary>Begins a turn: the time for everything until the next. Fires what is due.</summary>
    /// <param name="now">Monotonic, since start.</param>
    /// <param name="at">The wall clock, for records and entries.</param>
    public void Turn(TimeSpan now, DateTimeOffset at)
    {
        (_now, _at) = (now, at);
        foreach (PaymentSession session in OpenSessions())
            session.Advance(now);
    }

    /// <summary>When <see cref="Turn"/> is to be called next, if nothing else happens.</summary>
    public TimeSpan? Deadline
    {
        get
        {
            TimeSpan? earliest = null;
            foreach (PaymentSession session in OpenSessions())
            {
                if (session.Deadline is TimeSpan due && (earliest is null || due < earliest))
                    earliest = due;
            }
            return earliest;
        }
    }

    /// <summary>
    /// Makes everything of this turn durable with one write and one flush; then, and not before, its messages and events come out. To be
    /// called at the end of each turn, also when nothing was written.
    /// </summary>
    /// <exception cref="LedgerStorageException">The disk failed: nothing of this turn came out, and nothing will until the ledger is opened again.</exception>
    public void Flush()
    {
        if (_ledger.HasUnflushed)
            _ledger.Flush();
        while (_unflushed.TryDequeue(out PaymentEvent? e))
            _events.Enqueue(e);
        foreach (PaymentSession session in OpenSessions().Concat(_closed))
            session.Release();
        _closed.Clear();
    }

    /// <summary>What the layer above must know, of turns that were flushed.</summary>
    public bool TryDequeue([NotNullWhen(true)] out PaymentEvent? e) => _events.TryDequeue(out e);

    /// <summary>Work for another thread.</summary>
    public bool TryDequeueJob([NotNullWhen(true)] out Job? job) => _jobs.TryDequeue(out job);

    /// <summary>Takes back a job that ran.</summary>
    public void Complete(Job job)
    {
        JobsUnderWay--;
        switch (job)
        {
            case SignJob sign:
                sign.HandOver();
                BookSignedActs();
                break;
            case OpenJob open:
                open.IsDone = true;
                PumpWaiting(open);
                break;
            default:
                throw new ArgumentException("a job of another kind", nameof(job));
        }
    }

    /// <summary>Lets go of the ledger. What was not flushed is not written.</summary>
    public void Dispose() => _ledger.Dispose();

    private List<PaymentSession> OpenSessions() =>
        [.. _correspondences.Values.Select(one => one.Session).OfType<PaymentSession>(), .. _strangers];

    private void Queue(Job job)
    {
        JobsUnderWay++;
        _jobs.Enqueue(job);
    }

    private void Raise(PaymentEvent e) => _unflushed.Enqueue(e);

    private Correspondence With(Contact contact)
    {
        if (!_correspondences.TryGetValue(contact.Id, out Correspondence? one))
            _correspondences.Add(contact.Id, one = new Correspondence(contact, Book.Lane));
        return one;
    }

    // Signatures come back in any order; acts are booked in the order in which they were begun.
    private void BookSignedActs()
    {
        while (_acts.TryPeek(out Act? act) && act.IsSigned)
        {
            _acts.Dequeue();
            act.Commit(act);
        }
    }

    private void Begin(Act act)
    {
        _acts.Enqueue(act);
        foreach (Draft draft in act.Drafts)
            Queue(new SignJob(_keys, draft));
        BookSignedActs();
    }

    private void Append(string kind, byte[] data)
    {
        Entry entry = _ledger.Append(kind, data, _at);
        if (!Book.TryApply(entry, out string? why))
            throw new UnreachableException($"entry {entry.N}, which was checked before it was written, does not fit the book: {why}");
        foreach (BookChange change in _changes)
            Report(change);
        _changes.Clear();
    }

    private void Report(BookChange change)
    {
        switch (change)
        {
            case BookChange.Delivered delivered:
                Raise(new PaymentEvent.Delivered(delivered.Transaction));
                break;
            case BookChange.RequestDelivered delivered:
                Raise(new PaymentEvent.RequestDelivered(delivered.Request));
                break;
            case BookChange.StateChanged changed:
                Raise(new PaymentEvent.StateChanged(changed.Transaction, changed.Transaction.State));
                break;
            case BookChange.Booked { Transaction.IsOutgoing: false } booked:
                bool waits = !With(booked.Contact).Deciding.Contains(booked.Transaction.Hash);
                Raise(new PaymentEvent.Received(booked.Transaction, waits));
                break;
            case BookChange.Requested { Request.IsOutgoing: false } requested:
                Raise(new PaymentEvent.Requested(requested.Request));
                break;
            case BookChange.BalanceStated { Balance.IsOutgoing: false } stated:
                Raise(new PaymentEvent.BalanceStated(stated.Balance));
                break;
            case BookChange.BecameOld old:
                Raise(new PaymentEvent.LedgerIsOld(old.Contact.Id));
                break;
        }
    }
}
