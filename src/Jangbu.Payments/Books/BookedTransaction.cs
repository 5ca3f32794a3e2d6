using Jangbu.Crypto;
using Jangbu.Payments.Records;

namespace Jangbu.Payments.Books;

/// <summary>A transaction as the book has it: what was signed, and what became of it.</summary>
public sealed class BookedTransaction
{
    private List<VerdictGiven>? _verdicts;
    private List<LaneHead>? _withdrawals;

    internal BookedTransaction(Record record, Transaction body, Contact contact, bool outgoing, long order)
    {
        (Hash, Id, At, Place) = (record.Hash, record.Header.Id, record.Header.At, record.Place);
        (Body, Contact, IsOutgoing, Order) = (body, contact, outgoing, order);
    }

    /// <summary>The record's hash, by which everything names it.</summary>
    public RecordHash Hash { get; }

    /// <summary>The record's UUID.</summary>
    public Guid Id { get; }

    /// <summary>When, by its author's clock.</summary>
    public DateTimeOffset At { get; }

    /// <summary>What was signed.</summary>
    public Transaction Body { get; }

    /// <summary>With whom.</summary>
    public Contact Contact { get; }

    /// <summary>Whether I am the author, who gives.</summary>
    public bool IsOutgoing { get; }

    /// <summary>Where it stands in its author's lane.</summary>
    public LaneHead Place { get; }

    /// <summary>What became of it.</summary>
    public TransactionState State { get; private set; }

    /// <summary>The verdict that decided, where one did.</summary>
    public Verdict? Verdict { get; private set; }

    /// <summary>When it was decided, by the decider's clock.</summary>
    public DateTimeOffset? DecidedAt { get; private set; }

    /// <summary>Outgoing: whether I hold a record of the other's that says it is on their disk.</summary>
    public bool IsDelivered => !IsOutgoing || Contact.Account.AcknowledgedSeq(Place.Lane) >= Place.Seq;

    /// <summary>My own words for it; never leaves the ledger.</summary>
    public string? Label { get; internal set; }

    /// <summary>My own category for it; never leaves the ledger.</summary>
    public string? Category { get; internal set; }

    /// <summary>Counts up in the order of the ledger, over all contacts.</summary>
    public long Order { get; }

    /// <summary>Places of the records that decided or withdrew it, for proofs.</summary>
    public IEnumerable<LaneHead> Decisions => _verdicts?.Select(given => given.Place) ?? [];

    /// <summary>Places of its withdrawals.</summary>
    public IEnumerable<LaneHead> Withdrawals => _withdrawals ?? [];

    /// <summary>Transactions of the other side that name this one as reversed.</summary>
    public IReadOnlyList<BookedTransaction> Reversals => _reversals ?? [];

    private List<BookedTransaction>? _reversals;

    internal void AddReversal(BookedTransaction reversal) => (_reversals ??= []).Add(reversal);

    /// <summary>Adds a verdict; returns whether the state changed.</summary>
    internal bool Add(VerdictGiven given)
    {
        (_verdicts ??= []).Add(given);
        return Decide();
    }

    /// <summary>Adds a withdrawal; returns whether the state changed.</summary>
    internal bool AddWithdrawal(LaneHead place)
    {
        (_withdrawals ??= []).Add(place);
        return Decide();
    }

    // PROTOCOL §2.3, word for word.
    private bool Decide()
    {
        TransactionState before = State;
        VerdictGiven? accepted = null, rejected = null;
        foreach (VerdictGiven given in _verdicts ?? [])
        {
            if (IsAfterAWithdrawal(given))
                continue;
            if (given.Verdict.Accepted)
                accepted ??= given;
            else
                rejected ??= given;
        }
        VerdictGiven? deciding = rejected ?? accepted;
        State = rejected is not null ? TransactionState.Rejected
            : accepted is not null ? TransactionState.Accepted
            : _withdrawals is not null ? TransactionState.Withdrawn
            : TransactionState.Undecided;
        Verdict = deciding?.Verdict;
        DecidedAt = deciding?.At;
        return State != before;
    }

    private bool IsAfterAWithdrawal(VerdictGiven given)
    {
        foreach (LaneHead withdrawal in _withdrawals ?? [])
        {
            if (Lane.Acknowledged(given.Ack, withdrawal.Lane) >= withdrawal.Seq)
                return true;
        }
        return false;
    }
}

/// <summary>A verdict with the record that holds it.</summary>
internal sealed record VerdictGiven(Verdict Verdict, LaneHead Place, IReadOnlyList<LaneHead> Ack, DateTimeOffset At);
