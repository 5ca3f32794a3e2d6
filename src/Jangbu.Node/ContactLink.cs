using System.Net;
using Jangbu.Crypto;
using Jangbu.Payments;

namespace Jangbu.Node;

/// <summary>What the engine keeps about one contact between turns: whom to look for, and the attempt or session there is.</summary>
//   no attempt -> Gathering -> Offered -> Connecting -> Open -> Closing -> no attempt        who offers
//             \-> Gathering -> Connecting -> Open -> Closing -> no attempt                   who answers
//   every state -> no attempt: time is over, the road closed, or the contact offers anew
internal sealed class ContactLink(PeerId? id, Pair pair, InvitationCode? invitation = null)
{
    /// <summary>Who; null while only an invitation is known.</summary>
    public PeerId? Id { get; } = id;

    /// <summary>The invitation by which somebody is to be met.</summary>
    public InvitationCode? Invitation { get; } = invitation;

    /// <summary>True when the invitation is mine.</summary>
    public bool IsInviter { get; init; }

    /// <summary>The meeting point.</summary>
    public Pair Pair { get; } = pair;

    /// <summary>How many callers wait for this contact right now.</summary>
    public int Waiting { get; set; }

    /// <summary>The attempt or session, if there is one.</summary>
    public RoadAttempt? Attempt { get; set; }

    /// <summary>No new offer before this.</summary>
    public TimeSpan RetryDue { get; set; }

    /// <summary>Attempts that failed in a row.</summary>
    public int Failures { get; set; }

    /// <summary>True when my letter may no longer be what it should be.</summary>
    public bool LettersStale { get; set; }

    /// <summary>True once a letter of theirs was found: what they must know goes back by letter too.</summary>
    public bool HasWritten { get; set; }
}

/// <summary>How far an attempt has come.</summary>
internal enum AttemptState
{
    /// <summary>Own addresses are being collected.</summary>
    Gathering,

    /// <summary>The offer is out.</summary>
    Offered,

    /// <summary>Both descriptions are known.</summary>
    Connecting,

    /// <summary>The channel is open.</summary>
    Open,

    /// <summary>Being closed in order.</summary>
    Closing,
}

/// <summary>One road to one contact and its clocks.</summary>
internal sealed class RoadAttempt(ContactLink link, IRoad road, IReadOnlyList<IPEndPoint> locals, bool offerer, TimeSpan began)
{
    /// <summary>Whose; an invitation's until both cards are known.</summary>
    public ContactLink Link { get; set; } = link;

    /// <summary>Whose key has signed the other's description; null until that is known.</summary>
    public PeerId? Peer { get; set; } = link.Id;

    /// <summary>The road itself.</summary>
    public IRoad Road { get; } = road;

    /// <summary>The sockets it has to itself.</summary>
    public IReadOnlyList<IPEndPoint> Locals { get; } = locals;

    /// <summary>True when this side offered.</summary>
    public bool Offerer { get; } = offerer;

    /// <summary>When it was begun.</summary>
    public TimeSpan Began { get; } = began;

    /// <summary>How far it is.</summary>
    public AttemptState State { get; set; }

    /// <summary>When this state has lasted too long.</summary>
    public TimeSpan Due { get; set; } = TimeSpan.MaxValue;

    /// <summary>The kind of path, once there is one.</summary>
    public string Path { get; set; } = "";

    /// <summary>When the channel opened.</summary>
    public TimeSpan OpenedAt { get; set; }

    /// <summary>The session on it.</summary>
    public PaymentSession? Session { get; set; }
}
