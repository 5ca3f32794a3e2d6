using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace Jangbu.Crypto;

/// <summary>A key file's text (RFC 7468): one block, white space around it at most.</summary>
internal static class PemBlock
{
    /// <summary>A 4096-bit encrypted key takes 3.4 KiB; ten times that is surely something else.</summary>
    public const int MaximumLength = 32 * 1024;

    public static bool TryRead(string pem, string label, [NotNullWhen(true)] out byte[]? der, out KeyError error)
    {
        ArgumentNullException.ThrowIfNull(pem);
        der = null;
        error = Find(pem, label, out Range data);
        if (error != KeyError.None)
            return false;
        byte[] buffer = new byte[pem.Length];
        // RFC 7468 allows white space between the letters, and so does this decoder; the DER inside has one spelling.
        if (!Convert.TryFromBase64Chars(pem.AsSpan()[data], buffer, out int written))
        {
            error = KeyError.NotPem;
            return false;
        }
        der = buffer[..written];
        CryptographicOperations.ZeroMemory(buffer);
        return true;
    }

    private static KeyError Find(string pem, string label, out Range data)
    {
        data = default;
        if (pem.Length > MaximumLength)
            return KeyError.TooLarge;
        if (!PemEncoding.TryFind(pem, out PemFields fields))
            return KeyError.NotPem;
        (int start, int length) = fields.Location.GetOffsetAndLength(pem.Length);
        if (!pem.AsSpan(0, start).Trim().IsEmpty || !pem.AsSpan(start + length).Trim().IsEmpty)
            return KeyError.MoreThanOneBlock;
        ReadOnlySpan<char> found = pem.AsSpan()[fields.Label];
        if (!found.SequenceEqual(label))
            return found.EndsWith("PRIVATE KEY", StringComparison.Ordinal) && label != "PUBLIC KEY" ? KeyError.NotEncrypted : KeyError.OtherPemLabel;
        data = fields.Base64Data;
        return KeyError.None;
    }
}
