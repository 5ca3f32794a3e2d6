namespace Jangbu.Dht;

internal enum CandidateState
{
    Fresh,
    Asked,
    Slow,
    Late,
    Answered,
    Dead,
}

/// <summary>A node that a lookup may ask, or did.</summary>
internal sealed class Candidate(NodeId id, NodeAddress address, int hops, bool conforms)
{
    public NodeId Id { get; } = id;

    public NodeAddress Address { get; } = address;

    /// <summary>Steps from the own table, 1 for a node out of it.</summary>
    public int Hops { get; } = hops;

    /// <summary>Whether the id fits the address (BEP 42). Those that do not come after all others.</summary>
    public bool Conforms { get; } = conforms;

    public CandidateState State { get; set; }

    /// <summary>The write token it gave.</summary>
    public byte[]? Token { get; set; }

    /// <summary>When it gave it.</summary>
    public TimeSpan TokenAt { get; set; }

    /// <summary>The sequence number it showed; -1 for an immutable value, null for nothing.</summary>
    public long? Held { get; set; }

    public bool Repeated { get; set; }

    /// <summary>It confirmed the put.</summary>
    public bool Stored { get; set; }
}
