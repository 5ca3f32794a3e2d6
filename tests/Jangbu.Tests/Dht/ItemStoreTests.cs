using System.Globalization;
using System.Net;
using System.Text;
using Jangbu.Dht;
using Jangbu.Dht.Bencoding;
using Jangbu.Dht.Items;
using Jangbu.Dht.Krpc;

namespace Jangbu.Tests.Dht;

/// <summary>Floods reach their bounds and push out only their own.</summary>
public sealed class ItemStoreTests
{
    private static readonly TimeSpan Now = TimeSpan.FromMinutes(1);

    [Fact]
    public void Capacity_AtTheLimitAllStayAndOnePastTheOldestOfTheLargestSubnetGoes()
    {
        var store = new ItemStore(4, 4);
        NodeAddress one = From("20.0.0.1:1"), two = From("20.0.1.1:1");
        store.Put(Now, one, Item(1));
        store.Put(Now, two, Item(2));
        store.Put(Now, two, Item(3));
        store.Put(Now, two, Item(4));
        Assert.Equal(4, store.Count);
        store.Put(Now, one, Item(5));
        Assert.Equal(4, store.Count);
        Assert.Null(store.GetImmutable(Now, Item(2).Target));
        Assert.NotNull(store.GetImmutable(Now, Item(1).Target));
        Assert.NotNull(store.GetImmutable(Now, Item(5).Target));
    }

    [Fact]
    public void SubnetCapacity_OnePast_PushesOutTheSubnetsLeastUsed()
    {
        var store = new ItemStore(100, 2);
        NodeAddress one = From("20.0.0.1:1"), neighbour = From("20.0.0.2:1"), other = From("20.0.1.1:1");
        store.Put(Now, other, Item(0));
        store.Put(Now, one, Item(1));
        store.Put(Now, neighbour, Item(2));
        // Reading keeps it.
        Assert.NotNull(store.GetImmutable(Now, Item(1).Target));
        store.Put(Now, one, Item(3));
        Assert.Null(store.GetImmutable(Now, Item(2).Target));
        Assert.NotNull(store.GetImmutable(Now, Item(1).Target));
        Assert.NotNull(store.GetImmutable(Now, Item(0).Target));
        Assert.Equal(3, store.Count);
    }

    [Fact]
    public void Republish_ByAStranger_DoesNotMoveAnItemIntoHisAllowance()
    {
        var store = new ItemStore(100, 2);
        store.Put(Now, From("20.0.0.1:1"), Item(1));
        store.Put(Now, From("66.0.0.1:1"), Item(1));
        for (int i = 10; i < 20; i++)
            store.Put(Now, From("66.0.0.1:1"), Item(i));
        Assert.NotNull(store.GetImmutable(Now, Item(1).Target));
    }

    [Fact]
    public void Flood_OfTwoHundredThousandPuts_StaysBoundedAndLeavesOthersItems()
    {
        var store = new ItemStore(8192, 4096);
        for (int i = 0; i < 100; i++)
            store.Put(Now, From(string.Create(CultureInfo.InvariantCulture, $"20.0.{i}.1:1")), Item(i));
        for (int i = 1000; i < 201_000; i++)
            store.Put(Now, new NodeAddress(0, 0x4200_0000u + ((uint)i % 4 * 256), 1, false), Item(i));
        Assert.Equal(8192, store.Count);
        for (int i = 0; i < 100; i++)
            Assert.NotNull(store.GetImmutable(Now, Item(i).Target));
    }

    [Fact]
    public void Peers_AtTheLimitsAndOnePast()
    {
        var store = new PeerStore();
        for (int i = 0; i < PeerStore.MaximumHashes; i++)
            Assert.True(store.Announce(Now, NodeId.Hash(BitConverter.GetBytes(i)), From("20.0.0.1:1")));
        Assert.False(store.Announce(Now, NodeId.Hash("one more"u8), From("20.0.0.1:1")));
        NodeId known = NodeId.Hash(BitConverter.GetBytes(0));
        for (int i = 2; i <= PeerStore.MaximumPeers + 1; i++)
            Assert.True(store.Announce(Now, known, From(string.Create(CultureInfo.InvariantCulture, $"20.0.0.1:{i}"))));
        List<NodeAddress> peers = store.Peers(Now, known, ipv6: false);
        Assert.Equal(PeerStore.MaximumPeers, peers.Count);
        Assert.DoesNotContain(From("20.0.0.1:1"), peers);
        // After their time the old ones make room.
        Assert.True(store.Announce(Now + PeerStore.Lifetime, NodeId.Hash("one more"u8), From("20.0.0.1:1")));
    }

