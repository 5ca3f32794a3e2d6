using Jangbu.Crypto;
using Jangbu.Crypto.Jose;
using Jangbu.Payments.Books;
using Jangbu.Payments.Records;

namespace Jangbu.Payments.Export;

/// <summary>Contacts, balances and transactions as one JSON object, for programs. Amounts are texts, as in records; nothing is rounded.</summary>
public static class JsonExport
{
    /// <summary>Writes the object; `v` counts its form, apart from the protocol's version.</summary>
    public static byte[] Write(Book book)
    {
        ArgumentNullException.ThrowIfNull(book);
        JsonText json = new JsonText().BeginObject().Member("format", "jangbu-export").Member("v", 1).Member("id", book.Me.ToString()).Name("contacts").BeginArray();
        foreach (Contact contact in book.Contacts)
        {
            json.BeginObject().Member("id", contact.Id.ToString()).Member("name", contact.Name).Name("verified").Boolean(contact.IsVerified)
                .Name("removed").Boolean(contact.IsRemoved).Name("forks").Integer(contact.Account.Forks.Count).Name("balances").BeginArray();
            foreach ((Asset asset, Position position) in contact.Account.Positions)
            {
                json.BeginObject().Member("asset", asset.Name).Member("net", position.Net.ToString()).Member("held", position.Held.ToString())
                    .Member("promised", position.Promised.ToString()).EndObject();
            }
            json.EndArray().EndObject();
        }
        json.EndArray().Name("transactions").BeginArray();
        foreach (BookedTransaction one in book.Contacts.SelectMany(contact => contact.Account.History).OrderBy(one => one.Order))
            Write(json, one);
        return json.EndArray().EndObject().ToUtf8();
    }

    private static void Write(JsonText json, BookedTransaction one)
    {
        json.BeginObject().Member("id", one.Id.ToString()).Member("tx", one.Hash.ToString()).Member("contact", one.Contact.Id.ToString())
            .Member("direction", one.IsOutgoing ? "sent" : "received").Member("amount", one.Body.Amount.ToString()).Member("asset", one.Body.Asset.Name)
            .Member("state", one.State.ToString().ToLowerInvariant()).Name("delivered").Boolean(one.IsDelivered).Member("at", Rfc3339Time.Format(one.At));
        Optional(json, "memo", one.Body.Memo);
        Optional(json, "due", one.Body.Due is DateOnly due ? WireDate.Format(due) : null);
        Optional(json, "request", one.Body.Request?.ToString());
        Optional(json, "reverses", one.Body.Reverses?.ToString());
        Optional(json, "decided_at", one.DecidedAt is DateTimeOffset at ? Rfc3339Time.Format(at) : null);
        Optional(json, "code", one.Verdict?.Code is RejectionCode code ? WireName.Of(code) : null);
        Optional(json, "reason", one.Verdict?.Reason);
        Optional(json, "label", one.Label);
        Optional(json, "category", one.Category);
        json.EndObject();
    }

    private static void Optional(JsonText json, string name, string? value)
    {
        if (value is not null)
            json.Member(name, value);
    }
}
