using System.Text;
using Jangbu.Crypto;
using Jangbu.Crypto.Jose;
using Jangbu.Ledger;
using Jangbu.Payments.Books;
using Jangbu.Payments.Proofs;
using Jangbu.Payments.Records;

namespace Jangbu.Payments;

// Proofs (PROTOCOL §7): chosen records with both cards, and their places under a checkpoint that is signed for the occasion.
public sealed partial class Bookkeeper
{
    private const string CheckpointTyp = "jangbu-checkpoint";

    /// <summary>A proof of one decided transaction: both `open` records, decisions, withdrawal, accepted reversals.</summary>
    /// <param name="transaction">Which; decided or withdrawn.</param>
    /// <param name="withBook">Also where the records stand in my book. Signs a checkpoint here and writes it down; reads the whole ledger.</param>
    /// <exception cref="CommandRefusedException">There is no such transaction, or nothing was decided.</exception>
    public Proof ProvePayment(RecordHash transaction, bool withBook)
    {
        BookedTransaction booked = Find(transaction);
        if (booked.State == TransactionState.Undecided)
            throw new CommandRefusedException(CommandRefusal.UnknownRecord, $"nothing was decided about transaction {transaction}, so there is nothing to prove");
        Account account = booked.Contact.Account;
        SortedDictionary<(bool Theirs, Guid Lane, long Seq), (RecordHash Hash, string Text)> chosen = [];
        Choose(account, booked, chosen);
        foreach (BookedTransaction reversal in booked.Reversals.Where(reversal => reversal.State == TransactionState.Accepted))
            Choose(account, reversal, chosen);
        return ToProof(ProofKind.Payment, booked.Contact, [.. chosen.Values], withBook);
    }

    /// <summary>A proof that a contact signed what cannot both stand.</summary>
    /// <param name="contact">Who.</param>
    /// <param name="evidence">One of the forks that the book keeps.</param>
    public Proof ProveFork(PeerId contact, ForkEvidence evidence)
    {
        ArgumentNullException.ThrowIfNull(evidence);
        if (!Book.TryFind(contact, out Contact? known))
            throw new CommandRefusedException(CommandRefusal.UnknownContact, $"there is no contact {contact}");
        return ToProof(ProofKind.Fork, known, [(default, evidence.First), (default, evidence.Second)], withBook: false);
    }

    /// <summary>A proof of a balance that both signed.</summary>
    /// <param name="balance">Either of the two balance records.</param>
    /// <param name="withBook">Also where they stand in my book.</param>
    /// <exception cref="CommandRefusedException">There is no such record, or only one of the two signed.</exception>
    public Proof ProveBalance(RecordHash balance, bool withBook)
    {
        BookedBalance? booked = Book.Contacts.Select(contact => contact.Account.FindBalance(balance)).FirstOrDefault(found => found is not null);
        if (booked?.AcceptedBy is not BookedBalance other)
            throw new CommandRefusedException(CommandRefusal.UnknownRecord, $"there is no balance record {balance} that both have signed");
        Account account = booked.Contact.Account;
        BookedBalance first = booked.Body.Accepts == other.Hash ? other : booked, second = first == booked ? other : booked;
        return ToProof(ProofKind.Balance, booked.Contact, [(first.Hash, TextAt(account, first.Place)), (second.Hash, TextAt(account, second.Place))], withBook);
    }

    private static void Choose(
        Account account, BookedTransaction transaction, SortedDictionary<(bool Theirs, Guid Lane, long Seq), (RecordHash Hash, string Text)> chosen)
    {
        foreach (LaneHead place in transaction.Decisions.Concat(transaction.Withdrawals).Append(transaction.Place))
        {
            Lane lane = (account.MyLane(place.Lane) ?? account.TheirLane(place.Lane))!;
            chosen[(!lane.IsMine, lane.Id, 1)] = (lane.HashAt(1), lane.TextAt(1));
            chosen[(!lane.IsMine, lane.Id, place.Seq)] = (place.Hash, lane.TextAt(place.Seq));
        }
        // Both are bound by their own sentence, also where only one of them signed about this transaction.
        foreach (IReadOnlyCollection<Lane> side in new[] { account.Mine, account.Theirs })
        {
            Lane? first = side.FirstOrDefault();
            if (first is not null && !side.Any(lane => chosen.ContainsKey((!lane.IsMine, lane.Id, 1))))
                chosen[(!first.IsMine, first.Id, 1)] = (first.HashAt(1), first.TextAt(1));
        }
    }

    private static string TextAt(Account account, LaneHead place) => (account.MyLane(place.Lane) ?? account.TheirLane(place.Lane))!.TextAt(place.Seq);

    private Proof ToProof(ProofKind kind, Contact contact, IReadOnlyList<(RecordHash Hash, string Text)> records, bool withBook) => new(
        kind, [Book.Card!.Jws, contact.Card!.Jws], [.. records.Select(record => record.Text)], withBook ? [Commit(records.Select(record => record.Hash))] : []);

    // One signature on the loop's own thread: it happens when a person asks for a proof, not on the path of payments.
    private ProofBook Commit(IEnumerable<RecordHash> records)
    {
        ThrowIfOld();
        Flush();
        RecordTree tree = _ledger.Records;
        long leaves = tree.Tree.Count;
        string checkpoint = _keys.Sign(CheckpointTyp, Encoding.ASCII.GetBytes(Checkpoint.Text(Book.Me, Book.Lane, leaves, tree.Tree.Root)));
        Append(EntryKind.Checkpoint, EntryData.Checkpoint(checkpoint));
        List<ProofLeaf> places = [];
        byte[] bytes = new byte[RecordHash.Size];
        foreach (RecordHash record in records)
        {
            record.CopyTo(bytes);
            long index = tree.IndexOf(new EntryHash(bytes)) ?? throw new System.Diagnostics.UnreachableException($"record {record} of the book is no leaf of its ledger");
            places.Add(new ProofLeaf(record, index, tree.Salt(index), tree.Tree.ProveInclusion(index, leaves).Path));
        }
        return new ProofBook(checkpoint, places);
    }
}
