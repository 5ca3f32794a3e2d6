using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Jangbu.WebRtc.Stun;

/// <summary>The 96 random bits that join an answer to its request (RFC 8489 §5). Every transaction takes a fresh one; only a retransmission repeats it.</summary>
/// <param name="High">The first four bytes, big-endian.</param>
/// <param name="Low">The other eight bytes, big-endian.</param>
public readonly record struct StunTransactionId(uint High, ulong Low)
{
    /// <summary>Length on the wire.</summary>
    public const int Length = 12;

    /// <summary>Draws a new id.</summary>
    public static StunTransactionId Create(RandomNumberGenerator random)
    {
        ArgumentNullException.ThrowIfNull(random);
        Span<byte> bytes = stackalloc byte[Length];
        random.GetBytes(bytes);
        return Read(bytes);
    }

    /// <summary>Reads the id from its twelve bytes.</summary>
    public static StunTransactionId Read(ReadOnlySpan<byte> source) =>
        new(BinaryPrimitives.ReadUInt32BigEndian(source), BinaryPrimitives.ReadUInt64BigEndian(source[4..]));

    /// <summary>Writes the twelve bytes.</summary>
    public void Write(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt32BigEndian(destination, High);
        BinaryPrimitives.WriteUInt64BigEndian(destination[4..], Low);
    }
}
