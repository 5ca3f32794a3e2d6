using System.Diagnostics.CodeAnalysis;
using System.Net;
using Jangbu.Crypto;
using Jangbu.Dht;
using Jangbu.Node.Slots;
using Jangbu.Payments;
using Jangbu.Payments.Books;
using Jangbu.Payments.Jobs;

namespace Jangbu.Node;

/// <summary>
/// One turn of everything: contacts' roads and sessions, the meeting in the DHT, and the one ledger. Pure: datagrams, times, finished jobs
/// and commands in; datagrams, jobs and notices out.
/// </summary>
/// <remarks>
/// A turn: <see cref="Begin"/>; inputs; <see cref="Advance"/>; <see cref="Commit"/>, which flushes the ledger; and only then the datagrams of
/// <see cref="TryTransmit"/> and the notices of <see cref="TryDequeue"/>: nothing that left depends on what is not on the disk (PROTOCOL §2.4).
/// Roads and sessions stand in <c>NodeEngine.Roads.cs</c>, who waits for what in <c>NodeEngine.Watches.cs</c>.
/// </remarks>
internal sealed partial class NodeEngine : IDisposable
{
    private readonly IdentityKey _key;
    private readonly EngineNetwork? _network;
    private readonly Dictionary<PeerId, ContactLink> _links = [];
    private readonly Dictionary<Pair, ContactLink> _byPair = [];
    private readonly Queue<NodeJob> _jobs = [];
    private readonly Queue<EngineNotice> _notices = [];
    private Moment _now;

    /// <summary>An engine for a ledger; with a network it can be online.</summary>
    public NodeEngine(Bookkeeper book, IdentityKey key, EngineNetwork? network)
    {
        Book = book;
        _key = key;
        _network = network;
    }

    /// <summary>The ledger's writer.</summary>
    public Bookkeeper Book { get; }

    /// <summary>The DHT node, when online.</summary>
    public DhtNode? Dht => _network?.Dht;

    /// <summary>The meeting, when online.</summary>
    public Rendezvous? Rendezvous => _network?.Rendezvous;

    /// <summary>The moment of this turn.</summary>
    public Moment Now => _now;

    /// <summary>When the next turn is due, if nothing comes before.</summary>
    public TimeSpan? Deadline
    {
        get
        {
            TimeSpan due = Earlier(Book.Deadline, _network?.Dht.Deadline, _network?.Rendezvous.Deadline);
            foreach (RoadAttempt attempt in _attempts)
                due = Earlier(due, attempt.Due, attempt.Road.Deadline);
            foreach (ContactLink link in Wanted())
                due = Earlier(due, link.Attempt is null ? link.RetryDue : PatienceEnd(link.Attempt));
            due = Earlier(due, _nextWatch);
            return due == TimeSpan.MaxValue ? null : due;
        }
    }

    /// <summary>Begins a turn.</summary>
    public void Begin(Moment now)
    {
        _now = now;
        Book.Turn(now.Now, now.Wall);
    }

    /// <summary>Takes a datagram of the DHT's socket.</summary>
    public void ReceiveDht(IPEndPoint from, ReadOnlySpan<byte> datagram) => _network?.Dht.Receive(_now.Now, from, datagram);

    /// <summary>Takes a datagram of a road's socket; one to a socket that was just closed is dropped.</summary>
    public void Receive(IPEndPoint local, IPEndPoint remote, ReadOnlySpan<byte> datagram)
    {
        if (_byLocal.TryGetValue(local, out RoadAttempt? attempt))
            attempt.Road.Receive(_now, local, remote, datagram);
    }

    /// <summary>Does what is due, and moves everything between the parts until nothing moves.</summary>
    public void Advance()
    {
        if (_network is { } network)
        {
            network.Dht.Advance(_now.Now);
            network.Rendezvous.Advance(_now);
        }
        AdvanceRoads();
        AdvanceWatches();
        Settle();
    }

    /// <summary>Makes the turn durable, then hands out what waited for that: messages into channels, events to whoever waits.</summary>
    /// <exception cref="Jangbu.Ledger.LedgerStorageException">Nothing of this turn may leave, and the node must stop.</exception>
    public void Commit()
    {
        Book.Flush();
        while (Book.TryDequeue(out PaymentEvent? happened))
        {
            _wantedIsStale = true;
            if (_links.TryGetValue(happened.Contact, out ContactLink? link))
                link.LettersStale = true;
            Take(happened);
        }
        WriteLetters();
        SendMessages();
        Settle();
        NoticeOnline();
    }

    /// <summary>The next DHT datagram.</summary>
    public bool TryTransmitDht(Span<byte> datagram, out int length, [NotNullWhen(true)] out IPEndPoint? to)
    {
        length = 0;
        to = null;
        return _network is { } network && network.Dht.TryTransmit(datagram, out length, out to!);
    }

    /// <summary>The next datagram of any road.</summary>
    public bool TryTransmit(Span<byte> datagram, out int length, out IPEndPoint local, out IPEndPoint remote)
    {
        foreach (RoadAttempt attempt in _attempts)
        {
            if (attempt.Road.TryTransmit(datagram, out length, out local, out remote))
                return true;
        }
        DropFinished();
        length = 0;
        local = remote = NoEndPoint;
        return false;
    }

    /// <summary>The next work for another thread; its <see cref="NodeJob.Complete"/> is called inside a later turn.</summary>
    public bool TryDequeueJob([NotNullWhen(true)] out NodeJob? job)
    {
        if (_jobs.TryDequeue(out job) || (_network is { } network && network.Carrier.TryDequeueJob(out job)))
            return true;
        if (!Book.TryDequeueJob(out Job? payments))
            return false;
        job = new NodeJob(payments.Run, _ => Book.Complete(payments));
        return true;
    }

    /// <summary>The next notice; what it speaks of is on the disk.</summary>
    public bool TryDequeue([NotNullWhen(true)] out EngineNotice? notice) => _notices.TryDequeue(out notice);

    /// <inheritdoc/>
    public void Dispose() => Book.Dispose();

    /// <summary>The link of a contact; null when the node is not online, or the contact is removed or has no card.</summary>
    private ContactLink? LinkOf(PeerId id)
    {
        if (_network is not { } network || !Book.Book.TryFind(id, out Contact? contact) || contact.IsRemoved || contact.Card is not { } card)
            return null;
        if (_links.TryGetValue(id, out ContactLink? link))
            return link;
        if (!PairSecret.TryAgree(_key.RendezvousKey, card.Rdv, _key.Id, id, out PairSecret? secret))
            return null; // A card with a point of small order: nobody could be met there alone.
        link = new ContactLink(id, network.Rendezvous.Add(_now, secret!, card.Key));
        _links.Add(id, link);
        _byPair.Add(link.Pair, link);
        _wantedIsStale = true;
        return link;
    }

    private static TimeSpan Earlier(params ReadOnlySpan<TimeSpan?> times)
    {
        TimeSpan earliest = TimeSpan.MaxValue;
        foreach (TimeSpan? time in times)
        {
            if (time is { } due && due < earliest)
                earliest = due;
        }
        return earliest;
    }

    private static readonly IPEndPoint NoEndPoint = new(IPAddress.None, 0);
}
