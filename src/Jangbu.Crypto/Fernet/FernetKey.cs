using System.Security.Cryptography;

namespace Jangbu.Crypto.Fernet;

/// <summary>A Fernet key: 16 bytes to sign, 16 to encrypt. So it keeps secrets with 128 bits, whatever its 32 bytes suggest.</summary>
public sealed class FernetKey : IDisposable
{
    /// <summary>The raw form's length in bytes.</summary>
    public const int Length = 32;

    private readonly byte[] _key;

    private FernetKey(byte[] key) => _key = key;

    /// <summary>The key with these 32 raw bytes; they are copied.</summary>
    public static FernetKey FromBytes(ReadOnlySpan<byte> key) => key.Length == Length
        ? new FernetKey(key.ToArray())
        : throw new ArgumentException($"a Fernet key has {Length} bytes, not {key.Length}", nameof(key));

    /// <summary>A new key.</summary>
    public static FernetKey Generate(RandomNumberGenerator random)
    {
        ArgumentNullException.ThrowIfNull(random);
        byte[] key = new byte[Length];
        random.GetBytes(key);
        return new FernetKey(key);
    }

    /// <summary>The key of a password under PBKDF2-HMAC-SHA256 (PROTOCOL §6). Slow on purpose.</summary>
    public static FernetKey FromPassword(ReadOnlySpan<char> password, ReadOnlySpan<byte> salt, int iterations)
    {
        byte[] bytes = PasswordBytes.From(password);
        try
        {
            return new FernetKey(Rfc2898DeriveBytes.Pbkdf2(bytes, salt, iterations, HashAlgorithmName.SHA256, Length));
        }
        finally
        {
            CryptographicOperations.ZeroMemory(bytes);
        }
    }

    /// <summary>Writes the 32 raw bytes to the start of <paramref name="destination"/>.</summary>
    public void CopyTo(Span<byte> destination) => _key.CopyTo(destination);

    /// <summary>Clears the key; it must not be used any more.</summary>
    public void Dispose() => CryptographicOperations.ZeroMemory(_key);

    internal ReadOnlySpan<byte> Signing => _key.AsSpan(0, 16);

    internal ReadOnlySpan<byte> Encryption => _key.AsSpan(16);
}
