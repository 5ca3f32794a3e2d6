using Jangbu.Payments.Records;

namespace Jangbu.Payments.Books;

/// <summary>
/// What my policy says to transactions that have just arrived (PROTOCOL §2.2): reject with a code, accept at once, or ask the person.
/// It sees the book as it will be once the arrival is booked: the contact may have accepted what it now reverses in the same envelope.
/// </summary>
internal sealed class Assessment
{
    private readonly Contact _contact;
    private readonly Dictionary<Asset, Int128> _shift = [];
    private readonly Dictionary<RecordHash, Int128> _reversedHere = [];
    private readonly HashSet<RecordHash> _acceptedHere = [];

    public Assessment(Contact contact, Arrival arrival)
    {
        _contact = contact;
        foreach (Record record in arrival.Taken)
        {
            if (record.Body is Decision decision)
                Foresee(decision, record.Header.Ack);
            else if (record.Body is Withdrawal withdrawal && contact.Account.Find(withdrawal.Transaction) is { State: TransactionState.Undecided } withdrawn)
                Shift(withdrawn.Body, -1);
        }
    }

    // A verdict of theirs on a transaction of mine: accepted, it lowers what they owe me.
    private void Foresee(Decision decision, IReadOnlyList<LaneHead> ack)
    {
        foreach (Verdict verdict in decision.Verdicts)
        {
            if (verdict.Accepted && _contact.Account.Find(verdict.Transaction) is { State: TransactionState.Undecided } mine
                && !mine.Withdrawals.Any(withdrawal => Lane.Acknowledged(ack, withdrawal.Lane) >= withdrawal.Seq))
            {
                _acceptedHere.Add(verdict.Transaction);
                Shift(mine.Body, -1);
            }
        }
    }

    private void Shift(Transaction transaction, int sign) =>
        _shift[transaction.Asset] = _shift.GetValueOrDefault(transaction.Asset) + (transaction.Amount.Units * sign);

    /// <summary>The verdict on one transaction; null: the person decides.</summary>
    public Verdict? Of(RecordHash hash, Transaction transaction)
    {
        Account account = _contact.Account;
        Policy policy = _contact.PolicyFor(transaction.Asset);
        Position position = account.PositionOf(transaction.Asset);
        Int128 standing = position.Net.Units + position.Held.Units + _shift.GetValueOrDefault(transaction.Asset);
        Int128 amount = transaction.Amount.Units;
        if (policy.Limit is Int128 limit && standing + amount > limit)
            return new Verdict(hash, false, RejectionCode.LimitExceeded);
        if (!transaction.Asset.Allows(transaction.Amount))
            return new Verdict(hash, false, RejectionCode.AmountPrecision);
        if (transaction.Request is RecordHash asked && account.FindRequest(asked) is not { IsOutgoing: true })
            return new Verdict(hash, false, RejectionCode.UnknownReference);
        if (transaction.Reverses is RecordHash reversed)
        {
            if (account.Find(reversed) is not { IsOutgoing: true } original || original.Body.Asset != transaction.Asset
                || (original.State != TransactionState.Accepted && !_acceptedHere.Contains(reversed)))
                return new Verdict(hash, false, RejectionCode.UnknownReference);
            Int128 before = _reversedHere.GetValueOrDefault(reversed) + ReversedOf(original);
            if (before + amount > original.Body.Amount.Units)
                return new Verdict(hash, false, RejectionCode.OverReversed);
            _reversedHere[reversed] = _reversedHere.GetValueOrDefault(reversed) + amount;
        }
        Shift(transaction, +1);
        bool automatic = account.Forks.Count == 0 && policy.AutoAccept >= amount;
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
