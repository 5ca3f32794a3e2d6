using System.Buffers.Binary;

namespace Jangbu.WebRtc.Sctp;

/// <summary>One chunk of a received packet, as a view into it.</summary>
//   0                   1                   2                   3     RFC 9260 §3.2
//  |  Chunk type   |  Chunk flags  |         Chunk length          |  length covers this header and the value, not the padding
internal readonly ref struct Chunk(ReadOnlySpan<byte> whole)
{
    public const int HeaderLength = 4;

    /// <summary>Header and value, without padding.</summary>
    public ReadOnlySpan<byte> Whole { get; } = whole;

    public ChunkType Type => (ChunkType)Whole[0];

    public byte Flags => Whole[1];

    public ReadOnlySpan<byte> Value => Whole[HeaderLength..];
}

/// <summary>Walks the chunks of a packet. A length below 4 or past the end ends the walk: nothing after it can be trusted.</summary>
internal ref struct ChunkReader(ReadOnlySpan<byte> rest)
{
    private ReadOnlySpan<byte> _rest = rest;

    /// <summary>Whether the walk ended at a chunk whose length lies.</summary>
    public bool Malformed { get; private set; }

    /// <summary>Whether no byte is left.</summary>
    public readonly bool AtEnd => _rest.IsEmpty;

    public bool TryNext(out Chunk chunk)
    {
        chunk = default;
        if (_rest.IsEmpty)
            return false;
        if (_rest.Length < Chunk.HeaderLength)
            return Fail();
        int length = BinaryPrimitives.ReadUInt16BigEndian(_rest[2..]);
        if (length < Chunk.HeaderLength || length > _rest.Length)
            return Fail();
        chunk = new Chunk(_rest[..length]);
        int padded = (length + 3) & ~3;
        // Some stacks leave out the padding of the last chunk; that harms nobody.
        _rest = padded >= _rest.Length ? default : _rest[padded..];
        return true;
    }

    private bool Fail()
    {
        Malformed = true;
        _rest = default;
        return false;
    }
}
