using Jangbu.Ledger;

namespace Jangbu.Payments.Books;

/// <summary>
/// Reads a ledger's entries as a book would and says the first thing wrong: chains of the lanes, contacts and their cards at once; signatures put off, so that
/// they are checked side by side. Given to <see cref="LedgerVerifier"/>.
/// </summary>
public sealed class BookVerifier : IRecordVerifier
{
    /// <summary>The book that the entries give so far: states and balances, once all were added.</summary>
    public Book Book { get; } = new();

    /// <inheritdoc/>
    public string? Add(Entry entry, ICollection<Func<string?>> later) => Book.TryApply(entry, later, out string? why) ? null : why;
}
