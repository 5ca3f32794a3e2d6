using System.Buffers.Binary;
using System.Security.Cryptography;
using Jangbu.Crypto.OpenSsl;

namespace Jangbu.Node.Slots;

/// <summary>The keys of one slot in one epoch, and the seal of its items (PROTOCOL §4.1). Both sides can write it; who did is signed inside.</summary>
internal sealed class SlotKeys
{
    private readonly byte[] _seed;
    private readonly byte[] _aes;
    private readonly byte[] _salt;

    /// <summary>Takes the 80 derived bytes apart.</summary>
    public SlotKeys(SlotName name, long epoch, ReadOnlySpan<byte> okm)
    {
        Name = name;
        Epoch = epoch;
        _seed = okm[..32].ToArray();
        _aes = okm[32..64].ToArray();
        _salt = okm[64..80].ToArray();
        using Ed25519Key key = Ed25519Key.FromSeed(_seed);
        PublicKey = key.PublicKey.ToArray();
    }

    /// <summary>Which slot.</summary>
    public SlotName Name { get; }

    /// <summary>In which hour.</summary>
    public long Epoch { get; }

    /// <summary>The BEP 44 key's seed.</summary>
    public ReadOnlySpan<byte> Seed => _seed;

    /// <summary>The AES-256-GCM key.</summary>
    public ReadOnlySpan<byte> AesKey => _aes;

    /// <summary>The BEP 44 public key.</summary>
    public byte[] PublicKey { get; }

    /// <summary>The BEP 44 salt of an item.</summary>
    public byte[] Salt(int item) => [.. _salt, checked((byte)item)];

    /// <summary>Where in the DHT an item lies: SHA-1 of key and salt (BEP 44).</summary>
#pragma warning disable CA5350 // BEP 44 places items by SHA-1; nothing is trusted because of it.
    public byte[] Target(int item) => SHA1.HashData([.. PublicKey, .. Salt(item)]);
#pragma warning restore CA5350

    /// <summary>What an item's seal covers besides its content.</summary>
    public byte[] AssociatedData(int item, long seq)
    {
        ReadOnlySpan<byte> slot = SlotNameBytes.Of(Name);
        byte[] data = new byte[8 + 8 + slot.Length + 1 + 1 + 8];
        "jangbu/1"u8.CopyTo(data);
        BinaryPrimitives.WriteInt64BigEndian(data.AsSpan(8), Epoch);
        slot.CopyTo(data.AsSpan(16));
        data[17 + slot.Length] = checked((byte)item);
        BinaryPrimitives.WriteInt64BigEndian(data.AsSpan(18 + slot.Length), seq);
        return data;
    }

    /// <summary>Cuts and seals a value: 1 to 16 items of 900 bytes.</summary>
    /// <exception cref="ArgumentException">The content is longer than 16 items hold.</exception>
    public byte[][] Seal(ReadOnlySpan<byte> content, long seq, RandomNumberGenerator random)
    {
        int count = Math.Max(1, (content.Length + Prefix + PieceLength - 1) / PieceLength);
        if (count > MaxItems)
            throw new ArgumentException($"a slot holds {MaxContent} bytes, not {content.Length}", nameof(content));
        byte[] value = new byte[count * PieceLength];
        value[0] = (byte)count;
        BinaryPrimitives.WriteInt32BigEndian(value.AsSpan(1), content.Length);
        content.CopyTo(value.AsSpan(Prefix));

        byte[][] items = new byte[count][];
        using AesGcm aes = new(_aes, TagLength);
        for (int item = 0; item < count; item++)
        {
            byte[] sealedItem = new byte[ItemLength];
            Span<byte> nonce = sealedItem.AsSpan(0, NonceLength);
            byte[] drawn = new byte[NonceLength];
            random.GetBytes(drawn);
            drawn.CopyTo(nonce);
            aes.Encrypt(nonce, value.AsSpan(item * PieceLength, PieceLength), sealedItem.AsSpan(NonceLength, PieceLength),
                sealedItem.AsSpan(NonceLength + PieceLength), AssociatedData(item, seq));
            items[item] = sealedItem;
        }
        return items;
    }

    /// <summary>Opens one item as found. False when its length or its seal is not right.</summary>
    public bool TryOpen(int item, long seq, ReadOnlySpan<byte> sealedItem, out byte[] piece)
    {
        piece = [];
        if (sealedItem.Length != ItemLength || (uint)item >= MaxItems)
            return false;
        byte[] opened = new byte[PieceLength];
        using AesGcm aes = new(_aes, TagLength);
        try
        {
            aes.Decrypt(sealedItem[..NonceLength], sealedItem.Slice(NonceLength, PieceLength), sealedItem[(NonceLength + PieceLength)..],
                opened, AssociatedData(item, seq));
        }
        catch (AuthenticationTagMismatchException)
        {
            return false; // .NET has no other way to say that a tag is wrong; the caller counts it.
        }
        piece = opened;
        return true;
    }

    /// <summary>How many items the first piece speaks of. False when it is no count.</summary>
    public static bool TryCount(ReadOnlySpan<byte> firstPiece, out int count)
    {
        count = firstPiece.Length == PieceLength ? firstPiece[0] : 0;
        return count is >= 1 and <= MaxItems;
    }

    /// <summary>Puts all pieces of a value together. False when the length does not fit, or what follows the content is not zero.</summary>
    public static bool TryJoin(ReadOnlySpan<byte[]> pieces, out byte[] content)
    {
        content = [];
        byte[] value = new byte[pieces.Length * PieceLength];
        for (int piece = 0; piece < pieces.Length; piece++)
            pieces[piece].CopyTo(value, piece * PieceLength);
        uint length = BinaryPrimitives.ReadUInt32BigEndian(value.AsSpan(1));
        if (value[0] != pieces.Length || length > value.Length - Prefix)
            return false;
        Span<byte> rest = value.AsSpan(Prefix + (int)length);
        if (rest.ContainsAnyExcept((byte)0))
            return false;
        content = value[Prefix..(Prefix + (int)length)];
        return true;
    }

    /// <summary>The most items of a value: sixteen keep a letter within what a stranger's node lends us.</summary>
    public const int MaxItems = 16;

    /// <summary>The length of a sealed item: below BEP 44's 1,000 with its own prefix, and within one unfragmented datagram.</summary>
    public const int ItemLength = NonceLength + PieceLength + TagLength;

    /// <summary>The longest content.</summary>
    public const int MaxContent = MaxItems * PieceLength - Prefix;

    private const int PieceLength = 872;
    private const int Prefix = 5;
    private const int NonceLength = 12;
    private const int TagLength = 16;
}
