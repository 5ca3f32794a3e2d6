namespace Jangbu.Ledger;

/// <summary>What is made of a ledger's entries when it is opened: either all of them in order, or a snapshot that was taken earlier and the entries since.</summary>
public interface ILedgerFold
{
    /// <summary>
    /// Takes up the state given to <see cref="Ledger.WriteSnapshot"/> earlier. Called at most once and before the first entry.
    /// </summary>
    /// <returns>False when it is of another version: then all entries follow from the first, as if there were no snapshot.</returns>
    bool TryRestore(ReadOnlySpan<byte> state);

    /// <summary>Takes the next entry.</summary>
    void Add(Entry entry);
}
