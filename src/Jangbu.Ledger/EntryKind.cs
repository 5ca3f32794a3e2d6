namespace Jangbu.Ledger;

/// <summary>The kinds of entries (PROTOCOL §6); another is damage.</summary>
public static class EntryKind
{
    /// <summary>First entry: lane and person, and where the file was begun from.</summary>
    public const string Genesis = "genesis";

    /// <summary>A person known, or a change of what is known.</summary>
    public const string Contact = "contact";

    /// <summary>What a contact may owe and what is accepted without asking.</summary>
    public const string Policy = "policy";

    /// <summary>Records I signed.</summary>
    public const string Sent = "sent";

    /// <summary>Records of a contact, with the receipt I signed for them.</summary>
    public const string Received = "received";

    /// <summary>Two records that exclude each other.</summary>
    public const string Fork = "fork";

    /// <summary>My own words about a transaction.</summary>
    public const string Note = "note";

    /// <summary>An invitation made, or used.</summary>
    public const string Invite = "invite";

    /// <summary>A checkpoint I signed.</summary>
    public const string Checkpoint = "checkpoint";

    // The reader's strings are these, so that comparing kinds is comparing references first.
    internal static string? Known(ReadOnlySpan<byte> kind) => kind switch
    {
        _ when kind.SequenceEqual("sent"u8) => Sent,
        _ when kind.SequenceEqual("received"u8) => Received,
        _ when kind.SequenceEqual("note"u8) => Note,
        _ when kind.SequenceEqual("contact"u8) => Contact,
        _ when kind.SequenceEqual("policy"u8) => Policy,
        _ when kind.SequenceEqual("genesis"u8) => Genesis,
        _ when kind.SequenceEqual("fork"u8) => Fork,
        _ when kind.SequenceEqual("invite"u8) => Invite,
        _ when kind.SequenceEqual("checkpoint"u8) => Checkpoint,
        _ => null,
    };
}
