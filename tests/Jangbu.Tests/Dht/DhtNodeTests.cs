using System.Net;
using System.Text;
using Jangbu.Crypto.OpenSsl;
using Jangbu.Dht;
using Jangbu.Dht.Bencoding;
using Jangbu.Dht.Items;

namespace Jangbu.Tests.Dht;

/// <summary>Whole nodes over the in-memory link.</summary>
public sealed class DhtNodeTests
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(20);

    internal static MutableItem Item(byte key, string salt, long sequence, string value)
    {
        using Ed25519Key pair = Ed25519Key.FromSeed(Enumerable.Repeat(key, 32).ToArray());
        return MutableItem.Sign(pair, Encoding.UTF8.GetBytes(salt), sequence, Bencode.EncodeString(Encoding.UTF8.GetBytes(value)));
    }

    [Fact]
    public void TwoWalletsAndOneNode_PutAndGet_TakeLessThanTenMilliseconds()
    {
        var world = new DhtWorld(1) { Latency = TimeSpan.FromMicroseconds(50) };
        DhtNode bare = world.Add(new DhtOptions { Mode = DhtMode.Automatic }, "127.0.0.1:6881");
        DhtNode alice = world.Add(new DhtOptions(), "127.0.0.1:6882");
        DhtNode bora = world.Add(new DhtOptions(), "127.0.0.1:6883");
        world.Do(() => alice.AddNode(world.Now, IPEndPoint.Parse("127.0.0.1:6881")));
        world.Do(() => bora.AddNode(world.Now, IPEndPoint.Parse("127.0.0.1:6881")));

        TimeSpan start = world.Now;
        QueryId put = world.Do(() => alice.Put(world.Now, Item(1, "offer", 7, "hello")));
        DhtEvent.PutCompleted stored = world.Await<DhtEvent.PutCompleted>(alice, done => done.Query == put);
        QueryId get = world.Do(() => bora.Get(world.Now, Item(1, "offer", 7, "hello").Target));
        DhtEvent.GetCompleted found = world.Await<DhtEvent.GetCompleted>(bora, done => done.Query == get);

        Assert.Equal(1, stored.Stored);
        Assert.Equal(7, found.Newest?.Sequence);
        Assert.True(world.Now - start < TimeSpan.FromMilliseconds(10), $"{(world.Now - start).TotalMilliseconds} ms");
        Assert.True(bare.Serves);
    }

    [Fact]
    public void Network_PutByOne_IsFoundByAll()
    {
        var world = new DhtWorld(2);
        List<DhtNode> nodes = world.AddNetwork(24);
        MutableItem item = Item(2, "", 1, "value");
        QueryId put = world.Do(() => nodes[3].Put(world.Now, item, readBack: true));
        DhtEvent.PutCompleted stored = world.Await<DhtEvent.PutCompleted>(nodes[3], done => done.Query == put);
        Assert.InRange(stored.Stored, 20, 21);
        Assert.Equal(DhtNode.ReadBackWidth, stored.Verified);
        foreach (DhtNode node in nodes)
        {
            QueryId get = world.Do(() => node.Get(world.Now, item.Target));
            DhtEvent.GetCompleted found = world.Await<DhtEvent.GetCompleted>(node, done => done.Query == get);
            Assert.Equal(1, found.Newest?.Sequence);
            Assert.InRange(found.NodesAsked, 1, 10);
        }
    }

    [Fact]
    public void Put_NewerVersion_ReplacesOlderAndOlderIsRefused()
    {
        var world = new DhtWorld(3);
        List<DhtNode> nodes = world.AddNetwork(12);
        QueryId first = world.Do(() => nodes[1].Put(world.Now, Item(3, "s", 5, "old")));
        world.Await<DhtEvent.PutCompleted>(nodes[1], done => done.Query == first);
        QueryId second = world.Do(() => nodes[2].Put(world.Now, Item(3, "s", 6, "new")));
        world.Await<DhtEvent.PutCompleted>(nodes[2], done => done.Query == second);
        QueryId third = world.Do(() => nodes[4].Put(world.Now, Item(3, "s", 5, "old")));
        DhtEvent.PutCompleted refused = world.Await<DhtEvent.PutCompleted>(nodes[4], done => done.Query == third);
        Assert.Equal(0, refused.Stored);
        Assert.Equal(Jangbu.Dht.Krpc.KrpcCode.OldSequence, refused.Refusal);
        Assert.Equal(6, refused.NewestSeen);
        QueryId get = world.Do(() => nodes[5].Get(world.Now, Item(3, "s", 5, "old").Target));
        DhtEvent.GetCompleted found = world.Await<DhtEvent.GetCompleted>(nodes[5], done => done.Query == get);
        Assert.Equal("3:new", Encoding.ASCII.GetString(found.Newest!.Value.Span));
    }

    [Fact]
    public void ImmutableItemAndPeers_StoredByOne_AreFoundByAnother()
    {
        var world = new DhtWorld(4);
        List<DhtNode> nodes = world.AddNetwork(10);
        var item = new ImmutableItem("12:Hello World!"u8);
        QueryId put = world.Do(() => nodes[1].PutImmutable(world.Now, item, readBack: true));
        Assert.InRange(world.Await<DhtEvent.PutCompleted>(nodes[1], done => done.Query == put).Stored, 9, 10);
        QueryId get = world.Do(() => nodes[7].GetImmutable(world.Now, item.Target));
        Assert.True(world.Await<DhtEvent.ValueFound>(nodes[7], done => done.Query == get).Item.Value.Span.SequenceEqual("12:Hello World!"u8));

        NodeId hash = NodeId.Hash("torrent"u8);
        QueryId announce = world.Do(() => nodes[2].Announce(world.Now, hash, 4000));
        Assert.InRange(world.Await<DhtEvent.PutCompleted>(nodes[2], done => done.Query == announce).Stored, 8, 9);
        QueryId peers = world.Do(() => nodes[5].GetPeers(world.Now, hash));
        Assert.Equal("127.0.0.1:4000", world.Await<DhtEvent.PeersFound>(nodes[5], done => done.Query == peers).Peers[0].ToString());
    }

    [Fact]
    public void Get_ThirtyPercentSilent_CompletesWithinAQuarterSecond()
    {
        var world = new DhtWorld(5);
        List<DhtNode> nodes = world.AddNetwork(40);
        QueryId put = world.Do(() => nodes[1].Put(world.Now, Item(5, "", 1, "value")));
        world.Await<DhtEvent.PutCompleted>(nodes[1], done => done.Query == put);
        foreach (DhtNode silent in nodes.Skip(28))
            world.Silent.Add(silent);
        for (int i = 2; i < 12; i++)
        {
            TimeSpan start = world.Now;
            DhtNode reader = nodes[i];
            QueryId get = world.Do(() => reader.Get(world.Now, Item(5, "", 1, "value").Target));
            Assert.NotNull(world.Await<DhtEvent.GetCompleted>(reader, done => done.Query == get).Newest);
            Assert.True(world.Now - start < TimeSpan.FromMilliseconds(250), $"{(world.Now - start).TotalMilliseconds} ms");
        }
    }

    [Fact]
    public void LossyLink_OneStoringNode_PutAndGetSucceed()
    {
        for (ulong seed = 10; seed < 20; seed++)
        {
            var world = new DhtWorld(seed) { LossPerThousand = 200 };
            world.Add(new DhtOptions { Mode = DhtMode.Server }, "127.0.0.1:6881");
            DhtNode alice = world.Add(new DhtOptions(), "127.0.0.1:6882");
            world.Do(() => alice.AddNode(world.Now, IPEndPoint.Parse("127.0.0.1:6881")));
            int stored = 0;
            for (int i = 0; i < 5; i++)
            {
                MutableItem item = Item(6, "x", i, "y");
                QueryId put = world.Do(() => alice.Put(world.Now, item));
                stored += world.Await<DhtEvent.PutCompleted>(alice, done => done.Query == put).Stored;
            }
            Assert.InRange(stored, 3, 5);
        }
    }

    [Fact]
    public void Ring_WatchedTarget_IsReportedWithoutAnAnswer()
    {
        var world = new DhtWorld(6);
        DhtNode bare = world.Add(new DhtOptions { Mode = DhtMode.Server }, "127.0.0.1:6881");
        DhtNode alice = world.Add(new DhtOptions(), "127.0.0.1:6882");
        DhtNode bora = world.Add(new DhtOptions(), "127.0.0.1:6883");
        NodeId target = NodeId.Hash("ring"u8);
        bora.Watch(target);
        world.Do(() => alice.Ring(world.Now, IPEndPoint.Parse("127.0.0.1:6883"), target));
        DhtEvent.WatchedTargetAsked rung = world.Await<DhtEvent.WatchedTargetAsked>(bora, asked => asked.Target == target);
        Assert.Equal("127.0.0.1:6882", rung.From.ToString());
        Assert.Equal(0, bora.Stats(world.Now).DatagramsSent);
        Assert.False(bora.Serves);
        Assert.True(bare.Serves);
        bora.Unwatch(target);
        world.Run(Soon);
        int before = world.Events[bora].Count;
        world.Do(() => alice.Ring(world.Now, IPEndPoint.Parse("127.0.0.1:6883"), target));
        world.Run(Soon);
        Assert.Equal(before, world.Events[bora].Count);
    }

    [Fact]
    public void Poll_KnownVersion_AsksFourNodesAndReportsOnlyNewer()
    {
        var world = new DhtWorld(7);
        List<DhtNode> nodes = world.AddNetwork(20);
        MutableTarget target = Item(7, "p", 1, "a").Target;
        QueryId nothing = world.Do(() => nodes[4].Poll(world.Now, target));
        Assert.Null(world.Await<DhtEvent.GetCompleted>(nodes[4], done => done.Query == nothing).Newest);
        QueryId put = world.Do(() => nodes[1].Put(world.Now, Item(7, "p", 1, "a")));
        world.Await<DhtEvent.PutCompleted>(nodes[1], done => done.Query == put);
        QueryId poll = world.Do(() => nodes[4].Poll(world.Now, target));
        DhtEvent.GetCompleted found = world.Await<DhtEvent.GetCompleted>(nodes[4], done => done.Query == poll);
        Assert.Equal((1L, DhtNode.PollWidth), (found.Newest!.Sequence, found.NodesAsked));
        QueryId again = world.Do(() => nodes[4].Poll(world.Now, target, known: 1));
        Assert.Null(world.Await<DhtEvent.GetCompleted>(nodes[4], done => done.Query == again).Newest);
        Assert.DoesNotContain(world.Events[nodes[4]].OfType<DhtEvent.ItemFound>(), item => item.Query == again);
    }

    [Fact]
    public void Put_ClosestNodesKnown_TakesOneRoundTrip()
    {
        var world = new DhtWorld(8) { Latency = TimeSpan.FromMilliseconds(10) };
        List<DhtNode> nodes = world.AddNetwork(10);
        QueryId first = world.Do(() => nodes[1].Put(world.Now, Item(8, "", 1, "a")));
        world.Await<DhtEvent.PutCompleted>(nodes[1], done => done.Query == first);
        TimeSpan start = world.Now;
        QueryId second = world.Do(() => nodes[1].Put(world.Now, Item(8, "", 2, "b")));
        Assert.InRange(world.Await<DhtEvent.PutCompleted>(nodes[1], done => done.Query == second).Stored, 9, 10);
        Assert.Equal(TimeSpan.FromMilliseconds(20), world.Now - start);
    }

    [Fact]
    public void ExternalAddress_OneNodeOfAPrivateNetwork_IsBelieved()
    {
        var world = new DhtWorld(9);
        world.Add(new DhtOptions { Mode = DhtMode.Server }, "127.0.0.1:6881");
        DhtNode alice = world.Add(new DhtOptions(), "127.0.0.1:6882");
        world.Do(() => alice.AddNode(world.Now, IPEndPoint.Parse("127.0.0.1:6881")));
        DhtEvent.ExternalAddress seen = world.Await<DhtEvent.ExternalAddress>(alice, _ => true);
        Assert.Equal(("127.0.0.1:6882", true), (seen.EndPoint.ToString(), seen.Stable));
    }

    [Fact]
    public void Ping_DeadAddress_EndsWithoutRoundTrip()
    {
        var world = new DhtWorld(10);
        DhtNode alice = world.Add(new DhtOptions(), "127.0.0.1:6882");
        QueryId ping = world.Do(() => alice.Ping(world.Now, IPEndPoint.Parse("127.0.0.1:1")));
        Assert.Null(world.Await<DhtEvent.PingCompleted>(alice, done => done.Query == ping).RoundTrip);
    }

    [Fact]
    public void Get_NobodyKnown_CompletesWithNothingAsked()
    {
        var world = new DhtWorld(11);
        DhtNode alone = world.Add(new DhtOptions(), "127.0.0.1:6882");
        QueryId get = world.Do(() => alone.Get(world.Now, Item(1, "", 1, "v").Target));
        DhtEvent.GetCompleted done = world.Await<DhtEvent.GetCompleted>(alone, completed => completed.Query == get);
        Assert.Equal((0, 0), (done.NodesAsked, done.NodesAnswered));
    }
}
