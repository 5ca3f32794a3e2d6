namespace Jangbu.Ledger;

/// <summary>What is wrong with the first damaged line.</summary>
public enum LedgerDamage
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>Line 1 is no header of version 1.</summary>
    Header,

    /// <summary>The line is longer than a line may be.</summary>
    LineTooLong,

    /// <summary>The line is no token under this ledger's key: changed, or foreign.</summary>
    Token,

    /// <summary>What the token holds is no entry of a known kind in its form.</summary>
    Form,

    /// <summary>An entry of this ledger, but not the one that stands here: something was removed, moved or repeated.</summary>
    Order,

    /// <summary>The hash chain is broken.</summary>
    Chain,

    /// <summary>The first entry is no genesis of the lane in line 1, or a genesis stands elsewhere.</summary>
    Genesis,

    /// <summary>A record in the entry does not hold what it must (found by the layer above).</summary>
    Record,
}
