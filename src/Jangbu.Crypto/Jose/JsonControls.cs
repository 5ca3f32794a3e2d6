namespace Jangbu.Crypto.Jose;

/// <summary>Which control characters a reader takes, and in the text of which member; in every other text and name they are refused.</summary>
/// <param name="Member">The member's name, at any depth.</param>
/// <param name="Allowed">The characters, of U+0000–U+001F; they can only come escaped.</param>
public sealed record JsonControls(string Member, string Allowed)
{
    /// <summary><c>\n</c> in <c>agreement</c>, the one exception for records (PROTOCOL, Words).</summary>
    public static JsonControls InAgreement { get; } = new("agreement", "\n");

    /// <summary><c>\r</c> and <c>\n</c> in <c>sdp</c>, the one exception for a session's messages (PROTOCOL §5.1, <c>call</c>).</summary>
    public static JsonControls InSdp { get; } = new("sdp", "\r\n");
}
