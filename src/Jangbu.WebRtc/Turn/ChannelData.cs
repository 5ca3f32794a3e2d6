using System.Buffers.Binary;

namespace Jangbu.WebRtc.Turn;

/// <summary>The four-byte frame of data over a channel (RFC 8656 §12.4).</summary>
//   0                   1                   2                   3
//  |         Channel Number        |            Length             |  length without padding; a stream pads to four bytes
public static class ChannelData
{
    /// <summary>Number and length.</summary>
    public const int HeaderLength = 4;

    /// <summary>The lowest channel number (RFC 8656 §12).</summary>
    public const int FirstChannel = 0x4000;

    /// <summary>The highest; what begins with 0x50 and more is no channel.</summary>
    public const int LastChannel = 0x4FFF;

    /// <summary>Reads one frame out of a datagram, which may be padded.</summary>
    public static bool TryRead(ReadOnlySpan<byte> datagram, out int channel, out ReadOnlySpan<byte> payload)
    {
        channel = 0;
        payload = default;
        if (datagram.Length < HeaderLength)
            return false;
        channel = BinaryPrimitives.ReadUInt16BigEndian(datagram);
        int length = BinaryPrimitives.ReadUInt16BigEndian(datagram[2..]);
        if (channel is < FirstChannel or > LastChannel || length > datagram.Length - HeaderLength || datagram.Length - HeaderLength - length > 3)
            return false;
        payload = datagram.Slice(HeaderLength, length);
        return true;
    }

    /// <summary>Writes one frame.</summary>
    /// <param name="destination">Room for four bytes, the payload, and up to three of padding.</param>
    /// <param name="channel">The bound channel.</param>
    /// <param name="payload">At most 65,535 bytes.</param>
    /// <param name="padded">Over a stream frames are padded to a multiple of four bytes.</param>
    /// <returns>Bytes written.</returns>
    public static int Write(Span<byte> destination, int channel, ReadOnlySpan<byte> payload, bool padded)
    {
        BinaryPrimitives.WriteUInt16BigEndian(destination, checked((ushort)channel));
        BinaryPrimitives.WriteUInt16BigEndian(destination[2..], checked((ushort)payload.Length));
        payload.CopyTo(destination[HeaderLength..]);
        int end = HeaderLength + payload.Length, whole = padded ? (end + 3) & ~3 : end;
        destination[end..whole].Clear();
        return whole;
    }
}
