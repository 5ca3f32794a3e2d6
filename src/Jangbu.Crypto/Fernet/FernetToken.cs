using System.Buffers.Binary;
using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using Jangbu.Crypto.Jose;

namespace Jangbu.Crypto.Fernet;

/// <summary>Fernet tokens (github.com/fernet/spec), version 0x80, base64url with padding in its one spelling.</summary>
/// <remarks>
/// The time in a token is authentic but in the clear and of the writer's clock. A ledger's tokens never expire, so reading gives the time and
/// leaves the judgement to the caller.
/// </remarks>
public static class FernetToken
{
    //   0         1                9           25                          n-32        n
    //  | version | unix seconds   | IV        | AES-128-CBC, PKCS#7        | HMAC-SHA256 over all before it |
    private const byte Version = 0x80;
    private const int TimeOffset = 1, IvOffset = 9, CiphertextOffset = 25, BlockLength = 16, MacLength = 32;

    /// <summary>Encrypts to the token's letters.</summary>
    /// <param name="key">The key.</param>
    /// <param name="plaintext">Any bytes.</param>
    /// <param name="unixSeconds">The time to write into the token.</param>
    /// <param name="random">Gives the 16-byte IV.</param>
    public static string Encrypt(FernetKey key, ReadOnlySpan<byte> plaintext, long unixSeconds, RandomNumberGenerator random) =>
        Encoding.ASCII.GetString(EncryptToUtf8(key, plaintext, unixSeconds, random));

    /// <summary>Encrypts to the token's letters as bytes, which is what a ledger line is.</summary>
    public static byte[] EncryptToUtf8(FernetKey key, ReadOnlySpan<byte> plaintext, long unixSeconds, RandomNumberGenerator random)
    {
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(random);
        byte[] raw = new byte[CiphertextOffset + (plaintext.Length / BlockLength + 1) * BlockLength + MacLength];
        raw[0] = Version;
        BinaryPrimitives.WriteInt64BigEndian(raw.AsSpan(TimeOffset), unixSeconds);
        Span<byte> iv = raw.AsSpan(IvOffset, BlockLength);
        random.GetBytes(iv);
        using (Aes aes = Cipher(key))
            aes.EncryptCbc(plaintext, iv, raw.AsSpan(CiphertextOffset, raw.Length - CiphertextOffset - MacLength));
        HMACSHA256.HashData(key.Signing, raw.AsSpan(0, raw.Length - MacLength), raw.AsSpan(raw.Length - MacLength));

        byte[] token = new byte[(raw.Length + 2) / 3 * 4];
        int written = Base64Url.EncodeToUtf8(raw, token);
        token.AsSpan(written).Fill((byte)'=');
        return token;
    }

    /// <summary>Decrypts a token.</summary>
    /// <returns>False for another spelling, version, length, MAC or padding: one answer for all of them.</returns>
    public static bool TryDecrypt(FernetKey key, ReadOnlySpan<char> token, [NotNullWhen(true)] out byte[]? plaintext, out long unixSeconds)
    {
        ArgumentNullException.ThrowIfNull(key);
        plaintext = null;
        unixSeconds = 0;
        ReadOnlySpan<char> letters = token.TrimEnd('=');
        if (token.Length % 4 != 0 || token.Length - letters.Length > 2 || !Base64UrlText.TryDecode(letters, out byte[]? raw))
            return false;
        int cipherLength = raw.Length - CiphertextOffset - MacLength;
        if (cipherLength < BlockLength || cipherLength % BlockLength != 0 || raw[0] != Version)
            return false;
        Span<byte> mac = stackalloc byte[MacLength];
        HMACSHA256.HashData(key.Signing, raw.AsSpan(0, raw.Length - MacLength), mac);
        if (!CryptographicOperations.FixedTimeEquals(mac, raw.AsSpan(raw.Length - MacLength)))
            return false;
        Span<byte> padded = new byte[cipherLength];
        using (Aes aes = Cipher(key))
            aes.DecryptCbc(raw.AsSpan(CiphertextOffset, cipherLength), raw.AsSpan(IvOffset, BlockLength), padded, PaddingMode.None);
        int padding = padded[^1];
        if (padding is 0 or > BlockLength || padded[^padding..].ContainsAnyExcept((byte)padding))
            return false;
        unixSeconds = BinaryPrimitives.ReadInt64BigEndian(raw.AsSpan(TimeOffset));
        plaintext = padded[..^padding].ToArray();
        return true;
    }

    /// <inheritdoc cref="TryDecrypt(FernetKey, ReadOnlySpan{char}, out byte[], out long)"/>
    public static bool TryDecrypt(FernetKey key, ReadOnlySpan<char> token, [NotNullWhen(true)] out byte[]? plaintext) =>
        TryDecrypt(key, token, out plaintext, out _);

    /// <summary>Decrypts a token that stands as ASCII bytes, as a ledger's line does.</summary>
    public static bool TryDecrypt(FernetKey key, ReadOnlySpan<byte> token, [NotNullWhen(true)] out byte[]? plaintext) =>
        TryDecrypt(key, Encoding.Latin1.GetString(token), out plaintext, out _);

    private static Aes Cipher(FernetKey key)
    {
        var aes = Aes.Create();
        aes.SetKey(key.Encryption);
        return aes;
    }
}
