using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using Jangbu.Crypto.Jose;

namespace Jangbu.Crypto;

/// <summary>The secret by which two people meet who hold no key of each other: 16 random bytes, lives 24 hours, used once (PROTOCOL §1).</summary>
public sealed class InvitationCode : IEquatable<InvitationCode>
{
    /// <summary>The secret's length in bytes.</summary>
    public const int Length = 16;

    private const string Scheme = "jangbu:invite/";
    private const byte Version = 1;
    private readonly byte[] _secret;

    private InvitationCode(byte[] secret) => _secret = secret;

    /// <summary>The 16 bytes; a copy.</summary>
    public byte[] Secret => [.. _secret];

    /// <summary>The text after <c>jangbu:invite/</c>, as the ledger keeps it.</summary>
    public string Code => Base64UrlText.Encode([Version, .. _secret]);

    /// <summary>The link to send.</summary>
    public string Link => Scheme + Code;

    /// <summary>A new code.</summary>
    public static InvitationCode Generate(RandomNumberGenerator random)
    {
        ArgumentNullException.ThrowIfNull(random);
        byte[] secret = new byte[Length];
        random.GetBytes(secret);
        return new InvitationCode(secret);
    }

    /// <summary>Reads a link, or the text after <c>jangbu:invite/</c> alone.</summary>
    public static bool TryParse(string? text, [NotNullWhen(true)] out InvitationCode? invitation)
    {
        invitation = null;
        ReadOnlySpan<char> code = text;
        if (code.StartsWith(Scheme, StringComparison.Ordinal))
            code = code[Scheme.Length..];
        // 17 bytes are 23 letters; nothing longer is decoded.
        if (code.Length != (1 + Length) * 4 / 3 + 1 || !Base64UrlText.TryDecode(code, out byte[]? bytes) || bytes[0] != Version)
            return false;
        invitation = new InvitationCode(bytes[1..]);
        return true;
    }

    /// <summary>Same secret.</summary>
    public bool Equals(InvitationCode? other) => other is not null && CryptographicOperations.FixedTimeEquals(_secret, other._secret);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as InvitationCode);

    /// <inheritdoc/>
    public override int GetHashCode() => BitConverter.ToInt32(_secret);

    /// <summary>No secret: logs and debuggers show this.</summary>
    public override string ToString() => "jangbu:invite/…";
}
