namespace Jangbu.Dht.Bencoding;

/// <summary>How strictly the keys of a dictionary are ordered.</summary>
public enum BencodeOrder
{
    /// <summary>Keys ascend bytewise and none is twice: the one spelling of BEP 3.</summary>
    Strict,

    /// <summary>Any order, for the frame of KRPC messages only: some Mainline clients write `y` before `t`.</summary>
    Any,
}

/// <summary>Bencoding (BEP 3): integers, byte strings, lists and dictionaries, each value with exactly one spelling.</summary>
public static class Bencode
{
    /// <summary>Deepest nesting read: a datagram of 1,500 opening brackets must cost nothing; real messages nest four deep.</summary>
    public const int MaximumDepth = 32;

    /// <summary>Whether <paramref name="source"/> is exactly one well-formed value with nothing after it.</summary>
    public static bool IsValid(ReadOnlySpan<byte> source, BencodeOrder order = BencodeOrder.Strict) =>
        TryMeasure(source, order, out int length) && length == source.Length;

    /// <summary>Finds where the first value of <paramref name="source"/> ends, checking all of it on the way.</summary>
    public static bool TryMeasure(ReadOnlySpan<byte> source, BencodeOrder order, out int length)
    {
        length = 0;
        return TryMeasure(source, order, MaximumDepth, ref length);
    }

    /// <summary>Reads a value that is a byte string and nothing else.</summary>
    public static bool TryReadString(ReadOnlySpan<byte> value, out ReadOnlySpan<byte> content)
    {
        int position = 0;
        return TryReadString(value, ref position, out content) && position == value.Length;
    }

    /// <summary>Reads a value that is an integer of 64 bits and nothing else.</summary>
    public static bool TryReadInteger(ReadOnlySpan<byte> value, out long number)
    {
        int position = 0;
        return TryReadInteger(value, ref position, out number) && position == value.Length;
    }

    /// <summary>The bencoding of a byte string: its length, a colon, its bytes.</summary>
    public static byte[] EncodeString(ReadOnlySpan<byte> content)
    {
        byte[] encoded = new byte[EncodedLength(content.Length)];
        var writer = new BencodeWriter(encoded);
        writer.String(content);
        return encoded;
    }

    /// <summary>Length of a byte string of <paramref name="length"/> bytes once bencoded.</summary>
    public static int EncodedLength(int length)
    {
        int digits = 1;
        for (int rest = length; rest >= 10; rest /= 10)
            digits++;
        return digits + 1 + length;
    }

    internal static bool TryReadString(ReadOnlySpan<byte> source, scoped ref int position, out ReadOnlySpan<byte> content)
    {
        content = default;
        int at = position;
        int size = 0;
        int digits = 0;
        while (at < source.Length && source[at] is >= (byte)'0' and <= (byte)'9')
        {
            // Seven digits reach past any datagram; a leading zero would be a second spelling.
            if (++digits > 7 || (digits > 1 && size == 0))
                return false;
            size = (size * 10) + (source[at++] - '0');
        }
        if (digits == 0 || at >= source.Length || source[at] != ':' || size > source.Length - at - 1)
            return false;
        content = source.Slice(at + 1, size);
        position = at + 1 + size;
        return true;
    }

    internal static bool TryReadInteger(ReadOnlySpan<byte> source, scoped ref int position, out long number)
    {
        number = 0;
        int at = position;
        if (at >= source.Length || source[at++] != 'i')
            return false;
        bool negative = at < source.Length && source[at] == '-';
        if (negative)
            at++;
        int digits = 0;
        ulong magnitude = 0;
        while (at < source.Length && source[at] is >= (byte)'0' and <= (byte)'9')
        {
            if (++digits > 19 || (digits > 1 && magnitude == 0))
                return false;
            magnitude = (magnitude * 10) + (ulong)(source[at++] - '0');
        }
        ulong limit = (ulong)long.MaxValue + (negative ? 1UL : 0UL);
        if (digits == 0 || (negative && magnitude == 0) || magnitude > limit || at >= source.Length || source[at] != 'e')
            return false;
        number = unchecked(negative ? -(long)magnitude : (long)magnitude);
        position = at + 1;
        return true;
    }

    private static bool TryMeasure(ReadOnlySpan<byte> source, BencodeOrder order, int depth, ref int position)
    {
        if (position >= source.Length)
            return false;
        switch (source[position])
        {
            case (byte)'i':
                return TryReadInteger(source, ref position, out _);
            case (byte)'l' when depth > 0:
                position++;
                while (position < source.Length && source[position] != 'e')
                {
                    if (!TryMeasure(source, order, depth - 1, ref position))
                        return false;
                }
                return position++ < source.Length;
            case (byte)'d' when depth > 0:
                return TryMeasureDictionary(source, order, depth, ref position);
            default:
                return TryReadString(source, ref position, out _);
        }
    }

    private static bool TryMeasureDictionary(ReadOnlySpan<byte> source, BencodeOrder order, int depth, ref int position)
    {
        position++;
        ReadOnlySpan<byte> previous = default;
        bool first = true;
        while (position < source.Length && source[position] != 'e')
        {
            if (!TryReadString(source, ref position, out ReadOnlySpan<byte> key))
                return false;
            if (order == BencodeOrder.Strict && !first && previous.SequenceCompareTo(key) >= 0)
                return false;
            previous = key;
            first = false;
            if (!TryMeasure(source, order, depth - 1, ref position))
                return false;
        }
        return position++ < source.Length;
    }
}
