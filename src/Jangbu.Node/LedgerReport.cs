namespace Jangbu.Node;

/// <summary>What <c>JangbuNode.VerifyLedgerAsync</c> found.</summary>
public sealed record LedgerReport
{
    /// <summary>The verdict on the whole.</summary>
    public required LedgerState State { get; init; }

    /// <summary>How many entries were read.</summary>
    public required long Entries { get; init; }

    /// <summary>How many records they hold.</summary>
    public required long Records { get; init; }

    /// <summary>Where the chain ends.</summary>
    public required LedgerHead Head { get; init; }

    /// <summary>What was checked, as codes.</summary>
    public required IReadOnlyList<string> Checked { get; init; }

    /// <summary>What was not checked, as codes.</summary>
    public required IReadOnlyList<string> NotChecked { get; init; }

    /// <summary>The first wrong line, where damaged; line 1 is the header.</summary>
    public long? Line { get; init; }

    /// <summary>What is wrong, where damaged or old.</summary>
    public string? Why { get; init; }

    /// <summary>How many bytes of a last torn line were cut off when the ledger was opened.</summary>
    public long TornBytes { get; init; }
}

/// <summary>The verdict on a ledger.</summary>
public enum LedgerState
{
    /// <summary>Nothing wrong.</summary>
    Ok,

    /// <summary>A line is not what was written.</summary>
    Damaged,

    /// <summary>A copy from before (PROTOCOL §6.1).</summary>
    Old,
}

/// <summary>The last entry of a ledger.</summary>
/// <param name="N">Its number; 1 is the first.</param>
/// <param name="Hash">Its hash, 64 lower-case hex digits.</param>
/// <param name="Lane">The lane that this ledger file writes.</param>
public sealed record LedgerHead(long N, string Hash, Guid Lane);
