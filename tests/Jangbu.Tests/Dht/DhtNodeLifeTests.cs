using System.Net;
using Jangbu.Dht;
using Jangbu.Dht.Items;
using Jangbu.Dht.Krpc;

namespace Jangbu.Tests.Dht;

/// <summary>Start, restart, two families, serving or not, and what a LAN hears.</summary>
public sealed class DhtNodeLifeTests
{
    [Fact]
    public void SavedNodes_LoadedByANewNode_NeedNoBootstrap()
    {
        var world = new DhtWorld(70);
        List<DhtNode> nodes = world.AddNetwork(12);
        byte[] saved = nodes[5].SaveNodes(world.Now);
        DhtNode again = world.Add(new DhtOptions(), "127.0.0.1:9000");
        Assert.True(again.LoadNodes(world.Now, saved));
        Assert.Equal(nodes[5].Id, again.Id);
        world.Do(() => again.Advance(world.Now));
        world.Run(TimeSpan.FromSeconds(2));
        Assert.InRange(again.Stats(world.Now).Contacts, RoutingTable.K, 11);

        DhtNode cold = world.Add(new DhtOptions(), "127.0.0.1:9001");
        Assert.True(cold.LoadNodes(world.Now, saved));
        QueryId put = world.Do(() => cold.Put(world.Now, DhtNodeTests.Item(70, "", 1, "at once")));
        Assert.InRange(world.Await<DhtEvent.PutCompleted>(cold, done => done.Query == put).Stored, 10, 12);
    }

    [Theory]
    [InlineData("")]
    [InlineData("le")]
    [InlineData("d2:idi5ee")]
    [InlineData("d5:nodes26:short")]
    public void SavedNodes_OfAnotherForm_AreRefused(string saved) =>
        Assert.False(new RawNode().Node.LoadNodes(default, System.Text.Encoding.ASCII.GetBytes(saved)));

    [Fact]
    public void BothFamilies_JoinTwoNetworksAndStoreInBoth()
    {
        var world = new DhtWorld(71);
        var dual = new List<DhtNode>();
        for (int i = 0; i < 6; i++)
        {
            DhtNode node = world.Add(new DhtOptions { Mode = DhtMode.Server }, $"10.0.0.{i + 1}:7000", $"[fd00::{i + 1}]:7000");
            if (i > 0)
            {
                world.Do(() => node.AddNode(world.Now, IPEndPoint.Parse("10.0.0.1:7000")));
                world.Do(() => node.AddNode(world.Now, IPEndPoint.Parse("[fd00::1]:7000")));
            }
            dual.Add(node);
            world.Run(TimeSpan.FromSeconds(1));
        }
        DhtNode six = world.Add(new DhtOptions { Families = AddressFamilies.IPv6 }, "[fd00::99]:7000");
        world.Do(() => six.AddNode(world.Now, IPEndPoint.Parse("[fd00::3]:7000")));
        DhtNode four = world.Add(new DhtOptions { Families = AddressFamilies.IPv4 }, "10.0.0.99:7000");
        world.Do(() => four.AddNode(world.Now, IPEndPoint.Parse("10.0.0.4:7000")));
        world.Run(TimeSpan.FromMinutes(1));
        QueryId put = world.Do(() => dual[0].Put(world.Now, DhtNodeTests.Item(71, "", 1, "both")));
        world.Await<DhtEvent.PutCompleted>(dual[0], done => done.Query == put);
        foreach (DhtNode reader in new[] { six, four })
        {
            QueryId get = world.Do(() => reader.Get(world.Now, DhtNodeTests.Item(71, "", 1, "both").Target));
            Assert.NotNull(world.Await<DhtEvent.GetCompleted>(reader, done => done.Query == get).Newest);
        }
    }

    [Fact]
    public void Automatic_OnThePublicNetwork_ServesOnceAStrangerAsks()
    {
        var raw = new RawNode(new DhtOptions { Mode = DhtMode.Automatic });
        raw.Node.Ping(raw.Now, RawNode.Asker);
        Assert.Contains("2:roi1e", raw.Sent().Single().Text, StringComparison.Ordinal);
        // Whoever was asked may get through a NAT's mapping; that proves nothing.
        Assert.Null(raw.Ask(RawNode.Query("ping", "")));
        Assert.False(raw.Node.Serves);
        Assert.NotNull(raw.Ask(RawNode.Query("ping", ""), IPEndPoint.Parse("85.99.20.30:4000")));
        Assert.True(raw.Node.Serves);
        Assert.NotNull(raw.Ask(RawNode.Query("ping", "")));
    }

