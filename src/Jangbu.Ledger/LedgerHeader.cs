using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Jangbu.Crypto.Jose;

namespace Jangbu.Ledger;

/// <summary>Line 1 of a ledger, in the clear: the lane, and the data key wrapped under the password (PROTOCOL §6).</summary>
internal sealed record LedgerHeader(Guid Lane, int Iterations, byte[] Salt, string Wrapped)
{
    /// <summary>Under this the password could be guessed too fast.</summary>
    public const int MinimumIterations = 600_000;

    /// <summary>Above this a foreign file could keep a machine busy for minutes.</summary>
    public const int MaximumIterations = 10_000_000;

    /// <summary>More than any header has; what is longer is not read into memory.</summary>
    public const int MaximumLength = 4096;

    /// <summary>Bytes of line 1 as it stands in the file, with its line end.</summary>
    public int Length { get; private init; }

    private const int SaltSize = 16;
    private const string Format = "jangbu-ledger", Kdf = "PBKDF2-HMAC-SHA256";

    /// <summary>A new line 1 for a data key, with a new salt.</summary>
    public static LedgerHeader Wrap(Guid lane, ReadOnlySpan<byte> dataKey, LedgerPassword password, int iterations, long unixSeconds, RandomNumberGenerator random)
    {
        if (iterations is < MinimumIterations or > MaximumIterations)
            throw new ArgumentOutOfRangeException(nameof(iterations), iterations, $"iterations are {MinimumIterations} to {MaximumIterations}");
        byte[] salt = new byte[SaltSize];
        random.GetBytes(salt);
        byte[] key = password.DeriveKey(salt, iterations);
        using LineCipher cipher = new(key);
        CryptographicOperations.ZeroMemory(key);
        byte[] token = new byte[LineCipher.TokenLength(dataKey.Length)];
        cipher.Encrypt(dataKey, unixSeconds, random, token);
        LedgerHeader header = new(lane, iterations, salt, Encoding.ASCII.GetString(token));
        return header with { Length = header.ToLine().Length };
    }

    /// <summary>Line 1 with its line end.</summary>
    public byte[] ToLine() => Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture,
        $"{{\"format\":\"{Format}\",\"v\":1,\"lane\":\"{Lane:D}\",\"kdf\":{{\"name\":\"{Kdf}\",\"iterations\":{Iterations},\"salt\":\"{Base64UrlText.Encode(Salt)}\"}},\"wrapped\":\"{Wrapped}\"}}\n"));

    /// <summary>Reads line 1 without its line end.</summary>
    public static bool TryRead(ReadOnlySpan<byte> line, [NotNullWhen(true)] out LedgerHeader? header)
    {
        header = null;
        if (line.Length > MaximumLength || !StrictJson.TryParse(line, out JsonValue? value)
            || !value.HasMembers(["format", "v", "lane", "kdf", "wrapped"])
            || !value.TryGetText("format", out string? format) || format != Format
            || !value.TryGetInteger("v", out long version) || version != 1
            || !value.TryGetText("lane", out string? laneText) || !LaneText.TryParse(laneText, out Guid lane)
            || !value["kdf"]!.HasMembers(["name", "iterations", "salt"])
            || !value["kdf"]!.TryGetText("name", out string? name) || name != Kdf
            || !value["kdf"]!.TryGetInteger("iterations", out long iterations) || iterations is < MinimumIterations or > MaximumIterations
            || !value["kdf"]!.TryGetText("salt", out string? saltText) || !Base64UrlText.TryDecode(saltText, out byte[]? salt) || salt.Length != SaltSize
            || !value.TryGetText("wrapped", out string? wrapped))
            return false;
        header = new LedgerHeader(lane, (int)iterations, salt, wrapped) { Length = line.Length + 1 };
        return true;
    }

    /// <summary>Opens the data key; null when the password is another, or the header was changed.</summary>
    public LineCipher? Unwrap(LedgerPassword password)
    {
        byte[] key = password.DeriveKey(Salt, Iterations);
        using LineCipher cipher = new(key);
        CryptographicOperations.ZeroMemory(key);
        if (!cipher.TryDecrypt(Encoding.UTF8.GetBytes(Wrapped), out ReadOnlyMemory<byte> dataKey) || dataKey.Length != LineCipher.KeySize)
            return null;
        return new LineCipher(dataKey.Span);
    }
}
