using System.Buffers.Text;

namespace Jangbu.Dht.Bencoding;

/// <summary>Writes bencoding into the caller's buffer. The caller writes keys in ascending order; what does not fit sets <see cref="Overflowed"/>.</summary>
public ref struct BencodeWriter(Span<byte> buffer)
{
    private readonly Span<byte> buffer = buffer;

    /// <summary>Bytes written so far.</summary>
    public int Length { get; private set; }

    /// <summary>True once something did not fit; the content of the buffer is useless then.</summary>
    public bool Overflowed { get; private set; }

    /// <summary>What was written.</summary>
    public readonly ReadOnlySpan<byte> Written => buffer[..Length];

    /// <summary>Begins a dictionary; close it with <see cref="End"/>.</summary>
    public void Dictionary() => Byte((byte)'d');

    /// <summary>Begins a list; close it with <see cref="End"/>.</summary>
    public void List() => Byte((byte)'l');

    /// <summary>Ends the innermost list or dictionary.</summary>
    public void End() => Byte((byte)'e');

    /// <summary>A byte string, also as a dictionary's key.</summary>
    public void String(scoped ReadOnlySpan<byte> content)
    {
        Number(content.Length);
        Byte((byte)':');
        Raw(content);
    }

    /// <summary>A key and its byte string.</summary>
    public void String(scoped ReadOnlySpan<byte> key, scoped ReadOnlySpan<byte> content)
    {
        String(key);
        String(content);
    }

    /// <summary>An integer.</summary>
    public void Integer(long number)
    {
        Byte((byte)'i');
        Number(number);
        Byte((byte)'e');
    }

    /// <summary>A key and its integer.</summary>
    public void Integer(scoped ReadOnlySpan<byte> key, long number)
    {
        String(key);
        Integer(number);
    }

    /// <summary>Bytes that are bencoded already.</summary>
    public void Raw(scoped ReadOnlySpan<byte> encoded)
    {
        if (Overflowed || encoded.Length > buffer.Length - Length)
        {
            Overflowed = true;
            return;
        }
        encoded.CopyTo(buffer[Length..]);
        Length += encoded.Length;
    }

    /// <summary>Reserves room inside a byte string that the caller fills at once.</summary>
    public Span<byte> Reserve(int length)
    {
        Number(length);
        Byte((byte)':');
        if (Overflowed || length > buffer.Length - Length)
        {
            Overflowed = true;
            return new byte[length];
        }
        Span<byte> room = buffer.Slice(Length, length);
        Length += length;
        return room;
    }

    private void Byte(byte value)
    {
        if (Overflowed || Length >= buffer.Length)
            Overflowed = true;
        else
            buffer[Length++] = value;
    }

    private void Number(long number)
    {
        if (!Overflowed && Utf8Formatter.TryFormat(number, buffer[Length..], out int written))
            Length += written;
        else
            Overflowed = true;
    }
}
