using System.Net;
using System.Text;
using Jangbu.Dht;
using Jangbu.Dht.Items;
using Jangbu.Dht.Krpc;
using static Jangbu.Tests.Dht.RawNode;

namespace Jangbu.Tests.Dht;

/// <summary>Whom a search asks, and when it may end.</summary>
public sealed class LookupTests
{
    private static readonly MutableTarget Target = DhtNodeTests.Item(20, "", 1, "v").Target;

    [Fact]
    public void Search_NearerNodesWaitingForAFreePlace_IsNotOver()
    {
        var raw = new RawNode(new DhtOptions { Families = AddressFamilies.IPv4 });
        for (int i = 1; i <= 12; i++)
            raw.Introduce(Far(i), Address(i));
        QueryId get = raw.Node.Get(raw.Now, Target);
        Answer(raw, Asked(raw), "");
        List<(string Transaction, int Node)> second = Asked(raw);
        Assert.Equal(4, second.Count);
        raw.Now += TimeSpan.FromMilliseconds(30);
        raw.Node.Advance(raw.Now);
        // The four are slow, so four more are asked beside them and take every place.
        List<(string Transaction, int Node)> beside = Asked(raw);
        Assert.Equal(4, beside.Count);
        string near = string.Concat(Enumerable.Range(101, 8).Select(i => Latin(Near(i).ToByteArray()) + Latin(Compact(i))));
        Answer(raw, second[..1], near);
        Answer(raw, second[1..], "");
        Assert.DoesNotContain(Events(raw), happened => happened is DhtEvent.GetCompleted done && done.Query == get);
        raw.Now += TimeSpan.FromMilliseconds(30);
        raw.Node.Advance(raw.Now);
        List<(string Transaction, int Node)> nearer = Asked(raw);
        Assert.NotEmpty(nearer);
        Assert.All(nearer, asked => Assert.InRange(asked.Node, 101, 108));
    }

    [Fact]
    public void Answer_FromAnotherAddressOrWithAnotherTransaction_IsNotTaken()
    {
        var raw = new RawNode(new DhtOptions { Families = AddressFamilies.IPv4 });
        raw.Introduce(Far(1), Address(1));
        raw.Node.Get(raw.Now, Target);
        (string transaction, int node) = Assert.Single(Asked(raw));
        string near = Latin(Near(101).ToByteArray()) + Latin(Compact(101));
        Reply(raw, Address(2), Far(node), transaction, near);
        Reply(raw, Address(node), Far(node), "xxxx", near);
        Reply(raw, Address(node), Far(node), transaction[..3], near);
        Assert.Equal(3, raw.Node.Stats(raw.Now).Foreign);
        Assert.Empty(raw.Sent());
        Reply(raw, Address(node), Far(node), transaction, near);
        Assert.Equal(101, Assert.Single(Asked(raw)).Node);
        // The same answer again belongs to nobody any more.
        Reply(raw, Address(node), Far(node), transaction, near);
        Assert.Equal(4, raw.Node.Stats(raw.Now).Foreign);
    }

    [Fact]
    public void Answer_WithManyNodes_CountsSixteenOfThem()
    {
        var raw = new RawNode(new DhtOptions { Families = AddressFamilies.IPv4 });
        raw.Introduce(Far(1), Address(1));
        QueryId get = raw.Node.Get(raw.Now, Target);
        Answer(raw, Asked(raw), string.Concat(Enumerable.Range(101, 40).Select(i => Latin(Near(i).ToByteArray()) + Latin(Compact(i)))));
        int asked = 0;
        // Nobody answers: all that were taken are asked in turn, each late after 150 ms, and once more before it gives up.
        for (int step = 0; step < 400; step++)
        {
            asked += Asked(raw).Select(sent => sent.Node).Distinct().Count();
            raw.Now += TimeSpan.FromMilliseconds(10);
            raw.Node.Advance(raw.Now);
        }
        Assert.Equal(16 * 2, asked);
        Assert.Contains(Events(raw), happened => happened is DhtEvent.GetCompleted done && done.Query == get);
    }

    private static NodeId Far(int i) => Target.Id with { High = Target.Id.High ^ (1UL << 63) ^ ((ulong)(uint)i << 32) };

    private static NodeId Near(int i) => Target.Id with { Low = Target.Id.Low ^ (uint)i };

    private static IPEndPoint Address(int i) => new(IPAddress.Parse($"10.0.0.{i}"), 6881);

    private static byte[] Compact(int i)
    {
        byte[] compact = new byte[6];
        NodeAddress.From(Address(i)).WriteCompact(compact);
        return compact;
    }

    private static List<(string Transaction, int Node)> Asked(RawNode raw)
    {
        var asked = new List<(string, int)>();
        foreach ((string text, IPEndPoint to) in raw.Sent())
        {
            Assert.True(KrpcMessage.TryRead(Encoding.Latin1.GetBytes(text), out KrpcMessage query));
            if (query.Method == KrpcMethod.Get)
                asked.Add((Latin(query.Transaction.ToArray()), to.Address.GetAddressBytes()[3]));
        }
        return asked;
    }

    private static void Answer(RawNode raw, List<(string Transaction, int Node)> asked, string nodes)
    {
        foreach ((string transaction, int node) in asked)
            Reply(raw, Address(node), Far(node), transaction, nodes);
    }

    private static void Reply(RawNode raw, IPEndPoint from, NodeId id, string transaction, string nodes) =>
        raw.Node.Receive(raw.Now, from, Encoding.Latin1.GetBytes($"d1:rd2:id20:{Latin(id.ToByteArray())}5:nodes{Text(nodes)}5:token1:xe1:t{Text(transaction)}1:y1:re"));

    private static List<DhtEvent> Events(RawNode raw)
    {
        var events = new List<DhtEvent>();
        while (raw.Node.TryDequeue(out DhtEvent happened))
            events.Add(happened);
        return events;
    }

    private static string Latin(byte[] bytes) => Encoding.Latin1.GetString(bytes);
}
