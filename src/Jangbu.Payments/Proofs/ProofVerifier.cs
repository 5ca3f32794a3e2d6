using System.Diagnostics.CodeAnalysis;
using Jangbu.Crypto;
using Jangbu.Crypto.Jose;
using Jangbu.Ledger;
using Jangbu.Payments.Books;
using Jangbu.Payments.Records;

namespace Jangbu.Payments.Proofs;

/// <summary>
/// Verifies proof files (PROTOCOL §7). Everything is found by signature and hash, never by position; what does not belong to the proof makes it
/// wrong, for a reader would take it for shown.
/// </summary>
public sealed class ProofVerifier
{
    private const int MaxRecords = 4096;

    private readonly Dictionary<PeerId, ContactCard> _cards = [];
    private readonly Dictionary<RecordHash, (Record Record, byte[] Payload)> _records = [];
    private readonly List<Record> _inOrder = [];

    private ProofVerifier()
    {
    }

    /// <summary>Verifies a proof file.</summary>
    /// <param name="file">Its bytes, at most 1 MiB.</param>
    /// <param name="statement">What it shows.</param>
    /// <param name="why">Why it shows nothing.</param>
    public static bool TryVerify(ReadOnlySpan<byte> file, [NotNullWhen(true)] out ProofStatement? statement, [NotNullWhen(false)] out string? why)
    {
        statement = null;
        why = "it is no proof file of version 1";
        return Proof.TryRead(file, out Proof? proof) && new ProofVerifier().TryVerify(proof, out statement, out why);
    }

    private bool TryVerify(Proof proof, [NotNullWhen(true)] out ProofStatement? statement, [NotNullWhen(false)] out string? why)
    {
        statement = null;
        List<ProvedLeaf> leaves = [];
        why = ReadCards(proof) ?? ReadRecords(proof) ?? ReadBooks(proof, leaves);
        if (why is not null)
            return false;
        (PeerId, string)[] names = [.. _cards.Values.Select(card => (card.Id, card.Name))];
        why = proof.Kind switch
        {
            ProofKind.Payment => ReadPayment(names, leaves, out statement),
            ProofKind.Fork => ReadFork(names, leaves, out statement),
            _ => ReadBalance(names, leaves, out statement),
        };
        return statement is not null;
    }

    private string? ReadCards(Proof proof)
    {
        if (proof.Cards.Count != 2)
            return "it has not two cards";
        foreach (string text in proof.Cards)
        {
            if (!ContactCard.TryRead(text, out ContactCard? card, out _))
                return "a card is not signed by its own key";
            if (!_cards.TryAdd(card.Id, card))
                return "both cards are of one person";
        }
        return null;
    }

    private string? ReadRecords(Proof proof)
    {
        if (proof.Records.Count is 0 or > MaxRecords)
            return "it has no records, or too many";
        foreach (string text in proof.Records)
        {
            if (!Jws.TryRead(text, Record.Typ, out Jws? signed) || !_cards.TryGetValue(signed.Kid, out ContactCard? author))
                return "a record is of nobody whose card is here";
            PeerId other = _cards.Keys.Single(id => id != author.Id);
            if (!RecordReader.TryRead(text, author.Id, other, read => read.Verify(author.Key), out Record? record, out RefusalCode code))
                return $"a record is refused: {WireName.Of(code)}";
            if (!_records.TryAdd(record.Hash, (record, signed.Payload.ToArray())))
                return "a record stands here twice";
            _inOrder.Add(record);
        }
        return null;
    }

    private string? ReadBooks(Proof proof, List<ProvedLeaf> leaves)
    {
        foreach (ProofBook book in proof.Books)
        {
            if (!Checkpoint.TryRead(book.Checkpoint, out Checkpoint? checkpoint) || !_cards.TryGetValue(checkpoint.Id, out ContactCard? holder) || !checkpoint.Verify(holder.Key))
                return "a checkpoint is not signed by one of the two";
            foreach (ProofLeaf leaf in book.Leaves)
            {
                if (!_records.TryGetValue(leaf.Record, out (Record Record, byte[] Payload) found))
                    return "a leaf is of a record that is not here";
                var inclusion = new InclusionProof(leaf.Index, checkpoint.Leaves, leaf.Path);
                if (!inclusion.Verify(MerkleTree.LeafHash(leaf.Salt, found.Payload), checkpoint.Root))
                    return "a leaf does not lead to the root of its book";
                leaves.Add(new ProvedLeaf(leaf.Record, checkpoint.Id, checkpoint.Lane, checkpoint.Leaves));
            }
        }
        return null;
    }

