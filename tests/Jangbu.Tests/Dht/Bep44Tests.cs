using System.Text;
using Jangbu.Crypto.OpenSsl;
using Jangbu.Dht;
using Jangbu.Dht.Bencoding;
using Jangbu.Dht.Items;
using Jangbu.Dht.Krpc;
using static Jangbu.Tests.Dht.RawNode;

namespace Jangbu.Tests.Dht;

/// <summary>What BEP 44 demands of a storing node, with its own test vectors, datagram in and datagram out.</summary>
public sealed class Bep44Tests
{
    private static readonly byte[] Key = Convert.FromHexString("77ff84905a91936367c01360803104f92432fcd904a43511876df5cdf3e7e548");
    private static readonly byte[] Signature = Convert.FromHexString("305ac8aeb6c9c151fa120f120ea2cfb923564e11552d06a5d856091e5e853cff1260d3f39e4999684aa92eb73ffd136e6f4f3ecbfda0ce53a1608ecd7ae21f01");
    private static readonly byte[] SaltedSignature = Convert.FromHexString("6834284b6b24c3204eb2fea824d82f88883a3d95e8b4a21b8c0ded553d17d17ddf9a8a7104b1258f30bed3787e6cb896fca78c58f8e03b5f18f14951a87d9a08");
    private const string Hello = "12:Hello World!";

    [Fact]
    public void Targets_AreThoseOfTheVectors()
    {
        Assert.Equal("4a533d47ec9c7d95b1ad75f576cffc641853b750", new MutableTarget(Key, []).Id.ToString());
        Assert.Equal("411eba73b6f087ca51a3795d9c8c938d365e32c1", new MutableTarget(Key, "foobar"u8).Id.ToString());
        Assert.Equal("e5f96f6f38320f0f33959cb4d3d656452117aadb", new ImmutableItem("12:Hello World!"u8).Target.ToString());
    }

    [Fact]
    public void Vector1_Mutable_IsStoredAndReturnedWhole()
    {
        var raw = new RawNode();
        var target = new MutableTarget(Key, []);
        Assert.Equal(0, Code(raw.Ask(Put(raw.Token(target.Id), Hello, Key, "", 1, Signature))));
        string answer = raw.Ask(Get(target.Id))!;
        Assert.Contains($"1:k32:{Latin(Key)}", answer, StringComparison.Ordinal);
        Assert.Contains("3:seqi1e", answer, StringComparison.Ordinal);
        Assert.Contains($"3:sig64:{Latin(Signature)}", answer, StringComparison.Ordinal);
        Assert.Contains($"1:v{Hello}", answer, StringComparison.Ordinal);
        Assert.Contains("5:token8:", answer, StringComparison.Ordinal);
        Assert.Contains("5:nodes0:", answer, StringComparison.Ordinal);
    }

    [Fact]
    public void Vector2_MutableWithSalt_IsStoredAndItsSaltIsNotReturned()
    {
        var raw = new RawNode();
        var target = new MutableTarget(Key, "foobar"u8);
        Assert.Equal(0, Code(raw.Ask(Put(raw.Token(target.Id), Hello, Key, "foobar", 1, SaltedSignature))));
        string answer = raw.Ask(Get(target.Id))!;
        Assert.Contains($"1:v{Hello}", answer, StringComparison.Ordinal);
        Assert.DoesNotContain("foobar", answer, StringComparison.Ordinal);
    }

    [Fact]
    public void Vector3_Immutable_IsStoredWithoutKeyOrSequence()
    {
        var raw = new RawNode();
        NodeId target = NodeId.Hash(Encoding.Latin1.GetBytes(Hello));
        Assert.Equal(0, Code(raw.Ask(Query("put", $"5:token{Text(raw.Token(target))}1:v{Hello}"))));
        string answer = raw.Ask(Get(target))!;
        Assert.Contains($"1:v{Hello}", answer, StringComparison.Ordinal);
        Assert.DoesNotContain("3:seq", answer, StringComparison.Ordinal);
        Assert.DoesNotContain("1:k", answer, StringComparison.Ordinal);
    }

