using System.Diagnostics.CodeAnalysis;
using Jangbu.Crypto;
using Jangbu.Crypto.Jose;
using Jangbu.Ledger;
using Jangbu.Payments.Records;

namespace Jangbu.Payments.Books;

/// <summary>
/// What reading the ledger gives: contacts, lanes, transactions with their states, balances. It changes only by applying an entry that
/// stands in the ledger, with the same code when a ledger is read and while it is written. One entry costs the same at any length.
/// </summary>
public sealed class Book
{
    private readonly Dictionary<PeerId, Contact> _contacts = [];
    private readonly Dictionary<string, Contact> _byName = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Invitation> _invitations = new(StringComparer.Ordinal);
    private readonly Dictionary<RecordHash, Contact> _whose = [];
    private long _order;

    /// <summary>Contacts that a book takes (PROTOCOL §8).</summary>
    public const int MaxContacts = 1000;

    /// <summary>Me.</summary>
    public PeerId Me { get; private set; }

    /// <summary>The lane that this file writes.</summary>
    public Guid Lane { get; private set; }

    /// <summary>My own card; null until it was written.</summary>
    public ContactCard? Card { get; private set; }

    /// <summary>Whether somebody gave back a record of the lane that this file writes: the file is an old copy and signs nothing (PROTOCOL §6.1).</summary>
    public bool IsOld { get; private set; }

    /// <summary>Everybody known, the removed among them, in the order of their ids.</summary>
    public IEnumerable<Contact> Contacts => _contacts.Values.OrderBy(contact => contact.Id);

    /// <summary>Invitations that were made, also used ones.</summary>
    public IReadOnlyCollection<Invitation> Invitations => _invitations.Values;

    /// <summary>Records in the ledger, of both sides.</summary>
    public long RecordCount { get; private set; }

    /// <summary>The last checkpoint that was written; null for none.</summary>
    public string? Checkpoint { get; private set; }

    /// <summary>A contact by id, the removed among them.</summary>
    public bool TryFind(PeerId id, [NotNullWhen(true)] out Contact? contact) => _contacts.TryGetValue(id, out contact);

    /// <summary>A contact by my name for them; removed ones have no name.</summary>
    public bool TryFind(string name, [NotNullWhen(true)] out Contact? contact) => _byName.TryGetValue(name, out contact);

    /// <summary>A transaction of anybody by its hash.</summary>
    public BookedTransaction? FindTransaction(RecordHash hash) => _whose.GetValueOrDefault(hash)?.Account.Find(hash);

    internal List<BookChange>? Changes { get; set; }

    internal RecordTexts Texts { get; } = new();

    /// <summary>Applies one entry of the ledger.</summary>
    /// <param name="entry">The entry, whose form the ledger has checked.</param>
    /// <param name="why">What is wrong with it.</param>
    /// <returns>False where it does not fit what came before; the ledger is damaged there.</returns>
    public bool TryApply(Entry entry, [NotNullWhen(false)] out string? why) => TryApply(entry, null, out why);

    /// <summary>Applies one entry of a ledger that is verified: signatures, which were checked when it was written, are checked again.</summary>
    /// <param name="entry">The entry.</param>
    /// <param name="signatures">Gets a check for each signature, to be run in any order on any thread; null for none.</param>
    /// <param name="why">What is wrong with it.</param>
    internal bool TryApply(Entry entry, ICollection<Func<string?>>? signatures, [NotNullWhen(false)] out string? why)
    {
        ArgumentNullException.ThrowIfNull(entry);
        why = StrictJson.TryParse(entry.Data.Span, out JsonValue? json) ? Apply(entry, json, signatures) : "the data is no JSON";
        return why is null;
    }

    /// <summary>Begins a book with the first entry of a ledger that was just made.</summary>
    internal void Begin(Genesis genesis) => (Me, Lane) = (genesis.Id, genesis.Lane);

    private string? Apply(Entry entry, JsonValue data, ICollection<Func<string?>>? signatures)
    {
        switch (entry.Kind)
        {
            case EntryKind.Genesis:
                return ApplyGenesis(data);
            case EntryKind.Contact:
                return ApplyContact(data);
            case EntryKind.Policy:
                return ApplyPolicy(data);
            case EntryKind.Sent:
                return ApplyRecords(entry, data, received: false, signatures);
            case EntryKind.Received:
                return ApplyRecords(entry, data, received: true, signatures);
            case EntryKind.Fork:
                return ApplyFork(data);
            case EntryKind.Note:
                return ApplyNote(data);
            case EntryKind.Invite:
                string code = data["code"]!.Text;
                _invitations[code] = new Invitation(code, data["used"] is not null);
                return null;
            case EntryKind.Checkpoint:
                Checkpoint = data["jws"]!.Text;
                return null;
            default:
                return $"an entry of the unknown kind '{entry.Kind}'";
        }
    }

    private string? ApplyGenesis(JsonValue data)
    {
        if (Lane != Guid.Empty)
            return "a second genesis";
        if (!PeerId.TryParse(data["id"]?.Text, out PeerId me) || !RecordId.TryParse(data["lane"]?.Text, out Guid lane))
            return "the genesis names no person or no lane";
        (Me, Lane) = (me, lane);
        return null;
    }

