using Jangbu.Payments.Records;

namespace Jangbu.Payments.Books;

/// <summary>
/// Everything two people said to each other, as one of them holds it: lanes of both, transactions with their states, what is owed.
/// Applying a record costs the same at any length. Rules are checked before (<see cref="Arrival"/>); here only the chain is.
/// </summary>
public sealed class Account
{
    /// <summary>Undecided transactions of one contact that are taken; one more is answered `busy` (PROTOCOL §8).</summary>
    public const int MaxUndecided = 1000;

    private readonly Contact _contact;
    private readonly SortedDictionary<Guid, Lane> _mine = [];
    private readonly SortedDictionary<Guid, Lane> _theirs = [];
    private readonly Dictionary<Guid, long> _acknowledged = [];
    private readonly Dictionary<RecordHash, BookedTransaction> _transactions = [];
    private readonly Dictionary<RecordHash, BookedRequest> _requests = [];
    private readonly Dictionary<RecordHash, BookedBalance> _balances = [];
    private readonly Dictionary<RecordHash, List<Action<BookedTransaction>>> _early = [];
    private readonly SortedDictionary<Asset, Position> _positions = [];
    private readonly SortedDictionary<long, BookedTransaction> _undecidedIn = [];
    private readonly SortedDictionary<long, BookedTransaction> _undecidedOut = [];
    private readonly HashSet<Guid> _ids = [];
    private readonly HashSet<RecordHash> _others = [];
    private readonly HashSet<(Guid Lane, RecordHash Transaction)> _spoken = [];
    private readonly List<BookedTransaction> _history = [];
    private readonly List<ForkEvidence> _forks = [];

    private readonly RecordTexts _texts;

    internal Account(Contact contact, RecordTexts texts) => (_contact, _texts) = (contact, texts);

    /// <summary>My lanes toward them, by UUID.</summary>
    public IReadOnlyCollection<Lane> Mine => _mine.Values;

    /// <summary>Their lanes toward me, by UUID.</summary>
    public IReadOnlyCollection<Lane> Theirs => _theirs.Values;

    /// <summary>All transactions in the order of the ledger.</summary>
    public IReadOnlyList<BookedTransaction> History => _history;

    /// <summary>Requests of both, in no order.</summary>
    public IReadOnlyCollection<BookedRequest> Requests => _requests.Values;

    /// <summary>Balance records of both, in no order.</summary>
    public IReadOnlyCollection<BookedBalance> Balances => _balances.Values;

    /// <summary>What is owed, by asset; assets that were never used are absent.</summary>
    public IReadOnlyDictionary<Asset, Position> Positions => _positions;

    /// <summary>Their transactions that wait for me, oldest first.</summary>
    public IReadOnlyCollection<BookedTransaction> UndecidedIncoming => _undecidedIn.Values;

    /// <summary>My transactions that wait for them, oldest first.</summary>
    public IReadOnlyCollection<BookedTransaction> UndecidedOutgoing => _undecidedOut.Values;

    /// <summary>Proofs that this contact signed what cannot both stand.</summary>
    public IReadOnlyList<ForkEvidence> Forks => _forks;

    /// <summary>Acknowledgements of records that I do not have: perhaps this ledger is an old copy; a mere claim does nothing.</summary>
    public long AcksAboveHead { get; private set; }

    /// <summary>A transaction by its hash.</summary>
    public BookedTransaction? Find(RecordHash hash) => _transactions.GetValueOrDefault(hash);

    /// <summary>A request by its hash.</summary>
    public BookedRequest? FindRequest(RecordHash hash) => _requests.GetValueOrDefault(hash);

    /// <summary>A balance record by its hash.</summary>
    public BookedBalance? FindBalance(RecordHash hash) => _balances.GetValueOrDefault(hash);

    /// <summary>What stands in one asset.</summary>
    public Position PositionOf(Asset asset) => _positions.GetValueOrDefault(asset);

