using Jangbu.Payments;

namespace Jangbu.Node;

/// <summary>A contact's transaction that policy leaves to a person; it is on the disk and its receipt was given.</summary>
public sealed class IncomingTransaction
{
    private readonly JangbuNode _node;

    internal IncomingTransaction(JangbuNode node, HistoryLine line)
    {
        _node = node;
        Line = line;
        Amount = Amount.Parse(line.Amount);
        Asset = Asset.Parse(line.Asset);
    }

    /// <summary>All that the record says.</summary>
    public HistoryLine Line { get; }

    /// <summary>The record's id.</summary>
    public Guid Id => Line.Id;

    /// <summary>The name of who gives it.</summary>
    public string From => Line.Contact;

    /// <summary>How much.</summary>
    public Amount Amount { get; }

    /// <summary>Of what.</summary>
    public Asset Asset { get; }

    /// <summary>What for, or empty.</summary>
    public string Memo => Line.Memo;

    /// <summary>Takes it; returns once the signed decision is on the disk. It goes to the contact by itself.</summary>
    public Task AcceptAsync(CancellationToken cancellationToken = default) => _node.AcceptAsync(Id, cancellationToken);

    /// <summary>Does not take it; returns once the signed decision is on the disk.</summary>
    /// <param name="reason">For the contact to read, at most 256 code points, or none.</param>
    /// <param name="cancellationToken">Ends the waiting only.</param>
    public Task RejectAsync(string? reason = null, CancellationToken cancellationToken = default) => _node.RejectAsync(Id, reason, cancellationToken);
}
