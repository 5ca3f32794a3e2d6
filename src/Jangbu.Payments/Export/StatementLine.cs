using Jangbu.Payments.Books;

namespace Jangbu.Payments.Export;

/// <summary>One line of a statement: a transaction, and what was owed after it.</summary>
/// <param name="Transaction">The transaction.</param>
/// <param name="Change">What it added to what the contact owes me; zero unless accepted.</param>
/// <param name="Balance">What they owed me in its asset after it.</param>
public sealed record StatementLine(BookedTransaction Transaction, NetAmount Change, NetAmount Balance)
{
    /// <summary>
    /// All transactions with a contact in the order of their hashes' authorship: by the authors' clocks, then by hash. Both people get the same order
    /// from the same set of records, however they arrived, so two statements can be compared line by line.
    /// </summary>
    public static IReadOnlyList<StatementLine> Of(Account account)
    {
        ArgumentNullException.ThrowIfNull(account);
        Dictionary<Asset, NetAmount> balances = [];
        List<StatementLine> lines = [];
        foreach (BookedTransaction transaction in account.History.OrderBy(one => one.At).ThenBy(one => one.Hash))
        {
            NetAmount change = transaction.State != TransactionState.Accepted ? NetAmount.Zero
                : new NetAmount(transaction.IsOutgoing ? -transaction.Body.Amount.Units : transaction.Body.Amount.Units);
            NetAmount balance = balances[transaction.Body.Asset] = balances.GetValueOrDefault(transaction.Body.Asset) + change;
            lines.Add(new StatementLine(transaction, change, balance));
        }
        return lines;
    }
}
