using Jangbu.Dht.Krpc;

namespace Jangbu.Dht;

/// <summary>Whether a node serves others.</summary>
public enum DhtMode
{
    /// <summary>Asks and never answers (BEP 43): for wallets, which come and go and often cannot be reached.</summary>
    ReadOnly,

    /// <summary>Answers and enters others' tables once it is known to be reachable from outside.</summary>
    Automatic,

    /// <summary>Answers from the start: for nodes of a private network.</summary>
    Server,
}

/// <summary>How a DHT node behaves.</summary>
public sealed record DhtOptions
{
    /// <summary>Serves others or not. Default read-only.</summary>
    public DhtMode Mode { get; init; } = DhtMode.ReadOnly;

    /// <summary>Families the driver has sockets for. Default both.</summary>
    public AddressFamilies Families { get; init; } = AddressFamilies.Both;

    /// <summary>The own id until the outer address is known; random when not set.</summary>
    public NodeId? Id { get; init; }

    /// <summary>Nodes that an item is stored on. Default 20: with 8, seven nodes of ten falling silent at once lose one item in fifteen; 1 to 40.</summary>
    public int Stores { get; init; } = 20;

    /// <summary>Items kept for others. Default 8,192, at most some 11 MB.</summary>
    public int ItemCapacity { get; init; } = 8192;

    /// <summary>Items kept for writers of one /24 or /64. Default half: a person with 1,000 contacts keeps some 2,000 alive in a network of one node.</summary>
    public int SubnetItemCapacity { get; init; } = 4096;

    internal void Check()
    {
        if (Families == AddressFamilies.None)
            throw new ArgumentException($"{nameof(Families)} must name at least one family");
        Within(Stores, 1, 40, nameof(Stores));
        Within(ItemCapacity, 1, 1_000_000, nameof(ItemCapacity));
        Within(SubnetItemCapacity, 1, ItemCapacity, nameof(SubnetItemCapacity));
    }

    private static void Within(int value, int least, int most, string name)
    {
        if (value < least || value > most)
            throw new ArgumentException($"{name} must be {least} to {most}, not {value}");
    }
}
