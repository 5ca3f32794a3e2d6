using System.Buffers;
using System.Buffers.Binary;
using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Security.Cryptography;

namespace Jangbu.Ledger;

/// <summary>
/// Fernet under one key, for many lines: as <see cref="Jangbu.Crypto.Fernet.FernetToken"/> in every byte, but with the ciphers kept and no text between. May be used by many threads at once.
/// </summary>
internal sealed class LineCipher : IDisposable
{
    public const int KeySize = 32;

    //  | 0x80 | time (8) | IV (16) | AES-128-CBC, PKCS#7 padded | HMAC-SHA256 (32) |    all of it in base64url with padding
    private const byte Version = 0x80;
    private const int TimeAt = 1, IvAt = 9, TextAt = 25, MacSize = 32, Block = 16;

    private readonly byte[] _key = GC.AllocateArray<byte>(KeySize, pinned: true);
    private readonly ConcurrentBag<Aes> _ciphers = [];

    public LineCipher(ReadOnlySpan<byte> key) => key.CopyTo(_key);

    public ReadOnlySpan<byte> Key => _key;

    private ReadOnlySpan<byte> SigningKey => _key.AsSpan(0, KeySize / 2);

    public static int TokenLength(int plainLength) => (TextAt + (plainLength / Block + 1) * Block + MacSize + 2) / 3 * 4;

    /// <summary>Makes a token; <paramref name="place"/> is how many lines stand before it in the same write.</summary>
    public void Encrypt(ReadOnlySpan<byte> plain, long unixSeconds, RandomNumberGenerator random, Span<byte> token, int place = 0)
    {
        int textLength = (plain.Length / Block + 1) * Block;
        int rawLength = TextAt + textLength + MacSize;
        byte[] rented = ArrayPool<byte>.Shared.Rent(rawLength);
        Span<byte> raw = rented.AsSpan(0, rawLength);
        raw[0] = Version;
        BinaryPrimitives.WriteInt64BigEndian(raw[TimeAt..], unixSeconds);
        random.GetBytes(raw.Slice(IvAt, Block));
        WritePlace(raw.Slice(IvAt, Block), (ushort)Math.Min(place, ushort.MaxValue));
        Aes aes = Rent();
        aes.EncryptCbc(plain, raw.Slice(IvAt, Block), raw.Slice(TextAt, textLength), PaddingMode.PKCS7);
        _ciphers.Add(aes);
        HMACSHA256.HashData(SigningKey, raw[..^MacSize], raw[^MacSize..]);
        int letters = Base64Url.EncodeToUtf8(raw, token);
        token[letters..TokenLength(plain.Length)].Fill((byte)'=');
        ArrayPool<byte>.Shared.Return(rented);
    }

    /// <summary>Opens a token in its one spelling; false for anything else, without saying what was wrong.</summary>
    public bool TryDecrypt(ReadOnlySpan<byte> token, out ReadOnlyMemory<byte> plain)
    {
        plain = default;
        int padding = token.EndsWith("=="u8) ? 2 : token.EndsWith("="u8) ? 1 : 0;
        if (token.Length % 4 != 0 || token.Length == 0)
            return false;
        int rawLength = token.Length / 4 * 3 - padding;
        int textLength = rawLength - TextAt - MacSize;
        if (textLength < Block || textLength % Block != 0)
            return false;
        ReadOnlySpan<byte> letters = token[..^padding];
        // .NET's decoder skips white space and takes other paddings; a length that comes out short shows the first, cutting ours off the second.
        // Bits behind the last whole byte must be zero, else one token had several spellings.
        if (padding > 0 && (Sextet(letters[^1]) & (padding == 2 ? 0b1111 : 0b11)) != 0)
            return false;
        byte[] rented = ArrayPool<byte>.Shared.Rent(rawLength);
        try
        {
            Span<byte> raw = rented.AsSpan(0, rawLength);
            if (Base64Url.DecodeFromUtf8(letters, raw, out int consumed, out int written) != OperationStatus.Done
                || consumed != letters.Length || written != rawLength || raw[0] != Version)
                return false;
            Span<byte> mac = stackalloc byte[MacSize];
            HMACSHA256.HashData(SigningKey, raw[..^MacSize], mac);
            if (!CryptographicOperations.FixedTimeEquals(mac, raw[^MacSize..]))
                return false;
            byte[] opened = GC.AllocateUninitializedArray<byte>(textLength);
            Aes aes = Rent();
            aes.DecryptCbc(raw.Slice(TextAt, textLength), raw.Slice(IvAt, Block), opened, PaddingMode.None);
            _ciphers.Add(aes);
            int pad = opened[^1];
            if (pad is 0 or > Block || opened.AsSpan(textLength - pad).ContainsAnyExcept((byte)pad))
                return false;
            plain = opened.AsMemory(0, textLength - pad);
            return true;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
    }

    /// <summary>
    /// Reads from a token's IV how many lines stand before it in the same write. False for a token of another program, whose IV is all chance (but for one in 65,536).
    /// </summary>
    public static bool TryReadPlace(ReadOnlySpan<byte> token, out int place)
    {
        Span<byte> raw = stackalloc byte[27];
        place = 0;
        if (token.Length < 36 || Base64Url.DecodeFromUtf8(token[..36], raw, out _, out int written) != OperationStatus.Done || written != raw.Length)
            return false;
        ReadOnlySpan<byte> iv = raw.Slice(IvAt, Block);
        int first = BinaryPrimitives.ReadUInt16BigEndian(iv) ^ BinaryPrimitives.ReadUInt16BigEndian(iv[4..]);
        int second = BinaryPrimitives.ReadUInt16BigEndian(iv[2..]) ^ BinaryPrimitives.ReadUInt16BigEndian(iv[6..]);
        place = first;
        return first == second;
    }

    public void Dispose()
    {
        CryptographicOperations.ZeroMemory(_key);
        while (_ciphers.TryTake(out Aes? aes))
            aes.Dispose();
    }

    //  IV: place ^ r[0..1] (2) | place ^ r[2..3] (2) | r, 12 random bytes: 96 bits of chance remain, and to whoever does not look for it it is all chance
    private static void WritePlace(Span<byte> iv, ushort place)
    {
        BinaryPrimitives.WriteUInt16BigEndian(iv, (ushort)(place ^ BinaryPrimitives.ReadUInt16BigEndian(iv[4..])));
        BinaryPrimitives.WriteUInt16BigEndian(iv[2..], (ushort)(place ^ BinaryPrimitives.ReadUInt16BigEndian(iv[6..])));
    }

    private Aes Rent()
    {
        if (_ciphers.TryTake(out Aes? kept))
            return kept;
        Aes aes = Aes.Create();
        aes.SetKey(_key.AsSpan(KeySize / 2));
        return aes;
    }

    private static int Sextet(byte letter) => letter switch
    {
        >= (byte)'A' and <= (byte)'Z' => letter - 'A',
        >= (byte)'a' and <= (byte)'z' => letter - 'a' + 26,
        >= (byte)'0' and <= (byte)'9' => letter - '0' + 52,
        (byte)'-' => 62,
        _ => 63,
    };
}
