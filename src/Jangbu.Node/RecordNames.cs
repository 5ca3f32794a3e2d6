using Jangbu.Payments.Books;
using Jangbu.Payments.Records;

namespace Jangbu.Node;

/// <summary>Finds what a person names: by the record's id, or by its hash.</summary>
internal static class RecordNames
{
    /// <summary>A transaction by id.</summary>
    public static BookedTransaction Transaction(Book book, Guid id) =>
        book.Contacts.SelectMany(contact => contact.Account.History).FirstOrDefault(booked => booked.Id == id) ?? throw Unknown(id.ToString());

    /// <summary>A transaction by id or hash.</summary>
    public static BookedTransaction Transaction(Book book, string name)
    {
        if (Guid.TryParse(name, out Guid id))
            return Transaction(book, id);
        return RecordHash.TryParse(name, out RecordHash hash) && book.FindTransaction(hash) is { } booked ? booked : throw Unknown(name);
    }

    /// <summary>A contact's request by id or hash.</summary>
    public static RecordHash Request(Book book, string name)
    {
        bool isId = Guid.TryParse(name, out Guid id);
        foreach (BookedRequest request in book.Contacts.SelectMany(contact => contact.Account.Requests))
        {
            if (isId ? request.Id == id : request.Hash.ToString() == name)
                return request.Hash;
        }
        throw Unknown(name);
    }

    private static JangbuException Unknown(string name) =>
        new(FailureCode.TransactionUnknown, ExitCategory.NotFound, $"there is no transaction or request {name}", ("id", name));
}
