namespace Jangbu.Crypto.Der;

/// <summary>Reads the few DER types that RSA keys are made of (X.690 §8, §10): definite, shortest lengths only. Never throws.</summary>
internal ref struct DerReader(ReadOnlySpan<byte> source)
{
    public const byte Integer = 0x02, BitString = 0x03, OctetString = 0x04, Null = 0x05, ObjectIdentifier = 0x06, Sequence = 0x30, ContextZero = 0xa0;

    private ReadOnlySpan<byte> _rest = source;

    /// <summary>Whether everything has been read.</summary>
    public readonly bool AtEnd => _rest.IsEmpty;

    /// <summary>Whether the next element has this tag.</summary>
    public readonly bool Next(byte tag) => !_rest.IsEmpty && _rest[0] == tag;

    /// <summary>Reads one element of this tag and gives its content.</summary>
    public bool TryRead(byte tag, out ReadOnlySpan<byte> content)
    {
        content = default;
        if (_rest.Length < 2 || _rest[0] != tag)
            return false;
        int length = _rest[1], header = 2;
        if (length >= 0x80)
        {
            // One to three octets of length: more than 16 MiB is never a key.
            int octets = length - 0x80;
            if (octets is 0 or > 3 || _rest.Length < 2 + octets || _rest[2] == 0)
                return false;
            length = 0;
            for (int i = 0; i < octets; i++)
                length = length << 8 | _rest[2 + i];
            if (length < 0x80)
                return false;
            header += octets;
        }
        if (_rest.Length - header < length)
            return false;
        content = _rest.Slice(header, length);
        _rest = _rest[(header + length)..];
        return true;
    }

    /// <summary>Reads one element of this tag and goes on inside it.</summary>
    public bool TryEnter(byte tag, out DerReader inside)
    {
        bool read = TryRead(tag, out ReadOnlySpan<byte> content);
        inside = new DerReader(content);
        return read;
    }

    /// <summary>Reads a non-negative INTEGER in its shortest form; the magnitude has no leading zero (zero itself is empty).</summary>
    public bool TryReadMagnitude(out ReadOnlySpan<byte> magnitude)
    {
        if (!TryRead(Integer, out magnitude) || magnitude.IsEmpty || (magnitude[0] & 0x80) != 0)
            return false;
        if (magnitude[0] != 0)
            return true;
        magnitude = magnitude[1..];
        return magnitude.IsEmpty || (magnitude[0] & 0x80) != 0;
    }

    /// <summary>Reads a non-negative INTEGER that fits in 31 bits.</summary>
    public bool TryReadSmall(out int value)
    {
        value = 0;
        if (!TryReadMagnitude(out ReadOnlySpan<byte> magnitude) || magnitude.Length > 4 || (magnitude.Length == 4 && magnitude[0] > 0x7f))
            return false;
        foreach (byte octet in magnitude)
            value = value << 8 | octet;
        return true;
    }
}
