namespace Jangbu.Ledger;

/// <summary>What came of opening a ledger.</summary>
/// <param name="Outcome">Whether there is a ledger to work with.</param>
/// <param name="Ledger">The ledger, when <see cref="LedgerOpenOutcome.Opened"/>; look at its <see cref="Ledger.State"/>.</param>
public sealed record LedgerOpening(LedgerOpenOutcome Outcome, Ledger? Ledger);
