using Jangbu.Crypto;
using Jangbu.Payments;
using Jangbu.Payments.Books;
using Jangbu.Payments.Records;
using BookedState = Jangbu.Payments.Books.TransactionState;

namespace Jangbu.Node;

internal sealed partial class NodeEngine
{
    private readonly List<PaymentWatch> _watches = [];
    private TimeSpan? _nextWatch;

    /// <summary>Gives an amount to a contact, and follows it.</summary>
    public PaymentWatch Pay(PeerId to, Transaction transaction, TimeSpan wait, bool later)
    {
        MadeRecord made = Book.Pay(to, transaction);
        return Follow(new PaymentWatch(to, made.Id, made.Hash, _now.Now, _now.Now + wait) { Later = later || _network is null });
    }

    /// <summary>Asks a contact for a transaction, and follows the request.</summary>
    public PaymentWatch Ask(PeerId from, Request request, TimeSpan wait, bool later)
    {
        MadeRecord made = Book.Ask(from, request);
        return Follow(new PaymentWatch(from, made.Id, made.Hash, _now.Now, _now.Now + wait) { Later = later || _network is null, IsRequest = true });
    }

    /// <summary>Follows a transaction that was signed before.</summary>
    public PaymentWatch Retry(BookedTransaction transaction, TimeSpan wait)
    {
        PaymentWatch watch = Follow(new PaymentWatch(transaction.Contact.Id, transaction.Id, transaction.Hash, _now.Now, _now.Now + wait) { IsSigned = true });
        if (transaction.State != BookedState.Undecided)
            Finish(watch);
        else if (transaction.IsDelivered)
            watch.Last = PaymentStage.Received;
        return watch;
    }

    /// <summary>Tells everybody who waits that the node has ended.</summary>
    public void FailWatches(JangbuException failure)
    {
        foreach (PaymentWatch watch in _watches)
            watch.Tell(new WatchNote.Failed(failure));
        _watches.Clear();
        foreach (TaskCompletionSource<RefusalCode?> taken in _imports)
            taken.TrySetException(failure);
        while (_notices.TryDequeue(out EngineNotice? notice))
        {
            if (notice is EngineNotice.Told told)
                told.Watch.Tell(new WatchNote.Failed(failure));
            else if (notice is EngineNotice.Imported imported)
                imported.Taken.TrySetException(failure);
        }
    }

    private PaymentWatch Follow(PaymentWatch watch)
    {
        _watches.Add(watch);
        _nextWatch = Earlier(_nextWatch, watch.Due);
        if (watch.Later || LinkOf(watch.Contact) is not { } link)
            return watch;
        link.Waiting++;
        _wantedIsStale = true;
        if (link.Attempt is null)
            link.RetryDue = _now.Now;
        _network!.Rendezvous.Engage(_now, link.Pair);
        return watch;
    }

    private void AdvanceWatches()
    {
        if (_nextWatch is not { } next || _now.Now < next)
            return;
        foreach (PaymentWatch watch in _watches.Where(watch => watch.Due <= _now.Now).ToList())
        {
            if (watch.IsSigned)
                Finish(watch);
        }
        _nextWatch = _watches.Where(watch => watch.IsSigned).Select(watch => (TimeSpan?)watch.Due).Min();
    }

    private void Take(PaymentEvent happened)
    {
        switch (happened)
        {
            case PaymentEvent.Signed signed:
                TakeSigned(signed);
                break;
            case PaymentEvent.Sent sent:
                Reach(sent.Hash, PaymentStage.Sent);
                break;
            case PaymentEvent.Delivered delivered:
                Reach(delivered.Transaction.Hash, PaymentStage.Received);
                break;
            case PaymentEvent.RequestDelivered delivered:
                Reach(delivered.Request.Hash, PaymentStage.Received);
                break;
            case PaymentEvent.StateChanged changed:
                Reach(changed.Transaction.Hash, PaymentStage.Processed);
                Finish(changed.Transaction.Hash);
                Notify(new NodeEvent.Processed(BookViews.Line(changed.Transaction)) { At = _now.Wall });
                break;
            case PaymentEvent.Received received:
                Notify(new NodeEvent.Received(BookViews.Line(received.Transaction)) { At = _now.Wall });
                break;
            case PaymentEvent.Requested requested:
                Notify(new NodeEvent.Received(BookViews.Line(requested.Request)) { At = _now.Wall });
                break;
            case PaymentEvent.BalanceStated stated:
                Notify(new NodeEvent.Warning(NameOf(stated.Contact), "balance_stated", stated.Balance.Hash.ToString()) { At = _now.Wall });
                break;
            case PaymentEvent.RefusedByThem refused:
                TakeRefusal(refused);
                break;
            case PaymentEvent.ForkFound fork:
                Warn(fork.Contact, "fork", "");
                break;
            case PaymentEvent.ForkSuspected suspected:
                Warn(suspected.Contact, "suspected_fork", suspected.Claimed.ToString());
                break;
            case PaymentEvent.Refused refused:
                Warn(refused.Contact, "refused", WireCode(refused.Code));
                break;
            case PaymentEvent.LedgerIsOld old:
                Warn(old.Contact, "old_ledger", "");
                break;
            case PaymentEvent.Met met:
                TakeMet(met);
                break;
            default:
                break; // Openings and endings of sessions are seen on their roads; calls are the wallet page's.
        }
    }

