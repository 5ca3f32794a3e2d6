using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace Jangbu.WebRtc.Dtls;

/// <summary>The hash of a certificate as <c>a=fingerprint</c> carries it (RFC 8122 §5). SHA-256, SHA-384 and SHA-512 are known.</summary>
/// <remarks>SHA-1 and MD5 are not: RFC 8122 §5 forbids MD2 and MD5 and asks for SHA-256, and a colliding certificate is another person.</remarks>
public sealed class DtlsFingerprint : IEquatable<DtlsFingerprint>
{
    private readonly byte[] _value;

    private DtlsFingerprint(string algorithm, byte[] value)
    {
        Algorithm = algorithm;
        _value = value;
    }

    /// <summary>The name of the hash in lower case: <c>sha-256</c>, <c>sha-384</c> or <c>sha-512</c>.</summary>
    public string Algorithm { get; }

    /// <summary>The hash's bytes.</summary>
    public ReadOnlySpan<byte> Value => _value;

    /// <summary>The SHA-256 fingerprint of a certificate in DER.</summary>
    public static DtlsFingerprint OfCertificate(ReadOnlySpan<byte> der) => new("sha-256", SHA256.HashData(der));

    /// <summary>A SHA-256 fingerprint from its 32 bytes.</summary>
    /// <exception cref="ArgumentException"><paramref name="value"/> has not 32 bytes.</exception>
    public static DtlsFingerprint FromSha256(ReadOnlySpan<byte> value) => value.Length == SHA256.HashSizeInBytes
        ? new("sha-256", value.ToArray())
        : throw new ArgumentException($"A SHA-256 fingerprint has 32 bytes, not {value.Length}", nameof(value));

    /// <summary>Reads <c>sha-256 AB:CD:…</c>; the name of the hash and the digits in either case (RFC 8122 §5).</summary>
    /// <returns>False for an unknown hash, a wrong length or anything but pairs of digits with colons between them.</returns>
    public static bool TryParse(ReadOnlySpan<char> text, [NotNullWhen(true)] out DtlsFingerprint? fingerprint)
    {
        fingerprint = null;
        int space = text.IndexOf(' ');
        if (space < 0)
            return false;
        return TryParse(text[..space], text[(space + 1)..], out fingerprint);
    }

    /// <summary>Reads a fingerprint whose hash name and digits were parted already.</summary>
    public static bool TryParse(ReadOnlySpan<char> algorithm, ReadOnlySpan<char> digits, [NotNullWhen(true)] out DtlsFingerprint? fingerprint)
    {
        fingerprint = null;
        (string Name, int Length)? hash = HashOf(algorithm);
        if (hash is not { } known || digits.Length != known.Length * 3 - 1)
            return false;
        byte[] value = new byte[known.Length];
        for (int i = 0; i < value.Length; i++)
        {
            int high = DigitOf(digits[3 * i]), low = DigitOf(digits[3 * i + 1]);
            if (high < 0 || low < 0 || (i > 0 && digits[3 * i - 1] != ':'))
                return false;
            value[i] = (byte)(high << 4 | low);
        }
        fingerprint = new(known.Name, value);
        return true;
    }

    /// <summary>Whether a certificate in DER has this fingerprint; compared in constant time.</summary>
    public bool Matches(ReadOnlySpan<byte> der)
    {
        Span<byte> actual = stackalloc byte[SHA512.HashSizeInBytes];
        int length = Algorithm switch
        {
            "sha-256" => SHA256.HashData(der, actual),
            "sha-384" => SHA384.HashData(der, actual),
            _ => SHA512.HashData(der, actual),
        };
        return CryptographicOperations.FixedTimeEquals(actual[..length], _value);
    }

    /// <summary><c>sha-256 AB:CD:…</c>, digits in capitals.</summary>
    public override string ToString() => $"{Algorithm} {Digits}";

    /// <summary>The digits alone, in capitals with colons.</summary>
    public string Digits => string.Join(':', _value.Select(b => b.ToString("X2", System.Globalization.CultureInfo.InvariantCulture)));

    /// <inheritdoc/>
    public bool Equals(DtlsFingerprint? other) => other is not null && Algorithm == other.Algorithm && Value.SequenceEqual(other.Value);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as DtlsFingerprint);

    /// <inheritdoc/>
    public override int GetHashCode() => BitConverter.ToInt32(_value, 0);

    private static (string, int)? HashOf(ReadOnlySpan<char> name) =>
        name.Equals("sha-256", StringComparison.OrdinalIgnoreCase) ? ("sha-256", SHA256.HashSizeInBytes)
        : name.Equals("sha-384", StringComparison.OrdinalIgnoreCase) ? ("sha-384", SHA384.HashSizeInBytes)
        : name.Equals("sha-512", StringComparison.OrdinalIgnoreCase) ? ("sha-512", SHA512.HashSizeInBytes)
        : null;

    private static int DigitOf(char c) => char.IsAsciiHexDigit(c) ? Convert.ToInt32(c.ToString(), 16) : -1;
}
