namespace Jangbu.Payments;

/// <summary>Why a command of the person was not carried out. Nothing changed.</summary>
public enum CommandRefusal
{
    /// <summary>There is no such contact, or it was removed.</summary>
    UnknownContact,

    /// <summary>There is no such transaction, request or balance record.</summary>
    UnknownRecord,

    /// <summary>It is decided, withdrawn, or about to be.</summary>
    AlreadyDecided,

    /// <summary>It is not one's own to withdraw, or not the other's to decide or reverse.</summary>
    NotYours,

    /// <summary>The ledger is an old copy and signs nothing until a new file is begun (PROTOCOL §6.1).</summary>
    LedgerIsOld,

    /// <summary>The amount has more digits than the asset.</summary>
    AmountPrecision,

    /// <summary>The transaction to reverse is not accepted, or the sum of its reversals would pass it.</summary>
    NotReversible,

    /// <summary>Another contact has this name: a changed key is never taken for an update.</summary>
    NameTaken,

    /// <summary>The card is one's own.</summary>
    OwnCard,

    /// <summary>The card of a known contact is older than the one that is held, or has another rendezvous key.</summary>
    CardDiffers,

    /// <summary>A limit of PROTOCOL §8 is reached: contacts, or undecided transactions toward this contact.</summary>
    TooMany,

    /// <summary>A text is too long or has characters that records may not have.</summary>
    BadText,

    /// <summary>The invitation is unknown, or used.</summary>
    UnknownInvitation,
}

/// <summary>A command of the person that cannot be carried out.</summary>
/// <param name="reason">Why.</param>
/// <param name="message">In English, naming the value.</param>
public sealed class CommandRefusedException(CommandRefusal reason, string message) : InvalidOperationException(message)
{
    /// <summary>Why.</summary>
    public CommandRefusal Reason { get; } = reason;
}
