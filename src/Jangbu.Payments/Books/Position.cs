namespace Jangbu.Payments.Books;

/// <summary>What stands between me and a contact in one asset.</summary>
/// <param name="Net">Accepted from them minus accepted to them; positive: they owe me.</param>
/// <param name="Held">Their undecided transactions toward me.</param>
/// <param name="Promised">My undecided transactions toward them.</param>
public readonly record struct Position(NetAmount Net, NetAmount Held, NetAmount Promised);
