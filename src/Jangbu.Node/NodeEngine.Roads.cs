using System.Net;
using Jangbu.Crypto;
using Jangbu.Node.Slots;
using Jangbu.Payments;

namespace Jangbu.Node;

internal sealed partial class NodeEngine
{
    private readonly List<RoadAttempt> _attempts = [];
    private readonly List<RoadAttempt> _finished = [];
    private readonly Dictionary<IPEndPoint, RoadAttempt> _byLocal = [];
    private readonly List<ContactLink> _wanted = [];
    private bool _wantedIsStale = true;
    private bool _answering;

    /// <summary>Begins to answer all contacts, and to look for those for whom something waits.</summary>
    public void Listen()
    {
        if (_network is not { } network)
            return;
        _answering = _wantedIsStale = true;
        foreach (Payments.Books.Contact contact in Book.Book.Contacts)
            LinkOf(contact.Id);
        network.Rendezvous.Listen(_now);
    }

    /// <summary>The open sessions.</summary>
    public IEnumerable<RoadAttempt> OpenRoads => _attempts.Where(attempt => attempt.State == AttemptState.Open);

    /// <summary>Says bye in every session; roads close as the answers come.</summary>
    public void SayBye()
    {
        _answering = false;
        _wantedIsStale = true;
        foreach (RoadAttempt attempt in _attempts.ToList())
        {
            if (attempt.State == AttemptState.Open)
                attempt.Session!.Finish();
            else if (attempt.State != AttemptState.Closing)
                Drop(attempt, "stopped");
        }
    }

    /// <summary>True while any road is there.</summary>
    public bool HasRoads => _attempts.Count > 0;

    /// <summary>Whom to look for. Asked of the book only after something was booked: a thousand contacts are looked through once, not each turn.</summary>
    private List<ContactLink> Wanted()
    {
        if (_wantedIsStale)
        {
            _wantedIsStale = false;
            _wanted.Clear();
            _wanted.AddRange(_byPair.Values.Where(link => link.Waiting > 0 || (_answering && link.Id is { } id && Book.HasUndelivered(id))));
        }
        return _wanted;
    }

    private void AdvanceRoads()
    {
        foreach (RoadAttempt attempt in _attempts.ToList())
        {
            if (attempt.Road.Deadline <= _now.Now)
                attempt.Road.Advance(_now);
            if (attempt.Due <= _now.Now)
                TakeTimeout(attempt);
        }
        foreach (ContactLink link in Wanted())
        {
            if (link.RetryDue > _now.Now)
                continue;
            if (link.Attempt is null)
                BeginOffer(link);
            else if (PatienceEnd(link.Attempt) <= _now.Now)
                Replace(link, link.Attempt); // Most likely it answers an offer of a run that is over; ours is newer and wins.
        }
    }

    private void TakeTimeout(RoadAttempt attempt)
    {
        switch (attempt.State)
        {
            case AttemptState.Gathering:
                attempt.Due = TimeSpan.MaxValue;
                Describe(attempt);
                break;
            case AttemptState.Offered or AttemptState.Connecting:
                attempt.Link.Failures++;
                Drop(attempt, "no_path");
                TurnToLetters(attempt.Link, answered: !attempt.Offerer);
                break;
            case AttemptState.Open or AttemptState.Closing:
                Drop(attempt, "closed");
                break;
            default:
                throw new System.Diagnostics.UnreachableException($"attempt {attempt.State}");
        }
    }

    private void Settle()
    {
        bool moved = true;
        while (moved)
        {
            moved = _network?.Carrier.Settle(_now) ?? false;
            while (_network is { } network && network.Rendezvous.TryDequeue(out RendezvousEvent found))
            {
                Take(found);
                moved = true;
            }
            for (int index = 0; index < _attempts.Count; index++)
            {
                RoadAttempt attempt = _attempts[index];
                while (attempt.Road.TryDequeue(_now, out RoadEvent happened))
                {
                    Take(attempt, happened);
                    moved = true;
                }
            }
        }
    }

