namespace Jangbu.Node;

/// <summary>A transaction or request as the ledger has it; a copy that does not change.</summary>
public sealed record HistoryLine
{
    /// <summary>What it is.</summary>
    public HistoryKind Kind { get; init; }

    /// <summary>The record's id.</summary>
    public required Guid Id { get; init; }

    /// <summary>The record's hash, 64 lower-case hex digits.</summary>
    public required string Tx { get; init; }

    /// <summary>True when I wrote it.</summary>
    public required bool Sent { get; init; }

    /// <summary>The contact's name.</summary>
    public required string Contact { get; init; }

    /// <summary>How much, as the record spells it.</summary>
    public required string Amount { get; init; }

    /// <summary>Of what.</summary>
    public required string Asset { get; init; }

    /// <summary>What for, or empty.</summary>
    public string Memo { get; init; } = "";

    /// <summary>When it is due.</summary>
    public DateOnly? Due { get; init; }

    /// <summary>The hash of the request that it answers.</summary>
    public string? Request { get; init; }

    /// <summary>The hash of the transaction that it undoes.</summary>
    public string? Reverses { get; init; }

    /// <summary>How it stands.</summary>
    public required TransactionState State { get; init; }

    /// <summary>Its author's clock.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>The decision's clock, where decided.</summary>
    public DateTimeOffset? DecidedAt { get; init; }

    /// <summary>Why rejected, one of PROTOCOL §2.2, or empty.</summary>
    public string Code { get; init; } = "";

    /// <summary>Why rejected, in the decider's words, or empty.</summary>
    public string Reason { get; init; } = "";

    /// <summary>The name of the state in JSON.</summary>
    public string StateName => State switch
    {
        TransactionState.Queued => "queued",
        TransactionState.Delivered => "delivered",
        TransactionState.Accepted => "accepted",
        TransactionState.Rejected => "rejected",
        TransactionState.Withdrawn => "withdrawn",
        TransactionState.Undecided => "undecided",
        _ => throw new System.Diagnostics.UnreachableException($"state {State}"),
    };
}

/// <summary>What a line of the history is.</summary>
public enum HistoryKind
{
    /// <summary>The author gives.</summary>
    Transaction,

    /// <summary>The author asks for.</summary>
    Request,
}

/// <summary>How a transaction stands (PROTOCOL §2.3).</summary>
public enum TransactionState
{
    /// <summary>Mine, signed, and not known to be on the contact's disk.</summary>
    Queued,

    /// <summary>Mine, on the contact's disk.</summary>
    Delivered,

    /// <summary>Theirs, and I have not decided.</summary>
    Undecided,

    /// <summary>Taken.</summary>
    Accepted,

    /// <summary>Not taken.</summary>
    Rejected,

    /// <summary>Taken back by its author before a decision.</summary>
    Withdrawn,
}

/// <summary>Which lines of the history to give.</summary>
public sealed record HistoryFilter
{
    /// <summary>Only with this contact.</summary>
    public string? Contact { get; init; }

    /// <summary>Only this asset.</summary>
    public string? Asset { get; init; }

    /// <summary>Only from this moment on.</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>Only before this moment.</summary>
    public DateTimeOffset? Until { get; init; }

    /// <summary>At most so many, the newest ones.</summary>
    public int? Limit { get; init; }

    /// <summary>Only what waits: mine not decided yet, and theirs that I have not decided.</summary>
    public bool PendingOnly { get; init; }
}
