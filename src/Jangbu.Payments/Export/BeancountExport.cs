using System.Globalization;
using System.Text;
using Jangbu.Payments.Books;

namespace Jangbu.Payments.Export;

/// <summary>
/// All accepted transactions as a beancount file that passes <c>bean-check</c>. A contact's account is named by their id, since account parts may not
/// begin with Hangul; their name is the payee. Ends with an assertion of what is owed. Undecided ones are left out: beancount has no pending.
/// </summary>
public static class BeancountExport
{
    /// <summary>Writes the file.</summary>
    public static byte[] Write(Book book)
    {
        ArgumentNullException.ThrowIfNull(book);
        var text = new StringBuilder("; jangbu, what is owed between two people\n");
        BookedTransaction[] accepted = [.. book.Contacts.SelectMany(contact => contact.Account.History).Where(one => one.State == TransactionState.Accepted)
            .OrderBy(one => one.At).ThenBy(one => one.Hash)];
        if (accepted.Length == 0)
            return Encoding.UTF8.GetBytes(text.ToString());
        string first = Day(accepted[0].At);
        foreach (string account in accepted.SelectMany(one => new[] { Mine(one.Contact), Other(one) }).Distinct().Order(StringComparer.Ordinal))
            text.Append(CultureInfo.InvariantCulture, $"{first} open {account}\n");
        foreach (BookedTransaction one in accepted)
            Write(text, one);
        string after = Day(accepted[^1].At.AddDays(1));
        foreach (Contact contact in accepted.Select(one => one.Contact).Distinct().OrderBy(contact => contact.Id))
        {
            foreach ((Asset asset, Position position) in contact.Account.Positions)
            {
                if (accepted.Any(one => one.Contact == contact && one.Body.Asset == asset))
                    text.Append(CultureInfo.InvariantCulture, $"{after} balance {Mine(contact)}  {position.Net} {Currency(asset)}\n");
            }
        }
        return Encoding.UTF8.GetBytes(text.ToString());
    }

    private static void Write(StringBuilder text, BookedTransaction one)
    {
        string sign = one.IsOutgoing ? "-" : "", opposite = one.IsOutgoing ? "" : "-";
        text.Append(CultureInfo.InvariantCulture, $"\n{Day(one.At)} * {Quote(one.Contact.Name)} {Quote(one.Body.Memo ?? "")} ^r-{one.Id}\n")
            .Append(CultureInfo.InvariantCulture, $"  receipt: \"{one.Hash}\"\n")
            .Append(CultureInfo.InvariantCulture, $"  {Mine(one.Contact)}  {sign}{one.Body.Amount} {Currency(one.Body.Asset)}\n")
            .Append(CultureInfo.InvariantCulture, $"  {Other(one)}  {opposite}{one.Body.Amount} {Currency(one.Body.Asset)}\n");
    }

    private static string Day(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    // 'jb1' and ten letters of the id: enough to tell contacts apart, and a letter first, as beancount wants.
    private static string Mine(Contact contact) => $"Assets:Jangbu:J{contact.Id.ToString()[3..15]}";

    private static string Other(BookedTransaction one) => one.IsOutgoing ? "Expenses:Jangbu" : "Income:Jangbu";

    // A currency ends with a letter or digit and has at most 24; every asset is one.
    private static string Currency(Asset asset) => asset.Name;

    private static string Quote(string text) => $"\"{text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";
}
