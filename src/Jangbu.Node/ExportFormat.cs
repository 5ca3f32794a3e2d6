namespace Jangbu.Node;

/// <summary>Forms in which a ledger leaves the program.</summary>
public enum ExportFormat
{
    /// <summary>A JSON array of the entries, in the clear.</summary>
    Json,

    /// <summary>Transactions as comma-separated values.</summary>
    Csv,

    /// <summary>A journal that hledger reads.</summary>
    Hledger,

    /// <summary>A journal that beancount reads.</summary>
    Beancount,

    /// <summary>The JSON array as one Fernet token under the password's key (PROTOCOL §6).</summary>
    Fernet,
}
