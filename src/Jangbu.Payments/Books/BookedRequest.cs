using Jangbu.Payments.Records;

namespace Jangbu.Payments.Books;

/// <summary>A request as the book has it. It has no other answer than transactions that name it.</summary>
public sealed class BookedRequest
{
    private readonly List<BookedTransaction> _answers = [];

    internal BookedRequest(Record record, Request body, Contact contact, bool outgoing, long order) =>
        (Hash, Id, At, Body, Contact, IsOutgoing, Order) = (record.Hash, record.Header.Id, record.Header.At, body, contact, outgoing, order);

    /// <summary>The record's hash.</summary>
    public RecordHash Hash { get; }

    /// <summary>The record's UUID.</summary>
    public Guid Id { get; }

    /// <summary>When, by its author's clock.</summary>
    public DateTimeOffset At { get; }

    /// <summary>What is asked for.</summary>
    public Request Body { get; }

    /// <summary>With whom.</summary>
    public Contact Contact { get; }

    /// <summary>Whether I asked.</summary>
    public bool IsOutgoing { get; }

    /// <summary>Counts up in the order of the ledger.</summary>
    public long Order { get; }

    /// <summary>Transactions that name it.</summary>
    public IReadOnlyList<BookedTransaction> Answers => _answers;

    internal void Add(BookedTransaction answer) => _answers.Add(answer);
}

/// <summary>A balance record as the book has it.</summary>
public sealed class BookedBalance
{
    internal BookedBalance(Record record, BalanceStatement body, Contact contact, bool outgoing, long order) =>
        (Hash, Id, At, Body, Contact, IsOutgoing, Order, Place) =
        (record.Hash, record.Header.Id, record.Header.At, body, contact, outgoing, order, record.Place);

    /// <summary>The record's hash.</summary>
    public RecordHash Hash { get; }

    /// <summary>The record's UUID.</summary>
    public Guid Id { get; }

    /// <summary>When, by its author's clock.</summary>
    public DateTimeOffset At { get; }

    /// <summary>What its author said.</summary>
    public BalanceStatement Body { get; }

    /// <summary>With whom.</summary>
    public Contact Contact { get; }

    /// <summary>Whether I am its author.</summary>
    public bool IsOutgoing { get; }

    /// <summary>Counts up in the order of the ledger.</summary>
    public long Order { get; }

    /// <summary>Where it stands in its author's lane.</summary>
    public LaneHead Place { get; }

    /// <summary>The other's balance record that accepts this one: now both have signed.</summary>
    public BookedBalance? AcceptedBy { get; internal set; }

    /// <summary>Whether the figures were those of my book when the record was booked.</summary>
    public bool FitsMyBook { get; internal init; }
}
