using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Jangbu.Crypto;
using Jangbu.Crypto.Jose;

namespace Jangbu.Tests.Crypto;

public sealed class SealedEnvelopeTests
{
    private static readonly RandomNumberGenerator Random = RandomNumberGenerator.Create();

    /// <summary>A key with a counter of its own: other classes spend operations of the shared ones meanwhile.</summary>
    private static readonly Lazy<IdentityKey> Counted = new(() => IdentityKey.Generate(2048));

    [Fact]
    public void Seal_AnyPlaintext_IsOpenedByItsReceiverOnly()
    {
        string json = SealedEnvelope.Seal(KnownKeys.Ara.Public, "{\"records\":[]}"u8, Random);
        Assert.True(SealedEnvelope.TryOpen(KnownKeys.Ara, Encoding.UTF8.GetBytes(json), out byte[]? plaintext));
        Assert.Equal("{\"records\":[]}", Encoding.UTF8.GetString(plaintext));
        Assert.False(SealedEnvelope.TryOpen(KnownKeys.Bora, Encoding.UTF8.GetBytes(json), out _));
        Assert.NotEqual(json, SealedEnvelope.Seal(KnownKeys.Ara.Public, "{\"records\":[]}"u8, Random));
    }

    [Fact]
    public void TryOpen_EnvelopesOfTheVectors_OpensOrIsUnreadable()
    {
        JsonElement vectors = VectorFile.Json("jangbu/envelope.json");
        Assert.Equal(vectors.GetProperty("receiver").GetString(), KnownKeys.Bora.Id.ToString());
        Assert.Equal(vectors.GetProperty("plaintext").GetString(), Encoding.UTF8.GetString(Open(KnownKeys.Bora, vectors.GetProperty("envelope").GetRawText())!));
        foreach (JsonElement wrong in vectors.GetProperty("wrong_envelopes").EnumerateArray())
        {
            byte[]? opened = Open(KnownKeys.Bora, wrong.GetProperty("envelope").GetRawText());
            string code = wrong.GetProperty("code").GetString()!;
            // What is wrong inside (bad_record) is for the reader of the plaintext; the envelope itself is sound then.
            Assert.True((code is "unreadable" or "too_large") == (opened is null), wrong.GetProperty("comment").GetString());
        }
    }

    [Theory]
    [InlineData("""{"alg":"RSA-OAEP-256","enc":"A256GCM","kid":"ID","typ":"jangbu-sealed"}""", true)]
    [InlineData("""{"typ":"jangbu-sealed","kid":"ID","enc":"A256GCM","alg":"RSA-OAEP-256"}""", true)]
    [InlineData("""{"alg":"RSA-OAEP","enc":"A256GCM","kid":"ID","typ":"jangbu-sealed"}""", false)]
    [InlineData("""{"alg":"RSA1_5","enc":"A256GCM","kid":"ID","typ":"jangbu-sealed"}""", false)]
    [InlineData("""{"alg":"RSA-OAEP-512","enc":"A256GCM","kid":"ID","typ":"jangbu-sealed"}""", false)]
    [InlineData("""{"alg":"dir","enc":"A256GCM","kid":"ID","typ":"jangbu-sealed"}""", false)]
    [InlineData("""{"alg":"RSA-OAEP-256","enc":"A128GCM","kid":"ID","typ":"jangbu-sealed"}""", false)]
    [InlineData("""{"alg":"RSA-OAEP-256","enc":"A256CBC-HS512","kid":"ID","typ":"jangbu-sealed"}""", false)]
    [InlineData("""{"alg":"RSA-OAEP-256","enc":"A256GCM","kid":"ID","typ":"jangbu-record"}""", false)]
    [InlineData("""{"alg":"RSA-OAEP-256","enc":"A256GCM","kid":"ID","typ":"jangbu-sealed","zip":"DEF"}""", false)]
    [InlineData("""{"alg":"RSA-OAEP-256","enc":"A256GCM","kid":"ID","typ":"jangbu-sealed","crit":["exp"],"exp":1}""", false)]
    [InlineData("""{"alg":"RSA-OAEP-256","enc":"A256GCM","kid":"ID","typ":"jangbu-sealed","cty":"JWT"}""", false)]
    [InlineData("""{"alg":"RSA-OAEP-256","enc":"A256GCM","enc":"A256GCM","kid":"ID","typ":"jangbu-sealed"}""", false)]
    [InlineData("""{"alg":"RSA-OAEP-256","enc":"A256GCM","kid":"OTHER","typ":"jangbu-sealed"}""", false)]
    [InlineData("""{"alg":"RSA-OAEP-256","enc":"A256GCM","typ":"jangbu-sealed"}""", false)]
    public void TryOpen_RightlySealedUnderAnyHeader_TakesOursAndSpendsNoPrivateOperationOnOthers(string header, bool ours)
    {
        IdentityKey me = Counted.Value;
        long before = me.PrivateOperations;
        header = header.Replace("ID", me.Id.ToString(), StringComparison.Ordinal).Replace("OTHER", KnownKeys.Bora.Id.ToString(), StringComparison.Ordinal);
        Assert.Equal(ours, Open(me, Assemble(me, header, keyLength: 32, ivLength: 12, tagLength: 16).ToJsonString()) is not null);
        Assert.Equal(before + (ours ? 1 : 0), me.PrivateOperations);
    }

