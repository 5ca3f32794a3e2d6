using System.Security.Cryptography;
using System.Text.Json;
using Jangbu.Crypto;

namespace Jangbu.Tests.Crypto;

/// <summary>The private keys of the vectors, each unlocked once a run. For tests of every part: no key is made, and 600,000 rounds are paid twice.</summary>
public static class KnownKeys
{
    private static readonly Lazy<IdentityKey[]> Unlocked = new(() =>
    {
        JsonElement vectors = VectorFile.Json("jangbu/identity.json");
        return vectors.GetProperty("people").EnumerateArray()
            .Select(person => Unlock(person.GetProperty("private_key_pem").GetString()!, vectors.GetProperty("password").GetString()!)).ToArray();
    });

    /// <summary>Person a of the vectors, 2048 bits. Never disposed.</summary>
    public static IdentityKey Ara => Unlocked.Value[0];

    /// <summary>Person b of the vectors, 3072 bits. Never disposed.</summary>
    public static IdentityKey Bora => Unlocked.Value[1];

    /// <summary>Unlocks a key file of the vectors.</summary>
    public static IdentityKey Unlock(string pem, string password) =>
        PrivateKeyFile.TryImport(pem, password, out IdentityKey? key, out KeyError error, out _) ? key : throw new InvalidOperationException(error.ToString());

    /// <summary>Takes a private key of somebody else's vectors.</summary>
    public static IdentityKey From(RSA rsa) =>
        Unlock(Encrypt(rsa, PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, PrivateKeyFile.MinimumIterations), "x");

    /// <summary>A key file under the password <c>x</c>, written by the library in any way.</summary>
    public static string Encrypt(AsymmetricAlgorithm key, PbeEncryptionAlgorithm encryption, HashAlgorithmName hash, int iterations) =>
        PemEncoding.WriteString("ENCRYPTED PRIVATE KEY", key.ExportEncryptedPkcs8PrivateKey("x", new PbeParameters(encryption, hash, iterations)));
}
