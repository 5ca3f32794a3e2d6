using System.Net;
using Jangbu.Dht;

namespace Jangbu.Tests.Dht;

/// <summary>Who gets into the table, who stays, who is handed out.</summary>
public sealed class RoutingTableTests
{
    private static readonly TimeSpan Rtt = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan Start = TimeSpan.FromMinutes(1);
    private readonly RoutingTable table = new(default);

    [Fact]
    public void Bucket_Full_KeepsTheOldAndRemembersTheNew()
    {
        for (int i = 0; i < RoutingTable.K; i++)
            Assert.Null(Confirm(Start, Deep(i), i));
        Assert.Equal(RoutingTable.K, table.Count);
        // All are good, so nobody is pinged and the newcomer waits.
        Assert.Null(Confirm(Start, Deep(100), 100));
        Assert.Equal(RoutingTable.K, table.Count);
        Assert.Null(table.Find(Deep(100)));
    }

    [Fact]
    public void Bucket_FullWithQuestionable_PingsTheOldestBeforeEviction()
    {
        for (int i = 0; i < RoutingTable.K; i++)
            Confirm(Start + TimeSpan.FromSeconds(i), Deep(i), i);
        TimeSpan later = Start + DhtContact.Freshness + TimeSpan.FromSeconds(3);
        DhtContact? asked = Confirm(later, Deep(100), 100);
        Assert.Equal(Deep(0), asked!.Id);
        // It stays as long as it answers, and goes when it is bad.
        Confirm(later, Deep(0), 0);
        Assert.NotNull(table.Find(Deep(0)));
        for (int i = 0; i < DhtContact.MaximumFailures; i++)
            table.Failed(Deep(1), Address(1));
        Assert.Null(table.Find(Deep(1)));
        Assert.NotNull(table.Find(Deep(100)));
        Assert.Equal(RoutingTable.K, table.Count);
    }

    [Fact]
    public void Subnet_HasOnePlaceInABucketButPrivateOnesHaveMany()
    {
        Confirm(Start, Deep(1), IPEndPoint.Parse("20.0.0.1:1"));
        Confirm(Start, Deep(2), IPEndPoint.Parse("20.0.0.2:1"));
        Assert.Equal(1, table.Count);
        Confirm(Start, Deep(3), IPEndPoint.Parse("20.0.1.1:1"));
        Confirm(Start, Deep(4), IPEndPoint.Parse("[2001:db8::1]:1"));
        Confirm(Start, Deep(5), IPEndPoint.Parse("[2001:db8::2]:1"));
        Assert.Equal(3, table.Count);
        Confirm(Start, Deep(6), IPEndPoint.Parse("127.0.0.1:1"));
        Confirm(Start, Deep(7), IPEndPoint.Parse("127.0.0.1:2"));
        Assert.Equal(5, table.Count);
    }

    [Fact]
    public void Id_SeenAtAnotherAddress_StaysWithTheOneThatAnswers()
    {
        Confirm(Start, Deep(1), 1);
        DhtContact? asked = Confirm(Start, Deep(1), 2);
        Assert.Equal(Address(1), asked!.Address);
        for (int i = 0; i < DhtContact.MaximumFailures; i++)
            table.Failed(Deep(1), Address(1));
        Confirm(Start, Deep(1), 2);
        Assert.Equal(Address(2), table.Find(Deep(1))!.Address);
    }

    [Fact]
    public void Failed_FromAnotherAddress_HarmsNobody()
    {
        Confirm(Start, Deep(1), 1);
        table.Failed(Deep(1), Address(2));
        Assert.True(table.Find(Deep(1))!.IsGood(Start));
    }

    [Fact]
    public void LastContacts_GoneSilent_AreKeptWithoutReplacement()
    {
        Confirm(Start, Deep(1), 1);
        for (int i = 0; i < 10; i++)
            table.Failed(Deep(1), Address(1));
        Assert.Equal(1, table.Count);
        var closest = new List<DhtContact>();
        table.Closest(Start, Deep(1), 8, onlyGood: true, closest);
        Assert.Empty(closest);
    }

    [Fact]
    public void Good_IsWhoAnsweredLatelyOrAnsweredOnceAndAsksLately()
    {
        Confirm(Start, Deep(1), 1);
        DhtContact contact = table.Find(Deep(1))!;
        Assert.True(contact.IsGood(Start + DhtContact.Freshness - TimeSpan.FromSeconds(1)));
        TimeSpan later = Start + DhtContact.Freshness;
        Assert.False(contact.IsGood(later));
        Assert.False(table.Asked(later, Deep(1), Address(1)));
        Assert.True(contact.IsGood(later));
        // Asking from elsewhere under its name proves nothing.
        Assert.False(table.Asked(later + DhtContact.Freshness, Deep(1), Address(2)));
        Assert.False(contact.IsGood(later + DhtContact.Freshness));
    }

    [Fact]
    public void Closest_AgreesWithSortingEverything()
    {
        var random = new SeededRandom(3);
        var own = new RoutingTable(NodeId.Random(random));
        for (int i = 0; i < 400; i++)
            own.Confirm(Start, NodeId.Random(random), Address(i), Rtt);
        var closest = new List<DhtContact>();
        for (int i = 0; i < 100; i++)
        {
            NodeId target = i % 2 == 0 ? NodeId.Random(random) : own.Own.RandomInBucket(i % 12, random);
            own.Closest(Start, target, 8, onlyGood: true, closest);
            Assert.Equal(own.Contacts.OrderBy(contact => contact.Id ^ target).Take(8).Select(contact => contact.Id), closest.Select(contact => contact.Id));
        }
    }

    [Fact]
    public void RandomInBucket_SharesExactlyThatManyBits()
    {
        var random = new SeededRandom(4);
        NodeId own = NodeId.Random(random);
        for (int prefix = 0; prefix < NodeId.Bits; prefix++)
            Assert.Equal(prefix, NodeId.CommonPrefix(own, own.RandomInBucket(prefix, random)));
        Assert.Equal(NodeId.Bits, NodeId.CommonPrefix(own, own));
    }

    [Fact]
    public void NodeId_TextAndBytes_RoundTrip()
    {
        NodeId id = NodeId.Random(new SeededRandom(5));
        Assert.True(NodeId.TryParse(id.ToString(), out NodeId parsed));
        Assert.Equal(id, parsed);
        Assert.True(NodeId.TryRead(id.ToByteArray(), out NodeId read));
        Assert.Equal(id, read);
        Assert.False(NodeId.TryRead(new byte[19], out _));
        Assert.False(NodeId.TryParse(new string('g', 40), out _));
        Assert.False(NodeId.TryParse(new string('0', 39), out _));
    }

    // Far enough in the same bucket, one that holds eight.
    private static NodeId Deep(int i) => new((1UL << 56) + (uint)i, 0, 0);

    private static NodeAddress Address(int i) => NodeAddress.From(new IPEndPoint(IPAddress.Parse($"20.{i / 250}.{i % 250}.1"), 6881));

    private DhtContact? Confirm(TimeSpan now, NodeId id, int address) => table.Confirm(now, id, Address(address), Rtt);

    private void Confirm(TimeSpan now, NodeId id, IPEndPoint address) => table.Confirm(now, id, NodeAddress.From(address), Rtt);
}
