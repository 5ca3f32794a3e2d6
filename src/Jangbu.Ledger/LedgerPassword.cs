using System.Security.Cryptography;
using Jangbu.Crypto;

namespace Jangbu.Ledger;

/// <summary>
/// The password of a ledger: its NFC form in UTF-8 (PROTOCOL §6). The few keys derived from it are kept, so opening, verifying and exporting
/// in one go pay PBKDF2 once a salt. May be used by many threads. Cleared when disposed.
/// </summary>
public sealed class LedgerPassword : IDisposable
{
    private const int KeptKeys = 8;

    private readonly byte[] _bytes;
    private readonly List<(byte[] Salt, int Iterations, byte[] Key)> _keys = [];
    private readonly Lock _gate = new();

    /// <summary>Takes the password as typed.</summary>
    /// <exception cref="ArgumentException">It has a lone surrogate.</exception>
    public LedgerPassword(ReadOnlySpan<char> password) => _bytes = PasswordBytes.From(password);

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_gate)
        {
            CryptographicOperations.ZeroMemory(_bytes);
            foreach ((_, _, byte[] key) in _keys)
                CryptographicOperations.ZeroMemory(key);
            _keys.Clear();
        }
    }

    // PBKDF2-HMAC-SHA256, 32 bytes: 16 signing, 16 encryption, as Fernet's.
    internal byte[] DeriveKey(ReadOnlySpan<byte> salt, int iterations)
    {
        lock (_gate)
        {
            foreach ((byte[] keptSalt, int keptIterations, byte[] kept) in _keys)
                if (keptIterations == iterations && salt.SequenceEqual(keptSalt))
                    return [.. kept];
            byte[] key = Rfc2898DeriveBytes.Pbkdf2(_bytes, salt, iterations, HashAlgorithmName.SHA256, LineCipher.KeySize);
            if (_keys.Count == KeptKeys)
            {
                CryptographicOperations.ZeroMemory(_keys[0].Key);
                _keys.RemoveAt(0);
            }
            _keys.Add((salt.ToArray(), iterations, key));
            return [.. key];
        }
    }
}
