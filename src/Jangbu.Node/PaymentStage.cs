namespace Jangbu.Node;

/// <summary>How far a payment has come (docs/CLI.md "Stages of pay"). Over a standing session the middle ones are left out.</summary>
public enum PaymentStage
{
    /// <summary>The record is signed and on disk.</summary>
    Signed,

    /// <summary>The contact is being looked for.</summary>
    Resolving,

    /// <summary>The offer is held by DHT nodes.</summary>
    OfferStored,

    /// <summary>The contact's answer was found and is genuine.</summary>
    AnswerFound,

    /// <summary>There is a path.</summary>
    IceConnected,

    /// <summary>The path is encrypted, and the other end is the key of the answer.</summary>
    DtlsConnected,

    /// <summary>The sealed record has left.</summary>
    Sent,

    /// <summary>The reception result: it is on the contact's disk.</summary>
    Received,

    /// <summary>The processing result: accepted or rejected.</summary>
    Processed,
}
