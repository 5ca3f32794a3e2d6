using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Jangbu.Ledger;

/// <summary>SHA-256 as a value: of an entry's JSON bytes (PROTOCOL §6), of a record's payload (§2), of a tree node (§7). Written as 64 lower-case hex digits.</summary>
public readonly record struct EntryHash
{
    /// <summary>Bytes of a hash.</summary>
    public const int Size = 32;

    private readonly ulong _a, _b, _c, _d;

    /// <summary>Takes the 32 bytes of a hash.</summary>
    public EntryHash(ReadOnlySpan<byte> hash)
    {
        if (hash.Length != Size)
            throw new ArgumentException($"a hash has {Size} bytes, not {hash.Length}", nameof(hash));
        _a = BinaryPrimitives.ReadUInt64BigEndian(hash);
        _b = BinaryPrimitives.ReadUInt64BigEndian(hash[8..]);
        _c = BinaryPrimitives.ReadUInt64BigEndian(hash[16..]);
        _d = BinaryPrimitives.ReadUInt64BigEndian(hash[24..]);
    }

    /// <summary>64 zeros: what the first entry names as the one before it.</summary>
    public static EntryHash None => default;

    /// <summary>Hashes bytes.</summary>
    public static EntryHash Of(ReadOnlySpan<byte> bytes)
    {
        Span<byte> hash = stackalloc byte[Size];
        SHA256.HashData(bytes, hash);
        return new EntryHash(hash);
    }

    /// <summary>Reads exactly 64 lower-case hex digits in ASCII.</summary>
    public static bool TryParse(ReadOnlySpan<byte> text, out EntryHash hash)
    {
        hash = default;
        if (text.Length != 2 * Size)
            return false;
        Span<byte> bytes = stackalloc byte[Size];
        for (int i = 0; i < Size; i++)
        {
            int high = Digit(text[2 * i]), low = Digit(text[2 * i + 1]);
            if ((high | low) < 0)
                return false;
            bytes[i] = (byte)(high << 4 | low);
        }
        hash = new EntryHash(bytes);
        return true;
    }

    /// <summary>Writes the 32 bytes.</summary>
    public void CopyTo(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt64BigEndian(destination, _a);
        BinaryPrimitives.WriteUInt64BigEndian(destination[8..], _b);
        BinaryPrimitives.WriteUInt64BigEndian(destination[16..], _c);
        BinaryPrimitives.WriteUInt64BigEndian(destination[24..], _d);
    }

    /// <summary>The 32 bytes in an array of their own.</summary>
    public byte[] ToByteArray()
    {
        byte[] bytes = new byte[Size];
        CopyTo(bytes);
        return bytes;
    }

    /// <summary>64 lower-case hex digits.</summary>
    public override string ToString()
    {
        Span<byte> bytes = stackalloc byte[Size];
        CopyTo(bytes);
        return Convert.ToHexStringLower(bytes);
    }

    private static int Digit(byte c) => c switch
    {
        >= (byte)'0' and <= (byte)'9' => c - '0',
        >= (byte)'a' and <= (byte)'f' => c - 'a' + 10,
        _ => -1,
    };
}