    [Fact]
    public void Get_WithTheStoredSequence_OmitsTheValueButTellsTheNumber()
    {
        var raw = new RawNode();
        Store(raw, 5, "5:value");
        NodeId target = Signed(5, "5:value").Target.Id;
        foreach ((int asked, bool told) in new[] { (4, true), (5, false), (6, false) })
        {
            string answer = raw.Ask(Query("get", $"3:seqi{asked}e6:target{Text(target.ToByteArray())}"))!;
            Assert.Equal(told, answer.Contains("1:v5:value", StringComparison.Ordinal));
            Assert.Equal(told, answer.Contains("3:sig64:", StringComparison.Ordinal));
            Assert.Contains("3:seqi5e", answer, StringComparison.Ordinal);
            Assert.Contains("5:token8:", answer, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Value_AtTheLimitIsStoredAndOnePastIsRefusedWith205()
    {
        foreach ((int length, int code) in new[] { (996, 0), (997, 205), (1200, 205) })
        {
            var raw = new RawNode();
            string value = Text(new string('x', length));
            Assert.Equal(code, Code(raw.Ask(Query("put", $"5:token{Text(raw.Token(NodeId.Hash(Encoding.Latin1.GetBytes(value))))}1:v{value}"))));
        }
    }

    [Fact]
    public void Value_OfAnyBencodedType_IsStored()
    {
        foreach (string value in new[] { "i-7e", "le", "l1:ai1ee", "d1:a1:b1:cd1:di1eee", "0:" })
        {
            var raw = new RawNode();
            Assert.Equal(0, Code(raw.Ask(Query("put", $"5:token{Text(raw.Token(NodeId.Hash(Encoding.Latin1.GetBytes(value))))}1:v{value}"))));
        }
    }

    [Theory]
    [InlineData("d1:b1:x1:a1:ye", "keys out of order")]
    [InlineData("d1:a1:x1:a1:ye", "a key twice")]
    [InlineData("i01e", "a leading zero")]
    public void Value_InAnotherSpelling_IsNotStored(string value, string why)
    {
        var raw = new RawNode();
        NodeId target = NodeId.Hash(Encoding.Latin1.GetBytes(value));
        string? answer = raw.Ask(Query("put", $"5:token{Text(raw.Token(target))}1:v{value}"));
        Assert.True(answer is null || Code(answer) == 203, why);
        Assert.Equal(0, raw.Node.Stats(raw.Now).Items);
    }

    [Fact]
    public void Signature_WithAnyBitFlipped_IsRefusedWith206()
    {
        var raw = new RawNode();
        string token = raw.Token(new MutableTarget(Key, []).Id);
        for (int bit = 0; bit < 512; bit += 37)
        {
            byte[] wrong = [.. Signature];
            wrong[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.Equal(206, Code(raw.Ask(Put(token, Hello, Key, "", 1, wrong))));
        }
        Assert.Equal(206, Code(raw.Ask(Put(token, Hello, Key, "", 2, Signature))));
        Assert.Equal(206, Code(raw.Ask(Put(token, "12:Hello World?", Key, "", 1, Signature))));
        Assert.Equal(0, raw.Node.Stats(raw.Now).Items);
    }

    [Fact]
    public void Salt_AtTheLimitIsStoredAndOnePastIsRefusedWith207()
    {
        using Ed25519Key key = Ed25519Key.FromSeed(new byte[32]);
        string salt = new('s', 64);
        MutableItem item = MutableItem.Sign(key, Encoding.Latin1.GetBytes(salt), 1, "1:x"u8);
        var raw = new RawNode();
        Assert.Equal(0, Code(raw.Ask(Put(raw.Token(item.Target.Id), "1:x", key.PublicKey, salt, 1, item.Signature.ToArray()))));
        Assert.Equal(207, Code(raw.Ask(Put(raw.Token(item.Target.Id), "1:x", key.PublicKey, salt + "s", 1, item.Signature.ToArray()))));
    }

    [Fact]
    public void Put_WithoutItsPartsOrWithoutToken_IsRefusedWith203()
    {
        var raw = new RawNode();
        string token = raw.Token(new MutableTarget(Key, []).Id);
        string k = $"1:k32:{Latin(Key)}", sig = $"3:sig64:{Latin(Signature)}", t = $"5:token{Text(token)}";
        Assert.Equal(203, Code(raw.Ask(Query("put", $"{k}3:seqi1e{t}1:v{Hello}"))));
        Assert.Equal(203, Code(raw.Ask(Query("put", $"3:seqi1e{sig}{t}1:v{Hello}"))));
        Assert.Equal(203, Code(raw.Ask(Query("put", $"{k}{sig}{t}1:v{Hello}"))));
        Assert.Equal(203, Code(raw.Ask(Query("put", $"{k}3:seqi1e{sig}{t}"))));
        Assert.Equal(203, Code(raw.Ask(Query("put", $"{k}3:seqi1e{sig}1:v{Hello}"))));
        Assert.Equal(203, Code(raw.Ask(Query("put", $"{k}3:seqi-1e{sig}{t}1:v{Hello}"))));
        Assert.Equal(203, Code(raw.Ask(Query("put", $"1:k31:{Latin(Key)[..31]}3:seqi1e{sig}{t}1:v{Hello}"))));
        Assert.Equal(0, raw.Node.Stats(raw.Now).Items);
    }

    [Fact]
    public void Put_WithATokenOfAnotherTarget_IsRefusedWith203()
    {
        var raw = new RawNode();
        Assert.Equal(203, Code(raw.Ask(Put(raw.Token(NodeId.Hash("other"u8)), Hello, Key, "", 1, Signature))));
    }

    [Fact]
    public void Sequence_LowerIsRefusedWith302AndHigherReplaces()
    {
        var raw = new RawNode();
        Assert.Equal(0, Store(raw, 5, "1:a"));
        Assert.Equal(302, Store(raw, 4, "1:b"));
        Assert.Equal(0, Store(raw, 6, "1:c"));
        Assert.Contains("1:v1:c", raw.Ask(Get(Signed(1, "1:a").Target.Id)), StringComparison.Ordinal);
    }

    [Fact]
    public void Sequence_EqualWithTheSameValueRefreshesAndWithAnotherIsRefused()
    {
        var raw = new RawNode();
        Store(raw, 5, "1:a");
        raw.Now += ItemStore.Lifetime - TimeSpan.FromMinutes(1);
        Assert.Equal(0, Store(raw, 5, "1:a"));
        raw.Now += TimeSpan.FromMinutes(30);
        Assert.Equal(302, Store(raw, 5, "1:b"));
        Assert.Contains("1:v1:a", raw.Ask(Get(Signed(5, "1:a").Target.Id)), StringComparison.Ordinal);
    }

    [Fact]
    public void Cas_ThatDoesNotMatchIsRefusedWith301()
    {
        var raw = new RawNode();
        Assert.Equal(0, Store(raw, 5, "1:a", cas: 99));
        Assert.Equal(301, Store(raw, 6, "1:b", cas: 4));
        Assert.Equal(301, Store(raw, 6, "1:b", cas: 6));
        Assert.Equal(0, Store(raw, 6, "1:b", cas: 5));
        // The expectation is looked at before the sequence number.
        Assert.Equal(301, Store(raw, 1, "1:c", cas: 1));
        Assert.Equal(302, Store(raw, 1, "1:c", cas: 6));
    }

    [Fact]
    public void Item_NotWrittenAgainForTwoHours_IsGone()
    {
        var raw = new RawNode();
        Store(raw, 5, "1:a");
        raw.Now += ItemStore.Lifetime - TimeSpan.FromSeconds(1);
        Assert.Contains("1:v1:a", raw.Ask(Get(Signed(5, "1:a").Target.Id)), StringComparison.Ordinal);
        raw.Now += TimeSpan.FromSeconds(1);
        Assert.DoesNotContain("1:v1:a", raw.Ask(Get(Signed(5, "1:a").Target.Id)), StringComparison.Ordinal);
        raw.Node.Advance(raw.Now);
        Assert.Equal(0, raw.Node.Stats(raw.Now).Items);
    }

    [Fact]
    public void Get_LargeValue_SendsFewerNodesRatherThanFragments()
    {
        var raw = new RawNode();
        for (int i = 0; i < 8; i++)
        {
            raw.Introduce(NodeId.Hash([(byte)i]), new System.Net.IPEndPoint(System.Net.IPAddress.Parse($"20.{i}.0.1"), 1000));
            raw.Introduce(NodeId.Hash([(byte)i, 6]), new System.Net.IPEndPoint(System.Net.IPAddress.Parse($"2001:db8:{i}::1"), 1000));
        }
        string value = Text(new string('x', 996));
        Assert.Equal(0, Store(raw, 5, value));
        var six = System.Net.IPEndPoint.Parse("[2001:db8:99::5]:4000");
        string query = Query("get", $"6:target{Text(Signed(5, value).Target.Id.ToByteArray())}4:wantl2:n42:n6e");
        string four = raw.Ask(query)!, overSix = raw.Ask(query, six)!;
        Assert.InRange(four.Length, 1200, DhtNode.MaximumAnswerIPv4);
        Assert.InRange(overSix.Length, 1150, DhtNode.MaximumAnswerIPv6);
        Assert.Contains(value, overSix, StringComparison.Ordinal);
    }

    [Fact]
    public void Values_FromOthers_AreCheckedBeforeTheyCount()
    {
        MutableItem real = Signed(5, "1:a");
        foreach (string forged in new[] { "1:b", "1:a" })
        {
            var raw = new RawNode(new DhtOptions());
            raw.Introduce(NodeId.Hash([1]), IPEndPointOf("20.1.0.1:1000"));
            QueryId get = raw.Node.Get(raw.Now, real.Target);
            (string text, _) = raw.Sent().First(sent => sent.Text.Contains("1:q3:get", StringComparison.Ordinal));
            Assert.True(KrpcMessage.TryRead(Encoding.Latin1.GetBytes(text), out KrpcMessage query));
            string answer = $"d1:rd2:id20:{Latin(NodeId.Hash([1]).ToByteArray())}1:k32:{Latin(real.Target.PublicKey.ToArray())}3:seqi5e3:sig64:{Latin(real.Signature.ToArray())}1:v{forged}e1:t{Text(query.Transaction)}1:y1:re";
            raw.Node.Receive(raw.Now, IPEndPointOf("20.1.0.1:1000"), Encoding.Latin1.GetBytes(answer));
            var found = new List<DhtEvent>();
            while (raw.Node.TryDequeue(out DhtEvent happened))
                found.Add(happened);
            Assert.Equal(forged == "1:a", found.OfType<DhtEvent.ItemFound>().Any(item => item.Query == get));
            Assert.Equal(forged == "1:a" ? 0 : 1, raw.Node.Stats(raw.Now).Forged);
        }
    }

    private static System.Net.IPEndPoint IPEndPointOf(string text) => System.Net.IPEndPoint.Parse(text);

    private static MutableItem Signed(long sequence, string value)
    {
        using Ed25519Key key = Ed25519Key.FromSeed(Enumerable.Repeat((byte)9, 32).ToArray());
        return MutableItem.Sign(key, "s"u8, sequence, Encoding.Latin1.GetBytes(value));
    }

    private static int Store(RawNode raw, long sequence, string value, long? cas = null)
    {
        MutableItem item = Signed(sequence, value);
        return Code(raw.Ask(Put(raw.Token(item.Target.Id), value, item.Target.PublicKey.ToArray(), "s", sequence, item.Signature.ToArray(), cas)));
    }

    private static string Put(string token, string value, byte[] key, string salt, long sequence, byte[] signature, long? cas = null) =>
        $"d1:ad{(cas is null ? "" : $"3:casi{cas}e")}2:id20:{OtherId}1:k32:{Latin(key)}{(salt.Length == 0 ? "" : $"4:salt{Text(salt)}")}3:seqi{sequence}e3:sig{Text(signature)}5:token{Text(token)}1:v{value}e1:q3:put1:t2:aa1:y1:qe";

    private static string Get(NodeId target) => Query("get", $"6:target{Text(target.ToByteArray())}");

    private static string Latin(byte[] bytes) => Encoding.Latin1.GetString(bytes);
}
