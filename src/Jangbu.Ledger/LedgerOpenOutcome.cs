namespace Jangbu.Ledger;

/// <summary>Whether a ledger file could be opened.</summary>
public enum LedgerOpenOutcome
{
    /// <summary>It was read, perhaps not to its end.</summary>
    Opened,

    /// <summary>There is no such file.</summary>
    Missing,

    /// <summary>The password does not fit line 1 (or line 1 was changed: the two cannot be told apart).</summary>
    WrongPassword,

    /// <summary>Line 1 is no header of a ledger of version 1.</summary>
    NoLedger,
}
