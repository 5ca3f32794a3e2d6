using Jangbu.Crypto;
using Jangbu.Payments.Books;
using Jangbu.Payments.Records;

namespace Jangbu.Payments;

/// <summary>What the layer above must know. An event comes out after the flush that made its cause durable, never before.</summary>
/// <param name="Contact">With whom it happened.</param>
public abstract record PaymentEvent(PeerId Contact)
{
    /// <summary>A record of mine is signed and on the disk; it waits for a road.</summary>
    public sealed record Signed(PeerId Contact, Guid Id, RecordHash Hash, RecordKind Kind) : PaymentEvent(Contact);

    /// <summary>A record of mine went into an open session.</summary>
    public sealed record Sent(PeerId Contact, RecordHash Hash) : PaymentEvent(Contact);

    /// <summary>The reception result: their signed word that my transaction is on their disk.</summary>
    public sealed record Delivered(BookedTransaction Transaction) : PaymentEvent(Transaction.Contact.Id);

    /// <summary>Their signed word that my request is on their disk; it has no other answer than a transaction.</summary>
    public sealed record RequestDelivered(BookedRequest Request) : PaymentEvent(Request.Contact.Id);

    /// <summary>The processing result, or a withdrawal: a transaction has another state than before.</summary>
    public sealed record StateChanged(BookedTransaction Transaction, TransactionState State) : PaymentEvent(Transaction.Contact.Id);

    /// <summary>A transaction of theirs is on my disk.</summary>
    /// <param name="Transaction">The transaction.</param>
    /// <param name="WaitsForPerson">Whether policy leaves it to me; else its decision follows in the same flush.</param>
    public sealed record Received(BookedTransaction Transaction, bool WaitsForPerson) : PaymentEvent(Transaction.Contact.Id);

    /// <summary>They ask for a transaction.</summary>
    public sealed record Requested(BookedRequest Request) : PaymentEvent(Request.Contact.Id);

    /// <summary>They stated a balance.</summary>
    public sealed record BalanceStated(BookedBalance Balance) : PaymentEvent(Balance.Contact.Id);

    /// <summary>They signed what cannot both stand: the proof is kept, nothing of theirs is accepted by itself any more.</summary>
    public sealed record ForkFound(PeerId Contact, ForkEvidence Evidence) : PaymentEvent(Contact);

    /// <summary>Their word about my lane does not fit what I have; nothing was sent.</summary>
    public sealed record ForkSuspected(PeerId Contact, LaneHead Claimed) : PaymentEvent(Contact);

    /// <summary>An envelope of theirs was refused and changed nothing.</summary>
    public sealed record Refused(PeerId Contact, RefusalCode Code) : PaymentEvent(Contact);

    /// <summary>They refused an envelope of mine. Unless the code is `busy`, its bytes are not sent again.</summary>
    public sealed record RefusedByThem(PeerId Contact, RefusalCode Code) : PaymentEvent(Contact);

    /// <summary>Somebody gave back a record of the lane that this file writes: it is an old copy and signs nothing until a new file is begun.</summary>
    public sealed record LedgerIsOld(PeerId Contact) : PaymentEvent(Contact);

    /// <summary>Somebody new is a contact, by an invitation.</summary>
    public sealed record Met(PeerId Contact, string Name, string? InvitationCode) : PaymentEvent(Contact);

    /// <summary>Both hellos were said.</summary>
    public sealed record SessionOpened(PeerId Contact, string Agent) : PaymentEvent(Contact);

    /// <summary>The session has ended; close the transport.</summary>
    public sealed record SessionClosed(PeerId Contact, SessionEnd End) : PaymentEvent(Contact);

    /// <summary>Signalling for a voice call.</summary>
    public sealed record Call(PeerId Contact, CallSignal Signal) : PaymentEvent(Contact);
}

/// <summary>How a session ended.</summary>
public enum SessionEnd
{
    /// <summary>Both said bye.</summary>
    Bye,

    /// <summary>I said bye and waited for theirs in vain.</summary>
    ByeUnanswered,

    /// <summary>The transport died.</summary>
    Lost,

    /// <summary>They broke the protocol, or are not who was expected.</summary>
    Misbehaved,

    /// <summary>Nothing came in time.</summary>
    Silent,
}

/// <summary>A `call` message (PROTOCOL §5.1).</summary>
/// <param name="Id">The call.</param>
/// <param name="SdpType">`offer` or `answer`, with <paramref name="Sdp"/>.</param>
/// <param name="Sdp">At most 16 KiB.</param>
/// <param name="End">Why the call ends, at most 64 code points.</param>
public sealed record CallSignal(Guid Id, string? SdpType, string? Sdp, string? End);
