namespace Jangbu.Dht.Bencoding;

/// <summary>Walks one list or dictionary, value by value, without copying; each value comes out checked and still encoded.</summary>
/// <remarks>When a `TryNext` returns false, <see cref="IsComplete"/> tells the proper end from a malformed source.</remarks>
public ref struct BencodeReader
{
    private readonly ReadOnlySpan<byte> source;
    private readonly BencodeOrder order;
    private ReadOnlySpan<byte> previousKey;
    private int position;
    private bool anyKey;

    private BencodeReader(ReadOnlySpan<byte> source, BencodeOrder order)
    {
        this.source = source;
        this.order = order;
        position = 1;
    }

    /// <summary>Whether the end of the list or dictionary was reached, with nothing after it.</summary>
    public bool IsComplete { get; private set; }

    /// <summary>Begins to walk a value that must be a dictionary.</summary>
    public static bool TryDictionary(ReadOnlySpan<byte> value, BencodeOrder order, out BencodeReader reader)
    {
        reader = new BencodeReader(value, order);
        return value.Length >= 2 && value[0] == 'd';
    }

    /// <summary>Begins to walk a value that must be a list.</summary>
    public static bool TryList(ReadOnlySpan<byte> value, BencodeOrder order, out BencodeReader reader)
    {
        reader = new BencodeReader(value, order);
        return value.Length >= 2 && value[0] == 'l';
    }

    /// <summary>The next key of a dictionary and its value.</summary>
    public bool TryNext(out ReadOnlySpan<byte> key, out ReadOnlySpan<byte> value)
    {
        key = value = default;
        if (AtEnd() || !Bencode.TryReadString(source, ref position, out ReadOnlySpan<byte> name))
            return false;
        if (order == BencodeOrder.Strict && anyKey && previousKey.SequenceCompareTo(name) >= 0)
            return false;
        previousKey = key = name;
        anyKey = true;
        return TryTake(out value);
    }

    /// <summary>The next value of a list.</summary>
    public bool TryNext(out ReadOnlySpan<byte> value)
    {
        value = default;
        return !AtEnd() && TryTake(out value);
    }

    private bool AtEnd()
    {
        if (position >= source.Length || source[position] != 'e')
            return false;
        IsComplete = position == source.Length - 1;
        return true;
    }

    private bool TryTake(out ReadOnlySpan<byte> value)
    {
        value = default;
        if (!Bencode.TryMeasure(source[position..], order, out int length))
            return false;
        value = source.Slice(position, length);
        position += length;
        return true;
    }
}
