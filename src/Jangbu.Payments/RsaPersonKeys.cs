using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using Jangbu.Crypto;
using Jangbu.Crypto.Jose;

namespace Jangbu.Payments;

/// <summary>A person's RSA key pair in use: PS256 and RSA-OAEP-256 with A256GCM (PROTOCOL §2, §3).</summary>
/// <param name="key">The key pair; the caller disposes it after the last job.</param>
public sealed class RsaPersonKeys(IdentityKey key) : IPersonKeys
{
    /// <inheritdoc/>
    public PeerId Id => key.Id;

    /// <inheritdoc/>
    public string Sign(string typ, ReadOnlySpan<byte> payload) => Jws.Sign(key, typ, payload);

    /// <inheritdoc/>
    public bool Verify(Jws signed, ContactCard author)
    {
        ArgumentNullException.ThrowIfNull(signed);
        ArgumentNullException.ThrowIfNull(author);
        return signed.Verify(author.Key);
    }

    /// <inheritdoc/>
    public string Seal(ContactCard receiver, ReadOnlySpan<byte> plaintext, RandomNumberGenerator random)
    {
        ArgumentNullException.ThrowIfNull(receiver);
        return SealedEnvelope.Seal(receiver.Key, plaintext, random);
    }

    /// <inheritdoc/>
    public bool TryOpen(ReadOnlySpan<byte> envelope, [NotNullWhen(true)] out byte[]? plaintext) => SealedEnvelope.TryOpen(key, envelope, out plaintext);
}