    /// <summary>How far a lane of mine is on their disk, by their own signed word; 0 for not at all.</summary>
    public long AcknowledgedSeq(Guid lane) => _acknowledged.GetValueOrDefault(lane);

    internal Lane? MyLane(Guid id) => _mine.GetValueOrDefault(id);

    internal Lane? TheirLane(Guid id) => _theirs.GetValueOrDefault(id);

    /// <summary>Whether a record of this hash is held, of either side and any kind.</summary>
    internal bool Holds(RecordHash hash) =>
        _transactions.ContainsKey(hash) || _requests.ContainsKey(hash) || _balances.ContainsKey(hash) || _others.Contains(hash);

    internal bool HasId(Guid id) => _ids.Contains(id);

    /// <summary>Whether a lane has given a verdict on, or a withdrawal of, this transaction.</summary>
    internal bool HasSpoken(Guid lane, RecordHash transaction) => _spoken.Contains((lane, transaction));

    internal void Add(ForkEvidence fork)
    {
        if (_forks.Count < ForkEvidence.MaxKept)
            _forks.Add(fork);
    }

    /// <summary>Adds one record to its lane and draws what follows from it.</summary>
    /// <param name="record">The record.</param>
    /// <param name="text">Where its signed text stands.</param>
    /// <param name="mine">Whether I am its author.</param>
    /// <param name="order">The next number over all contacts.</param>
    /// <param name="changes">Where changes are noted; null while a ledger is read.</param>
    /// <returns>False where the chain does not fit.</returns>
    internal bool TryApply(Record record, TextPlace text, bool mine, long order, List<BookChange>? changes)
    {
        SortedDictionary<Guid, Lane> side = mine ? _mine : _theirs;
        RecordHeader header = record.Header;
        bool known = side.TryGetValue(header.Lane, out Lane? lane);
        long count = known ? lane!.Count : 0;
        if (header.Seq != count + 1 || header.Prev != (known ? lane!.HashAt(count) : RecordHash.None))
            return false;
        if (!known)
            side.Add(header.Lane, lane = new Lane(header.Lane, mine, _texts));
        lane!.Append(record, text);
        if (record.Kind is not (RecordKind.Transaction or RecordKind.Request or RecordKind.Balance))
            _others.Add(record.Hash);
        if (!mine)
        {
            _ids.Add(header.Id);
            Acknowledge(header.Ack, changes);
        }
        Draw(record, mine, order, changes);
        return true;
    }

    private void Acknowledge(IReadOnlyList<LaneHead> ack, List<BookChange>? changes)
    {
        foreach (LaneHead head in ack)
        {
            Lane? lane = MyLane(head.Lane);
            if (lane is null || head.Seq > lane.Count)
            {
                AcksAboveHead++;
                continue;
            }
            long before = AcknowledgedSeq(head.Lane);
            if (head.Seq <= before)
                continue;
            _acknowledged[head.Lane] = head.Seq;
            for (long seq = before + 1; changes is not null && seq <= head.Seq; seq++)
            {
                if (lane.KindAt(seq) == RecordKind.Transaction)
                    changes.Add(new BookChange.Delivered(_transactions[lane.HashAt(seq)]));
                else if (lane.KindAt(seq) == RecordKind.Request)
                    changes.Add(new BookChange.RequestDelivered(_requests[lane.HashAt(seq)]));
            }
        }
    }

    private void Draw(Record record, bool mine, long order, List<BookChange>? changes)
    {
        switch (record.Body)
        {
            case Transaction body:
                Book(new BookedTransaction(record, body, _contact, mine, order), changes);
                break;
            case Decision decision:
                foreach (Verdict verdict in decision.Verdicts)
                {
                    var given = new VerdictGiven(verdict, record.Place, record.Header.Ack, record.Header.At);
                    _spoken.Add((record.Header.Lane, verdict.Transaction));
                    Change(verdict.Transaction, transaction => transaction.IsOutgoing != mine && transaction.Add(given), changes);
                }
                break;
            case Withdrawal withdrawal:
                LaneHead place = record.Place;
                _spoken.Add((record.Header.Lane, withdrawal.Transaction));
                Change(withdrawal.Transaction, transaction => transaction.IsOutgoing == mine && transaction.AddWithdrawal(place), changes);
                break;
            case Request body:
                var request = new BookedRequest(record, body, _contact, mine, order);
                _requests.Add(record.Hash, request);
                changes?.Add(new BookChange.Requested(request));
                break;
            case BalanceStatement body:
                Book(new BookedBalance(record, body, _contact, mine, order) { FitsMyBook = FitsMyBook(body, mine) }, changes);
                break;
        }
    }

