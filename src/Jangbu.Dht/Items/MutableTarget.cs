namespace Jangbu.Dht.Items;

/// <summary>The name of a mutable item (BEP 44): an Ed25519 public key and a salt; others see only the SHA-1 of both, until it is written.</summary>
public sealed class MutableTarget : IEquatable<MutableTarget>
{
    /// <summary>Length of an Ed25519 public key.</summary>
    public const int KeySize = 32;

    /// <summary>Longest salt.</summary>
    public const int MaximumSaltLength = 64;

    private readonly byte[] key;
    private readonly byte[] salt;

    /// <summary>Names an item.</summary>
    /// <param name="publicKey">32 bytes.</param>
    /// <param name="salt">At most 64 bytes; may be empty.</param>
    public MutableTarget(ReadOnlySpan<byte> publicKey, ReadOnlySpan<byte> salt)
    {
        if (publicKey.Length != KeySize)
            throw new ArgumentException($"an Ed25519 public key has {KeySize} bytes, not {publicKey.Length}", nameof(publicKey));
        if (salt.Length > MaximumSaltLength)
            throw new ArgumentException($"a salt has at most {MaximumSaltLength} bytes, not {salt.Length}", nameof(salt));
        key = publicKey.ToArray();
        this.salt = salt.ToArray();
        Id = IdOf(publicKey, salt);
    }

    /// <summary>SHA-1 of key and salt: where in the space the item lies.</summary>
    public NodeId Id { get; }

    /// <summary>The Ed25519 public key.</summary>
    public ReadOnlySpan<byte> PublicKey => key;

    /// <summary>The salt.</summary>
    public ReadOnlySpan<byte> Salt => salt;

    /// <summary>The position of the item of this key and salt.</summary>
    public static NodeId IdOf(ReadOnlySpan<byte> publicKey, ReadOnlySpan<byte> salt)
    {
        Span<byte> input = stackalloc byte[KeySize + MaximumSaltLength];
        publicKey.CopyTo(input);
        salt.CopyTo(input[publicKey.Length..]);
        return NodeId.Hash(input[..(publicKey.Length + salt.Length)]);
    }

    /// <inheritdoc/>
    public bool Equals(MutableTarget? other) => other is not null && other.Id == Id && other.key.AsSpan().SequenceEqual(key) && other.salt.AsSpan().SequenceEqual(salt);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as MutableTarget);

    /// <inheritdoc/>
    public override int GetHashCode() => Id.GetHashCode();

    /// <summary>The target in hexadecimal.</summary>
    public override string ToString() => Id.ToString();
}
