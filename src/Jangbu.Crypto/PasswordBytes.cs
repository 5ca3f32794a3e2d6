using System.Text;
using Jangbu.Crypto.Unicode;

namespace Jangbu.Crypto;

/// <summary>A password's bytes: its NFC form in UTF-8 (PROTOCOL §6), so that Hangul typed on any system gives the same key.</summary>
public static class PasswordBytes
{
    /// <summary>The bytes; whoever asks clears them after use.</summary>
    /// <exception cref="ArgumentException">A lone surrogate, which has no UTF-8 form.</exception>
    public static byte[] From(ReadOnlySpan<char> password)
    {
        char[] composed = NormalizationFormC.Compose(password);
        try
        {
            return Strict.GetBytes(composed);
        }
        catch (EncoderFallbackException lone)
        {
            throw new ArgumentException("a password with a lone surrogate has no UTF-8 form", nameof(password), lone);
        }
        finally
        {
            Array.Clear(composed);
        }
    }

    /// <summary>The password in a password file: all but one trailing <c>\n</c> or <c>\r\n</c>.</summary>
    public static ReadOnlySpan<char> InFile(ReadOnlySpan<char> text) =>
        !text.EndsWith('\n') ? text : text.EndsWith("\r\n", StringComparison.Ordinal) ? text[..^2] : text[..^1];

    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);
}