    private void Take(RendezvousEvent found)
    {
        if (!_byPair.TryGetValue(found.Pair, out ContactLink? link))
            return;
        switch (found)
        {
            case RendezvousEvent.OfferStored stored:
                Progress(link.Id, PaymentStage.OfferStored, nodes: stored.Nodes);
                break;
            case RendezvousEvent.AnswerFound answer when link.Attempt is { Offerer: true, State: AttemptState.Offered } attempt:
                Progress(link.Id, PaymentStage.AnswerFound);
                attempt.State = AttemptState.Connecting;
                attempt.Due = _now.Now + OfferPatience;
                attempt.Peer ??= IdOf(answer.Key);
                if (!attempt.Road.TryAccept(_now, answer.Description))
                    Drop(attempt, "bad_description");
                break;
            case RendezvousEvent.OfferFound offer:
                BeginAnswer(link, offer.Description, offer.Key);
                break;
            case RendezvousEvent.OfferDied when link.Attempt is { State: AttemptState.Offered } attempt:
                Drop(attempt, "unanswered");
                break;
            case RendezvousEvent.LetterFound letter when link.Id is { } writer:
                Book.TakeLetter(writer, letter.Content);
                link.HasWritten = true;
                break;
            default:
                break; // What speaks of an attempt that is over by now.
        }
    }

    private void BeginOffer(ContactLink link)
    {
        if (BeginRoad(link, offerer: true) is null)
            return;
        _network!.Rendezvous.Engage(_now, link.Pair);
        Progress(link.Id, PaymentStage.Resolving);
    }

    private void BeginAnswer(ContactLink link, Description offer, byte[] key)
    {
        if (link.Attempt is { } before)
            Drop(before, "new_offer", keepMeeting: true);
        if (BeginRoad(link, offerer: false) is not { } attempt)
            return;
        attempt.Peer ??= IdOf(key);
        if (!attempt.Road.TryAccept(_now, offer))
            Drop(attempt, "bad_description");
    }

    private RoadAttempt? BeginRoad(ContactLink link, bool offerer)
    {
        EngineNetwork network = _network!;
        if (_attempts.Count(attempt => attempt.State < AttemptState.Open) >= MaxHandshakes)
        {
            link.RetryDue = _now.Now + TimeSpan.FromSeconds(1);
            return null;
        }
        IReadOnlyList<IPEndPoint> locals = network.Sockets.Open();
        RoadAttempt attempt = new(link, network.MakeRoad(_now, offerer, locals), locals, offerer, _now.Now) { Due = _now.Now + GatheringPatience };
        foreach (IPEndPoint local in locals)
            _byLocal[local] = attempt;
        link.Attempt = attempt;
        _attempts.Add(attempt);
        return attempt;
    }

    private void Describe(RoadAttempt attempt)
    {
        // A replaced attempt may still finish gathering; describing it would take the place of the one that replaced it.
        if (attempt.State != AttemptState.Gathering || attempt.Link.Attempt != attempt)
            return;
        Description description = attempt.Road.Describe();
        if (attempt.Offerer)
        {
            attempt.State = AttemptState.Offered;
            attempt.Due = TimeSpan.MaxValue;
            _network!.Rendezvous.Offer(_now, attempt.Link.Pair, description);
        }
        else
        {
            attempt.State = AttemptState.Connecting;
            attempt.Due = attempt.Began + AttemptLife;
            if (!_network!.Rendezvous.TryAnswer(_now, attempt.Link.Pair, description))
                Drop(attempt, "offer_gone");
        }
    }

    private void Take(RoadAttempt attempt, RoadEvent happened)
    {
        if (_finished.Contains(attempt))
            return; // What it had to say before it was dropped; opening a session on it now would open one that nobody hears.
        switch (happened)
        {
            case RoadEvent.Gathered:
                Describe(attempt);
                break;
            case RoadEvent.PathFound path:
                attempt.Path = path.Kind;
                Progress(attempt.Link.Id, PaymentStage.IceConnected, path: path.Kind);
                break;
            case RoadEvent.Encrypted:
                Progress(attempt.Link.Id, PaymentStage.DtlsConnected);
                break;
            case RoadEvent.Opened channel:
                Open(attempt, channel.LargestMessage);
                break;
            case RoadEvent.Message message:
                attempt.Session?.Receive(message.Bytes.Span, message.IsText);
                break;
            case RoadEvent.Closed closed:
                bool opened = attempt.State >= AttemptState.Open;
                attempt.Link.Failures += opened ? 0 : 1;
                Drop(attempt, closed.Reason);
                if (!opened)
                    TurnToLetters(attempt.Link, answered: !attempt.Offerer);
                break;
            default:
                throw new System.Diagnostics.UnreachableException($"road event {happened}");
        }
    }

