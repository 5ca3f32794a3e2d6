using Jangbu.Dht.Bencoding;

namespace Jangbu.Dht.Items;

/// <summary>An item named by the SHA-1 of its bencoded value (BEP 44): it cannot change, and whoever gets it can check it.</summary>
public sealed class ImmutableItem
{
    private readonly byte[] value;

    /// <summary>Names a value.</summary>
    /// <param name="value">One bencoded value of at most 1,000 bytes, see <see cref="Bencode.EncodeString"/>.</param>
    public ImmutableItem(ReadOnlySpan<byte> value)
    {
        if (value.Length > MutableItem.MaximumValueLength || !Bencode.IsValid(value))
            throw new ArgumentException($"the value must be one bencoded value of at most {MutableItem.MaximumValueLength} bytes; this has {value.Length}", nameof(value));
        this.value = value.ToArray();
        Target = NodeId.Hash(value);
    }

    /// <summary>SHA-1 of the value.</summary>
    public NodeId Target { get; }

    /// <summary>The value, bencoded.</summary>
    public ReadOnlyMemory<byte> Value => value;
}
