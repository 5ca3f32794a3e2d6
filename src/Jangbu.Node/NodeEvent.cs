using Jangbu.Crypto;

namespace Jangbu.Node;

/// <summary>A thing that has happened at a node; what it speaks of is on disk.</summary>
public abstract record NodeEvent
{
    private NodeEvent()
    {
    }

    /// <summary>This node's clock.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>The node can be found.</summary>
    public sealed record Online(PeerId Id, int DhtNodes) : NodeEvent;

    /// <summary>A contact's transaction or request has come and its receipt is signed.</summary>
    public sealed record Received(HistoryLine Line) : NodeEvent;

    /// <summary>A transaction, mine or theirs, is decided or withdrawn.</summary>
    public sealed record Processed(HistoryLine Line) : NodeEvent;

    /// <summary>A session with a contact is open.</summary>
    public sealed record SessionOpened(string Contact, string Path) : NodeEvent;

    /// <summary>A session with a contact has ended.</summary>
    public sealed record SessionClosed(string Contact, string Reason) : NodeEvent;

    /// <summary>Somebody new is a contact, by an invitation; both should compare the safety number.</summary>
    /// <param name="Contact">What they are called.</param>
    /// <param name="Id">Who.</param>
    /// <param name="Invitation">The code of the invitation, as after <c>jangbu:invite/</c>.</param>
    public sealed record Met(string Contact, PeerId Id, string Invitation) : NodeEvent;

    /// <summary>Something its person should know: <c>fork</c>, <c>suspected_fork</c>, <c>id_conflict</c>, <c>refused</c>, <c>old_ledger</c> …</summary>
    public sealed record Warning(string Contact, string Code, string Text) : NodeEvent;
}
