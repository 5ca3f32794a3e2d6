namespace Jangbu.Payments.Records;

/// <summary>What a record says, by kind. The hierarchy is closed: only the kinds of PROTOCOL §2 exist.</summary>
public abstract record RecordBody
{
    private protected RecordBody(RecordKind kind) => Kind = kind;

    /// <summary>The kind, as the payload's `kind` names it.</summary>
    public RecordKind Kind { get; }
}

/// <summary>First record of a lane: the author's card, and the sentence that signatures made here bind its author.</summary>
/// <param name="Card">The card's JWS; its id is the author.</param>
/// <param name="Agreement">1 … 1,000 code points.</param>
public sealed record Open(string Card, string Agreement) : RecordBody(RecordKind.Open)
{
    /// <summary>Code points that an agreement may have.</summary>
    public const int MaxAgreement = 1000;
}

/// <summary>The author gives an amount to the other.</summary>
/// <param name="Amount">How much; an asset's digits are the receiver's policy, not a rule of the record.</param>
/// <param name="Asset">Of what.</param>
/// <param name="Memo">At most 256 code points, or none.</param>
/// <param name="Due">When it is meant to be settled; nothing follows from it.</param>
/// <param name="Request">The request that it answers.</param>
/// <param name="Reverses">The accepted transaction of the other that it undoes, wholly or in part.</param>
public sealed record Transaction(
    Amount Amount, Asset Asset, string? Memo = null, DateOnly? Due = null, RecordHash? Request = null, RecordHash? Reverses = null)
    : RecordBody(RecordKind.Transaction)
{
    /// <summary>Code points of a memo or a reason.</summary>
    public const int MaxText = 256;
}

/// <summary>"Everything that `ack` names is on my disk": the reception result.</summary>
public sealed record Receipt() : RecordBody(RecordKind.Receipt);

/// <summary>The processing result: verdicts on the other's transactions.</summary>
/// <param name="Verdicts">1 … 64.</param>
public sealed record Decision(IReadOnlyList<Verdict> Verdicts) : RecordBody(RecordKind.Decision)
{
    /// <summary>Verdicts that one decision may hold (PROTOCOL §8).</summary>
    public const int MaxVerdicts = 64;
}

/// <summary>One verdict of a decision.</summary>
/// <param name="Transaction">The transaction's hash.</param>
/// <param name="Accepted">Accepted, or rejected.</param>
/// <param name="Code">Why it was rejected; absent where the author gave none, and with acceptance.</param>
/// <param name="Reason">In the person's words, at most 256 code points.</param>
public sealed record Verdict(RecordHash Transaction, bool Accepted, RejectionCode? Code = null, string? Reason = null);

/// <summary>Why a transaction was rejected: the five codes of PROTOCOL §2.2.</summary>
public enum RejectionCode
{
    /// <summary>A person said no.</summary>
    Declined,

    /// <summary>The amount has more digits than the asset.</summary>
    AmountPrecision,

    /// <summary>Net, held and this amount pass the limit.</summary>
    LimitExceeded,

    /// <summary>The request or reversed transaction is not held, or is none that can be meant.</summary>
    UnknownReference,

    /// <summary>Reversals above the original.</summary>
    OverReversed,
}

/// <summary>The author takes back an own transaction not decided yet.</summary>
/// <param name="Transaction">The transaction's hash.</param>
public sealed record Withdrawal(RecordHash Transaction) : RecordBody(RecordKind.Withdrawal);

/// <summary>Asks the other for a transaction that names this record's hash.</summary>
/// <param name="Amount">How much.</param>
/// <param name="Asset">Of what.</param>
/// <param name="Memo">At most 256 code points, or none.</param>
/// <param name="Due">When it is wanted.</param>
public sealed record Request(Amount Amount, Asset Asset, string? Memo = null, DateOnly? Due = null) : RecordBody(RecordKind.Request);

/// <summary>"As of these heads of both sides you owe me `net`."</summary>
/// <param name="Assets">By name, none at 0, at most 64.</param>
/// <param name="Lanes">Heads of both sides, by lane.</param>
/// <param name="Accepts">The other's balance record of which this one is the negation: then both have signed.</param>
public sealed record BalanceStatement(IReadOnlyList<AssetNet> Assets, IReadOnlyList<LaneHead> Lanes, RecordHash? Accepts = null)
    : RecordBody(RecordKind.Balance)
{
    /// <summary>Assets that one balance may name (PROTOCOL §8).</summary>
    public const int MaxAssets = 64;

    /// <summary>Heads that one balance may name: all lanes of both sides.</summary>
    public const int MaxHeads = 2 * LaneHead.MaxLanes;

    /// <summary>Whether the other statement says the same from the other side.</summary>
    public bool Negates(BalanceStatement other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return Assets.Count == other.Assets.Count
            && Assets.Zip(other.Assets).All(pair => pair.First.Asset == pair.Second.Asset && pair.First.Net == -pair.Second.Net);
    }
}

/// <summary>What is owed in one asset.</summary>
/// <param name="Asset">The asset.</param>
/// <param name="Net">Positive: the other owes the author.</param>
public readonly record struct AssetNet(Asset Asset, NetAmount Net);
