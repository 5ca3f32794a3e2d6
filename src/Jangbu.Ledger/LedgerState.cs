namespace Jangbu.Ledger;

/// <summary>What a ledger file turned out to be when all of it was read.</summary>
public enum LedgerState
{
    /// <summary>Every entry is in its place.</summary>
    Sound,

    /// <summary>A copy from before: the head file names an entry that is missing here. It may take in records, but must sign nothing (PROTOCOL §6.1).</summary>
    Old,

    /// <summary>A line is not what was written. What stands before it can be read; nothing can be written.</summary>
    Damaged,
}
