using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using Jangbu.Crypto.Fernet;

namespace Jangbu.Tests.Crypto.Fernet;

public sealed class FernetTokenTests
{
    private static readonly RandomNumberGenerator Random = RandomNumberGenerator.Create();

    [Fact]
    public void Encrypt_GenerateVectors_GivesTheirTokens()
    {
        foreach (JsonElement vector in VectorFile.Json("fernet/generate.json").EnumerateArray())
        {
            using FernetKey key = Key(vector);
            byte[] iv = vector.GetProperty("iv").EnumerateArray().Select(number => number.GetByte()).ToArray();
            using var given = new GivenBytes(iv);
            long at = DateTimeOffset.Parse(vector.GetProperty("now").GetString()!, CultureInfo.InvariantCulture).ToUnixTimeSeconds();
            Assert.Equal(vector.GetProperty("token").GetString(),
                FernetToken.Encrypt(key, Encoding.UTF8.GetBytes(vector.GetProperty("src").GetString()!), at, given));
        }
    }

    [Fact]
    public void TryDecrypt_VerifyVectors_GivesTheirSource()
    {
        foreach (JsonElement vector in VectorFile.Json("fernet/verify.json").EnumerateArray())
        {
            using FernetKey key = Key(vector);
            Assert.True(FernetToken.TryDecrypt(key, vector.GetProperty("token").GetString(), out byte[]? plaintext, out long at));
            Assert.Equal(vector.GetProperty("src").GetString(), Encoding.UTF8.GetString(plaintext));
            Assert.Equal(499162800, at);
        }
    }

    [Fact]
    public void TryDecrypt_InvalidVectors_AreRefusedOrOutOfTheirTime()
    {
        foreach (JsonElement vector in VectorFile.Json("fernet/invalid.json").EnumerateArray())
        {
            using FernetKey key = Key(vector);
            bool read = FernetToken.TryDecrypt(key, vector.GetProperty("token").GetString(), out _, out long at);
            long now = DateTimeOffset.Parse(vector.GetProperty("now").GetString()!, CultureInfo.InvariantCulture).ToUnixTimeSeconds();
            bool inTime = at <= now + 60 && now <= at + vector.GetProperty("ttl_sec").GetInt64();
            Assert.False(read && inTime, vector.GetProperty("desc").GetString());
            string description = vector.GetProperty("desc").GetString()!;
            bool onlyTime = description.Contains("TTL", StringComparison.Ordinal) || description.Contains("TS", StringComparison.Ordinal);
            Assert.Equal(onlyTime, read);
        }
    }

    [Fact]
    public void TryDecrypt_OwnLedger_HoldsWhatIsExpected()
    {
        JsonElement parameters = VectorFile.Json("own/fernet-ledger/params.json");
        using FernetKey key = FernetKey.FromPassword(parameters.GetProperty("password").GetString(),
            Convert.FromHexString(parameters.GetProperty("salt_hex").GetString()!), parameters.GetProperty("iterations").GetInt32());
        byte[] raw = new byte[FernetKey.Length];
        key.CopyTo(raw);
        Assert.Equal(parameters.GetProperty("fernet_key_base64url").GetString(), Convert.ToBase64String(raw).Replace('+', '-').Replace('/', '_'));
        JsonElement[] expected = VectorFile.Json("own/fernet-ledger/expected.json").EnumerateArray().ToArray();
        string[] lines = Encoding.ASCII.GetString(VectorFile.Bytes("own/fernet-ledger/lines.fernet")).TrimEnd('\n').Split('\n');
        Assert.Equal(expected.Length, lines.Length);
        long step = parameters.GetProperty("first_timestamp").GetInt64();
        foreach ((string line, JsonElement entry) in lines.Zip(expected))
        {
            Assert.True(FernetToken.TryDecrypt(key, line, out byte[]? json, out long at));
            Assert.True(JsonElement.DeepEquals(entry, JsonDocument.Parse(json).RootElement));
            Assert.Equal(step++, at);
        }
        Assert.True(FernetToken.TryDecrypt(key, VectorFile.Bytes("own/fernet-ledger/whole.fernet").AsSpan().TrimEnd((byte)'\n'), out byte[]? whole));
        Assert.True(JsonElement.DeepEquals(VectorFile.Json("own/fernet-ledger/expected.json"), JsonDocument.Parse(whole).RootElement));
        foreach (JsonElement wrong in VectorFile.Json("own/fernet-ledger/invalid-tokens.json").EnumerateArray())
            Assert.False(FernetToken.TryDecrypt(key, wrong.GetProperty("token").GetString(), out _), wrong.GetProperty("comment").GetString());
    }

    [Fact]
    public void RoundTrip_AnyBytesAndTime_GivesThemBack()
    {
        using FernetKey key = FernetKey.Generate(Random);
        Prop.ForAll<byte[], long>((plaintext, at) =>
            FernetToken.TryDecrypt(key, FernetToken.Encrypt(key, plaintext, at, Random), out byte[]? read, out long then)
            && read.AsSpan().SequenceEqual(plaintext) && then == at).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void TryDecrypt_EveryTruncationAndEveryBitFlipped_IsRefused()
    {
        using FernetKey key = FernetKey.Generate(Random);
        byte[] token = FernetToken.EncryptToUtf8(key, "장부 한 줄"u8, 1_764_000_000, Random);
        for (int length = 0; length < token.Length; length++)
            Assert.False(FernetToken.TryDecrypt(key, token.AsSpan(0, length), out _));
        for (int bit = 0; bit < token.Length * 8; bit++)
        {
            token[bit / 8] ^= (byte)(1 << bit % 8);
            Assert.False(FernetToken.TryDecrypt(key, token, out _), $"bit {bit}");
            token[bit / 8] ^= (byte)(1 << bit % 8);
        }
        Assert.True(FernetToken.TryDecrypt(key, token, out _));
    }

    private static FernetKey Key(JsonElement vector) =>
        FernetKey.FromBytes(Convert.FromBase64String(vector.GetProperty("secret").GetString()!.Replace('-', '+').Replace('_', '/')));

    private sealed class GivenBytes(byte[] bytes) : RandomNumberGenerator
    {
        public override void GetBytes(byte[] data) => bytes.CopyTo(data, 0);
    }
}
