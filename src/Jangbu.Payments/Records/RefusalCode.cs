namespace Jangbu.Payments.Records;

/// <summary>Why an envelope, a record or a message changed nothing (PROTOCOL §5.2).</summary>
public enum RefusalCode
{
    /// <summary>A message, envelope or record is too big.</summary>
    TooLarge,

    /// <summary>The JWE, in any way.</summary>
    Unreadable,

    /// <summary>Plaintext, JWS form, header, JSON, member, value or kind's rule.</summary>
    BadRecord,

    /// <summary>The signature, or `kid` is not the contact.</summary>
    BadSignature,

    /// <summary>`to` or `from`.</summary>
    WrongRecipient,

    /// <summary>Unknown lane with `seq` above 1.</summary>
    UnknownLane,

    /// <summary>`seq` above the next.</summary>
    Gap,

    /// <summary>Two records at one place, or a chain that does not fit.</summary>
    Fork,

    /// <summary>The same `id` in another record.</summary>
    IdConflict,

    /// <summary>`v` is not 1.</summary>
    Version,

    /// <summary>A limit that passes with time: undecided transactions, lanes, unanswered messages, an old ledger.</summary>
    Busy,
}
