using Jangbu.Crypto;
using Jangbu.Crypto.Jose;
using Jangbu.Ledger;
using Jangbu.Payments.Books;
using Jangbu.Payments.Jobs;
using Jangbu.Payments.Records;

namespace Jangbu.Payments;

// What a person says to contacts. A command checks, chains and begins; signing follows as a job, the event Signed after the flush.
public sealed partial class Bookkeeper
{
    /// <summary>The sentence of my `open` records.</summary>
    public const string Agreement =
        "이 프로그램으로 만든 저의 전자서명은 저를 구속합니다. (Electronic signatures that I make here bind me.)";

    /// <summary>Gives an amount to a contact.</summary>
    /// <exception cref="CommandRefusedException">Unknown contact, more digits than the asset, a bad memo, a reversal that cannot be, an old ledger.</exception>
    public MadeRecord Pay(PeerId to, Transaction transaction)
    {
        ArgumentNullException.ThrowIfNull(transaction);
        Contact contact = Known(to);
        Check(transaction.Asset, transaction.Amount, transaction.Memo);
        if (transaction.Request is RecordHash asked && contact.Account.FindRequest(asked) is not { IsOutgoing: false })
            throw new CommandRefusedException(CommandRefusal.UnknownRecord, $"there is no request {asked} of {contact.Name}");
        if (transaction.Reverses is RecordHash reversed)
            CheckReversal(contact, reversed, transaction);
        return Sign(contact, transaction);
    }

    /// <summary>Asks a contact for a transaction.</summary>
    /// <exception cref="CommandRefusedException">Unknown contact, more digits than the asset, a bad memo, an old ledger.</exception>
    public MadeRecord Ask(PeerId from, Request request)
    {
        ArgumentNullException.ThrowIfNull(request);
        Contact contact = Known(from);
        Check(request.Asset, request.Amount, request.Memo);
        return Sign(contact, request);
    }

    /// <summary>Takes back an own transaction that is not decided yet. The decision may cross it: then it counts if it was made before.</summary>
    /// <exception cref="CommandRefusedException">No such transaction, not mine, decided or withdrawn already, an old ledger.</exception>
    public MadeRecord Withdraw(RecordHash transaction)
    {
        BookedTransaction booked = Find(transaction);
        if (!booked.IsOutgoing)
            throw new CommandRefusedException(CommandRefusal.NotYours, $"transaction {transaction} is theirs; it can be rejected, not withdrawn");
        if (booked.State != TransactionState.Undecided || !With(booked.Contact).Withdrawing.Add(transaction))
            throw new CommandRefusedException(CommandRefusal.AlreadyDecided, $"transaction {transaction} is {booked.State} already");
        return Sign(booked.Contact, new Withdrawal(transaction));
    }

    /// <summary>Undoes an accepted transaction of a contact, wholly or in part, by a transaction the other way.</summary>
    /// <param name="transaction">Theirs, accepted.</param>
    /// <param name="amount">How much of it; null for what is left.</param>
    /// <param name="memo">At most 256 code points.</param>
    /// <exception cref="CommandRefusedException">No such transaction, not theirs, not accepted, or reversed already.</exception>
    public MadeRecord Reverse(RecordHash transaction, Amount? amount = null, string? memo = null)
    {
        BookedTransaction original = Find(transaction);
        if (original.IsOutgoing)
            throw new CommandRefusedException(CommandRefusal.NotYours, $"transaction {transaction} is mine; only they can reverse it");
        Int128 left = original.Body.Amount.Units - Reversed(original);
        Amount whole = default;
        if (amount is null && !Amount.TryFromUnits(left, out whole))
            throw new CommandRefusedException(CommandRefusal.NotReversible, $"transaction {transaction} is reversed already");
        return Pay(original.Contact.Id, new Transaction(amount ?? whole, original.Body.Asset, memo, Reverses: transaction));
    }

    /// <summary>Decides transactions of one contact that wait for me: one decision for all of them.</summary>
    /// <param name="transactions">1 … 64, of one contact.</param>
    /// <param name="accepted">Yes or no.</param>
    /// <param name="reason">With no: at most 256 code points, or none.</param>
    /// <exception cref="CommandRefusedException">No such transaction, not theirs, decided already or withdrawn, an old ledger.</exception>
    public MadeRecord Decide(IReadOnlyList<RecordHash> transactions, bool accepted, string? reason = null)
    {
        ArgumentNullException.ThrowIfNull(transactions);
        if (transactions.Count is 0 or > Records.Decision.MaxVerdicts || transactions.Distinct().Count() != transactions.Count)
            throw new ArgumentException($"a decision has 1 to {Records.Decision.MaxVerdicts} verdicts, each on another transaction", nameof(transactions));
        CheckText(reason);
        Contact contact = Find(transactions[0]).Contact;
        Correspondence with = With(contact);
        foreach (RecordHash hash in transactions)
        {
            BookedTransaction booked = Find(hash);
            if (booked.IsOutgoing || booked.Contact != contact)
                throw new CommandRefusedException(CommandRefusal.NotYours, $"transaction {hash} is not one that {contact.Name} gave me");
            if (booked.State != TransactionState.Undecided || with.Deciding.Contains(hash))
                throw new CommandRefusedException(CommandRefusal.AlreadyDecided, $"transaction {hash} is {booked.State} already");
        }
        ThrowIfOld();
        with.Deciding.UnionWith(transactions);
        RejectionCode? code = accepted ? null : RejectionCode.Declined;
        return Sign(contact, new Decision([.. transactions.Select(hash => new Verdict(hash, accepted, code, accepted ? null : reason))]));
    }

