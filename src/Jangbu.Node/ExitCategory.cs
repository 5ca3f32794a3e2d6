namespace Jangbu.Node;

/// <summary>Whom a failure concerns; the number is the exit code of the command (docs/CLI.md).</summary>
public enum ExitCategory
{
    /// <summary>A fault of this program.</summary>
    Internal = 1,

    /// <summary>The caller gave something that cannot be meant.</summary>
    Usage = 2,

    /// <summary>A contact, transaction or file that is not there.</summary>
    NotFound = 3,

    /// <summary>The other side was not reached; nothing is lost, it stays queued.</summary>
    NotReached = 4,

    /// <summary>The other side said no.</summary>
    Rejected = 5,

    /// <summary>A ledger, record, proof or key is not what it was.</summary>
    Integrity = 6,

    /// <summary>The wrong password, a home in use, or a home that cannot be read or written.</summary>
    Access = 7,

    /// <summary>No network, no DHT, no path.</summary>
    Network = 8,

    /// <summary>Delivered, and not decided yet.</summary>
    Undecided = 9,
}