    private void Open(RoadAttempt attempt, long largest)
    {
        if (attempt.State >= AttemptState.Open)
            return;
        attempt.State = AttemptState.Open;
        attempt.Due = TimeSpan.MaxValue;
        attempt.OpenedAt = _now.Now;
        attempt.Link.Failures = 0;
        int most = (int)Math.Min(largest, int.MaxValue);
        attempt.Session = attempt.Link.Id is { } contact ? Book.OpenSession(contact, most)
            : Book.OpenInvitationSession(attempt.Peer!.Value, attempt.Link.IsInviter ? attempt.Link.Invitation!.Code : null, most);
        _network!.Rendezvous.Settle(_now, attempt.Link.Pair);
        if (attempt.Link.Id is not null)
            Notify(new NodeEvent.SessionOpened(NameOf(attempt.Peer!.Value), attempt.Path) { At = _now.Wall });
    }

    private void SendMessages()
    {
        foreach (RoadAttempt attempt in _attempts.ToList())
        {
            if (attempt.Session is not { } session)
                continue;
            while (session.TryTransmit(out string? message))
            {
                if (attempt.State == AttemptState.Open)
                    attempt.Road.Send(_now, message);
            }
            if (session.State == PaymentSessionState.Closed && attempt.State == AttemptState.Open)
            {
                attempt.State = AttemptState.Closing;
                attempt.Due = _now.Now + ClosingPatience;
                attempt.Road.Close(_now);
            }
        }
    }

    /// <summary>Ends an attempt or session; its last datagrams still go out, then its sockets close.</summary>
    private void Drop(RoadAttempt attempt, string reason, bool keepMeeting = false)
    {
        if (!_attempts.Contains(attempt) || _finished.Contains(attempt))
            return;
        bool wasOpen = attempt.State is AttemptState.Open;
        if (wasOpen)
            attempt.Session!.Abort();
        attempt.Road.Abort(_now);
        _finished.Add(attempt);
        ContactLink link = attempt.Link;
        _wantedIsStale = true;
        if (link.Attempt == attempt)
            link.Attempt = null;
        if (!keepMeeting)
        {
            link.RetryDue = _now.Now + Backoff(link.Failures);
            _network!.Rendezvous.Release(_now, link.Pair);
        }
        if (link.Id is { } contact && attempt.State is AttemptState.Open or AttemptState.Closing)
            Notify(new NodeEvent.SessionClosed(NameOf(contact), wasOpen ? reason : "bye") { At = _now.Wall });
    }

    /// <summary>Until when an answer of mine may keep me from offering; null for what is no answer that is being connected.</summary>
    private static TimeSpan? PatienceEnd(RoadAttempt attempt) =>
        attempt is { Offerer: false, State: AttemptState.Gathering or AttemptState.Connecting } ? attempt.Began + AnswerPatience : null;

    private static PeerId? IdOf(byte[] key) => PublicIdentity.TryImportSpki(key, out PublicIdentity? identity, out _) ? identity.Id : null;

    private void Replace(ContactLink link, RoadAttempt attempt)
    {
        Drop(attempt, "replaced");
        link.RetryDue = _now.Now;
        BeginOffer(link);
    }

    /// <summary>Lets go of attempts whose last datagrams have left.</summary>
    private void DropFinished()
    {
        foreach (RoadAttempt attempt in _finished)
        {
            _attempts.Remove(attempt);
            foreach (IPEndPoint local in attempt.Locals)
                _byLocal.Remove(local);
            _network!.Sockets.Close(attempt.Locals);
            attempt.Road.Dispose();
        }
        _finished.Clear();
    }

    private static TimeSpan Backoff(int failures) => failures switch
    {
        0 or 1 => TimeSpan.Zero,
        < 6 => TimeSpan.FromSeconds(1 << (failures - 2)),
        _ => TimeSpan.FromSeconds(30),
    };

    /// <summary>PROTOCOL §8: handshakes in progress.</summary>
    public const int MaxHandshakes = 32;

    private static readonly TimeSpan GatheringPatience = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan OfferPatience = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan AttemptLife = TimeSpan.FromSeconds(40);
    private static readonly TimeSpan AnswerPatience = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan ClosingPatience = TimeSpan.FromSeconds(5);
}
