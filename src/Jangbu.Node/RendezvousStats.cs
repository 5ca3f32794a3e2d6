namespace Jangbu.Node;

/// <summary>What a <see cref="Rendezvous"/> has counted since the start.</summary>
internal struct RendezvousStats
{
    /// <summary>Values and items ignored because something in them was wrong.</summary>
    public long Wrong;

    /// <summary>Rings heard.</summary>
    public long Rings;

    /// <summary>Offers made.</summary>
    public long Offers;

    /// <summary>Answers made.</summary>
    public long Answers;

    /// <summary>Readings begun.</summary>
    public long Fetches;
}
