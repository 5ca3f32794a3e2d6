using System.Security.Cryptography;
using Jangbu.Crypto;
using Jangbu.Crypto.OpenSsl;

namespace Jangbu.Node.Slots;

/// <summary>What two people share and nobody else: the source of every slot between them (PROTOCOL §4.1).</summary>
internal sealed class PairSecret
{
    private readonly byte[] _secret;

    private PairSecret(byte[] secret) => _secret = secret;

    /// <summary>The 32 bytes themselves.</summary>
    public ReadOnlySpan<byte> Bytes => _secret;

    /// <summary>Agrees with a contact. False when the contact's key gives an all-zero result, which anybody could foresee.</summary>
    public static bool TryAgree(X25519Key mine, ReadOnlySpan<byte> theirs, PeerId me, PeerId them, out PairSecret? secret)
    {
        secret = null;
        if (!mine.TryAgree(theirs, out byte[] shared))
            return false;
        Span<byte> ids = stackalloc byte[64];
        (PeerId lower, PeerId higher) = me.CompareTo(them) < 0 ? (me, them) : (them, me);
        lower.CopyTo(ids);
        higher.CopyTo(ids[32..]);
        secret = Derive(shared, "jangbu/1/pair"u8, ids);
        CryptographicOperations.ZeroMemory(shared);
        return true;
    }

    /// <summary>The secret of an invitation's 16 bytes.</summary>
    public static PairSecret FromInvitation(ReadOnlySpan<byte> code) => Derive(code, "jangbu/1/invite"u8, []);

    /// <summary>The keys of one slot in one epoch. <paramref name="writer"/> is the writer's id, for an invitation 32 times 0x00 or 0x01.</summary>
    public SlotKeys Slot(SlotName name, ReadOnlySpan<byte> writer, long epoch)
    {
        ReadOnlySpan<byte> slot = SlotNameBytes.Of(name);
        Span<byte> info = stackalloc byte[slot.Length + 1 + 32 + 8];
        slot.CopyTo(info);
        info[slot.Length] = 0;
        writer.CopyTo(info[(slot.Length + 1)..]);
        System.Buffers.Binary.BinaryPrimitives.WriteInt64BigEndian(info[^8..], epoch);
        Span<byte> okm = stackalloc byte[80];
        HKDF.DeriveKey(HashAlgorithmName.SHA256, _secret, okm, "jangbu/1/slot"u8, info);
        SlotKeys keys = new(name, epoch, okm);
        CryptographicOperations.ZeroMemory(okm);
        return keys;
    }

    private static PairSecret Derive(ReadOnlySpan<byte> ikm, ReadOnlySpan<byte> salt, ReadOnlySpan<byte> info)
    {
        byte[] secret = new byte[32];
        HKDF.DeriveKey(HashAlgorithmName.SHA256, ikm, secret, salt, info);
        return new PairSecret(secret);
    }
}
