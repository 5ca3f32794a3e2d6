namespace Jangbu.Payments.Records;

/// <summary>What a record says (PROTOCOL §2).</summary>
public enum RecordKind
{
    /// <summary>First of a lane: card and agreement.</summary>
    Open,

    /// <summary>The author gives an amount to the other.</summary>
    Transaction,

    /// <summary>Everything that `ack` names is on the author's disk.</summary>
    Receipt,

    /// <summary>Verdicts on the other's transactions.</summary>
    Decision,

    /// <summary>The author takes back an own transaction not decided yet.</summary>
    Withdrawal,

    /// <summary>Asks the other for a transaction.</summary>
    Request,

    /// <summary>What the author says is owed as of both heads.</summary>
    Balance,
}
