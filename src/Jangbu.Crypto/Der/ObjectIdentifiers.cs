namespace Jangbu.Crypto.Der;

/// <summary>The contents of the OBJECT IDENTIFIER elements that appear in our key files (RFC 8017, RFC 8018).</summary>
internal static class ObjectIdentifiers
{
    /// <summary>1.2.840.113549.1.1.1</summary>
    public static ReadOnlySpan<byte> RsaEncryption => [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01];

    /// <summary>1.2.840.113549.1.5.13</summary>
    public static ReadOnlySpan<byte> Pbes2 => [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x05, 0x0d];

    /// <summary>1.2.840.113549.1.5.12</summary>
    public static ReadOnlySpan<byte> Pbkdf2 => [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x05, 0x0c];

    /// <summary>1.2.840.113549.2.9</summary>
    public static ReadOnlySpan<byte> HmacWithSha256 => [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x02, 0x09];

    /// <summary>2.16.840.1.101.3.4.1.42</summary>
    public static ReadOnlySpan<byte> Aes256Cbc => [0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x01, 0x2a];
}
