using System.Security.Cryptography;
using System.Text.Json;
using Jangbu.Crypto;

namespace Jangbu.Tests.Crypto;

public sealed class PrivateKeyFileTests
{
    private static readonly JsonElement Vectors = VectorFile.Json("jangbu/identity.json");
    private static readonly RSA Rsa = RSA.Create(2048);

    [Fact]
    public void TryImport_KeyFilesOfTheVectors_RestoresIdAndRendezvousKey()
    {
        foreach ((JsonElement person, IdentityKey key) in Vectors.GetProperty("people").EnumerateArray().Zip([KnownKeys.Ara, KnownKeys.Bora]))
        {
            Assert.Equal(person.GetProperty("id").GetString(), key.Id.ToString());
            Assert.Equal(person.GetProperty("rdv").GetString(), Jangbu.Crypto.Jose.Base64UrlText.Encode(key.RendezvousKey.PublicKey));
            Assert.Equal(person.GetProperty("public_key_pem").GetString(), key.Public.ExportPem());
        }
    }

    [Theory]
    [InlineData("alice-2048")]
    [InlineData("bob-3072")]
    public void TryImport_FilesWrittenByOpenSslAndPython_GivesTheirThumbprint(string name)
    {
        JsonElement keys = VectorFile.Json("own/keys/keys.json");
        string pem = File.ReadAllText(VectorFile.PathOf($"own/keys/{name}.enc.pem"));
        Assert.True(PrivateKeyFile.TryImport(pem, keys.GetProperty("password").GetString(), out IdentityKey? key, out KeyError error, out bool weak), error.ToString());
        using (key)
        {
            Assert.Equal(keys.GetProperty("thumbprints_rfc7638_sha256").GetProperty(name).GetString(),
                Jangbu.Crypto.Jose.Base64UrlText.Encode(key.Id.ToByteArray()));
            Assert.Equal(File.ReadAllText(VectorFile.PathOf($"own/keys/{name}.pub.pem")), key.Public.ExportPem());
        }
        Assert.False(weak);
    }

    [Fact]
    public void Export_ThenImport_GivesTheSameKeyUnderTheComposedPasswordOnly()
    {
        string pem = PrivateKeyFile.Export(KnownKeys.Ara, "\u1107\u1175밀");
        Assert.StartsWith("-----BEGIN ENCRYPTED PRIVATE KEY-----\n", pem, StringComparison.Ordinal);
        Assert.EndsWith("-----END ENCRYPTED PRIVATE KEY-----\n", pem, StringComparison.Ordinal);
        Assert.True(PrivateKeyFile.TryImport(pem, "비밀", out IdentityKey? key, out _, out bool weak));
        using (key)
            Assert.Equal(KnownKeys.Ara.Id, key.Id);
        Assert.False(weak);
        Assert.False(PrivateKeyFile.TryImport(pem, "비밀 ", out _, out KeyError error, out _));
        Assert.Equal(KeyError.WrongPassword, error);
    }

    [Fact]
    public void TryImport_IterationsAtAndPastTheLimits_TakesTheLimitsOnly()
    {
        Assert.Equal((KeyError.None, true), Import(Aes(Rsa, 1_000)));
        Assert.Equal((KeyError.None, true), Import(Aes(Rsa, 2_048)));
        Assert.Equal(KeyError.IterationsOutOfRange, Import(Aes(Rsa, 999)).Error);
        // Stated only: a refusal must come before the work that it refuses.
        Assert.Equal(KeyError.IterationsOutOfRange, Import(Seal(Rsa.ExportPkcs8PrivateKey(), 10_000_001)).Error);
        Assert.Equal(KeyError.IterationsOutOfRange, Import(Seal(Rsa.ExportPkcs8PrivateKey(), long.MaxValue)).Error);
    }

    [Fact]
    public void TryImport_OtherEncryptions_AreRefusedBeforeDeriving()
    {
        (PbeEncryptionAlgorithm Cipher, HashAlgorithmName Hash)[] others =
        [
            (PbeEncryptionAlgorithm.TripleDes3KeyPkcs12, HashAlgorithmName.SHA1), (PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA1),
            (PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA512), (PbeEncryptionAlgorithm.Aes128Cbc, HashAlgorithmName.SHA256),
            (PbeEncryptionAlgorithm.Aes192Cbc, HashAlgorithmName.SHA256),
        ];
        foreach ((PbeEncryptionAlgorithm cipher, HashAlgorithmName hash) in others)
            Assert.Equal(KeyError.OtherEncryption, Import(KnownKeys.Encrypt(Rsa, cipher, hash, 2_000)).Error);
    }