    private string? ApplyContact(JsonValue data)
    {
        ContactCard? card = null;
        if (!PeerId.TryParse(data["id"]?.Text, out PeerId id))
            return "a contact without an id";
        if (data["card"] is { } jws && !(ContactCard.TryRead(jws.Text, out card, out _) && card.Id == id))
            return "a contact's card is not that of its id";
        if (id == Me)
        {
            Card = card ?? Card;
            return null;
        }
        if (!_contacts.TryGetValue(id, out Contact? contact))
        {
            if (card is null)
                return "a contact without a card";
            _contacts.Add(id, contact = new Contact(id, Texts));
        }
        contact.Card = card ?? contact.Card;
        contact.IsVerified = data["verified"]?.Boolean ?? contact.IsVerified;
        string name = data["name"]?.Text ?? (contact.Name.Length > 0 ? contact.Name : contact.Card!.Name);
        contact.IsRemoved = data["removed"] is not null || (contact.IsRemoved && card is null);
        _byName.Remove(contact.Name);
        contact.Name = name;
        if (!contact.IsRemoved && !_byName.TryAdd(name, contact))
            return $"two contacts have the name '{name}'";
        return null;
    }

    private string? ApplyPolicy(JsonValue data)
    {
        if (!PeerId.TryParse(data["id"]?.Text, out PeerId id) || !_contacts.TryGetValue(id, out Contact? contact))
            return "a policy for nobody known";
        if (!Asset.TryParse(data["asset"]?.Text, out Asset asset))
            return "a policy without an asset";
        Policy policy = contact.PolicyFor(asset);
        if (!TryReadFigure(data["limit"], policy.Limit, out Int128? limit) || !TryReadFigure(data["auto_accept"], policy.AutoAccept, out Int128? accept))
            return "a policy's figure is no amount";
        contact.Set(asset, new Policy(limit, accept ?? 0));
        return null;
    }

    // Absent: as before. `""`: none. `0` is a figure here, unlike in a record.
    private static bool TryReadFigure(JsonValue? text, Int128? before, out Int128? figure)
    {
        figure = before;
        if (text is null)
            return true;
        Amount amount = default;
        bool read = text.Text.Length == 0 || text.Text == "0" || Amount.TryParse(text.Text, out amount);
        figure = text.Text.Length == 0 ? null : amount.Units;
        return read;
    }

    private string? ApplyRecords(Entry entry, JsonValue data, bool received, ICollection<Func<string?>>? signatures)
    {
        List<string> texts = RecordTexts.Of(data);
        int theirs = received ? data["records"]!.Elements.Count : 0;
        if (Changes is not null)
            Texts.Keep(entry.Position, texts);
        for (int i = 0; i < texts.Count; i++)
        {
            var place = new TextPlace(entry.Position, (ushort)i, (ushort)texts[i].Length);
            if (ApplyText(texts[i], place, i < theirs, signatures) is string why)
                return why;
        }
        return null;
    }

    private string? ApplyText(string text, TextPlace place, bool received, ICollection<Func<string?>>? signatures)
    {
        if (!Jws.TryRead(text, Record.Typ, out Jws? signed)
            || !RecordReader.TryReadPayload(signed.Payload.Span, out RecordHeader? header, out RecordBody? body, out _))
            return "a text is no record";
        bool mine = signed.Kid == Me;
        PeerId other = mine ? header.To : header.From;
        if (header.From != signed.Kid || header.To != (mine ? other : Me) || !_contacts.TryGetValue(other, out Contact? contact))
            return "a record is not between me and a contact";
        if (!mine && !received)
            return "a record that I did not sign stands among those I did";
        ContactCard? author = mine ? Card : contact.Card;
        signatures?.Add(() => author is not null && signed.Verify(author.Key) ? null : "a record is not signed by its author");
        var record = new Record(header, body, text, RecordHash.Of(signed.Payload.Span));
        if (Apply(record, place, contact, mine) is string why)
            return why;
        if (mine && received && header.Lane == Lane && !IsOld)
        {
            IsOld = true;
            Changes?.Add(new BookChange.BecameOld(contact));
        }
        return null;
    }

    private string? Apply(Record record, TextPlace place, Contact contact, bool mine)
    {
        if (!contact.Account.TryApply(record, place, mine, _order, Changes))
            return $"record {record.Header.Seq} of lane {RecordId.Format(record.Header.Lane)} does not continue its lane";
        _order++;
        RecordCount++;
        if (record.Kind == RecordKind.Transaction)
            _whose[record.Hash] = contact;
        return null;
    }

    private string? ApplyFork(JsonValue data)
    {
        IReadOnlyList<JsonValue> records = data["records"]!.Elements;
        if (!Jws.TryRead(records[0].Text, Record.Typ, out Jws? first)
            || !RecordReader.TryReadPayload(first.Payload.Span, out RecordHeader? header, out _, out _))
            return "a fork without a record";
        PeerId other = header.From == Me ? header.To : header.From;
        if (!_contacts.TryGetValue(other, out Contact? contact))
            return "a fork of nobody known";
        contact.Account.Add(new ForkEvidence(records[0].Text, records[1].Text));
        return null;
    }

    private string? ApplyNote(JsonValue data)
    {
        if (!RecordHash.TryParse(data["tx"]?.Text, out RecordHash hash) || FindTransaction(hash) is not BookedTransaction transaction)
            return "a note to no transaction";
        transaction.Label = data["label"]?.Text ?? transaction.Label;
        transaction.Category = data["category"]?.Text ?? transaction.Category;
        return null;
    }
}

/// <summary>An invitation that I made (PROTOCOL §1).</summary>
/// <param name="Code">The text after `jangbu:invite/`.</param>
/// <param name="IsUsed">Whether somebody came with it, or it was struck.</param>
public sealed record Invitation(string Code, bool IsUsed);
