using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using Jangbu.Crypto.Der;

namespace Jangbu.Crypto;

/// <summary>
/// The private key file: PEM <c>ENCRYPTED PRIVATE KEY</c>, PKCS#8 under PBES2 with PBKDF2-HMAC-SHA256 and AES-256-CBC (PROTOCOL §1,
/// RFC 5958, RFC 8018). Whoever stores it makes the file with mode 0600.
/// </summary>
public static class PrivateKeyFile
{
    /// <summary>What we write.</summary>
    public const int Iterations = 600_000;

    /// <summary>The least that we read: OpenSSL 3.0 and <c>cryptography</c> write 2,048.</summary>
    public const int MinimumIterations = 1_000;

    /// <summary>The most that we read; more would keep the machine busy for longer than four seconds at a file's word.</summary>
    public const int MaximumIterations = 10_000_000;

    private const string Label = "ENCRYPTED PRIVATE KEY";
    private const int KeyLength = 32, BlockLength = 16, MinimumSaltLength = 8, MaximumSaltLength = 64;

    /// <summary>Writes the key file's text under a password, lines ending <c>\n</c>.</summary>
    public static string Export(IdentityKey key, ReadOnlySpan<char> password)
    {
        ArgumentNullException.ThrowIfNull(key);
        byte[] secret = PasswordBytes.From(password);
        try
        {
            return PemEncoding.WriteString(Label, key.ExportEncryptedPkcs8(secret, Iterations)) + "\n";
        }
        finally
        {
            CryptographicOperations.ZeroMemory(secret);
        }
    }

    /// <summary>Reads a key file's text.</summary>
    /// <param name="pem">The text, one block.</param>
    /// <param name="password">The password; its NFC form counts.</param>
    /// <param name="key">The key, which the caller disposes.</param>
    /// <param name="error">Why not.</param>
    /// <param name="weak">True where the key was read but the file has fewer iterations than we write: write it anew.</param>
    public static bool TryImport(string pem, ReadOnlySpan<char> password, [NotNullWhen(true)] out IdentityKey? key, out KeyError error, out bool weak)
    {
        key = null;
        weak = false;
        if (!PemBlock.TryRead(pem, Label, out byte[]? der, out error))
            return false;
        if (!TryReadEncryption(der, out Encryption encryption, out error))
            return false;
        byte[] info = Decrypt(encryption, password, out int length);
        try
        {
            error = KeyError.WrongPassword;
            bool read = length > 0 && TryReadInfo(info.AsSpan(0, length), out key, out error);
            weak = read && encryption.Iterations < Iterations;
            return read;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(info);
        }
    }

    //  EncryptedPrivateKeyInfo { { PBES2, { { PBKDF2, { salt, iterations, [keyLength,] { hmacWithSHA256, NULL } } }, { aes256-CBC, iv } } }, ciphertext }
    private static bool TryReadEncryption(ReadOnlySpan<byte> der, out Encryption encryption, out KeyError error)
    {
        encryption = default;
        error = KeyError.Malformed;
        var reader = new DerReader(der);
        if (!reader.TryEnter(DerReader.Sequence, out DerReader outer) || !reader.AtEnd
            || !outer.TryEnter(DerReader.Sequence, out DerReader algorithm)
            || !outer.TryRead(DerReader.OctetString, out ReadOnlySpan<byte> ciphertext) || !outer.AtEnd
            || !algorithm.TryRead(DerReader.ObjectIdentifier, out ReadOnlySpan<byte> scheme))
            return false;
        error = KeyError.OtherEncryption;
        if (!scheme.SequenceEqual(ObjectIdentifiers.Pbes2)
            || !algorithm.TryEnter(DerReader.Sequence, out DerReader parameters) || !algorithm.AtEnd
            || !parameters.TryEnter(DerReader.Sequence, out DerReader derivation) || !parameters.TryEnter(DerReader.Sequence, out DerReader cipher) || !parameters.AtEnd
            || !TryReadDerivation(derivation, out ReadOnlySpan<byte> salt, out int iterations)
            || !cipher.TryRead(DerReader.ObjectIdentifier, out ReadOnlySpan<byte> cipherName) || !cipherName.SequenceEqual(ObjectIdentifiers.Aes256Cbc)
            || !cipher.TryRead(DerReader.OctetString, out ReadOnlySpan<byte> iv) || iv.Length != BlockLength || !cipher.AtEnd)
            return false;
        if (iterations is < MinimumIterations or > MaximumIterations)
        {
            error = KeyError.IterationsOutOfRange;
            return false;
        }
        if (ciphertext.IsEmpty || ciphertext.Length % BlockLength != 0)
        {
            error = KeyError.Malformed;
            return false;
        }
        encryption = new Encryption(salt, iterations, iv, ciphertext);
        error = KeyError.None;
        return true;
    }

    private static bool TryReadDerivation(DerReader derivation, out ReadOnlySpan<byte> salt, out int iterations)
    {
        salt = default;
        iterations = 0;
        if (!derivation.TryRead(DerReader.ObjectIdentifier, out ReadOnlySpan<byte> name) || !name.SequenceEqual(ObjectIdentifiers.Pbkdf2)
            || !derivation.TryEnter(DerReader.Sequence, out DerReader parameters) || !derivation.AtEnd
            || !parameters.TryRead(DerReader.OctetString, out salt) || salt.Length is < MinimumSaltLength or > MaximumSaltLength)
            return false;
        // A count that passes 31 bits is read as one too many, which says more than "another encryption".
        if (!parameters.TryReadSmall(out iterations))
            iterations = int.MaxValue;
        if (parameters.Next(DerReader.Integer) && (!parameters.TryReadSmall(out int keyLength) || keyLength != KeyLength))
            return false;
        // The PRF has no default we take: left out it means HMAC-SHA1.
        return parameters.TryEnter(DerReader.Sequence, out DerReader function) && parameters.AtEnd
            && function.TryRead(DerReader.ObjectIdentifier, out ReadOnlySpan<byte> hash) && hash.SequenceEqual(ObjectIdentifiers.HmacWithSha256)
            && function.TryRead(DerReader.Null, out ReadOnlySpan<byte> nothing) && nothing.IsEmpty && function.AtEnd;
    }