    [Fact]
    public void TryImport_TextThatIsNoSuchFile_SaysWhatItIs()
    {
        string pem = Aes(Rsa, 1_000);
        Assert.Equal(KeyError.NotEncrypted, Import(Rsa.ExportPkcs8PrivateKeyPem()).Error);
        Assert.Equal(KeyError.NotEncrypted, Import(Rsa.ExportRSAPrivateKeyPem()).Error);
        Assert.Equal(KeyError.OtherPemLabel, Import(Rsa.ExportSubjectPublicKeyInfoPem()).Error);
        Assert.Equal(KeyError.MoreThanOneBlock, Import(pem + "\n" + pem).Error);
        Assert.Equal(KeyError.MoreThanOneBlock, Import("a note\n" + pem).Error);
        Assert.Equal(KeyError.NotPem, Import("").Error);
        Assert.Equal(KeyError.NotPem, Import("hello").Error);
        Assert.Equal(KeyError.TooLarge, Import(pem + new string(' ', 32 * 1024 + 1 - pem.Length)).Error);
        Assert.Equal(KeyError.None, Import(pem + new string(' ', 32 * 1024 - pem.Length)).Error);
        Assert.Equal(KeyError.None, Import(pem.ReplaceLineEndings("\r\n")).Error);
        Assert.Equal(KeyError.Malformed, Import(PemEncoding.WriteString("ENCRYPTED PRIVATE KEY", "0\0"u8)).Error);
    }

    [Fact]
    public void TryImport_KeysThatAreNotOurs_SaysWhichAndWhy()
    {
        using RSA small = RSA.Create(1024), odd = RSA.Create(2056);
        using var elliptic = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        Assert.Equal(KeyError.OtherSize, Import(Aes(small, 1_000)).Error);
        Assert.Equal(KeyError.OtherSize, Import(Aes(odd, 1_000)).Error);
        Assert.Equal(KeyError.OtherAlgorithm, Import(Aes(elliptic, 1_000)).Error);
    }

    [Fact]
    public void TryImport_EveryTruncationAndOneBitFlipped_IsRefusedOrGivesTheSameKey()
    {
        byte[] der = Rsa.ExportEncryptedPkcs8PrivateKey("x", new PbeParameters(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, 1_000));
        for (int length = 0; length < der.Length; length += length < 120 ? 1 : 97)
            Assert.NotEqual(KeyError.None, Import(Pem(der[..length])).Error);
        // The parameters bit by bit; the ciphertext here and there, since each try derives a key. A flipped bit of the IV changes one octet of
        // the outermost header, and one late in the key changes a part that no longer belongs to the others.
        for (int bit = 0; bit < der.Length * 8; bit += bit < 110 * 8 ? 1 : 131)
        {
            der[bit / 8] ^= (byte)(1 << bit % 8);
            if (PrivateKeyFile.TryImport(Pem(der), "x", out IdentityKey? key, out _, out _))
            {
                using (key)
                    Assert.Fail($"bit {bit} makes no difference");
            }
            der[bit / 8] ^= (byte)(1 << bit % 8);
        }
    }

    [Fact]
    public void TryImport_PartsThatDoNotBelongTogether_AreInconsistent()
    {
        byte[] info = Rsa.ExportPkcs8PrivateKey();
        RSAParameters parts = Rsa.ExportParameters(includePrivateParameters: true);
        foreach (byte[] part in new[] { parts.D!, parts.DP!, parts.DQ!, parts.InverseQ!, parts.P!, parts.Q! })
        {
            byte[] changed = [.. info];
            changed[changed.AsSpan().IndexOf(part) + part.Length - 1] ^= 2;
            Assert.Equal(KeyError.Inconsistent, Import(Seal(changed)).Error);
        }
        Assert.Equal(KeyError.None, Import(Seal(info)).Error);
    }

    private static (KeyError Error, bool Weak) Import(string pem)
    {
        bool read = PrivateKeyFile.TryImport(pem, "x", out IdentityKey? key, out KeyError error, out bool weak);
        Assert.Equal(read, error == KeyError.None);
        key?.Dispose();
        return (error, weak);
    }

    private static string Aes(AsymmetricAlgorithm key, int iterations) =>
        KnownKeys.Encrypt(key, PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, iterations);

    private static string Pem(byte[] der) => PemEncoding.WriteString("ENCRYPTED PRIVATE KEY", der);

    /// <summary>Encrypts any bytes as a key file, always with 1,000 rounds, and states <paramref name="iterations"/>.</summary>
    private static string Seal(byte[] info, long iterations = 1_000)
    {
        byte[] salt = new byte[16], iv = new byte[16];
        byte[] key = Rfc2898DeriveBytes.Pbkdf2("x"u8, salt, 1_000, HashAlgorithmName.SHA256, 32);
        using var aes = System.Security.Cryptography.Aes.Create();
        aes.SetKey(key);
        var writer = new System.Formats.Asn1.AsnWriter(System.Formats.Asn1.AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            using (writer.PushSequence())
            {
                writer.WriteObjectIdentifier("1.2.840.113549.1.5.13");
                using (writer.PushSequence())
                {
                    using (writer.PushSequence())
                    {
                        writer.WriteObjectIdentifier("1.2.840.113549.1.5.12");
                        using (writer.PushSequence())
                        {
                            writer.WriteOctetString(salt);
                            writer.WriteInteger(iterations);
                            writer.WriteInteger(32);
                            using (writer.PushSequence())
                            {
                                writer.WriteObjectIdentifier("1.2.840.113549.2.9");
                                writer.WriteNull();
                            }
                        }
                    }
                    using (writer.PushSequence())
                    {
                        writer.WriteObjectIdentifier("2.16.840.1.101.3.4.1.42");
                        writer.WriteOctetString(iv);
                    }
                }
            }
            writer.WriteOctetString(aes.EncryptCbc(info, iv));
        }
        return Pem(writer.Encode());
    }
}