    private void TakeSigned(PaymentEvent.Signed signed)
    {
        if (_watches.Find(watch => watch.Hash == signed.Hash) is not { } watch)
            return;
        watch.IsSigned = true;
        _nextWatch = Earlier(_nextWatch, watch.Due);
        Reach(watch, new PaymentProgress(PaymentStage.Signed, watch.Id, _now.Now - watch.Start));
        TimeSpan signedAfter = _now.Now - watch.Start;
        foreach (PaymentProgress held in watch.Held)
            Reach(watch, held with { Elapsed = held.Elapsed > signedAfter ? held.Elapsed : signedAfter });
        watch.Held.Clear();
        if (watch.Later || !_links.ContainsKey(watch.Contact))
            Finish(watch);
    }

    private void TakeRefusal(PaymentEvent.RefusedByThem refused)
    {
        Warn(refused.Contact, "refused_by_them", WireCode(refused.Code));
        if (refused.Code == RefusalCode.Busy)
            return;
        foreach (PaymentWatch watch in _watches.Where(watch => watch.Contact == refused.Contact).ToList())
        {
            End(watch, new WatchNote.Failed(new JangbuException(FailureCode.Refused, ExitCategory.Rejected,
                $"the other side refused the record: {WireCode(refused.Code)}; it is kept and not sent again", ("code", WireCode(refused.Code)), ("id", watch.Id.ToString()))));
        }
    }

    private void Progress(PeerId? contact, PaymentStage stage, string? path = null, int? nodes = null)
    {
        foreach (PaymentWatch watch in _watches)
        {
            if (watch.Contact != contact || watch.Later)
                continue;
            PaymentProgress progress = new(stage, watch.Id, _now.Now - watch.Start) { Path = path, Nodes = nodes };
            if (watch.IsSigned)
                Reach(watch, progress);
            else
                watch.Held.Add(progress);
        }
    }

    private void Reach(RecordHash hash, PaymentStage stage)
    {
        if (_watches.Find(watch => watch.Hash == hash) is not { } watch)
            return;
        Reach(watch, new PaymentProgress(stage, watch.Id, _now.Now - watch.Start));
        if (watch.IsRequest && stage == PaymentStage.Received)
            Finish(watch);
    }

    /// <summary>Tells a stage, unless one after it was told: a second attempt begins again at the first of them and need not be seen.</summary>
    private void Reach(PaymentWatch watch, PaymentProgress progress)
    {
        if (watch.Last is { } last && progress.Stage <= last)
            return;
        watch.Last = progress.Stage;
        _notices.Enqueue(new EngineNotice.Told(watch, new WatchNote.Reached(progress)));
    }

    private void Finish(RecordHash hash)
    {
        if (_watches.Find(watch => watch.Hash == hash) is { } watch)
            Finish(watch);
    }

    private void Finish(PaymentWatch watch) => End(watch, new WatchNote.Ended(OutcomeOf(watch)));

    private void End(PaymentWatch watch, WatchNote note)
    {
        if (!_watches.Remove(watch))
            return;
        if (!watch.Later && _links.TryGetValue(watch.Contact, out ContactLink? link) && link.Waiting > 0)
        {
            link.Waiting--;
            _wantedIsStale = true;
        }
        _notices.Enqueue(new EngineNotice.Told(watch, note));
    }

    private PaymentOutcome OutcomeOf(PaymentWatch watch)
    {
        TimeSpan elapsed = _now.Now - watch.Start;
        string tx = watch.Hash.ToString();
        BookedTransaction? booked = Book.Book.FindTransaction(watch.Hash);
        return booked switch
        {
            { State: BookedState.Accepted } => new PaymentOutcome.Accepted(new DecisionView(booked.DecidedAt!.Value)) { Id = watch.Id, Tx = tx, Elapsed = elapsed },
            { State: BookedState.Rejected } => new PaymentOutcome.Rejected(BookViews.Rejection(booked)) { Id = watch.Id, Tx = tx, Elapsed = elapsed },
            _ => new PaymentOutcome.Waiting(booked is { IsDelivered: true } || watch.Last >= PaymentStage.Received ? WaitingState.Delivered : WaitingState.Queued)
            {
                Id = watch.Id,
                Tx = tx,
                Elapsed = elapsed,
                Obstacle = booked is { IsDelivered: true } || watch.Later ? Obstacle.None : ObstacleTo(watch.Contact),
            },
        };
    }

    private Obstacle ObstacleTo(PeerId contact) =>
        _network is not { Carrier.Joins: > 0 } ? Obstacle.DhtSilent
        : _links.GetValueOrDefault(contact) is { Failures: > 0 } ? Obstacle.NoPath
        : Obstacle.NotAnswered;

    private void Warn(PeerId contact, string code, string text) => Notify(new NodeEvent.Warning(NameOf(contact), code, text) { At = _now.Wall });

    private void Notify(NodeEvent happened) => _notices.Enqueue(new EngineNotice.Happened(happened));

    private static string WireCode(RefusalCode code) => WireName.Of(code);
}
