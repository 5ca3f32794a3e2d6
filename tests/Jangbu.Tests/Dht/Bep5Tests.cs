using System.Net;
using System.Text;
using Jangbu.Dht;
using Jangbu.Dht.Krpc;
using static Jangbu.Tests.Dht.RawNode;

namespace Jangbu.Tests.Dht;

/// <summary>What BEP 5 demands, and BEP 32 and 43 beside it, datagram in and datagram out.</summary>
public sealed class Bep5Tests
{
    private static readonly NodeId Target = NodeId.Hash("target"u8);

    [Fact]
    public void Ping_IsAnsweredWithOwnIdAndTheSameTransaction()
    {
        var raw = new RawNode(new DhtOptions { Mode = DhtMode.Server, Id = NodeId.Read("mnopqrstuvwxyz123456"u8) });
        string? answer = raw.Ask("d1:ad2:id20:abcdefghij0123456789e1:q4:ping1:t2:aa1:y1:qe");
        Assert.Equal("d2:ip6:U\n\u0014\u001E\u000F\u00A01:rd2:id20:mnopqrstuvwxyz123456e1:t2:aa1:v4:JB\0\u00011:y1:re", answer);
    }

    [Theory]
    [InlineData("1:x")]
    [InlineData("8:\0\u0001\u00FF34567")]
    [InlineData("20:01234567890123456789")]
    public void Transaction_OfAnyLength_IsEchoedExactly(string transaction) =>
        Assert.Contains($"1:t{transaction}1:v", new RawNode().Ask(Query("ping", "", transaction)), StringComparison.Ordinal);

    [Fact]
    public void Transaction_LongerThanTheLimit_IsNotAnswered()
    {
        Assert.NotNull(new RawNode().Ask(Query("ping", "", Text(new string('x', KrpcMessage.MaximumTransactionLength)))));
        Assert.Null(new RawNode().Ask(Query("ping", "", Text(new string('x', KrpcMessage.MaximumTransactionLength + 1)))));
    }

    [Fact]
    public void FindNode_AnswersTheEightClosestGoodNodesInCompactForm()
    {
        var raw = new RawNode();
        for (int i = 0; i < 12; i++)
            raw.Introduce(NodeId.Hash([(byte)i]), new IPEndPoint(IPAddress.Parse($"20.{i}.0.1"), 1000 + i));
        string answer = raw.Ask(Query("find_node", $"6:target{Text(Target.ToByteArray())}"))!;
        Assert.True(KrpcMessage.TryRead(Encoding.Latin1.GetBytes(answer), out KrpcMessage message));
        Assert.Equal(8 * 26, message.Nodes.Length);
        NodeId[] expected = [.. Enumerable.Range(0, 12).Select(i => NodeId.Hash([(byte)i])).OrderBy(id => id ^ Target).Take(8)];
        for (int i = 0; i < 8; i++)
            Assert.Equal(expected[i], NodeId.Read(message.Nodes[(i * 26)..]));
    }

    [Fact]
    public void FindNode_NodesThatFellSilent_AreNotHandedOut()
    {
        var raw = new RawNode();
        raw.Introduce(NodeId.Hash([1]), IPEndPoint.Parse("20.1.0.1:1000"));
        raw.Now += DhtContact.Freshness;
        string answer = raw.Ask(Query("find_node", $"6:target{Text(Target.ToByteArray())}"))!;
        Assert.Contains("5:nodes0:", answer, StringComparison.Ordinal);
    }

    [Fact]
    public void GetPeers_AnswersTokenAndNodesAndOnceAnnouncedValues()
    {
        var raw = new RawNode();
        string query = Query("get_peers", $"9:info_hash{Text(Target.ToByteArray())}");
        string before = raw.Ask(query)!;
        Assert.Contains("5:token8:", before, StringComparison.Ordinal);
        Assert.Contains("5:nodes0:", before, StringComparison.Ordinal);
        Assert.DoesNotContain("6:values", before, StringComparison.Ordinal);
        string token = raw.Token(Target, null, "get_peers", "info_hash");
        Assert.Equal(0, Code(raw.Ask(Query("announce_peer", $"9:info_hash{Text(Target.ToByteArray())}4:porti6881e5:token{Text(token)}"))));
        string after = raw.Ask(query)!;
        Assert.Contains("6:valuesl6:U\n\u0014\u001E\u001A\u00E1e", after, StringComparison.Ordinal);
        Assert.Contains("5:nodes0:", after, StringComparison.Ordinal);
    }

