using System.Globalization;
using Jangbu.Crypto;
using Jangbu.Crypto.Jose;
using Jangbu.Ledger;
using Jangbu.Payments.Books;
using Jangbu.Payments.Records;

namespace Jangbu.Payments;

// Contacts, policies, notes and invitations: entries that are mine alone and need no signature.
public sealed partial class Bookkeeper
{
    private const int MaxName = 64;
    private const int MaxNote = 256;

    /// <summary>Adds a contact by card, or takes a later card of a known one.</summary>
    /// <param name="card">The card, whose signature was checked when it was read.</param>
    /// <param name="name">My name for them; null for the name on the card.</param>
    /// <exception cref="CommandRefusedException">My own card; a name that another contact has; an older or different card of a known contact; too many.</exception>
    public Contact AddContact(ContactCard card, string? name = null)
    {
        ArgumentNullException.ThrowIfNull(card);
        if (card.Id == Book.Me)
            throw new CommandRefusedException(CommandRefusal.OwnCard, "this card is my own");
        bool known = Book.TryFind(card.Id, out Contact? before);
        if (known && (!before!.Card!.Rdv.SequenceEqual(card.Rdv) || before.Card.At > card.At))
            throw new CommandRefusedException(CommandRefusal.CardDiffers, $"the card of {before.Name} is older than the one held, or has another rendezvous key");
        if (!known && Book.Contacts.Count() >= Book.MaxContacts)
            throw new CommandRefusedException(CommandRefusal.TooMany, $"a book has at most {Book.MaxContacts} contacts");
        string chosen = name ?? (known && !before!.IsRemoved ? before.Name : card.Name);
        CheckName(chosen, card.Id);
        Append(EntryKind.Contact, EntryData.Contact(card.Id, card.Jws, chosen));
        return Known(card.Id);
    }

    /// <summary>My later card, with another name. Contacts get it with the next file that is begun, or by hand.</summary>
    public void SetCard(ContactCard card)
    {
        ArgumentNullException.ThrowIfNull(card);
        if (card.Id != Book.Me)
            throw new ArgumentException("not the card of this ledger's owner", nameof(card));
        Append(EntryKind.Contact, EntryData.Contact(card.Id, card.Jws));
    }

    /// <summary>Says whether the safety numbers match.</summary>
    public void SetVerified(PeerId contact, bool verified) => Append(EntryKind.Contact, EntryData.Contact(Known(contact).Id, verified: verified));

    /// <summary>Gives a contact another name of mine.</summary>
    public void Rename(PeerId contact, string name)
    {
        CheckName(name, Known(contact).Id);
        Append(EntryKind.Contact, EntryData.Contact(contact, name: name));
    }

    /// <summary>Removes a contact: no session is held with them. What was signed stays.</summary>
    public void Remove(PeerId contact)
    {
        Contact gone = Known(contact);
        Append(EntryKind.Contact, EntryData.Contact(gone.Id, removed: true));
        With(gone).Session?.Close(SessionEnd.Lost);
    }

    /// <summary>Sets what a contact may do in one asset.</summary>
    /// <param name="contact">Who.</param>
    /// <param name="asset">In what.</param>
    /// <param name="limit">How far they may be in my debt: an amount, `0`, `""` for no limit, null for as before.</param>
    /// <param name="autoAccept">The largest amount taken without me: an amount, `0` or `""` for none, null for as before.</param>
    public void SetPolicy(PeerId contact, Asset asset, string? limit, string? autoAccept)
    {
        foreach (string? figure in new[] { limit, autoAccept })
        {
            if (figure is not (null or "" or "0") && !Amount.TryParse(figure, out _))
                throw new CommandRefusedException(CommandRefusal.BadText, $"'{figure}' is no amount");
        }
        Append(EntryKind.Policy, EntryData.Policy(Known(contact).Id, asset, limit, autoAccept));
    }

    /// <summary>Puts my own words to a transaction; they never leave the ledger.</summary>
    public void Note(RecordHash transaction, string? label, string? category)
    {
        Find(transaction);
        foreach (string? text in new[] { label, category })
        {
            if (text is not null && (!StrictJson.IsText(text) || StrictJson.CodePoints(text) > MaxNote))
                throw new CommandRefusedException(CommandRefusal.BadText, $"a note has at most {MaxNote} characters and no control characters");
        }
        Append(EntryKind.Note, EntryData.Note(transaction, label, category));
    }

    /// <summary>Writes an invitation down before its link is shown.</summary>
    public void Invite(InvitationCode code)
    {
        ArgumentNullException.ThrowIfNull(code);
        Append(EntryKind.Invite, EntryData.Invite(code.Code, used: false));
    }

    /// <summary>Strikes an invitation: somebody came, or it lived its 24 hours.</summary>
    public void StrikeInvitation(string code)
    {
        if (!Book.Invitations.Any(invitation => invitation.Code == code))
            throw new CommandRefusedException(CommandRefusal.UnknownInvitation, "there is no such invitation");
        Append(EntryKind.Invite, EntryData.Invite(code, used: true));
    }

    // Somebody who came by an invitation has the name of their card; where it is taken, a number makes it another.
    private Contact Meet(ContactCard card, string? invitation)
    {
        bool known = Book.TryFind(card.Id, out Contact? contact) && !contact.IsRemoved;
        if (!known)
        {
            string name = card.Name;
            for (int number = 2; Book.TryFind(name, out _); number++)
                name = string.Create(CultureInfo.InvariantCulture, $"{Cut(card.Name)} {number}");
            contact = AddContact(card, name);
        }
        if (invitation is not null)
            StrikeInvitation(invitation);
        Raise(new PaymentEvent.Met(card.Id, contact!.Name, invitation));
        return contact;
    }

    private static string Cut(string name)
    {
        string cut = name;
        while (StrictJson.CodePoints(cut) > MaxName - 5 || char.IsHighSurrogate(cut[^1]))
            cut = cut[..^1];
        return cut;
    }

    private void CheckName(string name, PeerId whose)
    {
        if (!StrictJson.IsText(name) || StrictJson.CodePoints(name) is 0 or > MaxName)
            throw new CommandRefusedException(CommandRefusal.BadText, $"a name has 1 to {MaxName} characters and no control characters");
        if (Book.TryFind(name, out Contact? other) && other.Id != whose)
            throw new CommandRefusedException(CommandRefusal.NameTaken, $"'{name}' is the name of another contact, whose key is another");
    }
}
