using System.Collections;
using Jangbu.Crypto;
using Jangbu.Node.Drivers;
using Jangbu.Payments;
using Jangbu.Payments.Books;

namespace Jangbu.Node;

/// <summary>The people of a node. Reading gives copies; what changes something returns once it is on the disk.</summary>
public sealed class ContactBook : IEnumerable<ContactView>
{
    private readonly NodeLoop _loop;

    internal ContactBook(NodeLoop loop) => _loop = loop;

    /// <summary>The contact of a name, or of a PeerId.</summary>
    /// <exception cref="JangbuException"><see cref="FailureCode.ContactUnknown"/>.</exception>
    public ContactView this[string name]
    {
        get
        {
            ArgumentNullException.ThrowIfNull(name);
            return _loop.Read(engine => View(engine, BookViews.Find(engine.Book.Book, name)));
        }
    }

    /// <summary>All contacts that were not removed, by name.</summary>
    public IReadOnlyList<ContactView> All => _loop.Read(engine => (IReadOnlyList<ContactView>)
        [.. engine.Book.Book.Contacts.Where(contact => !contact.IsRemoved).OrderBy(contact => contact.Name, StringComparer.Ordinal).Select(contact => View(engine, contact))]);

    /// <summary>Adds a contact, or takes a later card of a known one.</summary>
    /// <param name="card">The card: its JWS, its link, or what a <c>.jbcard</c> file holds.</param>
    /// <param name="name">What to call them; null for the name on the card.</param>
    /// <param name="cancellationToken">Ends the waiting only.</param>
    /// <exception cref="JangbuException">No card, one's own, a taken name, or a known person with another key.</exception>
    public async Task<ContactView> AddAsync(string card, string? name = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(card);
        if (!ContactCard.TryReadText(card.Trim(), out ContactCard? read, out string code))
            throw new JangbuException(FailureCode.CardInvalid, ExitCategory.Integrity, $"this is no contact card: {code}", ("reason", code));
        return await _loop.PostAsync(engine =>
        {
            string chosen = name ?? read.Name;
            if (engine.Book.Book.TryFind(chosen, out Contact? other) && other.Id != read.Id && !other.IsRemoved)
            {
                throw new JangbuException(FailureCode.ContactKeyChanged, ExitCategory.Integrity,
                    $"'{chosen}' is known with another key; if this is another person give another name, if not ask them by another way", ("name", chosen), ("id", read.Id.ToString()));
            }
            ContactView view = View(engine, engine.Book.AddContact(read, name));
            engine.Meet(read.Id);
            return view;
        }).WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Notes that the safety numbers match.</summary>
    public Task<ContactView> VerifyAsync(string name, CancellationToken cancellationToken = default) =>
        ChangeAsync(name, (book, contact) => book.SetVerified(contact.Id, true), cancellationToken);

    /// <summary>Calls a contact otherwise.</summary>
    public Task<ContactView> RenameAsync(string name, string newName, CancellationToken cancellationToken = default) =>
        ChangeAsync(name, (book, contact) => book.Rename(contact.Id, newName), cancellationToken);

    /// <summary>Removes a contact: nothing is taken from them any more. What was signed stays.</summary>
    public async Task RemoveAsync(string name, CancellationToken cancellationToken = default) =>
        await _loop.PostAsync(engine =>
        {
            Contact contact = BookViews.Find(engine.Book.Book, name);
            engine.Book.Remove(contact.Id);
            engine.Part(contact.Id);
            return true;
        }).WaitAsync(cancellationToken).ConfigureAwait(false);

    /// <summary>Sets what is taken from a contact without asking (PROTOCOL §2.2).</summary>
    /// <param name="name">Who.</param>
    /// <param name="asset">In which asset.</param>
    /// <param name="limit">How far they may be in my debt; empty for no limit; null to leave it.</param>
    /// <param name="autoAccept">The largest single amount; <c>0</c> for none; null to leave it.</param>
    /// <param name="cancellationToken">Ends the waiting only.</param>
    public Task<ContactView> SetPolicyAsync(string name, Asset asset, string? limit, string? autoAccept, CancellationToken cancellationToken = default) =>
        ChangeAsync(name, (book, contact) => book.SetPolicy(contact.Id, asset, limit, autoAccept), cancellationToken);

    /// <summary>The sixty digits that both must see (PROTOCOL §1), without spaces.</summary>
    public string SafetyNumber(ContactView contact)
    {
        ArgumentNullException.ThrowIfNull(contact);
        return Crypto.SafetyNumber.Compute(_loop.Read(engine => engine.Book.Book.Me), contact.Id);
    }

    /// <inheritdoc/>
    public IEnumerator<ContactView> GetEnumerator() => All.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private Task<ContactView> ChangeAsync(string name, Action<Bookkeeper, Contact> change, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(name);
        return _loop.PostAsync(engine =>
        {
            Contact contact = BookViews.Find(engine.Book.Book, name);
            change(engine.Book, contact);
            return View(engine, contact);
        }).WaitAsync(cancellationToken);
    }

    private static ContactView View(NodeEngine engine, Contact contact) =>
        BookViews.Contact(contact, engine.OpenRoads.Any(road => road.Link.Id == contact.Id));
}
