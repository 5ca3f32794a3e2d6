using Jangbu.Payments.Books;

namespace Jangbu.Node;

// What the ledger says.
public sealed partial class JangbuNode
{
    /// <summary>The last entry of the ledger that is on the disk.</summary>
    public LedgerHead Head => _loop.Read(engine =>
    {
        Jangbu.Ledger.LedgerHead head = engine.Book.Ledger.DurableHead;
        return new LedgerHead(head.N, head.Hash.ToString(), engine.Book.Ledger.Lane);
    });

    /// <summary>Bytes of a last write that a crash had torn and that opening has cut off; nothing acknowledged was among them.</summary>
    public long TornBytes => _loop.Read(engine => engine.Book.Ledger.TornBytes);

    /// <summary>Why the ledger can only be read, and what stands behind the damage is not counted; null where it is sound.</summary>
    public string? ReadOnlyReason => _loop.Read(engine => engine.Book.Ledger.ReadOnlyReason);

    /// <summary>Balances with one contact, or with all, by name and asset.</summary>
    public IReadOnlyList<BalanceLine> Balances(string? contact = null) => _loop.Read(engine =>
        BookViews.Balances(contact is null ? engine.Book.Book.Contacts : [BookViews.Find(engine.Book.Book, contact)]));

    /// <summary>Transactions and requests, oldest first.</summary>
    public IReadOnlyList<HistoryLine> History(HistoryFilter? filter = null) =>
        _loop.Read(engine => BookViews.History(engine.Book.Book, filter ?? new HistoryFilter()));
}
