using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;

namespace Jangbu.Crypto;

/// <summary>A person: the RFC 7638 SHA-256 thumbprint of the RSA key, written as bech32m with prefix <c>jb</c> (PROTOCOL §1).</summary>
/// <remarks>The default value is the id of 32 zero bytes, which no known key has.</remarks>
public readonly record struct PeerId : IComparable<PeerId>
{
    /// <summary>The raw form's length in bytes.</summary>
    public const int Length = 32;

    private const string Prefix = "jb";
    private readonly ulong _first, _second, _third, _fourth;

    private PeerId(ReadOnlySpan<byte> thumbprint)
    {
        _first = BinaryPrimitives.ReadUInt64BigEndian(thumbprint);
        _second = BinaryPrimitives.ReadUInt64BigEndian(thumbprint[8..]);
        _third = BinaryPrimitives.ReadUInt64BigEndian(thumbprint[16..]);
        _fourth = BinaryPrimitives.ReadUInt64BigEndian(thumbprint[24..]);
    }

    /// <summary>The id with these 32 raw bytes.</summary>
    /// <exception cref="ArgumentException">Not 32 bytes.</exception>
    public static PeerId FromThumbprint(ReadOnlySpan<byte> thumbprint) => thumbprint.Length == Length
        ? new PeerId(thumbprint)
        : throw new ArgumentException($"a thumbprint has {Length} bytes, not {thumbprint.Length}", nameof(thumbprint));

    /// <summary>Reads <c>jb1…</c> in its one spelling: lower case, right checksum, 32 bytes.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out PeerId id)
    {
        Span<byte> thumbprint = stackalloc byte[Length];
        bool read = text is not null && Bech32m.TryDecode(Prefix, text, thumbprint);
        id = read ? new PeerId(thumbprint) : default;
        return read;
    }

    /// <summary>Writes the 32 raw bytes to the start of <paramref name="destination"/>.</summary>
    public void CopyTo(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt64BigEndian(destination, _first);
        BinaryPrimitives.WriteUInt64BigEndian(destination[8..], _second);
        BinaryPrimitives.WriteUInt64BigEndian(destination[16..], _third);
        BinaryPrimitives.WriteUInt64BigEndian(destination[24..], _fourth);
    }

    /// <summary>The 32 raw bytes.</summary>
    public byte[] ToByteArray()
    {
        byte[] thumbprint = new byte[Length];
        CopyTo(thumbprint);
        return thumbprint;
    }

    /// <summary>Orders by the raw bytes, which is what "the lower id" means in PROTOCOL.</summary>
    public int CompareTo(PeerId other)
    {
        int order = _first.CompareTo(other._first);
        order = order != 0 ? order : _second.CompareTo(other._second);
        order = order != 0 ? order : _third.CompareTo(other._third);
        return order != 0 ? order : _fourth.CompareTo(other._fourth);
    }

    /// <summary><c>jb1…</c>, 61 letters.</summary>
    public override string ToString()
    {
        Span<byte> thumbprint = stackalloc byte[Length];
        CopyTo(thumbprint);
        return Bech32m.Encode(Prefix, thumbprint);
    }
}
