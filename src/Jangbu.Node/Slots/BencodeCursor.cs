using System.Globalization;
using System.Text;

namespace Jangbu.Node.Slots;

/// <summary>
/// Reads bencoding in its one spelling, front to back, without building a tree: a slot's content has one fixed form, so the reader asks for
/// what must come next. Never throws for bytes.
/// </summary>
internal ref struct BencodeCursor(ReadOnlySpan<byte> source)
{
    private readonly ReadOnlySpan<byte> _source = source;

    /// <summary>How far it has read.</summary>
    public int Position { get; private set; }

    /// <summary>True when nothing is left.</summary>
    public readonly bool AtEnd => Position == _source.Length;

    /// <summary>What comes next, 0 at the end.</summary>
    public readonly byte Next => AtEnd ? (byte)0 : _source[Position];

    /// <summary>Takes one structural byte.</summary>
    public bool TryTake(byte expected)
    {
        if (Next != expected)
            return false;
        Position++;
        return true;
    }

    /// <summary>Takes a byte string.</summary>
    public bool TryString(out ReadOnlySpan<byte> value)
    {
        value = default;
        if (!TryDigits((byte)':', MaxLengthDigits, out long length) || length > _source.Length - Position)
            return false;
        value = _source.Slice(Position, (int)length);
        Position += (int)length;
        return true;
    }

    /// <summary>Takes an integer of zero or more.</summary>
    public bool TryInteger(out long value)
    {
        value = 0;
        return TryTake((byte)'i') && TryDigits((byte)'e', MaxIntegerDigits, out value);
    }

    private bool TryDigits(byte end, int limit, out long value)
    {
        value = 0;
        int start = Position;
        while (Next is >= (byte)'0' and <= (byte)'9')
        {
            if (Position - start == limit)
                return false;
            value = value * 10 + (Next - '0');
            Position++;
        }
        int digits = Position - start;
        return digits > 0 && (digits == 1 || _source[start] != '0') && TryTake(end);
    }

    /// <summary>A length needs no more: the longest content has five digits.</summary>
    private const int MaxLengthDigits = 6;

    /// <summary>2^53 has sixteen digits; no member of ours is larger.</summary>
    private const int MaxIntegerDigits = 16;
}

/// <summary>Writes bencoding; the caller gives dictionary names in their order.</summary>
internal sealed class BencodeText
{
    private readonly System.Buffers.ArrayBufferWriter<byte> _bytes = new();

    /// <summary>Appends bytes as they are: structure, or a part written before.</summary>
    public BencodeText Raw(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(_bytes.GetSpan(bytes.Length));
        _bytes.Advance(bytes.Length);
        return this;
    }

    /// <summary>Appends a byte string.</summary>
    public BencodeText Text(ReadOnlySpan<byte> value)
    {
        return Raw(Encoding.ASCII.GetBytes(value.Length.ToString(CultureInfo.InvariantCulture))).Raw(":"u8).Raw(value);
    }

    /// <summary>Appends an integer.</summary>
    public BencodeText Integer(long value) => Raw(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"i{value}e")));

    /// <summary>All that was written.</summary>
    public byte[] ToArray() => _bytes.WrittenSpan.ToArray();
}
