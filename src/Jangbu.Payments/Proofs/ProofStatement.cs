using Jangbu.Crypto;
using Jangbu.Crypto.Jose;
using Jangbu.Payments.Books;
using Jangbu.Payments.Records;

namespace Jangbu.Payments.Proofs;

/// <summary>What a proof shows, each thing by itself, and what it does not (PROTOCOL §7). It needs no ledger, network or password.</summary>
/// <param name="Kind">What it is about.</param>
/// <param name="Names">The two people: id, and the name on the card.</param>
/// <param name="BothSigned">Whether both signed it.</param>
/// <param name="InBook">Where its records stand in a book, as its holder committed to it.</param>
public abstract record ProofStatement(ProofKind Kind, IReadOnlyList<(PeerId Id, string Name)> Names, bool BothSigned, IReadOnlyList<ProvedLeaf> InBook)
{
    /// <summary>What no proof of this form shows, in English.</summary>
    public IReadOnlyList<string> NotProved => InBook.Count > 0 ? [.. Never] : [.. Never, "inclusion in anybody's book"];

    private static readonly string[] Never = ["that the ids belong to the people named", "that nothing later undid it", "the clocks of the authors"];
    private static readonly string[] Kinds = ["payment", "fork", "balance"];

    /// <summary>The statement as JSON, for programs.</summary>
    public byte[] ToUtf8()
    {
        JsonText json = new JsonText().BeginObject().Member("status", "ok").Member("kind", Kinds[(int)Kind]).Name("cards").BeginObject();
        foreach ((PeerId id, string name) in Names)
            json.Member(id.ToString(), name);
        json.EndObject().Name("both_signed").Boolean(BothSigned);
        WriteOwn(json);
        json.Name("in_book").BeginArray();
        foreach (ProvedLeaf leaf in InBook)
        {
            json.BeginObject().Member("record", leaf.Record.ToString()).Member("book_of", leaf.Holder.ToString()).Member("lane", RecordId.Format(leaf.Lane))
                .Member("leaves", leaf.Leaves).EndObject();
        }
        json.EndArray().Name("not_proved").BeginArray();
        foreach (string text in NotProved)
            json.Text(text);
        return json.EndArray().EndObject().ToUtf8();
    }

    private protected abstract void WriteOwn(JsonText json);
}

/// <summary>That a record stands in a book.</summary>
/// <param name="Record">The record.</param>
/// <param name="Holder">Whose book.</param>
/// <param name="Lane">Which file of theirs.</param>
/// <param name="Leaves">How many records it had when they signed its root.</param>
public readonly record struct ProvedLeaf(RecordHash Record, PeerId Holder, Guid Lane, long Leaves);

/// <summary>A transaction as a proof shows it.</summary>
/// <param name="Hash">Its hash.</param>
/// <param name="From">Who gave.</param>
/// <param name="To">To whom.</param>
/// <param name="Body">What was signed.</param>
/// <param name="State">What follows from the records in the proof.</param>
/// <param name="At">By its author's clock.</param>
/// <param name="DecidedAt">By the decider's clock, each decision.</param>
public sealed record ProvedTransaction(
    RecordHash Hash, PeerId From, PeerId To, Transaction Body, TransactionState State, DateTimeOffset At, IReadOnlyList<DateTimeOffset> DecidedAt)
{
    internal void Write(JsonText json)
    {
        json.Member("tx", Hash.ToString()).Member("from", From.ToString()).Member("to", To.ToString()).Member("amount", Body.Amount.ToString())
            .Member("asset", Body.Asset.Name).Member("state", StateName(State)).Name("at").BeginObject().Member("author", Rfc3339Time.Format(At)).Name("decider").BeginArray();
        foreach (DateTimeOffset at in DecidedAt)
            json.Text(Rfc3339Time.Format(at));
        json.EndArray().EndObject();
    }

    private static string StateName(TransactionState state) => state switch
    {
        TransactionState.Accepted => "accepted",
        TransactionState.Rejected => "rejected",
        TransactionState.Withdrawn => "withdrawn",
        _ => "undecided",
    };
}

/// <summary>What a payment proof shows.</summary>
public sealed record PaymentStatement(
    IReadOnlyList<(PeerId Id, string Name)> Names, bool BothSigned, IReadOnlyList<ProvedLeaf> InBook, ProvedTransaction Transaction, IReadOnlyList<ProvedTransaction> Reversals)
    : ProofStatement(ProofKind.Payment, Names, BothSigned, InBook)
{
    private protected override void WriteOwn(JsonText json)
    {
        Transaction.Write(json);
        json.Name("reversals").BeginArray();
        foreach (ProvedTransaction reversal in Reversals)
        {
            json.BeginObject();
            reversal.Write(json);
            json.EndObject();
        }
        json.EndArray();
    }
}

/// <summary>What a fork proof shows: one author signed two records for one lane that cannot both stand.</summary>
public sealed record ForkStatement(
    IReadOnlyList<(PeerId Id, string Name)> Names, IReadOnlyList<ProvedLeaf> InBook, PeerId Author, Guid Lane, IReadOnlyList<long> Seqs, IReadOnlyList<DateTimeOffset> At)
    : ProofStatement(ProofKind.Fork, Names, false, InBook)
{
    private protected override void WriteOwn(JsonText json)
    {
        json.Member("author", Author.ToString()).Member("lane", RecordId.Format(Lane)).Name("seq").BeginArray();
        foreach (long seq in Seqs)
            json.Integer(seq);
        json.EndArray().Name("at").BeginArray();
        foreach (DateTimeOffset at in At)
            json.Text(Rfc3339Time.Format(at));
        json.EndArray();
    }
}

/// <summary>What a balance proof shows: both signed the same figures.</summary>
public sealed record BalanceProofStatement(
    IReadOnlyList<(PeerId Id, string Name)> Names, IReadOnlyList<ProvedLeaf> InBook, IReadOnlyList<AssetNet> Assets, PeerId AsSaidBy, DateTimeOffset First, DateTimeOffset Second)
    : ProofStatement(ProofKind.Balance, Names, true, InBook)
{
    private protected override void WriteOwn(JsonText json)
    {
        json.Name("assets").BeginArray();
        foreach (AssetNet row in Assets)
            json.BeginObject().Member("asset", row.Asset.Name).Member("net", row.Net.ToString()).EndObject();
        json.EndArray().Member("as_said_by", AsSaidBy.ToString()).Name("at").BeginObject()
            .Member("first", Rfc3339Time.Format(First)).Member("second", Rfc3339Time.Format(Second)).EndObject();
    }
}
