using System.Buffers.Binary;

namespace Jangbu.WebRtc.Sctp;

/// <summary>Builds one packet in the caller's buffer: header, chunks padded to four bytes, checksum last.</summary>
internal ref struct PacketWriter
{
    private readonly Span<byte> _packet;

    /// <param name="packet">At most as long as the packet may become.</param>
    public PacketWriter(Span<byte> packet, ushort sourcePort, ushort destinationPort, VerificationTag tag)
    {
        _packet = packet;
        BinaryPrimitives.WriteUInt16BigEndian(packet, sourcePort);
        BinaryPrimitives.WriteUInt16BigEndian(packet[2..], destinationPort);
        BinaryPrimitives.WriteUInt32BigEndian(packet[4..], tag.Value);
        Length = CommonHeader.Length;
    }

    public int Length { get; private set; }

    /// <summary>Bytes that the packet can still take.</summary>
    public readonly int Room => _packet.Length - Length;

    public readonly bool IsEmpty => Length == CommonHeader.Length;

    /// <summary>Adds a chunk with <paramref name="valueLength"/> bytes of value to be filled by the caller; padding is zeroed.</summary>
    public Span<byte> Add(ChunkType type, byte flags, int valueLength)
    {
        int length = Chunk.HeaderLength + valueLength;
        Span<byte> chunk = _packet.Slice(Length, Padded(length));
        chunk[0] = (byte)type;
        chunk[1] = flags;
        BinaryPrimitives.WriteUInt16BigEndian(chunk[2..], (ushort)length);
        chunk[length..].Clear();
        Length += chunk.Length;
        return chunk[Chunk.HeaderLength..length];
    }

    /// <summary>Adds a chunk that was marshalled before.</summary>
    public void AddWhole(ReadOnlySpan<byte> chunk)
    {
        chunk.CopyTo(_packet[Length..]);
        int padded = Padded(chunk.Length);
        _packet.Slice(Length + chunk.Length, padded - chunk.Length).Clear();
        Length += padded;
    }

    /// <summary>Writes the checksum, or zero where the peer takes that (RFC 9653).</summary>
    public readonly void Finish(bool zeroChecksum)
    {
        uint checksum = zeroChecksum ? 0 : Crc32c.OfPacket(_packet[..Length]);
        BinaryPrimitives.WriteUInt32LittleEndian(_packet[8..], checksum);
    }

    public static int Padded(int length) => (length + 3) & ~3;
}
