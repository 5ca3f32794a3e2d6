namespace Jangbu.Node;

/// <summary>How a payment stands when the call returns. Silence is never a failure: it is <see cref="Waiting"/>.</summary>
public abstract record PaymentOutcome
{
    private PaymentOutcome()
    {
    }

    /// <summary>The transaction's id.</summary>
    public required Guid Id { get; init; }

    /// <summary>The hash of the transaction's record, 64 lower-case hex digits.</summary>
    public required string Tx { get; init; }

    /// <summary>Time since the call began.</summary>
    public TimeSpan Elapsed { get; init; }

    /// <summary>The contact has signed that it took the transaction; the decision is in one's own ledger.</summary>
    public sealed record Accepted(DecisionView Decision) : PaymentOutcome;

    /// <summary>The contact has signed that it does not take the transaction.</summary>
    public sealed record Rejected(RejectionView Reason) : PaymentOutcome;

    /// <summary>Not decided yet. The record is on disk and goes on by itself whenever the contact is met.</summary>
    public sealed record Waiting(WaitingState State) : PaymentOutcome
    {
        /// <summary>What stood in the way of one that is queued.</summary>
        public Obstacle Obstacle { get; init; }
    }
}

/// <summary>What stood in the way of a payment that is queued still.</summary>
public enum Obstacle
{
    /// <summary>Nothing did: nobody was looked for, or the contact has it.</summary>
    None,

    /// <summary>No node of the DHT answered: there is no network, or none that lets UDP through.</summary>
    DhtSilent,

    /// <summary>The contact did not answer: most likely they are not online.</summary>
    NotAnswered,

    /// <summary>The contact answered, and no path to them was found.</summary>
    NoPath,
}

/// <summary>How far a payment has come that waits.</summary>
public enum WaitingState
{
    /// <summary>The contact was not reached; the record is on one's own disk.</summary>
    Queued,

    /// <summary>The contact has it on disk and has not decided.</summary>
    Delivered,
}

/// <summary>A decision that the contact signed.</summary>
/// <param name="At">The contact's clock.</param>
public sealed record DecisionView(DateTimeOffset At);

/// <summary>Why the contact said no.</summary>
/// <param name="Code">One of PROTOCOL §2.2, or empty.</param>
/// <param name="Text">The contact's words, or empty.</param>
/// <param name="At">The contact's clock.</param>
public sealed record RejectionView(string Code, string Text, DateTimeOffset At)
{
    /// <summary>The words, else the code.</summary>
    public override string ToString() => Text.Length > 0 ? Text : Code;
}
