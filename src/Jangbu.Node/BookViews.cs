using Jangbu.Payments;
using Jangbu.Payments.Books;
using Jangbu.Payments.Records;
using BookedState = Jangbu.Payments.Books.TransactionState;

namespace Jangbu.Node;

/// <summary>Copies of what the book says, in the words of the public API.</summary>
internal static class BookViews
{
    /// <summary>A contact.</summary>
    public static ContactView Contact(Contact contact, bool connected) => new()
    {
        Id = contact.Id,
        Name = contact.Name,
        CardName = contact.Card?.Name ?? "",
        Verified = contact.IsVerified,
        Connected = connected,
        Bits = contact.Card?.Key.Bits ?? 0,
        Card = contact.Card?.Jws ?? "",
        Policies = [.. contact.Policies.OrderBy(pair => pair.Key).Select(pair => new PolicyView(pair.Key.Name, Limit(pair.Value.Limit), Spell(pair.Value.AutoAccept)))],
        Forked = contact.Account.Forks.Count > 0,
    };

    /// <summary>The balances with some contacts, by name and asset; an asset at nothing with nothing held is left out.</summary>
    public static IReadOnlyList<BalanceLine> Balances(IEnumerable<Contact> contacts) =>
    [
        .. from contact in contacts
           from pair in contact.Account.Positions
           where !pair.Value.Net.IsZero || !pair.Value.Held.IsZero
           orderby contact.Name, pair.Key
           select new BalanceLine(contact.Name, pair.Key.Name, pair.Value.Net.ToString(), pair.Value.Held.ToString()),
    ];

    /// <summary>The history, oldest first.</summary>
    public static IReadOnlyList<HistoryLine> History(Book book, HistoryFilter filter)
    {
        IEnumerable<Contact> contacts = filter.Contact is { } name ? [Find(book, name)] : book.Contacts;
        List<(long Order, HistoryLine Line)> lines = [];
        foreach (Contact contact in contacts)
        {
            lines.AddRange(contact.Account.History.Where(booked => !filter.PendingOnly || booked.State == BookedState.Undecided)
                .Select(booked => (booked.Order, Line(booked))));
            lines.AddRange(contact.Account.Requests.Where(request => !filter.PendingOnly || request.Answers.Count == 0)
                .Select(request => (request.Order, Line(request))));
        }
        IEnumerable<HistoryLine> kept = lines.OrderBy(row => row.Order).Select(row => row.Line).Where(line =>
            (filter.Asset is null || line.Asset == filter.Asset)
            && (filter.Since is not { } since || line.At >= since)
            && (filter.Until is not { } until || line.At < until));
        return filter.Limit is { } limit ? [.. kept.TakeLast(limit)] : [.. kept];
    }

    /// <summary>A transaction.</summary>
    public static HistoryLine Line(BookedTransaction booked) => new()
    {
        Id = booked.Id,
        Tx = booked.Hash.ToString(),
        Sent = booked.IsOutgoing,
        Contact = booked.Contact.Name,
        Amount = booked.Body.Amount.ToString(),
        Asset = booked.Body.Asset.Name,
        Memo = booked.Body.Memo ?? "",
        Due = booked.Body.Due,
        Request = booked.Body.Request?.ToString(),
        Reverses = booked.Body.Reverses?.ToString(),
        State = booked.State switch
        {
            BookedState.Accepted => TransactionState.Accepted,
            BookedState.Rejected => TransactionState.Rejected,
            BookedState.Withdrawn => TransactionState.Withdrawn,
            _ when !booked.IsOutgoing => TransactionState.Undecided,
            _ => booked.IsDelivered ? TransactionState.Delivered : TransactionState.Queued,
        },
        At = booked.At,
        DecidedAt = booked.DecidedAt,
        Code = booked.State == BookedState.Rejected ? CodeOf(booked.Verdict) : "",
        Reason = booked.State == BookedState.Rejected ? booked.Verdict?.Reason ?? "" : "",
    };

    /// <summary>A request.</summary>
    public static HistoryLine Line(BookedRequest request) => new()
    {
        Kind = HistoryKind.Request,
        Id = request.Id,
        Tx = request.Hash.ToString(),
        Sent = request.IsOutgoing,
        Contact = request.Contact.Name,
        Amount = request.Body.Amount.ToString(),
        Asset = request.Body.Asset.Name,
        Memo = request.Body.Memo ?? "",
        Due = request.Body.Due,
        State = request.Answers.Any(answer => answer.State == BookedState.Accepted) ? TransactionState.Accepted
            : request.IsOutgoing ? TransactionState.Queued : TransactionState.Undecided,
        At = request.At,
    };

    /// <summary>Why a transaction was rejected.</summary>
    public static RejectionView Rejection(BookedTransaction booked) =>
        new(CodeOf(booked.Verdict), booked.Verdict?.Reason ?? "", booked.DecidedAt!.Value);

    /// <summary>The contact of a name, or of a PeerId.</summary>
    public static Contact Find(Book book, string name)
    {
        if ((book.TryFind(name, out Contact? contact) || (Crypto.PeerId.TryParse(name, out Crypto.PeerId id) && book.TryFind(id, out contact))) && !contact.IsRemoved)
            return contact;
        throw new JangbuException(FailureCode.ContactUnknown, ExitCategory.NotFound, $"there is no contact '{name}'", ("name", name));
    }

    private static string CodeOf(Verdict? verdict) => verdict?.Code is { } code ? WireName.Of(code) : "";

    private static string Limit(Int128? limit) => limit is { } units ? Spell(units) : "";

    private static string Spell(Int128 units) => new NetAmount(units).ToString();
}
