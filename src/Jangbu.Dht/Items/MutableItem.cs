using Jangbu.Crypto.OpenSsl;
using Jangbu.Dht.Bencoding;

namespace Jangbu.Dht.Items;

/// <summary>A signed item (BEP 44): whoever holds the key may replace it by one with a greater sequence number. Exists only with a signature that fits.</summary>
public sealed class MutableItem
{
    /// <summary>Largest value, bencoded.</summary>
    public const int MaximumValueLength = 1000;

    /// <summary>Length of an Ed25519 signature.</summary>
    public const int SignatureSize = 64;

    private readonly byte[] value;
    private readonly byte[] signature;

    private MutableItem(MutableTarget target, long sequence, byte[] value, byte[] signature)
    {
        Target = target;
        Sequence = sequence;
        this.value = value;
        this.signature = signature;
    }

    /// <summary>Key and salt.</summary>
    public MutableTarget Target { get; }

    /// <summary>The sequence number, 0 or more. JavaScript nodes lose what is 2^53 or more.</summary>
    public long Sequence { get; }

    /// <summary>The value, bencoded, at most 1,000 bytes.</summary>
    public ReadOnlyMemory<byte> Value => value;

    /// <summary>The Ed25519 signature over salt, sequence number and value.</summary>
    public ReadOnlyMemory<byte> Signature => signature;

    /// <summary>Signs a value.</summary>
    /// <param name="key">The key of the item.</param>
    /// <param name="salt">At most 64 bytes.</param>
    /// <param name="sequence">0 or more.</param>
    /// <param name="value">One bencoded value of at most 1,000 bytes, see <see cref="Bencode.EncodeString"/>.</param>
    public static MutableItem Sign(Ed25519Key key, ReadOnlySpan<byte> salt, long sequence, ReadOnlySpan<byte> value)
    {
        ArgumentNullException.ThrowIfNull(key);
        ArgumentOutOfRangeException.ThrowIfNegative(sequence);
        if (value.Length > MaximumValueLength || !Bencode.IsValid(value))
            throw new ArgumentException($"the value must be one bencoded value of at most {MaximumValueLength} bytes; this has {value.Length}", nameof(value));
        var target = new MutableTarget(key.PublicKey, salt);
        Span<byte> signed = stackalloc byte[SignedLength];
        int length = WriteSigned(signed, salt, sequence, value);
        return new(target, sequence, value.ToArray(), key.Sign(signed[..length]));
    }

    /// <summary>Takes an item from the network, if its form and its signature are right.</summary>
    public static bool TryVerify(MutableTarget target, long sequence, ReadOnlySpan<byte> value, ReadOnlySpan<byte> signature, out MutableItem? item)
    {
        ArgumentNullException.ThrowIfNull(target);
        item = null;
        if (sequence < 0 || value.Length > MaximumValueLength || signature.Length != SignatureSize || !Bencode.IsValid(value))
            return false;
        Span<byte> signed = stackalloc byte[SignedLength];
        int length = WriteSigned(signed, target.Salt, sequence, value);
        if (!Ed25519Key.Verify(target.PublicKey, signed[..length], signature))
            return false;
        item = new(target, sequence, value.ToArray(), signature.ToArray());
        return true;
    }

    /// <summary>Whether this is the same item in the same version with the same bytes.</summary>
    public bool HasSameContent(long otherSequence, ReadOnlySpan<byte> otherValue) => Sequence == otherSequence && otherValue.SequenceEqual(value);

    // Longest of `4:salt64:…`, `3:seqi…e`, `1:v…`.
    private const int SignedLength = 9 + MutableTarget.MaximumSaltLength + 27 + 3 + MaximumValueLength;

    // 4:salt <salt> 3:seq i<seq>e 1:v <value>      BEP 44: the dictionary without its brackets; an empty salt is left out whole
    private static int WriteSigned(Span<byte> buffer, ReadOnlySpan<byte> salt, long sequence, ReadOnlySpan<byte> value)
    {
        var writer = new BencodeWriter(buffer);
        if (!salt.IsEmpty)
            writer.String("salt"u8, salt);
        writer.Integer("seq"u8, sequence);
        writer.String("v"u8);
        writer.Raw(value);
        return writer.Length;
    }
}