    [Theory]
    [InlineData(12, 15)]
    [InlineData(12, 12)]
    [InlineData(12, 0)]
    [InlineData(11, 16)]
    [InlineData(16, 16)]
    [InlineData(0, 16)]
    public void TryOpen_IvOrTagOfAnotherLength_SpendsNoPrivateOperation(int ivLength, int tagLength)
    {
        IdentityKey me = Counted.Value;
        long before = me.PrivateOperations;
        JsonObject json = Assemble(me, Header(me), 32, 12, 16);
        json["iv"] = Base64UrlText.Encode(new byte[ivLength]);
        json["tag"] = Base64UrlText.Encode(new byte[tagLength]);
        Assert.Null(Open(me, json.ToJsonString()));
        Assert.Equal(before, me.PrivateOperations);
    }

    [Fact]
    public void TryOpen_OtherFormsOfTheJson_SpendNoPrivateOperation()
    {
        IdentityKey me = Counted.Value;
        JsonObject sound = Assemble(me, Header(me), 32, 12, 16);
        string text = sound.ToJsonString();
        Assert.NotNull(Open(me, text));
        long spent = me.PrivateOperations;
        var others = new List<string> { "", "[]", "null", text + text, text.Replace("}", ",\"aad\":\"\"}", StringComparison.Ordinal), text.Replace("{", "{\"iv\":\"\",", StringComparison.Ordinal) };
        foreach (string name in new[] { "protected", "encrypted_key", "iv", "ciphertext", "tag" })
        {
            var changed = (JsonObject)sound.DeepClone();
            string value = (string)changed[name]!;
            foreach (JsonNode? other in new JsonNode?[] { null, 1, value + "=", value + " ", value[..^1] + "/", new JsonArray() })
            {
                changed[name] = other;
                others.Add(changed.ToJsonString());
            }
            changed.Remove(name);
            others.Add(changed.ToJsonString());
        }
        foreach (int length in new[] { 0, 128, 255, 257, 384, 512 })
        {
            var changed = (JsonObject)sound.DeepClone();
            changed["encrypted_key"] = Base64UrlText.Encode(new byte[length]);
            others.Add(changed.ToJsonString());
        }
        Assert.All(others, other => Assert.Null(Open(me, other)));
        Assert.Equal(spent, me.PrivateOperations);
    }

    [Fact]
    public void TryOpen_WrappedWrongly_IsUnreadableEvenWhereTheContentIsUnderZeros()
    {
        IdentityKey me = Counted.Value;
        foreach (int keyLength in new[] { 0, 16, 31, 33, 64 })
            Assert.Null(Open(me, Assemble(me, Header(me), keyLength, 12, 16).ToJsonString()));
        JsonObject zeros = Assemble(me, Header(me), 32, 12, 16, contentKey: new byte[32]);
        Assert.NotNull(Open(me, zeros.ToJsonString()));
        byte[] broken = new byte[256];
        broken[^1] = 2;
        zeros["encrypted_key"] = Base64UrlText.Encode(broken);
        Assert.Null(Open(me, zeros.ToJsonString()));
    }

    [Fact]
    public void TryOpen_EveryTruncationAndOneLetterChanged_IsUnreadable()
    {
        byte[] json = Encoding.UTF8.GetBytes(SealedEnvelope.Seal(KnownKeys.Ara.Public, "x"u8, Random));
        for (int length = 0; length < json.Length; length++)
            Assert.False(SealedEnvelope.TryOpen(KnownKeys.Ara, json.AsSpan(0, length), out _));
        for (int i = 0; i < json.Length; i++)
        {
            byte was = json[i];
            json[i] = was == (byte)'A' ? (byte)'B' : (byte)'A';
            Assert.False(SealedEnvelope.TryOpen(KnownKeys.Ara, json, out _), $"letter {i}");
            json[i] = was;
        }
        Assert.True(SealedEnvelope.TryOpen(KnownKeys.Ara, json, out _));
    }

