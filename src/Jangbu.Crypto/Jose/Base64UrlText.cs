using System.Buffers;
using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;

namespace Jangbu.Crypto.Jose;

/// <summary>base64url without padding (RFC 4648 §5) in its one spelling: what is read writes the same letters again.</summary>
/// <remarks>.NET's own decoder takes padding, blanks and line ends; two spellings of one value would break identity by bytes.</remarks>
public static class Base64UrlText
{
    private const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    private static readonly SearchValues<char> Letters = SearchValues.Create(Alphabet);

    /// <summary>Writes bytes as letters.</summary>
    public static string Encode(ReadOnlySpan<byte> bytes) => Base64Url.EncodeToString(bytes);

    /// <summary>Reads letters as bytes.</summary>
    /// <returns>False for padding, another letter, an impossible length, and bits beyond the last byte that are not zero.</returns>
    public static bool TryDecode(ReadOnlySpan<char> text, [NotNullWhen(true)] out byte[]? bytes)
    {
        bytes = null;
        int tail = text.Length % 4;
        if (tail == 1 || text.ContainsAnyExcept(Letters))
            return false;
        int unused = tail switch { 2 => 0b1111, 3 => 0b11, _ => 0 };
        if (unused != 0 && (Alphabet.IndexOf(text[^1], StringComparison.Ordinal) & unused) != 0)
            return false;
        byte[] decoded = new byte[text.Length / 4 * 3 + (tail == 0 ? 0 : tail - 1)];
        if (!Base64Url.TryDecodeFromChars(text, decoded, out int written) || written != decoded.Length)
            return false;
        bytes = decoded;
        return true;
    }
}