    /// <summary>Signs what is owed between a contact and me as of the heads that the book has.</summary>
    /// <param name="with">The contact.</param>
    /// <param name="accepts">Their balance record that says the same from their side; null to state one's own.</param>
    /// <exception cref="CommandRefusedException">Unknown contact or record; the figures are not those of my book.</exception>
    public MadeRecord SignBalance(PeerId with, RecordHash? accepts = null)
    {
        Contact contact = Known(with);
        AssetNet[] assets = [.. contact.Account.NetByAsset()];
        if (assets.Length > BalanceStatement.MaxAssets)
            throw new CommandRefusedException(CommandRefusal.TooMany, $"a balance names at most {BalanceStatement.MaxAssets} assets, not {assets.Length}");
        LaneHead[] lanes = [.. contact.Account.Mine.Concat(contact.Account.Theirs).Select(lane => lane.Head).OrderBy(head => head.Lane)];
        var statement = new BalanceStatement(assets, lanes, accepts);
        if (accepts is RecordHash hash && !(contact.Account.FindBalance(hash) is { IsOutgoing: false } theirs && statement.Negates(theirs.Body)))
            throw new CommandRefusedException(CommandRefusal.UnknownRecord, $"there is no balance record {hash} of {contact.Name} with the figures of this book");
        return Sign(contact, statement);
    }

    private MadeRecord Sign(Contact contact, RecordBody body)
    {
        ThrowIfOld();
        Correspondence with = With(contact);
        var act = new Act { Commit = act => CommitSent(with, act) };
        if (with.IsNew)
            with.Place(act, OpenBody(), NewId(), _at, Book.Me);
        Draft draft = with.Place(act, body, NewId(), _at, Book.Me);
        Begin(act);
        return new MadeRecord(draft.Header.Id, draft.Hash);
    }

    private void CommitSent(Correspondence with, Act act)
    {
        Append(EntryKind.Sent, EntryData.Records(act.Drafts.Select(draft => draft.Jws!)));
        foreach (Draft draft in act.Drafts)
        {
            if (draft.Body is Decision decision)
                with.Deciding.ExceptWith(decision.Verdicts.Select(verdict => verdict.Transaction));
            else if (draft.Body is Withdrawal withdrawal)
                with.Withdrawing.Remove(withdrawal.Transaction);
            if (draft.Body is not Records.Open)
                Raise(new PaymentEvent.Signed(with.Contact.Id, draft.Header.Id, draft.Hash, draft.Body.Kind));
        }
        with.Session?.PumpOutgoing();
    }

    private Open OpenBody() => new(Book.Card!.Jws, Agreement);

    private Guid NewId() => RecordId.Create(_at, _random);

    private Contact Known(PeerId id) => Book.TryFind(id, out Contact? contact) && !contact.IsRemoved
        ? contact
        : throw new CommandRefusedException(CommandRefusal.UnknownContact, $"there is no contact {id}");

    private BookedTransaction Find(RecordHash hash) => Book.FindTransaction(hash)
        ?? throw new CommandRefusedException(CommandRefusal.UnknownRecord, $"there is no transaction {hash}");

    private void ThrowIfOld()
    {
        if (IsOld)
            throw new CommandRefusedException(CommandRefusal.LedgerIsOld, "this ledger is an old copy; it signs nothing until a new file is begun");
    }

    private static void Check(Asset asset, Amount amount, string? memo)
    {
        if (!asset.Allows(amount))
            throw new CommandRefusedException(CommandRefusal.AmountPrecision, $"{asset} has {asset.Digits} digits after the point, {amount} has {amount.Digits}");
        CheckText(memo);
    }

    private static void CheckText(string? text)
    {
        if (text is not null && (!StrictJson.IsText(text) || StrictJson.CodePoints(text) > Transaction.MaxText))
            throw new CommandRefusedException(CommandRefusal.BadText, $"a text has at most {Transaction.MaxText} characters and no control characters");
    }

    private static void CheckReversal(Contact contact, RecordHash reversed, Transaction reversal)
    {
        if (contact.Account.Find(reversed) is not { IsOutgoing: false, State: TransactionState.Accepted } original || original.Body.Asset != reversal.Asset
            || Reversed(original) + reversal.Amount.Units > original.Body.Amount.Units)
            throw new CommandRefusedException(CommandRefusal.NotReversible, $"transaction {reversed} is not accepted, or not so much of it is left");
    }

    private static Int128 Reversed(BookedTransaction original)
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
