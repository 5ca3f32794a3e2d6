namespace Jangbu.Payments.Books;

/// <summary>The state of a transaction: a function of the set of records, whatever the order of arrival (PROTOCOL §2.3).</summary>
public enum TransactionState
{
    /// <summary>No verdict and no withdrawal yet; silence keeps it so.</summary>
    Undecided,

    /// <summary>It counts in the balance.</summary>
    Accepted,

    /// <summary>The receiver, or its policy, said no.</summary>
    Rejected,

    /// <summary>Its author took it back before it was decided.</summary>
    Withdrawn,
}
