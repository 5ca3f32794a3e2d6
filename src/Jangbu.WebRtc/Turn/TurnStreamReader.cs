using System.Buffers.Binary;

namespace Jangbu.WebRtc.Turn;

/// <summary>Cuts the byte stream from a TURN server into STUN messages and channel frames (RFC 8656 §12.5): the first two bits tell which.</summary>
public sealed class TurnStreamReader
{
    /// <summary>The longest frame the two length fields can name, padded.</summary>
    public const int MaxFrame = 20 + 65_536;

    private byte[] _buffer = new byte[4096];
    private int _start;
    private int _end;

    /// <summary>Whether the stream made no sense; it must be closed then, since a lost boundary is never found again.</summary>
    public bool IsBroken { get; private set; }

    /// <summary>Takes what the stream gave. Memory grows with bytes that came, never with a length that was claimed.</summary>
    public void Append(ReadOnlySpan<byte> bytes)
    {
        if (_buffer.Length - _end < bytes.Length)
        {
            int kept = _end - _start;
            byte[] next = _buffer.Length - kept < bytes.Length ? new byte[Math.Max(_buffer.Length * 2, kept + bytes.Length)] : _buffer;
            _buffer.AsSpan(_start, kept).CopyTo(next);
            _buffer = next;
            _start = 0;
            _end = kept;
        }

        bytes.CopyTo(_buffer.AsSpan(_end));
        _end += bytes.Length;
    }

    /// <summary>Takes the next whole frame, which stays good until the next call of either method.</summary>
    public bool TryRead(out ReadOnlySpan<byte> frame)
    {
        frame = default;
        ReadOnlySpan<byte> rest = _buffer.AsSpan(_start, _end - _start);
        if (IsBroken || rest.Length < ChannelData.HeaderLength)
            return false;
        int length = BinaryPrimitives.ReadUInt16BigEndian(rest[2..]);
        int whole, useful;
        switch (rest[0] >> 6)
        {
            case 0:
                whole = useful = 20 + length;
                IsBroken = length % 4 != 0;
                break;
            case 1:
                useful = ChannelData.HeaderLength + length;
                whole = (useful + 3) & ~3;
                break;
            default:
                whole = useful = 0;
                IsBroken = true;
                break;
        }

        if (IsBroken || rest.Length < whole)
            return false;
        frame = rest[..useful];
        _start += whole;
        return true;
    }
}
