using Jangbu.Payments.Records;

namespace Jangbu.Payments.Books;

/// <summary>
/// What my policy says to transactions that have just arrived (PROTOCOL §2.2): reject with a code, accept at once, or ask the person.
/// One instance looks at all transactions of one arrival, so that each counts those before it as held.
/// </summary>
internal sealed class Assessment(Contact contact)
{
    private readonly Dictionary<Asset, Int128> _heldHere = [];
    private readonly Dictionary<RecordHash, Int128> _reversedHere = [];

    /// <summary>The verdict on one transaction; null: the person decides.</summary>
    public Verdict? Of(RecordHash hash, Transaction transaction)
    {
        Policy policy = contact.PolicyFor(transaction.Asset);
        Position position = contact.Account.PositionOf(transaction.Asset);
        Int128 held = position.Held.Units + _heldHere.GetValueOrDefault(transaction.Asset);
        Int128 amount = transaction.Amount.Units;
        if (policy.Limit is Int128 limit && position.Net.Units + held + amount > limit)
            return new Verdict(hash, false, RejectionCode.LimitExceeded);
        if (!transaction.Asset.Allows(transaction.Amount))
            return new Verdict(hash, false, RejectionCode.AmountPrecision);
        if (transaction.Request is RecordHash asked && contact.Account.FindRequest(asked) is not { IsOutgoing: true })
            return new Verdict(hash, false, RejectionCode.UnknownReference);
        if (transaction.Reverses is RecordHash reversed)
        {
            if (contact.Account.Find(reversed) is not { IsOutgoing: true, State: TransactionState.Accepted } original
                || original.Body.Asset != transaction.Asset)
                return new Verdict(hash, false, RejectionCode.UnknownReference);
            Int128 before = _reversedHere.GetValueOrDefault(reversed) + ReversedOf(original);
            if (before + amount > original.Body.Amount.Units)
                return new Verdict(hash, false, RejectionCode.OverReversed);
            _reversedHere[reversed] = _reversedHere.GetValueOrDefault(reversed) + amount;
        }
        _heldHere[transaction.Asset] = _heldHere.GetValueOrDefault(transaction.Asset) + amount;
        bool automatic = contact.Account.Forks.Count == 0 && policy.AutoAccept >= amount;
        return automatic ? new Verdict(hash, true) : null;
    }

    // Accepted and still undecided reversals: what was rejected or withdrawn does not count.
    private static Int128 ReversedOf(BookedTransaction original)
    {
        Int128 sum = 0;
        foreach (BookedTransaction reversal in original.Reversals)
        {
            if (reversal.State is TransactionState.Accepted or TransactionState.Undecided)
                sum += reversal.Body.Amount.Units;
        }
        return sum;
    }
}
