namespace Jangbu.Payments.Books;

/// <summary>What applying an entry changed that somebody may wait for.</summary>
internal abstract record BookChange(Contact Contact)
{
    internal sealed record Booked(BookedTransaction Transaction) : BookChange(Transaction.Contact);

    internal sealed record Delivered(BookedTransaction Transaction) : BookChange(Transaction.Contact);

    internal sealed record RequestDelivered(BookedRequest Request) : BookChange(Request.Contact);

    internal sealed record StateChanged(BookedTransaction Transaction) : BookChange(Transaction.Contact);

    internal sealed record Requested(BookedRequest Request) : BookChange(Request.Contact);

    internal sealed record BalanceStated(BookedBalance Balance) : BookChange(Balance.Contact);

    internal sealed record BecameOld(Contact Contact) : BookChange(Contact);
}
