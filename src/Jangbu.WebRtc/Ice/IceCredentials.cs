using System.Security.Cryptography;
using System.Text;

namespace Jangbu.WebRtc.Ice;

/// <summary>User fragment and password of one side of one ICE session (RFC 8445 §5.3, RFC 8839 §5.4).</summary>
/// <param name="UsernameFragment">4 to 256 characters.</param>
/// <param name="Password">22 to 256 characters; the key of every check's signature.</param>
public sealed record IceCredentials(string UsernameFragment, string Password)
{
    /// <summary>RFC 8839 §5.4: "can be up to 256 characters".</summary>
    public const int MaxLength = 256;

    private const string IceCharacters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

    /// <summary>The key of the short-term mechanism: the password's bytes.</summary>
    internal byte[] Key { get; } = Encoding.UTF8.GetBytes(Password);

    /// <summary>Draws a fragment of 8 characters (48 bits) and a password of 24 (144 bits; 128 are asked for).</summary>
    public static IceCredentials Create(RandomNumberGenerator random)
    {
        ArgumentNullException.ThrowIfNull(random);
        return new IceCredentials(Draw(random, 8), Draw(random, 24));
    }

    /// <summary>Whether both texts have the allowed length and only characters that can stand in an SDP line and a STUN user name.</summary>
    public bool IsValid => IsText(UsernameFragment, 4) && IsText(Password, 22);

    /// <summary>Visible ASCII without the colon, which joins two fragments; wider than ice-char, since some stacks write '-' and '_'.</summary>
    internal static bool IsText(ReadOnlySpan<char> text, int least) =>
        text.Length >= least && text.Length <= MaxLength && !text.ContainsAnyExceptInRange('!', '~') && !text.Contains(':');

    private static string Draw(RandomNumberGenerator random, int length)
    {
        Span<byte> bytes = stackalloc byte[length];
        random.GetBytes(bytes);
        Span<char> text = stackalloc char[length];
        for (int index = 0; index < length; index++)
            text[index] = IceCharacters[bytes[index] & 63];
        return new string(text);
    }
}