    private void Book(BookedTransaction transaction, List<BookChange>? changes)
    {
        _transactions.Add(transaction.Hash, transaction);
        _history.Add(transaction);
        Count(transaction, +1);
        if (transaction.Body.Request is RecordHash asked)
            FindRequest(asked)?.Add(transaction);
        if (transaction.Body.Reverses is RecordHash reversed && Find(reversed) is BookedTransaction original)
            original.AddReversal(transaction);
        changes?.Add(new BookChange.Booked(transaction));
        // A verdict or withdrawal whose transaction comes later takes effect when it comes (PROTOCOL §6.1).
        if (_early.Remove(transaction.Hash, out List<Action<BookedTransaction>>? waiting))
        {
            foreach (Action<BookedTransaction> apply in waiting)
                apply(transaction);
        }
    }

    private void Book(BookedBalance balance, List<BookChange>? changes)
    {
        _balances.Add(balance.Hash, balance);
        if (balance.Body.Accepts is RecordHash accepted && FindBalance(accepted) is BookedBalance other
            && other.IsOutgoing != balance.IsOutgoing && balance.Body.Negates(other.Body))
        {
            other.AcceptedBy = balance;
            balance.AcceptedBy = other;
        }
        changes?.Add(new BookChange.BalanceStated(balance));
    }

    private void Change(RecordHash hash, Func<BookedTransaction, bool> change, List<BookChange>? changes)
    {
        if (Find(hash) is not BookedTransaction transaction)
        {
            if (!_early.TryGetValue(hash, out List<Action<BookedTransaction>>? waiting))
                _early.Add(hash, waiting = []);
            waiting.Add(late => Change(late.Hash, change, changes: null));
            return;
        }
        Count(transaction, -1);
        bool changed = change(transaction);
        Count(transaction, +1);
        if (changed)
            changes?.Add(new BookChange.StateChanged(transaction));
    }

    // Adds or takes away what a transaction contributes in the state it has now.
    private void Count(BookedTransaction transaction, int sign)
    {
        Position position = PositionOf(transaction.Body.Asset);
        var units = new NetAmount(transaction.Body.Amount.Units * sign);
        position = (transaction.State, transaction.IsOutgoing) switch
        {
            (TransactionState.Accepted, false) => position with { Net = position.Net + units },
            (TransactionState.Accepted, true) => position with { Net = position.Net + -units },
            (TransactionState.Undecided, false) => position with { Held = position.Held + units },
            (TransactionState.Undecided, true) => position with { Promised = position.Promised + units },
            _ => position,
        };
        _positions[transaction.Body.Asset] = position;
        SortedDictionary<long, BookedTransaction> undecided = transaction.IsOutgoing ? _undecidedOut : _undecidedIn;
        if (sign > 0 && transaction.State == TransactionState.Undecided)
            undecided[transaction.Order] = transaction;
        else
            undecided.Remove(transaction.Order);
    }

    private bool FitsMyBook(BalanceStatement body, bool mine)
    {
        IEnumerable<AssetNet> figures = NetByAsset().Select(row => mine ? row : row with { Net = -row.Net });
        return body.Assets.SequenceEqual(figures);
    }

    /// <summary>What is owed in each asset where something is owed, by name.</summary>
    public IEnumerable<AssetNet> NetByAsset() =>
        _positions.Where(row => !row.Value.Net.IsZero).Select(row => new AssetNet(row.Key, row.Value.Net));
}
