using System.Security.Cryptography;

namespace Jangbu.Crypto.OpenSsl;

/// <summary>An X25519 key pair (RFC 7748), by which two contacts agree on their pair secret. Every member may be called from any thread.</summary>
public sealed unsafe class X25519Key : IDisposable
{
    /// <summary>The length of a private key, a public key and a shared secret in bytes.</summary>
    public const int Length = 32;

    private const int Type = 1034; // EVP_PKEY_X25519
    private readonly EvpKeyHandle _key;
    private readonly byte[] _publicKey = new byte[Length];

    private X25519Key(EvpKeyHandle key)
    {
        _key = key;
        nuint length = Length;
        fixed (byte* destination = _publicKey)
        {
            if (LibCrypto.GetRawPublicKey(key, destination, ref length) != 1 || length != Length)
                throw new CryptographicException("OpenSSL gave no X25519 public key");
        }
    }

    /// <summary>The 32 bytes of the public key; a copy.</summary>
    public byte[] PublicKey => [.. _publicKey];

    /// <summary>The key pair of 32 private bytes; clamping is the library's.</summary>
    public static X25519Key FromPrivate(ReadOnlySpan<byte> privateKey)
    {
        if (privateKey.Length != Length)
            throw new ArgumentException($"an X25519 private key has {Length} bytes, not {privateKey.Length}", nameof(privateKey));
        fixed (byte* bytes = privateKey)
        {
            EvpKeyHandle key = LibCrypto.NewRawPrivateKey(Type, 0, bytes, Length);
            return key.IsInvalid ? throw new CryptographicException("OpenSSL made no X25519 key") : new X25519Key(key);
        }
    }

    /// <summary>Agrees on 32 shared bytes.</summary>
    /// <returns>False for a peer key of another length, and for one of small order, whose result is all zero (RFC 7748 §6.1).</returns>
    public bool TryAgree(ReadOnlySpan<byte> peerPublic, out byte[] shared)
    {
        shared = new byte[Length];
        if (peerPublic.Length != Length)
            return false;
        nuint length = Length;
        fixed (byte* bytes = peerPublic, secret = shared)
        {
            using EvpKeyHandle peer = LibCrypto.NewRawPublicKey(Type, 0, bytes, Length);
            using EvpKeyContextHandle context = LibCrypto.NewKeyContext(_key, 0);
            bool agreed = !peer.IsInvalid && !context.IsInvalid && LibCrypto.DeriveInit(context) == 1 && LibCrypto.DeriveSetPeer(context, peer) == 1
                && LibCrypto.Derive(context, secret, ref length) == 1 && length == Length && shared.AsSpan().ContainsAnyExcept((byte)0);
            if (!agreed)
            {
                LibCrypto.ClearErrors();
                Array.Clear(shared);
            }
            return agreed;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _key.Dispose();
}
