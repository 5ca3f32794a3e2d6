using System.Text.Json;
using Jangbu.Crypto.OpenSsl;

namespace Jangbu.Tests.Crypto.OpenSsl;

public sealed class Ed25519KeyTests
{
    [Fact]
    public void Verify_EveryWycheproofCase_AnswersAsSaid()
    {
        int cases = 0;
        foreach (JsonElement group in VectorFile.Json("wycheproof/ed25519_test.json").GetProperty("testGroups").EnumerateArray())
        {
            byte[] publicKey = Hex(group.GetProperty("publicKey"), "pk");
            foreach (JsonElement test in group.GetProperty("tests").EnumerateArray())
            {
                bool valid = test.GetProperty("result").GetString() == "valid";
                Assert.True(valid == Ed25519Key.Verify(publicKey, Hex(test, "msg"), Hex(test, "sig")), $"tcId {test.GetProperty("tcId")}");
                cases++;
            }
        }
        Assert.True(cases > 50);
    }

    [Fact]
    public void Sign_FirstTwoVectorsOfRfc8032Section71_GivesTheirBytes()
    {
        using Ed25519Key empty = Ed25519Key.FromSeed(Convert.FromHexString("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60"));
        Assert.Equal("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", Convert.ToHexStringLower(empty.PublicKey));
        Assert.Equal("e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
            Convert.ToHexStringLower(empty.Sign([])));
        Assert.True(Ed25519Key.Verify(empty.PublicKey, [], empty.Sign([])));
    }

    [Fact]
    public void Verify_OtherLengths_AreRefused()
    {
        using Ed25519Key key = Ed25519Key.FromSeed(new byte[32]);
        byte[] signature = key.Sign("a"u8);
        Assert.False(Ed25519Key.Verify(key.PublicKey.AsSpan(0, 31), "a"u8, signature));
        Assert.False(Ed25519Key.Verify(key.PublicKey, "a"u8, signature.AsSpan(0, 63)));
        Assert.Throws<ArgumentException>(() => Ed25519Key.FromSeed(new byte[31]));
    }

    private static byte[] Hex(JsonElement element, string name) => Convert.FromHexString(element.GetProperty(name).GetString()!);
}
