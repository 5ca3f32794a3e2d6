namespace Jangbu.Ledger;

/// <summary>Where a line stands in a ledger file; stays right when a new password writes line 1 anew.</summary>
/// <param name="Offset">Bytes from the end of line 1 to its first byte.</param>
/// <param name="Length">Its bytes without the line end.</param>
public readonly record struct EntryPosition(long Offset, int Length);