    [Fact]
    public void Automatic_InAPrivateNetwork_ServesAtOnce()
    {
        var raw = new RawNode(new DhtOptions { Mode = DhtMode.Automatic });
        raw.Node.AddNode(raw.Now, IPEndPoint.Parse("192.168.1.5:6881"));
        Assert.True(raw.Node.Serves);
    }

    [Fact]
    public void ReadOnly_NeverServes()
    {
        var raw = new RawNode(new DhtOptions());
        Assert.Null(raw.Ask(RawNode.Query("ping", "")));
        raw.Node.AddNode(raw.Now, IPEndPoint.Parse("192.168.1.5:6881"));
        Assert.Null(raw.Ask(RawNode.Query("ping", "")));
        Assert.False(raw.Node.Serves);
    }

    [Fact]
    public void Bootstrap_SilentAtFirst_IsTriedAgainAndSaysSo()
    {
        var world = new DhtWorld(72);
        DhtNode first = world.Add(new DhtOptions { Mode = DhtMode.Server }, "127.0.0.1:7000");
        DhtNode second = world.Add(new DhtOptions(), "127.0.0.1:7001");
        world.Silent.Add(first);
        world.Do(() => second.AddNode(world.Now, IPEndPoint.Parse("127.0.0.1:7000")));
        Assert.Equal(0, world.Await<DhtEvent.Joined>(second, _ => true).Contacts);
        world.Run(TimeSpan.FromSeconds(20));
        world.Silent.Remove(first);
        Assert.Equal(1, world.Await<DhtEvent.Joined>(second, joined => joined.Contacts > 0, 120).Contacts);
    }

    [Fact]
    public void Table_AfterItsNodesFellSilent_FindsTheNewOnes()
    {
        var world = new DhtWorld(73);
        List<DhtNode> nodes = world.AddNetwork(16);
        foreach (DhtNode silent in nodes.Skip(8))
            world.Silent.Add(silent);
        world.Run(TimeSpan.FromMinutes(40));
        Assert.InRange(nodes[0].Stats(world.Now).GoodContacts, 6, 7);
    }

    [Fact]
    public void Items_NotRepublished_AreGoneAfterTwoHours()
    {
        var world = new DhtWorld(74);
        List<DhtNode> nodes = world.AddNetwork(4);
        QueryId put = world.Do(() => nodes[1].PutImmutable(world.Now, new ImmutableItem("1:x"u8)));
        world.Await<DhtEvent.PutCompleted>(nodes[1], done => done.Query == put);
        world.Run(ItemStore.Lifetime + TimeSpan.FromMinutes(10));
        Assert.All(nodes, node => Assert.Equal(0, node.Stats(world.Now).Items));
    }

    [Fact]
    public void LanAnnouncement_RoundTripsAndRefusesOthers()
    {
        var mine = new LanAnnouncement(6881, "c00kie");
        foreach (IPEndPoint group in LanAnnouncement.Groups)
        {
            Assert.True(LanAnnouncement.TryRead(mine.Write(group), out LanAnnouncement? read));
            Assert.Equal(mine, read);
        }
        string text = System.Text.Encoding.ASCII.GetString(mine.Write(LanAnnouncement.Groups[0]));
        foreach (string wrong in new[]
        {
            text.Replace("BT-SEARCH", "NOTIFY", StringComparison.Ordinal),
            text.Replace("6881", "0", StringComparison.Ordinal),
            text.Replace("6881", "65536", StringComparison.Ordinal),
            text.Replace("6881", "-1", StringComparison.Ordinal),
            text.Replace("Infohash: ", "Infohash: 0", StringComparison.Ordinal),
            text.Replace("c00kie", new string('c', LanAnnouncement.MaximumCookieLength + 1), StringComparison.Ordinal),
            text + new string(' ', LanAnnouncement.MaximumLength),
            "",
        })
            Assert.False(LanAnnouncement.TryRead(System.Text.Encoding.ASCII.GetBytes(wrong), out _));
    }
}
