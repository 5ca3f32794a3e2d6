using Jangbu.Crypto;

namespace Jangbu.Node;

/// <summary>A contact as the ledger has it; a copy that does not change.</summary>
public sealed record ContactView
{
    /// <summary>Who.</summary>
    public required PeerId Id { get; init; }

    /// <summary>What I call them; unique among contacts.</summary>
    public required string Name { get; init; }

    /// <summary>The name on their own card.</summary>
    public required string CardName { get; init; }

    /// <summary>True once its person has said that the safety numbers match.</summary>
    public required bool Verified { get; init; }

    /// <summary>True while a session is open.</summary>
    public bool Connected { get; init; }

    /// <summary>The size of their RSA key.</summary>
    public required int Bits { get; init; }

    /// <summary>Their card, a compact JWS.</summary>
    public required string Card { get; init; }

    /// <summary>What is taken from them without asking, by asset.</summary>
    public IReadOnlyList<PolicyView> Policies { get; init; } = [];

    /// <summary>True when they signed two different records for one place; nothing is taken without asking since.</summary>
    public bool Forked { get; init; }
}

/// <summary>The policy for one contact and asset (PROTOCOL §2.2).</summary>
/// <param name="Asset">Which.</param>
/// <param name="Limit">How far they may be in my debt; empty for no limit.</param>
/// <param name="AutoAccept">The largest single amount taken without a person; <c>0</c> for none.</param>
public sealed record PolicyView(string Asset, string Limit, string AutoAccept);