    [Fact]
    public void Seal_AtItsLimitAndOnePast_TakesTheLimitOnly()
    {
        foreach (IdentityKey key in new[] { KnownKeys.Ara, KnownKeys.Bora })
        {
            int most = SealedEnvelope.MaximumPlaintext(key.Public);
            byte[] json = Encoding.UTF8.GetBytes(SealedEnvelope.Seal(key.Public, new byte[most], Random));
            Assert.True(SealedEnvelope.TryOpen(key, json, out byte[]? plaintext) && plaintext.Length == most);
            Assert.True(StrictJson.TryParse(json, out Jangbu.Crypto.Jose.JsonValue? value));
            int letters = value.Members.Sum(member => member.Value.Text.Length);
            Assert.InRange(letters, SealedEnvelope.MaximumLength - 4, SealedEnvelope.MaximumLength);
            Assert.False(SealedEnvelope.IsTooLarge(value));
            Assert.Throws<ArgumentException>(() => SealedEnvelope.Seal(key.Public, new byte[most + 4], Random));
            string padded = Encoding.UTF8.GetString(json).Replace("\"ciphertext\":\"", "\"ciphertext\":\"AAAA", StringComparison.Ordinal);
            Assert.True(StrictJson.TryParse(Encoding.UTF8.GetBytes(padded), out Jangbu.Crypto.Jose.JsonValue? past));
            Assert.True(SealedEnvelope.IsTooLarge(past) || letters <= SealedEnvelope.MaximumLength - 4);
        }
    }

    [Fact]
    public void TryOpen_EveryForeignVector_SpendsNoPrivateOperation()
    {
        IdentityKey me = Counted.Value;
        long before = me.PrivateOperations;
        foreach (string file in new[] { "wycheproof/json_web_encryption_test.json", "own/jose/jwe.json" })
        {
            foreach (string text in Texts(VectorFile.Json(file)))
                Assert.Null(Open(me, text));
        }
        Assert.Equal(before, me.PrivateOperations);
    }

    private static IEnumerable<string> Texts(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => element.EnumerateObject().SelectMany(member => member.Name == "jwe"
            ? [member.Value.ValueKind == JsonValueKind.String ? member.Value.GetString()! : member.Value.GetRawText()] : Texts(member.Value)),
        JsonValueKind.Array => element.EnumerateArray().SelectMany(Texts),
        _ => [],
    };

    private static byte[]? Open(IdentityKey me, string json) =>
        SealedEnvelope.TryOpen(me, Encoding.UTF8.GetBytes(json), out byte[]? plaintext) ? plaintext : null;

    private static string Header(IdentityKey key) => $$"""{"alg":"RSA-OAEP-256","enc":"A256GCM","kid":"{{key.Id}}","typ":"jangbu-sealed"}""";

    /// <summary>An envelope made by hand, with what is to be wrong about it.</summary>
    private static JsonObject Assemble(IdentityKey receiver, string headerJson, int keyLength, int ivLength, int tagLength, byte[]? contentKey = null)
    {
        string header = Base64UrlText.Encode(Encoding.UTF8.GetBytes(headerJson));
        byte[] key = contentKey ?? [.. Enumerable.Range(1, keyLength).Select(value => (byte)value)];
        byte[] iv = new byte[ivLength], tag = new byte[tagLength], ciphertext = new byte[2];
        byte[] used = key.Length is 16 or 32 ? key : new byte[32];
        using (var gcm = new AesGcm(used, tagLength))
            gcm.Encrypt(iv, "{}"u8, ciphertext, tag, Encoding.ASCII.GetBytes(header));
        using RSA rsa = RSA.Create(new RSAParameters { Modulus = receiver.Public.N, Exponent = [1, 0, 1] });
        return new JsonObject
        {
            ["protected"] = header,
            ["encrypted_key"] = Base64UrlText.Encode(rsa.Encrypt(key, RSAEncryptionPadding.OaepSHA256)),
            ["iv"] = Base64UrlText.Encode(iv),
            ["ciphertext"] = Base64UrlText.Encode(ciphertext),
            ["tag"] = Base64UrlText.Encode(tag),
        };
    }
}
