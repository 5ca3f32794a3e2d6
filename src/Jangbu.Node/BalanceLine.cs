namespace Jangbu.Node;

/// <summary>How one stands with a contact in one asset.</summary>
/// <param name="Contact">The contact's name.</param>
/// <param name="Asset">Which.</param>
/// <param name="Net">Accepted from them minus accepted to them; above zero they owe me. With a <c>-</c> where below zero.</param>
/// <param name="Held">The sum of their transactions toward me that nobody has decided.</param>
public sealed record BalanceLine(string Contact, string Asset, string Net, string Held);
