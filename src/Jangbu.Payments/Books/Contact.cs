using Jangbu.Crypto;

namespace Jangbu.Payments.Books;

/// <summary>A person I know: their card, my name for them, what I allow them, and everything we said to each other.</summary>
public sealed class Contact
{
    private readonly Dictionary<Asset, Policy> _policies = [];

    internal Contact(PeerId id, RecordTexts texts)
    {
        Id = id;
        Account = new Account(this, texts);
    }

    /// <summary>The person.</summary>
    public PeerId Id { get; }

    /// <summary>The latest card; it pins the key.</summary>
    public ContactCard? Card { get; internal set; }

    /// <summary>My name for them, unique among my contacts.</summary>
    public string Name { get; internal set; } = "";

    /// <summary>Whether its person said that the safety numbers match.</summary>
    public bool IsVerified { get; internal set; }

    /// <summary>Removed contacts stay in the book, for what was signed stays; no session is held with them.</summary>
    public bool IsRemoved { get; internal set; }

    /// <summary>Everything we said to each other.</summary>
    public Account Account { get; }

    /// <summary>What I allow them, by asset.</summary>
    public IReadOnlyDictionary<Asset, Policy> Policies => _policies;

    /// <summary>What I allow them in one asset.</summary>
    public Policy PolicyFor(Asset asset) => _policies.GetValueOrDefault(asset);

    internal void Set(Asset asset, Policy policy) => _policies[asset] = policy;
}