    private string? ReadPayment((PeerId, string)[] names, List<ProvedLeaf> leaves, out ProofStatement? statement)
    {
        statement = null;
        List<Record> transactions = _inOrder.FindAll(record => record.Kind == RecordKind.Transaction);
        List<Record> subjects = transactions.FindAll(record => record.Body is not Transaction { Reverses: RecordHash reversed } || !_records.ContainsKey(reversed));
        if (subjects.Count != 1)
            return "it is not about one transaction";
        Record subject = subjects[0];
        foreach (Record record in _inOrder)
        {
            bool belongs = record.Body switch
            {
                Open => true,
                Transaction body => record == subject || (body.Reverses == subject.Hash && record.From == subject.Header.To),
                Decision body => body.Verdicts.Any(verdict => _records.TryGetValue(verdict.Transaction, out var found) && found.Record.Kind == RecordKind.Transaction && found.Record.From != record.From),
                Withdrawal body => _records.TryGetValue(body.Transaction, out var found) && found.Record.Kind == RecordKind.Transaction && found.Record.From == record.From,
                _ => false,
            };
            if (!belongs)
                return "a record does not belong to the transaction";
            if (!_inOrder.Exists(open => open.Kind == RecordKind.Open && open.From == record.From && open.Header.Lane == record.Header.Lane))
                return "the open record of a lane is missing";
        }
        if (!_cards.Keys.All(id => _inOrder.Exists(record => record.Kind == RecordKind.Open && record.From == id)))
            return "the open record of one of the two is missing";
        ProvedTransaction proved = Prove(subject);
        ProvedTransaction[] reversals = [.. transactions.Where(record => record != subject).Select(Prove)];
        if (reversals.Any(reversal => reversal.State != TransactionState.Accepted))
            return "a reversal is not accepted";
        if (proved.State == TransactionState.Undecided)
            return "nothing was decided";
        statement = new PaymentStatement(names, proved.DecidedAt.Count > 0, leaves, proved, reversals);
        return null;
    }

    // The state by PROTOCOL §2.3, from the records here.
    private ProvedTransaction Prove(Record transaction)
    {
        List<Record> withdrawals = _inOrder.FindAll(record => record.Body is Withdrawal body && body.Transaction == transaction.Hash);
        List<(Verdict Verdict, Record Record)> verdicts = [];
        foreach (Record record in _inOrder)
        {
            if (record.Body is not Decision decision)
                continue;
            foreach (Verdict verdict in decision.Verdicts.Where(verdict => verdict.Transaction == transaction.Hash))
            {
                if (!withdrawals.Exists(withdrawal => Lane.Acknowledged(record.Header.Ack, withdrawal.Header.Lane) >= withdrawal.Header.Seq))
                    verdicts.Add((verdict, record));
            }
        }
        TransactionState state = verdicts.Exists(one => !one.Verdict.Accepted) ? TransactionState.Rejected
            : verdicts.Count > 0 ? TransactionState.Accepted
            : withdrawals.Count > 0 ? TransactionState.Withdrawn
            : TransactionState.Undecided;
        return new ProvedTransaction(transaction.Hash, transaction.From, transaction.Header.To, (Transaction)transaction.Body, state, transaction.Header.At,
            [.. verdicts.Select(one => one.Record.Header.At)]);
    }

    private string? ReadFork((PeerId, string)[] names, List<ProvedLeaf> leaves, out ProofStatement? statement)
    {
        statement = null;
        if (_inOrder.Count != 2)
            return "a fork is two records";
        Record[] two = [.. _inOrder.OrderBy(record => record.Header.Seq)];
        (RecordHeader first, RecordHeader second) = (two[0].Header, two[1].Header);
        bool forked = first.Seq == second.Seq || (first.Seq + 1 == second.Seq && second.Prev != two[0].Hash);
        if (first.From != second.From || first.Lane != second.Lane || !forked)
            return "both records can stand in one lane";
        statement = new ForkStatement(names, leaves, first.From, first.Lane, [first.Seq, second.Seq], [first.At, second.At]);
        return null;
    }

    private string? ReadBalance((PeerId, string)[] names, List<ProvedLeaf> leaves, out ProofStatement? statement)
    {
        statement = null;
        Record? second = _inOrder.Find(record => record.Body is BalanceStatement { Accepts: RecordHash accepted } && _records.ContainsKey(accepted));
        if (_inOrder.Count != 2 || second is null)
            return "a signed balance is two records, of which one accepts the other";
        var accepting = (BalanceStatement)second.Body;
        Record first = _records[accepting.Accepts!.Value].Record;
        if (first.Body is not BalanceStatement accepted || first.From == second.From || !accepting.Negates(accepted))
            return "the two records do not say the same";
        statement = new BalanceProofStatement(names, leaves, accepted.Assets, first.From, first.Header.At, second.Header.At);
        return null;
    }
}
