using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Jangbu.Payments.Records;

/// <summary>SHA-256 over a record's payload bytes as received: the record's name everywhere (PROTOCOL §2). Four words, so that a million of them need no arrays.</summary>
public readonly record struct RecordHash : IComparable<RecordHash>
{
    /// <summary>Bytes of a hash.</summary>
    public const int Size = 32;

    private readonly ulong _a, _b, _c, _d;

    private RecordHash(ReadOnlySpan<byte> bytes)
    {
        _a = BinaryPrimitives.ReadUInt64BigEndian(bytes);
        _b = BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]);
        _c = BinaryPrimitives.ReadUInt64BigEndian(bytes[16..]);
        _d = BinaryPrimitives.ReadUInt64BigEndian(bytes[24..]);
    }

    /// <summary>64 zeros: what a lane's first record names as the one before it.</summary>
    public static RecordHash None => default;

    /// <summary>The hash of a payload.</summary>
    public static RecordHash Of(ReadOnlySpan<byte> payload)
    {
        Span<byte> hash = stackalloc byte[Size];
        SHA256.HashData(payload, hash);
        return new RecordHash(hash);
    }

    /// <summary>Reads 64 lower-case hex digits.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out RecordHash hash)
    {
        hash = default;
        if (text.Length != Size * 2)
            return false;
        foreach (char c in text)
        {
            if (!char.IsAsciiHexDigitLower(c))
                return false;
        }
        Span<byte> bytes = stackalloc byte[Size];
        Convert.FromHexString(text, bytes, out _, out _);
        hash = new RecordHash(bytes);
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

    /// <inheritdoc/>
    public int CompareTo(RecordHash other)
    {
        int byWord = _a.CompareTo(other._a);
        byWord = byWord != 0 ? byWord : _b.CompareTo(other._b);
        byWord = byWord != 0 ? byWord : _c.CompareTo(other._c);
        return byWord != 0 ? byWord : _d.CompareTo(other._d);
    }

    /// <inheritdoc/>
    public override int GetHashCode() => unchecked((int)_d);

    /// <summary>64 lower-case hex digits.</summary>
    public override string ToString()
    {
        Span<byte> bytes = stackalloc byte[Size];
        CopyTo(bytes);
        return Convert.ToHexStringLower(bytes);
    }
}
