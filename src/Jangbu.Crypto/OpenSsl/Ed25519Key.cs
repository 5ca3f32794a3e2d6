using System.Security.Cryptography;

namespace Jangbu.Crypto.OpenSsl;

/// <summary>An Ed25519 key pair (RFC 8032), as BEP 44 items are signed with. Every member may be called from any thread.</summary>
public sealed unsafe class Ed25519Key : IDisposable
{
    /// <summary>The length of a seed and of a public key in bytes.</summary>
    public const int Length = 32;

    /// <summary>The length of a signature in bytes.</summary>
    public const int SignatureLength = 64;

    private const int Type = 1087; // EVP_PKEY_ED25519
    private readonly EvpKeyHandle _key;
    private readonly byte[] _publicKey = new byte[Length];

    private Ed25519Key(EvpKeyHandle key)
    {
        _key = key;
        nuint length = Length;
        fixed (byte* destination = _publicKey)
        {
            if (LibCrypto.GetRawPublicKey(key, destination, ref length) != 1 || length != Length)
                throw new CryptographicException("OpenSSL gave no Ed25519 public key");
        }
    }

    /// <summary>The 32 bytes of the public key; a copy.</summary>
    public byte[] PublicKey => [.. _publicKey];

    /// <summary>The key pair of a 32-byte seed, which RFC 8032 calls the private key.</summary>
    public static Ed25519Key FromSeed(ReadOnlySpan<byte> seed)
    {
        if (seed.Length != Length)
            throw new ArgumentException($"an Ed25519 seed has {Length} bytes, not {seed.Length}", nameof(seed));
        fixed (byte* bytes = seed)
        {
            EvpKeyHandle key = LibCrypto.NewRawPrivateKey(Type, 0, bytes, Length);
            return key.IsInvalid ? throw new CryptographicException("OpenSSL made no Ed25519 key") : new Ed25519Key(key);
        }
    }

    /// <summary>Verifies a signature; false for a wrong length, point, scalar or signature.</summary>
    public static bool Verify(ReadOnlySpan<byte> publicKey, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature)
    {
        if (publicKey.Length != Length || signature.Length != SignatureLength)
            return false;
        fixed (byte* key = publicKey, data = message, signed = signature)
        {
            using EvpKeyHandle peer = LibCrypto.NewRawPublicKey(Type, 0, key, Length);
            using DigestContextHandle context = LibCrypto.NewDigestContext();
            byte none = 0;
            bool valid = !peer.IsInvalid && !context.IsInvalid && LibCrypto.DigestVerifyInit(context, 0, 0, 0, peer) == 1
                && LibCrypto.DigestVerify(context, signed, SignatureLength, data is null ? &none : data, (nuint)message.Length) == 1;
            if (!valid)
                LibCrypto.ClearErrors();
            return valid;
        }
    }

    /// <summary>Signs; the same message always gives the same 64 bytes.</summary>
    public byte[] Sign(ReadOnlySpan<byte> message)
    {
        byte[] signature = new byte[SignatureLength];
        nuint length = SignatureLength;
        fixed (byte* data = message, signed = signature)
        {
            using DigestContextHandle context = LibCrypto.NewDigestContext();
            byte none = 0;
            if (context.IsInvalid || LibCrypto.DigestSignInit(context, 0, 0, 0, _key) != 1
                || LibCrypto.DigestSign(context, signed, ref length, data is null ? &none : data, (nuint)message.Length) != 1 || length != SignatureLength)
            {
                LibCrypto.ClearErrors();
                throw new CryptographicException("OpenSSL made no Ed25519 signature");
            }
        }
        return signature;
    }

    /// <inheritdoc/>
    public void Dispose() => _key.Dispose();
}