    /// <summary>The decrypted bytes, of which <paramref name="length"/> count; 0 where the padding is wrong.</summary>
    private static byte[] Decrypt(in Encryption encryption, ReadOnlySpan<char> password, out int length)
    {
        byte[] secret = PasswordBytes.From(password);
        Span<byte> derived = stackalloc byte[KeyLength];
        Rfc2898DeriveBytes.Pbkdf2(secret, encryption.Salt, derived, encryption.Iterations, HashAlgorithmName.SHA256);
        CryptographicOperations.ZeroMemory(secret);
        byte[] plain = new byte[encryption.Ciphertext.Length];
        using (var aes = Aes.Create())
        {
            aes.SetKey(derived);
            aes.DecryptCbc(encryption.Ciphertext, encryption.Iv, plain, PaddingMode.None);
        }
        CryptographicOperations.ZeroMemory(derived);
        int padding = plain[^1];
        bool padded = padding is >= 1 and <= BlockLength && !plain.AsSpan(plain.Length - padding).ContainsAnyExcept((byte)padding);
        length = padded ? plain.Length - padding : 0;
        return plain;
    }

    //  PrivateKeyInfo { 0, { rsaEncryption, NULL }, OCTET STRING { RSAPrivateKey { 0, n, e, d, p, q, dp, dq, qInv } }, [0] attributes OPTIONAL }
    private static bool TryReadInfo(ReadOnlySpan<byte> info, [NotNullWhen(true)] out IdentityKey? key, out KeyError error)
    {
        key = null;
        // A wrong password leaves right padding once in 256 times, and then no SEQUENCE of just this length.
        error = KeyError.WrongPassword;
        var reader = new DerReader(info);
        if (!reader.TryEnter(DerReader.Sequence, out DerReader outer) || !reader.AtEnd || !outer.TryReadSmall(out int version)
            || !outer.TryEnter(DerReader.Sequence, out DerReader algorithm) || !algorithm.TryRead(DerReader.ObjectIdentifier, out ReadOnlySpan<byte> name)
            || !outer.TryRead(DerReader.OctetString, out ReadOnlySpan<byte> content))
            return false;
        error = KeyError.OtherAlgorithm;
        if (!name.SequenceEqual(ObjectIdentifiers.RsaEncryption))
            return false;
        error = KeyError.Malformed;
        if (version != 0 || !algorithm.TryRead(DerReader.Null, out ReadOnlySpan<byte> nothing) || !nothing.IsEmpty || !algorithm.AtEnd
            || !(outer.AtEnd || (outer.TryRead(DerReader.ContextZero, out _) && outer.AtEnd)))
            return false;
        reader = new DerReader(content);
        if (!reader.TryEnter(DerReader.Sequence, out DerReader rsa) || !reader.AtEnd || !rsa.TryReadSmall(out int twoPrimes) || twoPrimes != 0
            || !rsa.TryReadMagnitude(out ReadOnlySpan<byte> n) || !rsa.TryReadMagnitude(out ReadOnlySpan<byte> e) || !rsa.TryReadMagnitude(out ReadOnlySpan<byte> d)
            || !rsa.TryReadMagnitude(out ReadOnlySpan<byte> p) || !rsa.TryReadMagnitude(out ReadOnlySpan<byte> q) || !rsa.TryReadMagnitude(out ReadOnlySpan<byte> dp)
            || !rsa.TryReadMagnitude(out ReadOnlySpan<byte> dq) || !rsa.TryReadMagnitude(out ReadOnlySpan<byte> inverse) || !rsa.AtEnd)
            return false;
        // Sizes first: .NET's structure wants the parts at fixed lengths, and padding must not be by a hostile length.
        error = RsaModulus.Check(n);
        if (error != KeyError.None)
            return false;
        error = KeyError.Inconsistent;
        int half = n.Length / 2;
        if (d.Length > n.Length || p.Length != half || q.Length != half || dp.Length > half || dq.Length > half || inverse.Length > half)
            return false;
        var parameters = new RSAParameters
        {
            Modulus = n.ToArray(), Exponent = e.ToArray(), D = Padded(d, n.Length), P = p.ToArray(), Q = q.ToArray(),
            DP = Padded(dp, half), DQ = Padded(dq, half), InverseQ = Padded(inverse, half),
        };
        try
        {
            return IdentityKey.TryCreate(parameters, out key, out error);
        }
        finally
        {
            IdentityKey.Clear(parameters);
        }
    }

    private static byte[] Padded(ReadOnlySpan<byte> magnitude, int length)
    {
        byte[] padded = new byte[length];
        magnitude.CopyTo(padded.AsSpan(length - magnitude.Length));
        return padded;
    }

    private readonly ref struct Encryption(ReadOnlySpan<byte> salt, int iterations, ReadOnlySpan<byte> iv, ReadOnlySpan<byte> ciphertext)
    {
        public ReadOnlySpan<byte> Salt { get; } = salt;

        public int Iterations { get; } = iterations;

        public ReadOnlySpan<byte> Iv { get; } = iv;

        public ReadOnlySpan<byte> Ciphertext { get; } = ciphertext;
    }
}
