using System.Security.Cryptography;
using System.Text.Json;
using Jangbu.Crypto;
using Jangbu.Crypto.Fernet;

namespace Jangbu.Tests.Crypto;

/// <summary>Wycheproof's cases for what the platform's library does for us, called as we call it.</summary>
public sealed class PrimitiveTests
{
    [Theory]
    [InlineData("rsa_pss_2048_sha256_mgf1_32_test.json", true)]
    [InlineData("rsa_pss_3072_sha256_mgf1_32_test.json", true)]
    [InlineData("rsa_pss_4096_sha256_mgf1_32_test.json", true)]
    [InlineData("rsa_pss_2048_sha256_mgf1_0_test.json", false)]
    public void Verify_WycheproofPss_AnswersAsSaidAndTakesNoOtherSalt(string file, bool ourSalt)
    {
        int cases = 0;
        foreach ((JsonElement group, JsonElement test) in Cases(file))
        {
            Assert.True(PublicIdentity.TryImportSpki(Hex(group, "publicKeyDer"), out PublicIdentity? identity, out KeyError error), error.ToString());
            // In the file of another salt length, the signature "invalid" for a salt of 32 is the one that is right for us.
            bool valid = ourSalt ? test.GetProperty("result").GetString() == "valid" : test.GetProperty("comment").GetString() == "s_len changed to 32";
            Assert.True(valid == identity.Verify(Hex(test, "msg"), Hex(test, "sig")), $"tcId {test.GetProperty("tcId")}");
            cases++;
        }
        Assert.True(cases > 60);
    }

    [Fact]
    public void AesGcm_Wycheproof_AnswersAsSaidForOurSizes()
    {
        int cases = 0;
        foreach ((JsonElement group, JsonElement test) in Cases("aes_gcm_test.json"))
        {
            if (group.GetProperty("ivSize").GetInt32() != 96 || group.GetProperty("tagSize").GetInt32() != 128 || group.GetProperty("keySize").GetInt32() != 256)
                continue;
            byte[] ciphertext = Hex(test, "ct"), plaintext = new byte[ciphertext.Length];
            using var gcm = new AesGcm(Hex(test, "key"), 16);
            bool opened;
            try
            {
                gcm.Decrypt(Hex(test, "iv"), ciphertext, Hex(test, "tag"), plaintext, Hex(test, "aad"));
                opened = plaintext.AsSpan().SequenceEqual(Hex(test, "msg"));
            }
            catch (AuthenticationTagMismatchException)
            {
                opened = false;
            }
            Assert.True(opened == (test.GetProperty("result").GetString() == "valid"), $"tcId {test.GetProperty("tcId")}");
            cases++;
        }
        Assert.True(cases > 20);
    }

    [Fact]
    public void TryDecrypt_WycheproofCbcAsFernetTokens_AnswersAsSaid()
    {
        int cases = 0;
        foreach ((JsonElement _, JsonElement test) in Cases("aes_cbc_pkcs5_test.json"))
        {
            // A right MAC around every case, so that the padding alone decides.
            byte[] signing = new byte[16];
            byte[] raw = [0x80, 0, 0, 0, 0, 0, 0, 0, 0, .. Hex(test, "iv"), .. Hex(test, "ct")];
            raw = [.. raw, .. HMACSHA256.HashData(signing, raw)];
            using FernetKey key = FernetKey.FromBytes([.. signing, .. Hex(test, "key")]);
            bool valid = FernetToken.TryDecrypt(key, Convert.ToBase64String(raw).Replace('+', '-').Replace('/', '_'), out byte[]? plaintext)
                && plaintext.AsSpan().SequenceEqual(Hex(test, "msg"));
            Assert.True(valid == (test.GetProperty("result").GetString() == "valid"), $"tcId {test.GetProperty("tcId")}");
            cases++;
        }
        Assert.True(cases > 40);
    }

    [Fact]
    public void HmacSha256_Wycheproof_AnswersAsSaid()
    {
        foreach ((JsonElement group, JsonElement test) in Cases("hmac_sha256_test.json"))
        {
            byte[] mac = HMACSHA256.HashData(Hex(test, "key"), Hex(test, "msg"))[..(group.GetProperty("tagSize").GetInt32() / 8)];
            Assert.Equal(test.GetProperty("result").GetString() == "valid", CryptographicOperations.FixedTimeEquals(mac, Hex(test, "tag")));
        }
    }

    [Fact]
    public void Pbkdf2_Wycheproof_GivesTheirKeys()
    {
        foreach ((JsonElement _, JsonElement test) in Cases("pbkdf2_hmacsha256_test.json"))
        {
            byte[] derived = Rfc2898DeriveBytes.Pbkdf2(Hex(test, "password"), Hex(test, "salt"), test.GetProperty("iterationCount").GetInt32(),
                HashAlgorithmName.SHA256, test.GetProperty("dkLen").GetInt32());
            Assert.Equal(test.GetProperty("result").GetString() == "valid", derived.AsSpan().SequenceEqual(Hex(test, "dk")));
        }
    }

    private static IEnumerable<(JsonElement Group, JsonElement Test)> Cases(string file) =>
        from JsonElement @group in VectorFile.Json("wycheproof/" + file).GetProperty("testGroups").EnumerateArray()
        from JsonElement test in @group.GetProperty("tests").EnumerateArray()
        select (@group, test);

    private static byte[] Hex(JsonElement element, string name) => Convert.FromHexString(element.GetProperty(name).GetString()!);
}
