using Jangbu.Crypto;
using Jangbu.Node.Slots;
using Jangbu.Payments;

namespace Jangbu.Node;

// Meeting somebody whose key is not known yet (PROTOCOL §1, §4.1).
internal sealed partial class NodeEngine
{
    /// <summary>Waits for whoever has this invitation of mine; it must be in the ledger.</summary>
    public void AwaitInvited(InvitationCode code)
    {
        ContactLink link = LinkOf(code, inviter: true);
        _network!.Rendezvous.Engage(_now, link.Pair);
    }

    /// <summary>Looks for whoever made this invitation, until <see cref="Leave"/>.</summary>
    public void Join(InvitationCode code)
    {
        ContactLink link = LinkOf(code, inviter: false);
        link.Waiting = 1;
        link.RetryDue = _now.Now;
        _wantedIsStale = true;
    }

    /// <summary>Neither waits nor looks any more.</summary>
    public void Leave(InvitationCode code)
    {
        if (_byPair.Values.FirstOrDefault(link => code.Equals(link.Invitation)) is not { } found)
            return;
        if (found.Attempt is { } attempt)
            Drop(attempt, "left");
        Forget(found);
    }

    private ContactLink LinkOf(InvitationCode code, bool inviter)
    {
        if (_byPair.Values.FirstOrDefault(link => code.Equals(link.Invitation)) is { } known)
            return known;
        Pair pair = _network!.Rendezvous.AddInvitation(_now, PairSecret.FromInvitation(code.Secret), inviter);
        ContactLink made = new(null, pair, code) { IsInviter = inviter };
        _byPair.Add(pair, made);
        return made;
    }

    /// <summary>Both cards are known: the road that an invitation opened is the contact's from now on.</summary>
    private void TakeMet(PaymentEvent.Met met)
    {
        ContactLink? contact = LinkOf(met.Contact);
        RoadAttempt? attempt = _attempts.Find(attempt => attempt.Link.Invitation is not null && attempt.Session?.Peer == met.Contact);
        if (attempt is null || contact is null)
            return;
        ContactLink invitation = attempt.Link;
        if (contact.Attempt is { } before)
            Drop(before, "met_anew");
        attempt.Link = contact;
        contact.Attempt = attempt;
        invitation.Attempt = null;
        Forget(invitation);
        _network!.Rendezvous.Settle(_now, contact.Pair);
        Notify(new NodeEvent.Met(met.Name, met.Contact, invitation.Invitation!.Code) { At = _now.Wall });
        Notify(new NodeEvent.SessionOpened(met.Name, attempt.Path) { At = _now.Wall });
    }
}
