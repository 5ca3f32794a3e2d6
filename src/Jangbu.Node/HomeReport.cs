using Jangbu.Crypto;

namespace Jangbu.Node;

/// <summary>The home that <c>JangbuNode.InitAsync</c> has made; all of it is on disk.</summary>
/// <param name="Home">The folder, absolute.</param>
/// <param name="Id">Who lives there.</param>
/// <param name="Name">The name on the card.</param>
/// <param name="Bits">The size of the RSA key.</param>
/// <param name="Card">The contact card, a compact JWS.</param>
/// <param name="Files">The files made, by name inside the home.</param>
public sealed record HomeReport(string Home, PeerId Id, string Name, int Bits, string Card, IReadOnlyList<string> Files);
