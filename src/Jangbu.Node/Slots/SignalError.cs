namespace Jangbu.Node.Slots;

/// <summary>Why a value found in a slot is ignored, in the order in which it is looked at (PROTOCOL §4.2).</summary>
internal enum SignalError
{
    /// <summary>Nothing is wrong.</summary>
    None,

    /// <summary>An item does not open, or the pieces do not join.</summary>
    Seal,

    /// <summary>Not bencoding, or not in its one spelling.</summary>
    Bencoding,

    /// <summary>A member is missing, twice, or not of the dictionary.</summary>
    Names,

    /// <summary>A member is too short or too long, or cannot be.</summary>
    Lengths,

    /// <summary>Not the contact's key.</summary>
    Key,

    /// <summary>Made too long ago, too far ahead, or at another time than its item says.</summary>
    Time,

    /// <summary>A session id seen before, or not the one that was offered.</summary>
    Session,

    /// <summary>An answer to another offer.</summary>
    OfferHash,

    /// <summary>Not signed by its key.</summary>
    Signature,
}
