namespace Jangbu.Ledger;

/// <summary>What was found of the head file beside a ledger.</summary>
public enum HeadFile
{
    /// <summary>There is none: not an error, but an old copy of the ledger could not be told by it.</summary>
    Missing,

    /// <summary>It is not of this ledger, or was changed: as good as missing, and worth telling the person.</summary>
    Unreadable,

    /// <summary>It names an entry of this ledger.</summary>
    Read,

    /// <summary>It names an entry that this ledger has not: the ledger is an old copy.</summary>
    NamesMissingEntry,
}