    [Fact]
    public void ThousandsOfPutsFromOneHost_AreAnsweredOnlyWithinItsAllowance()
    {
        var raw = new RawNode();
        int answered = 0;
        for (int i = 0; i < 5000; i++)
            answered += raw.Ask(RawNode.Query("ping", "")) is null ? 0 : 1;
        Assert.InRange(answered, 90, 110);
        Assert.Equal(5000 - answered, raw.Node.Stats(raw.Now).Limited);
        // Another host is not touched by that, and after a while the first is heard again.
        Assert.NotNull(raw.Ask(RawNode.Query("ping", ""), IPEndPoint.Parse("85.99.20.30:4000")));
        raw.Now += TimeSpan.FromSeconds(10);
        Assert.NotNull(raw.Ask(RawNode.Query("ping", "")));
    }

    [Fact]
    public void FloodFromEverywhere_AnswersNoMoreThanTheWholeAllowance()
    {
        var raw = new RawNode();
        byte[] query = Encoding.Latin1.GetBytes(RawNode.Query("ping", "").Replace("2:aa", "2:bb", StringComparison.Ordinal));
        for (uint i = 0; i < 40_000; i++)
        {
            raw.Node.Receive(raw.Now, new NodeAddress(0, 0x5500_0000 + (i * 251), 4000, false), query);
            if (i % 1000 == 0)
                raw.Sent();
        }
        Assert.InRange(raw.Node.Stats(raw.Now).QueriesAnswered, 1, 10_001);
        Assert.Equal(0, raw.Node.Stats(raw.Now).Contacts);
    }

    [Fact]
    public void OwnQueriesToOneAddress_LeaveSixteenAtOnceAndFourASecond()
    {
        var raw = new RawNode(new DhtOptions());
        for (int i = 0; i < 30; i++)
            raw.Node.Ping(raw.Now, RawNode.Asker);
        Assert.Equal(16, raw.Sent().Count);
        for (int i = 0; i < 8; i++)
        {
            raw.Now += TimeSpan.FromMilliseconds(250);
            raw.Node.Advance(raw.Now);
            Assert.Single(raw.Sent());
        }
        raw.Node.Ping(raw.Now, IPEndPoint.Parse("85.10.20.30:4001"));
        Assert.Single(raw.Sent());
    }

    [Fact]
    public void AnyBytes_AreTakenWithoutAnException()
    {
        var raw = new RawNode();
        byte[] query = Encoding.Latin1.GetBytes(RawNode.Query("get", $"3:seqi5e6:target{RawNode.Text(NodeId.Hash("t"u8).ToByteArray())}"));
        var random = new SeededRandom(8);
        byte[] dice = new byte[4];
        for (int i = 0; i < 20_000; i++)
        {
            byte[] changed = [.. query];
            random.GetBytes(dice);
            for (int change = 0; change <= dice[0] % 4; change++)
                changed[(dice[1] + (change * dice[2])) % changed.Length] = dice[3];
            raw.Node.Receive(raw.Now, new NodeAddress(0, 0x5500_0000 + ((uint)i * 997), 4000, false), changed.AsSpan(0, dice[2] == 0 ? dice[1] % changed.Length : changed.Length));
        }
        Assert.True(raw.Node.Stats(raw.Now).Malformed > 1000);
    }

    [Fact]
    public void Bomb_OfBrackets_IsRefusedQuickly()
    {
        var raw = new RawNode();
        foreach (string bomb in new[] { new string('l', 2000), string.Concat(Enumerable.Repeat("d1:a", 500)), $"d1:a{new string('l', 1900)}{new string('e', 90)}" })
            Assert.Null(raw.Ask(bomb));
        Assert.Equal(3, raw.Node.Stats(raw.Now).Malformed);
        Assert.Null(raw.Ask(new string('x', DhtNode.MaximumDatagramLength + 1)));
    }

    private static NodeAddress From(string text) => NodeAddress.From(IPEndPoint.Parse(text));

    private static ImmutableItem Item(int number) => new(Bencode.EncodeString(BitConverter.GetBytes(number)));
}
