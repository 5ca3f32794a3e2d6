using System.Text.Json;
using Jangbu.Payments.Books;
using Jangbu.Payments.Proofs;
using Jangbu.Payments.Records;

namespace Jangbu.Node;

// What can be shown to a third person.
public sealed partial class JangbuNode
{
    /// <summary>
    /// Makes a proof file (PROTOCOL §7) of one decided transaction, or of a balance that both signed, without showing anything else. With the book, a
    /// checkpoint is signed for the occasion and is on the disk when this returns; the whole ledger is read for it.
    /// </summary>
    /// <param name="name">The transaction's id or hash, or the hash of either balance record.</param>
    /// <param name="withBook">True: also where the records stand in my book.</param>
    /// <param name="cancellationToken">Ends the waiting only.</param>
    /// <exception cref="JangbuException"><see cref="FailureCode.TransactionUnknown"/>, or <see cref="FailureCode.TransactionState"/> where nothing is decided.</exception>
    public Task<byte[]> ProveAsync(string name, bool withBook = true, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(name);
        return _loop.PostAsync(engine =>
        {
            Book book = engine.Book.Book;
            if (RecordHash.TryParse(name, out RecordHash hash) && book.Contacts.Any(contact => contact.Account.FindBalance(hash) is not null))
                return engine.Book.ProveBalance(hash, withBook).ToUtf8();
            BookedTransaction booked = RecordNames.Transaction(book, name);
            if (booked.State == Payments.Books.TransactionState.Undecided)
            {
                throw new JangbuException(FailureCode.TransactionState, ExitCategory.Undecided, $"nothing is decided about {booked.Id}, so there is nothing to prove",
                    ("id", booked.Id.ToString()), ("state", "undecided"));
            }
            return engine.Book.ProvePayment(booked.Hash, withBook).ToUtf8();
        }).WaitAsync(cancellationToken);
    }

    /// <summary>Verifies a proof file; needs no home, no password and no network.</summary>
    /// <param name="file">Its bytes; above 1 MiB it is none.</param>
    public static ProofReport VerifyProof(ReadOnlySpan<byte> file) => ProofVerifier.TryVerify(file, out ProofStatement? statement, out string? why)
        ? new ProofReport(true, JsonDocument.Parse(statement.ToUtf8()).RootElement, null, ProofPage.Write(file, statement))
        : new ProofReport(false, null, why, null);
}

/// <summary>What verifying a proof file has shown.</summary>
/// <param name="IsValid">Whether it shows anything.</param>
/// <param name="Statement">What it shows: kind, both signed, the transaction or the figures, books, and what it does not prove.</param>
/// <param name="Why">Why it shows nothing.</param>
/// <param name="Page">The same for a person, as one HTML page that loads nothing.</param>
public sealed record ProofReport(bool IsValid, JsonElement? Statement, string? Why, byte[]? Page);
