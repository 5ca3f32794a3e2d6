namespace Jangbu.Ledger;

/// <summary>What reading every byte of a ledger showed.</summary>
public sealed record LedgerVerification
{
    /// <summary>Whether it could be opened at all; all else is empty if not.</summary>
    public LedgerOpenOutcome Outcome { get; init; }

    /// <summary>Sound, old or damaged.</summary>
    public LedgerState State { get; init; }

    /// <summary>The last good entry.</summary>
    public LedgerHead Head { get; init; }

    /// <summary>The first entry; null when even that is not good.</summary>
    public Genesis? Genesis { get; init; }

    /// <summary>Bytes up to the end of the last good line.</summary>
    public long GoodBytes { get; init; }

    /// <summary>The first damaged line, from 1; 0 when none is.</summary>
    public long DamagedLine { get; init; }

    /// <summary>What is wrong with it.</summary>
    public LedgerDamage Damage { get; init; }

    /// <summary>More about it in words, from the checks of the records.</summary>
    public string? Reason { get; init; }

    /// <summary>Bytes behind the last good line that an interrupted write left; the next opening cuts them off.</summary>
    public long TornBytes { get; init; }

    /// <summary>What the head file said.</summary>
    public HeadFile HeadFile { get; init; }

    /// <summary>Line 1 says what it must, but not in the spelling this program writes: another program wrote it, or somebody touched it.</summary>
    public bool HeaderRespelled { get; init; }

    /// <summary>What was checked and found good as far as <see cref="Head"/>.</summary>
    public IReadOnlyList<VerificationPart> Checked { get; init; } = [];

    /// <summary>What nothing was learned about.</summary>
    public IReadOnlyList<VerificationPart> NotChecked { get; init; } = [];
}
