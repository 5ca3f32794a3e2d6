namespace Jangbu.Dht.Krpc;

/// <summary>Error codes of KRPC (BEP 5) and of stored items (BEP 44).</summary>
public enum KrpcCode
{
    /// <summary>No error.</summary>
    None = 0,

    /// <summary>Generic error.</summary>
    Generic = 201,

    /// <summary>Server error.</summary>
    Server = 202,

    /// <summary>Protocol error: malformed, bad arguments, bad token.</summary>
    Protocol = 203,

    /// <summary>Method unknown.</summary>
    UnknownMethod = 204,

    /// <summary>The value is larger than 1,000 bytes.</summary>
    ValueTooBig = 205,

    /// <summary>The signature does not fit.</summary>
    BadSignature = 206,

    /// <summary>The salt is longer than 64 bytes.</summary>
    SaltTooBig = 207,

    /// <summary>The stored sequence number is not the expected one.</summary>
    CompareMismatch = 301,

    /// <summary>The sequence number is lower than the stored one.</summary>
    OldSequence = 302,
}

/// <summary>What a message is: the value of its key `y`.</summary>
public enum KrpcKind
{
    /// <summary>A question.</summary>
    Query,

    /// <summary>An answer.</summary>
    Response,

    /// <summary>A refusal.</summary>
    Error,
}

/// <summary>The queries of BEP 5 and BEP 44.</summary>
public enum KrpcMethod
{
    /// <summary>A query this node does not know.</summary>
    Unknown,

    /// <summary>Is it alive?</summary>
    Ping,

    /// <summary>Nodes near a target.</summary>
    FindNode,

    /// <summary>Peers of a torrent.</summary>
    GetPeers,

    /// <summary>The sender is a peer of a torrent.</summary>
    AnnouncePeer,

    /// <summary>A stored item.</summary>
    Get,

    /// <summary>Store an item.</summary>
    Put,
}

/// <summary>Families a query asks nodes of (BEP 32, `want`).</summary>
[Flags]
public enum AddressFamilies
{
    /// <summary>Not said: the family the query came over.</summary>
    None = 0,

    /// <summary>`n4`.</summary>
    IPv4 = 1,

    /// <summary>`n6`.</summary>
    IPv6 = 2,

    /// <summary>Both.</summary>
    Both = 3,
}
