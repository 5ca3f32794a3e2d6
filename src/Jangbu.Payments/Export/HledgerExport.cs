using System.Globalization;
using System.Text;
using Jangbu.Crypto;
using Jangbu.Payments.Books;

namespace Jangbu.Payments.Export;

/// <summary>
/// All transactions as an hledger journal that passes <c>hledger check --strict</c>. What they owe me is <c>assets:jangbu:NAME</c>; the other side of a
/// transaction is income or expense of its category. Undecided ones are pending (`!`) and stand on an account of their own.
/// </summary>
public static class HledgerExport
{
    /// <summary>Writes the journal.</summary>
    public static byte[] Write(Book book)
    {
        ArgumentNullException.ThrowIfNull(book);
        StatementLine[] lines = [.. book.Contacts.SelectMany(contact => StatementLine.Of(contact.Account))
            .Where(line => line.Transaction.State is TransactionState.Accepted or TransactionState.Undecided)
            .OrderBy(line => line.Transaction.At).ThenBy(line => line.Transaction.Hash)];
        var text = new StringBuilder("; jangbu, what is owed between two people\n");
        foreach (Asset asset in lines.Select(line => line.Transaction.Body.Asset).Distinct().Order())
            text.Append(CultureInfo.InvariantCulture, $"commodity {Zero(asset)} {Commodity(asset)}\n");
        foreach (string account in lines.SelectMany(line => new[] { Mine(line.Transaction), Other(line.Transaction) }).Distinct().Order(StringComparer.Ordinal))
            text.Append(CultureInfo.InvariantCulture, $"account {account}\n");
        foreach (string payee in lines.Select(line => Word(line.Transaction.Contact.Name)).Distinct().Order(StringComparer.Ordinal))
            text.Append(CultureInfo.InvariantCulture, $"payee {payee}\n");
        foreach (StatementLine line in lines)
            Write(text, line.Transaction);
        return Encoding.UTF8.GetBytes(text.ToString());
    }

    private static void Write(StringBuilder text, BookedTransaction one)
    {
        string mark = one.State == TransactionState.Accepted ? "*" : "!";
        string memo = one.Body.Memo is { Length: > 0 } written ? $" | {Word(written)}" : "";
        string sign = one.IsOutgoing ? "-" : "", opposite = one.IsOutgoing ? "" : "-";
        text.Append(CultureInfo.InvariantCulture, $"\n{one.At.UtcDateTime:yyyy-MM-dd} {mark} ({one.Id}) {Word(one.Contact.Name)}{memo}\n")
            .Append(CultureInfo.InvariantCulture, $"    ; at: {Rfc3339Time.Format(one.At)}, transaction: {one.Hash}\n")
            .Append(CultureInfo.InvariantCulture, $"    {Mine(one)}  {sign}{one.Body.Amount} {Commodity(one.Body.Asset)}\n")
            .Append(CultureInfo.InvariantCulture, $"    {Other(one)}  {opposite}{one.Body.Amount} {Commodity(one.Body.Asset)}\n");
    }

    private static string Mine(BookedTransaction one) =>
        one.State == TransactionState.Accepted ? $"assets:jangbu:{Word(one.Contact.Name)}" : $"assets:jangbu-pending:{Word(one.Contact.Name)}";

    private static string Other(BookedTransaction one) =>
        (one.IsOutgoing ? "expenses:" : "income:") + (one.Category is { Length: > 0 } category ? Word(category) : "jangbu");

    // Commodities with digits in their name are written in quotes.
    private static string Commodity(Asset asset) => asset.Name.Any(char.IsAsciiDigit) ? $"\"{asset.Name}\"" : asset.Name;

    private static string Zero(Asset asset) => asset.Digits == 0 ? "0." : "0." + new string('0', asset.Digits);

    // What ends or splits an account, payee or note: semicolons, bars, colons, brackets, two spaces.
    private static string Word(string text)
    {
        var word = new StringBuilder();
        foreach (char c in text)
        {
            char safe = c is ';' or '|' or ':' or '(' or ')' or '[' or ']' or '"' || char.IsControl(c) ? ' ' : c;
            if (safe != ' ' || (word.Length > 0 && word[^1] != ' '))
                word.Append(safe);
        }
        string trimmed = word.ToString().Trim();
        return trimmed.Length > 0 ? trimmed : "_";
    }
}
