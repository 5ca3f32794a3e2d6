using System.Text;
using Jangbu.Crypto;
using Jangbu.Payments.Books;

namespace Jangbu.Payments.Export;

/// <summary>All transactions as CSV (RFC 4180): CRLF, quotes where needed, no cell that a spreadsheet would run as a formula.</summary>
public static class CsvExport
{
    private const string Header = "at,id,transaction,contact,contact_id,direction,amount,asset,state,net_change,memo,due,code,reason,label,category";

    /// <summary>Writes the transactions of all contacts, oldest first.</summary>
    /// <param name="book">Whose.</param>
    /// <param name="byteOrderMark">Put before the text, for spreadsheets that take Hangul for something else without it.</param>
    public static byte[] Write(Book book, bool byteOrderMark = false)
    {
        ArgumentNullException.ThrowIfNull(book);
        var text = new StringBuilder(byteOrderMark ? "\uFEFF" : "").Append(Header).Append("\r\n");
        foreach (StatementLine line in book.Contacts.SelectMany(contact => StatementLine.Of(contact.Account)).OrderBy(line => line.Transaction.At).ThenBy(line => line.Transaction.Hash))
        {
            BookedTransaction one = line.Transaction;
            string?[] cells =
            [
                Rfc3339Time.Format(one.At), one.Id.ToString(), one.Hash.ToString(), Safe(one.Contact.Name), one.Contact.Id.ToString(), one.IsOutgoing ? "sent" : "received",
                one.Body.Amount.ToString(), one.Body.Asset.Name, one.State.ToString().ToLowerInvariant(), line.Change.ToString(), Safe(one.Body.Memo),
                one.Body.Due is DateOnly due ? Records.WireDate.Format(due) : "", one.Verdict?.Code is Records.RejectionCode code ? Records.WireName.Of(code) : "",
                Safe(one.Verdict?.Reason), Safe(one.Label), Safe(one.Category),
            ];
            text.AppendJoin(',', cells.Select(Quote)).Append("\r\n");
        }
        return Encoding.UTF8.GetBytes(text.ToString());
    }

    // A cell that begins like a formula is run by spreadsheets; an apostrophe makes it text. Only in columns of free text: amounts keep their sign.
    private static string Safe(string? text) => text is { Length: > 0 } && text[0] is '=' or '+' or '-' or '@' or '\t' or '\r' ? "'" + text : text ?? "";

    private static string Quote(string? cell) =>
        cell is not null && cell.AsSpan().IndexOfAny(",\"\r\n") >= 0 ? $"\"{cell.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : cell ?? "";
}
