using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using Jangbu.Crypto;
using Jangbu.Crypto.Jose;

namespace Jangbu.Payments;

/// <summary>
/// What a bookkeeper does with keys. Signing, verifying and opening are called from worker threads; sealing from the engine's own.
/// <see cref="RsaPersonKeys"/> is the real one; histories by the ten thousand are played with a keyed hash in its place.
/// </summary>
public interface IPersonKeys
{
    /// <summary>Whose keys.</summary>
    PeerId Id { get; }

    /// <summary>Signs a payload as compact JWS.</summary>
    string Sign(string typ, ReadOnlySpan<byte> payload);

    /// <summary>Whether the author of this card signed it.</summary>
    bool Verify(Jws signed, ContactCard author);

    /// <summary>Seals a plaintext for the owner of a card.</summary>
    string Seal(ContactCard receiver, ReadOnlySpan<byte> plaintext, RandomNumberGenerator random);

    /// <summary>Opens an envelope for me; one failure for everything.</summary>
    bool TryOpen(ReadOnlySpan<byte> envelope, [NotNullWhen(true)] out byte[]? plaintext);
}
