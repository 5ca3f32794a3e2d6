namespace Jangbu.Ledger;

/// <summary>Where a line stands in a ledger file.</summary>
/// <param name="Offset">Its first byte.</param>
/// <param name="Length">Its bytes without the line end.</param>
public readonly record struct EntryPosition(long Offset, int Length);
