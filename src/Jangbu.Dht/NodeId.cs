using System.Buffers.Binary;
using System.Globalization;
using System.Numerics;
using System.Security.Cryptography;

namespace Jangbu.Dht;

/// <summary>A position in the DHT's space of 160 bits: a node's id, an info hash, or the target of an item. Ordered as an unsigned number.</summary>
/// <param name="High">Bits 0–63, the first eight bytes.</param>
/// <param name="Middle">Bits 64–127.</param>
/// <param name="Low">Bits 128–159, the last four bytes.</param>
public readonly record struct NodeId(ulong High, ulong Middle, uint Low) : IComparable<NodeId>
{
    /// <summary>Length on the wire.</summary>
    public const int Size = 20;

    /// <summary>Bits of an id.</summary>
    public const int Bits = 160;

    /// <summary>The distance of BEP 5: exclusive or, read as a number.</summary>
    public static NodeId operator ^(NodeId left, NodeId right) => new(left.High ^ right.High, left.Middle ^ right.Middle, left.Low ^ right.Low);

    /// <summary>Nearer, when both are distances.</summary>
    public static bool operator <(NodeId left, NodeId right) => left.CompareTo(right) < 0;

    /// <summary>Farther, when both are distances.</summary>
    public static bool operator >(NodeId left, NodeId right) => left.CompareTo(right) > 0;

    /// <summary>At most as far.</summary>
    public static bool operator <=(NodeId left, NodeId right) => left.CompareTo(right) <= 0;

    /// <summary>At least as far.</summary>
    public static bool operator >=(NodeId left, NodeId right) => left.CompareTo(right) >= 0;

    /// <summary>Reads the 20 bytes that <paramref name="source"/> consists of; false for any other length.</summary>
    public static bool TryRead(ReadOnlySpan<byte> source, out NodeId id)
    {
        id = source.Length == Size ? Read(source) : default;
        return source.Length == Size;
    }

    /// <summary>Reads the first 20 bytes.</summary>
    public static NodeId Read(ReadOnlySpan<byte> source) => new(
        BinaryPrimitives.ReadUInt64BigEndian(source),
        BinaryPrimitives.ReadUInt64BigEndian(source[8..]),
        BinaryPrimitives.ReadUInt32BigEndian(source[16..]));

    /// <summary>Reads 40 hexadecimal digits.</summary>
    public static bool TryParse(string? text, out NodeId id)
    {
        id = default;
        Span<byte> bytes = stackalloc byte[Size];
        if (text is not { Length: Size * 2 } || Convert.FromHexString(text, bytes, out _, out int written) != System.Buffers.OperationStatus.Done || written != Size)
            return false;
        id = Read(bytes);
        return true;
    }

    /// <summary>A uniformly random id.</summary>
    public static NodeId Random(RandomNumberGenerator random)
    {
        ArgumentNullException.ThrowIfNull(random);
        Span<byte> bytes = stackalloc byte[Size];
        random.GetBytes(bytes);
        return Read(bytes);
    }

    /// <summary>The SHA-1 of <paramref name="bytes"/>, as BEP 5 and BEP 44 name things.</summary>
    public static NodeId Hash(ReadOnlySpan<byte> bytes)
    {
        Span<byte> hash = stackalloc byte[Size];
        SHA1.HashData(bytes, hash);
        return Read(hash);
    }

    /// <summary>How many leading bits two ids share, 160 when they are equal.</summary>
    public static int CommonPrefix(NodeId left, NodeId right)
    {
        NodeId distance = left ^ right;
        return distance.High != 0 ? BitOperations.LeadingZeroCount(distance.High)
            : distance.Middle != 0 ? 64 + BitOperations.LeadingZeroCount(distance.Middle)
            : 128 + BitOperations.LeadingZeroCount(distance.Low);
    }

    /// <summary>A random id that shares exactly <paramref name="prefix"/> bits with this one: a lookup for it refreshes one bucket.</summary>
    public NodeId RandomInBucket(int prefix, RandomNumberGenerator random)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(prefix);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(prefix, Bits);
        NodeId other = Random(random);
        NodeId keep = Mask(prefix);
        NodeId flip = Mask(prefix + 1) ^ keep;
        return new(
            (High & keep.High) | (~High & flip.High) | (other.High & ~(keep.High | flip.High)),
            (Middle & keep.Middle) | (~Middle & flip.Middle) | (other.Middle & ~(keep.Middle | flip.Middle)),
            (Low & keep.Low) | (~Low & flip.Low) | (other.Low & ~(keep.Low | flip.Low)));
    }

    /// <summary>Writes the 20 bytes.</summary>
    public void CopyTo(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt64BigEndian(destination, High);
        BinaryPrimitives.WriteUInt64BigEndian(destination[8..], Middle);
        BinaryPrimitives.WriteUInt32BigEndian(destination[16..], Low);
    }

    /// <summary>The 20 bytes.</summary>
    public byte[] ToByteArray()
    {
        byte[] bytes = new byte[Size];
        CopyTo(bytes);
        return bytes;
    }

    /// <summary>The id as a fraction of the whole space, for estimating how many nodes there are.</summary>
    public double ToFraction() => (High / 18446744073709551616.0) + (Middle / 18446744073709551616.0 / 18446744073709551616.0);

    /// <inheritdoc/>
    public int CompareTo(NodeId other)
    {
        int order = High.CompareTo(other.High);
        if (order == 0)
            order = Middle.CompareTo(other.Middle);
        return order == 0 ? Low.CompareTo(other.Low) : order;
    }

    /// <summary>Forty lower-case hexadecimal digits.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{High:x16}{Middle:x16}{Low:x8}");

    /// <inheritdoc/>
    public override int GetHashCode() => unchecked((int)(High ^ (High >> 32) ^ Middle ^ Low));

    private static NodeId Mask(int bits) => new(
        MaskWord(Math.Clamp(bits, 0, 64)),
        MaskWord(Math.Clamp(bits - 64, 0, 64)),
        (uint)(MaskWord(Math.Clamp(bits - 128, 0, 32)) >> 32));

    private static ulong MaskWord(int bits) => bits == 0 ? 0 : ulong.MaxValue << (64 - bits);
}
