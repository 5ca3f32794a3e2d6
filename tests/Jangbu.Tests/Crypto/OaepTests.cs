using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Jangbu.Crypto;
using Jangbu.Crypto.Jose;

namespace Jangbu.Tests.Crypto;

/// <summary>Key wrapping of foreign vectors, put into envelopes of ours, so that the wrapping alone decides.</summary>
public sealed class OaepTests
{
    [Theory]
    [InlineData("2048", 1)]
    [InlineData("3072", 1)]
    [InlineData("4096", 0)]
    public void TryOpen_WycheproofWrappings_OpensThoseThatHoldAContentKeyWithoutLabel(string size, int contentKeys)
    {
        int opened = 0;
        foreach (JsonElement group in VectorFile.Json($"wycheproof/rsa_oaep_{size}_sha256_mgf1sha256_test.json").GetProperty("testGroups").EnumerateArray())
        {
            using RSA rsa = RSA.Create();
            rsa.ImportPkcs8PrivateKey(Hex(group, "privateKeyPkcs8"), out _);
            using IdentityKey key = KnownKeys.From(rsa);
            foreach (JsonElement test in group.GetProperty("tests").EnumerateArray())
            {
                bool valid = test.GetProperty("result").GetString() == "valid" && test.GetProperty("label").GetString() == "";
                byte[] message = Hex(test, "msg"), wrapped = Hex(test, "ct");
                Assert.True(valid == Unwraps(rsa, wrapped, message), $"tcId {test.GetProperty("tcId")}");
                bool holdsKey = valid && message.Length == 32;
                Assert.True(holdsKey == Opens(key, wrapped, message.Length == 32 ? message : new byte[32]), $"tcId {test.GetProperty("tcId")}");
                opened += holdsKey ? 1 : 0;
            }
        }
        Assert.Equal(contentKeys, opened);
    }

    [Fact]
    public void TryOpen_OwnVectorsWrappings_DecideAsTheirCommentSays()
    {
        string password = VectorFile.Json("own/keys/keys.json").GetProperty("password").GetString()!;
        using IdentityKey bob = KnownKeys.Unlock(File.ReadAllText(VectorFile.PathOf("own/keys/bob-2048.enc.pem")), password);
        string pem = File.ReadAllText(VectorFile.PathOf("own/keys/bob-2048.enc.pem"));
        using RSA rsa = RSA.Create();
        rsa.ImportFromEncryptedPem(pem, password);
        // Whoever seals to the wrong padding seals nothing for us: under a header of ours these are unreadable.
        string[] wrongWrapping = ["bit flipped in encrypted_key", "encrypted to another key", "PKCS#1 v1.5 wrap under an RSA-OAEP-256 header",
            "OAEP SHA-1 under an RSA-OAEP-256 header", "OAEP SHA-256 with MGF1 SHA-1", "OAEP with a label", "128-bit content key", "RSA-OAEP (SHA-1)", "RSA1_5"];
        int valid = 0, wrong = 0;
        foreach (JsonElement vector in VectorFile.Json("own/jose/jwe.json").EnumerateArray().Where(vector => vector.GetProperty("key").GetString() == "bob-2048"))
        {
            string text = vector.GetProperty("jwe").GetString()!;
            long before = bob.PrivateOperations;
            Assert.False(SealedEnvelope.TryOpen(bob, Encoding.UTF8.GetBytes(text), out _));
            Assert.Equal(before, bob.PrivateOperations);
            byte[]? wrapped = WrappedKey(text);
            if (wrapped?.Length != 256)
                continue;
            if (vector.GetProperty("result").GetString() == "valid")
            {
                Assert.True(Opens(bob, wrapped, rsa.Decrypt(wrapped, RSAEncryptionPadding.OaepSHA256)));
                valid++;
            }
            else if (wrongWrapping.Contains(vector.GetProperty("comment").GetString()))
            {
                Assert.False(Opens(bob, wrapped, new byte[32]), vector.GetProperty("comment").GetString());
                wrong++;
            }
        }
        Assert.Equal((8, wrongWrapping.Length), (valid, wrong));
    }

    private static byte[]? WrappedKey(string jwe)
    {
        string? text = jwe.StartsWith('{') ? JsonDocument.Parse(jwe).RootElement.GetProperty("encrypted_key").GetString() : jwe.Split('.')[1];
        return Base64UrlText.TryDecode(text, out byte[]? wrapped) ? wrapped : null;
    }

    private static bool Unwraps(RSA rsa, byte[] wrapped, byte[] message)
    {
        try
        {
            return rsa.Decrypt(wrapped, RSAEncryptionPadding.OaepSHA256).AsSpan().SequenceEqual(message);
        }
        catch (CryptographicException)
        {
            return false;
        }
    }

    private static bool Opens(IdentityKey key, byte[] wrapped, byte[] contentKey)
    {
        string header = Base64UrlText.Encode(Encoding.ASCII.GetBytes($$"""{"alg":"RSA-OAEP-256","enc":"A256GCM","kid":"{{key.Id}}","typ":"jangbu-sealed"}"""));
        byte[] iv = new byte[12], tag = new byte[16], ciphertext = new byte[1];
        using (var gcm = new AesGcm(contentKey, 16))
            gcm.Encrypt(iv, "x"u8, ciphertext, tag, Encoding.ASCII.GetBytes(header));
        return SealedEnvelope.TryOpen(key, new JsonText().BeginObject().Member("protected", header).Member("encrypted_key", Base64UrlText.Encode(wrapped))
            .Member("iv", Base64UrlText.Encode(iv)).Member("ciphertext", Base64UrlText.Encode(ciphertext)).Member("tag", Base64UrlText.Encode(tag)).EndObject().ToUtf8(), out _);
    }

    private static byte[] Hex(JsonElement element, string name) => Convert.FromHexString(element.GetProperty(name).GetString()!);
}