    [Fact]
    public void AnnouncePeer_ImpliedPort_TakesThePortOfTheDatagram()
    {
        var raw = new RawNode();
        string token = raw.Token(Target, null, "get_peers", "info_hash");
        Assert.Equal(0, Code(raw.Ask(Query("announce_peer", $"12:implied_porti1e9:info_hash{Text(Target.ToByteArray())}4:porti1e5:token{Text(token)}"))));
        Assert.Contains("6:valuesl6:U\n\u0014\u001E\u000F\u00A0e", raw.Ask(Query("get_peers", $"9:info_hash{Text(Target.ToByteArray())}")), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(65536)]
    [InlineData(-1)]
    public void AnnouncePeer_ImpossiblePort_IsRefusedWith203(int port)
    {
        var raw = new RawNode();
        string token = raw.Token(Target, null, "get_peers", "info_hash");
        Assert.Equal(203, Code(raw.Ask(Query("announce_peer", $"9:info_hash{Text(Target.ToByteArray())}4:porti{port}e5:token{Text(token)}"))));
    }

    [Fact]
    public void AnnouncedPeer_IsForgottenAfterHalfAnHour()
    {
        var raw = new RawNode();
        string token = raw.Token(Target, null, "get_peers", "info_hash");
        raw.Ask(Query("announce_peer", $"9:info_hash{Text(Target.ToByteArray())}4:porti6881e5:token{Text(token)}"));
        raw.Now += TimeSpan.FromMinutes(30);
        Assert.DoesNotContain("6:values", raw.Ask(Query("get_peers", $"9:info_hash{Text(Target.ToByteArray())}")), StringComparison.Ordinal);
    }

    [Fact]
    public void Token_OfAnotherAddressTargetOrTime_IsRefusedWith203()
    {
        var raw = new RawNode();
        IPEndPoint other = IPEndPoint.Parse("85.10.20.31:4000");
        string mine = raw.Token(Target, null, "get_peers", "info_hash");
        string Announce(string token, NodeId target) => Query("announce_peer", $"9:info_hash{Text(target.ToByteArray())}4:porti1e5:token{Text(token)}");
        Assert.Equal(203, Code(raw.Ask(Announce(mine, Target), other)));
        Assert.Equal(203, Code(raw.Ask(Announce(mine, NodeId.Hash("else"u8)))));
        Assert.Equal(203, Code(raw.Ask(Announce("", Target))));
        Assert.Equal(203, Code(raw.Ask(Announce("12345678", Target))));
        Assert.Equal(203, Code(raw.Ask(Announce(mine[..7], Target))));
        // Another port of the same address is fine: a NAT may have moved it.
        Assert.Equal(0, Code(raw.Ask(Announce(mine, Target), IPEndPoint.Parse("85.10.20.30:4001"))));
        raw.Now += WriteToken.Rotation;
        Assert.Equal(0, Code(raw.Ask(Announce(mine, Target))));
        raw.Now += WriteToken.Rotation;
        Assert.Equal(203, Code(raw.Ask(Announce(mine, Target))));
    }

    [Theory]
    [InlineData("d1:ade1:q4:ping1:t2:aa1:y1:qe", "no id")]
    [InlineData("d1:ad2:id19:abcdefghij012345678e1:q4:ping1:t2:aa1:y1:qe", "an id of 19 bytes")]
    [InlineData("d1:q4:ping1:t2:aa1:y1:qe", "no arguments")]
    [InlineData("d1:ali1ee1:q4:ping1:t2:aa1:y1:qe", "arguments that are a list")]
    [InlineData("d1:ad2:id20:abcdefghij0123456789e1:q9:find_node1:t2:aa1:y1:qe", "no target")]
    [InlineData("d1:ad2:id20:abcdefghij01234567896:target3:abce1:q9:find_node1:t2:aa1:y1:qe", "a short target")]
    [InlineData("d1:ad2:id20:abcdefghij0123456789e1:q9:get_peers1:t2:aa1:y1:qe", "no info_hash")]
    [InlineData("d1:ad2:id20:abcdefghij0123456789e1:q13:announce_peer1:t2:aa1:y1:qe", "an announcement of nothing")]
    [InlineData("d1:ad2:id20:abcdefghij01234567892:id20:abcdefghij0123456789e1:q4:ping1:t2:aa1:y1:qe", "an id twice")]
    public void Query_WithMalformedArguments_IsRefusedWith203(string query, string why) => Assert.True(Code(new RawNode().Ask(query)) == 203, why);

    [Fact]
    public void Query_Unknown_IsRefusedWith204() => Assert.Equal(204, Code(new RawNode().Ask(Query("frobnicate", ""))));

    [Fact]
    public void Query_UnknownWithATarget_IsAnsweredLikeFindNode()
    {
        Assert.Contains("5:nodes0:", new RawNode().Ask(Query("future", $"6:target{Text(Target.ToByteArray())}")), StringComparison.Ordinal);
        Assert.Contains("5:nodes0:", new RawNode().Ask(Query("future", $"9:info_hash{Text(Target.ToByteArray())}")), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("d1:ad2:id20:abcdefghij0123456789e1:q4:ping1:t2:aae", "no y")]
    [InlineData("d1:ad2:id20:abcdefghij0123456789e1:q4:ping1:y1:qe", "no t")]
    [InlineData("d1:ad2:id20:abcdefghij0123456789e1:t2:aa1:y1:qe", "no q")]
    [InlineData("d1:ad2:id20:abcdefghij0123456789e1:q4:ping1:t2:aa1:y1:qe ", "a byte too much")]
    [InlineData("d1:ad2:id20:abcdefghij0123456789e1:q4:ping1:t2:aa1:t2:bb1:y1:qe", "t twice")]
    [InlineData("garbage", "no bencoding")]
    [InlineData("", "nothing")]
    [InlineData("d1:rd2:id20:abcdefghij0123456789e1:t2:aa1:y1:re", "an answer nobody asked for")]
    [InlineData("d1:eli201e1:xe1:t2:aa1:y1:ee", "an error nobody asked for")]
    public void Datagram_ThatIsNoQuery_IsNotAnswered(string datagram, string why) => Assert.True(new RawNode().Ask(datagram) is null, why);

    [Fact]
    public void Frame_WithUnsortedAndUnknownKeys_IsAnswered() =>
        Assert.NotNull(new RawNode().Ask("d1:y1:q1:t2:aa1:q4:ping1:ad2:id20:abcdefghij0123456789e1:zi1ee"));

    [Fact]
    public void Querier_EntersTheTableOnlyAfterItAnswered()
    {
        var raw = new RawNode();
        raw.Node.Receive(raw.Now, Asker, Encoding.Latin1.GetBytes(Query("ping", "")));
        Assert.Equal(0, raw.Node.Stats(raw.Now).Contacts);
        (string text, IPEndPoint to) = raw.Sent().Single(sent => sent.Text.EndsWith("1:y1:qe", StringComparison.Ordinal));
        Assert.Equal(Asker, to);
        Assert.True(KrpcMessage.TryRead(Encoding.Latin1.GetBytes(text), out KrpcMessage ping));
        Assert.Equal(KrpcMethod.Ping, ping.Method);
        string answer = $"d1:rd2:id20:{OtherId}e1:t{Text(ping.Transaction)}1:y1:re";
        raw.Node.Receive(raw.Now, IPEndPoint.Parse("85.10.20.30:4001"), Encoding.Latin1.GetBytes(answer));
        Assert.Equal((0, 1L), (raw.Node.Stats(raw.Now).Contacts, raw.Node.Stats(raw.Now).Foreign));
        raw.Node.Receive(raw.Now, Asker, Encoding.Latin1.GetBytes(answer));
        Assert.Equal(1, raw.Node.Stats(raw.Now).Contacts);
    }

    [Fact]
    public void ReadOnlyQuerier_IsAnsweredButNeverAskedBack()
    {
        var raw = new RawNode();
        Assert.NotNull(raw.Ask($"d1:ad2:id20:{OtherId}e1:q4:ping2:roi1e1:t2:aa1:y1:qe"));
        raw.Node.Receive(raw.Now, Asker, Encoding.Latin1.GetBytes($"d1:ad2:id20:{OtherId}e1:q4:ping2:roi1e1:t2:aa1:y1:qe"));
        Assert.Single(raw.Sent());
    }

    [Fact]
    public void ReadOnlyNode_AnswersNothingAndSaysSoInEachQuery()
    {
        var raw = new RawNode(new DhtOptions());
        Assert.Null(raw.Ask(Query("ping", "")));
        raw.Node.Ping(raw.Now, Asker);
        Assert.Contains("2:roi1e", raw.Sent().Single().Text, StringComparison.Ordinal);
        var server = new RawNode();
        server.Node.Ping(server.Now, Asker);
        Assert.DoesNotContain("2:ro", server.Sent().Single().Text, StringComparison.Ordinal);
    }

    [Fact]
    public void Want_DecidesWhichFamiliesAreAnswered()
    {
        var raw = new RawNode();
        raw.Introduce(NodeId.Hash([1]), IPEndPoint.Parse("20.1.0.1:1000"));
        raw.Introduce(NodeId.Hash([2]), IPEndPoint.Parse("[2001:db8::1]:1000"));
        IPEndPoint six = IPEndPoint.Parse("[2001:db8:1::5]:4000");
        string target = $"6:target{Text(Target.ToByteArray())}";
        (bool, bool) Families(string answer) => (answer.Contains("5:nodes26:", StringComparison.Ordinal), answer.Contains("6:nodes638:", StringComparison.Ordinal));
        Assert.Equal((true, false), Families(raw.Ask(Query("find_node", target))!));
        Assert.Equal((false, true), Families(raw.Ask(Query("find_node", target), six)!));
        Assert.Equal((true, true), Families(raw.Ask(Query("find_node", $"{target}4:wantl2:n42:n6e"))!));
        Assert.Equal((false, true), Families(raw.Ask(Query("find_node", $"{target}4:wantl2:n6e"))!));
        Assert.Equal((true, false), Families(raw.Ask(Query("find_node", $"{target}4:wantl2:n4e"), six)!));
    }

    [Fact]
    public void Values_AreOfTheFamilyTheAnswerIsSentOver()
    {
        var raw = new RawNode();
        IPEndPoint six = IPEndPoint.Parse("[2001:db8:1::5]:4000");
        string Announce(string token) => Query("announce_peer", $"9:info_hash{Text(Target.ToByteArray())}4:porti6881e5:token{Text(token)}");
        Assert.Equal(0, Code(raw.Ask(Announce(raw.Token(Target, null, "get_peers", "info_hash")))));
        Assert.Equal(0, Code(raw.Ask(Announce(raw.Token(Target, six, "get_peers", "info_hash")), six)));
        string query = Query("get_peers", $"9:info_hash{Text(Target.ToByteArray())}");
        Assert.Contains("6:valuesl6:", raw.Ask(query), StringComparison.Ordinal);
        Assert.Contains("6:valuesl18:", raw.Ask(query, six), StringComparison.Ordinal);
    }

    [Fact]
    public void Answers_NeverExceedSixteenTimesTheQuery()
    {
        var raw = new RawNode();
        for (int i = 0; i < 20; i++)
            raw.Introduce(NodeId.Hash([(byte)i]), new IPEndPoint(IPAddress.Parse($"20.{i}.0.1"), 1000 + i));
        string token = raw.Token(Target, null, "get_peers", "info_hash");
        for (int i = 1; i <= 64; i++)
            raw.Ask(Query("announce_peer", $"9:info_hash{Text(Target.ToByteArray())}4:porti{i}e5:token{Text(token)}"));
        string query = Query("get_peers", $"9:info_hash{Text(Target.ToByteArray())}");
        Assert.InRange(raw.Ask(query)!.Length, 1, Math.Min(DhtNode.MaximumAnswerIPv4, query.Length * DhtNode.MaximumAmplification));
    }
}
