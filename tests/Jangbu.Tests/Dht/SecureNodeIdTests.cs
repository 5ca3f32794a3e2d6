using System.Net;
using System.Text;
using Jangbu.Dht;
using Jangbu.Dht.Krpc;
using static Jangbu.Tests.Dht.RawNode;

namespace Jangbu.Tests.Dht;

/// <summary>BEP 42: ids bound to addresses, and the outer address learned by vote.</summary>
public sealed class SecureNodeIdTests
{
    [Theory]
    [InlineData("124.31.75.21", 1, "5fbfbf")]
    [InlineData("21.75.31.124", 86, "5a3ce9")]
    [InlineData("65.23.51.170", 22, "a5d432")]
    [InlineData("84.124.73.14", 65, "1b0321")]
    [InlineData("43.213.53.83", 90, "e56f6c")]
    public void Vectors_OfBep42_Fit(string address, byte random, string prefix)
    {
        var at = NodeAddress.From(new IPEndPoint(IPAddress.Parse(address), 6881));
        byte[] id = new byte[20];
        Convert.FromHexString(prefix).CopyTo(id, 0);
        id[19] = random;
        Assert.True(SecureNodeId.Fits(NodeId.Read(id), at));
        // Only 21 bits count.
        id[2] ^= 0x07;
        Assert.True(SecureNodeId.Fits(NodeId.Read(id), at));
        id[2] ^= 0x08;
        Assert.False(SecureNodeId.Fits(NodeId.Read(id), at));
    }

    [Theory]
    [InlineData("8.8.8.8")]
    [InlineData("2001:db8:7:8::1")]
    public void Created_FitsItsAddressAndNoOther(string address)
    {
        var at = NodeAddress.From(new IPEndPoint(IPAddress.Parse(address), 1));
        var other = NodeAddress.From(new IPEndPoint(IPAddress.Parse(address.Replace('8', '7')), 1));
        for (ulong seed = 0; seed < 50; seed++)
        {
            NodeId id = SecureNodeId.Create(at, new SeededRandom(seed));
            Assert.True(SecureNodeId.Fits(id, at));
            Assert.False(SecureNodeId.Fits(id, other));
        }
    }

    [Theory]
    [InlineData("10.0.0.1")]
    [InlineData("172.16.0.1")]
    [InlineData("172.31.255.255")]
    [InlineData("192.168.1.1")]
    [InlineData("169.254.1.1")]
    [InlineData("127.0.0.1")]
    [InlineData("::1")]
    [InlineData("fe80::1")]
    [InlineData("fd00::1")]
    public void PrivateAddress_TakesAnyId(string address) =>
        Assert.True(SecureNodeId.Fits(NodeId.Hash("any"u8), NodeAddress.From(new IPEndPoint(IPAddress.Parse(address), 1))));

    [Theory]
    [InlineData("172.15.0.1")]
    [InlineData("172.32.0.1")]
    [InlineData("192.169.0.1")]
    [InlineData("11.0.0.1")]
    [InlineData("2001:db8::1")]
    public void PublicAddress_IsNotExempt(string address) =>
        Assert.False(NodeAddress.From(new IPEndPoint(IPAddress.Parse(address), 1)).IsPrivate);

    [Fact]
    public void ExternalAddress_ThreeVoters_ChangeTheIdAndOneLiarDoesNot()
    {
        var raw = new RawNode();
        NodeId first = raw.Node.Id;
        Vote(raw, "20.1.0.1", "99.1.1.1:5000");
        Assert.Equal(first, raw.Node.Id);
        Vote(raw, "20.2.0.1", "99.9.9.9:5000");
        Vote(raw, "20.3.0.1", "99.9.9.9:5000");
        Assert.Equal(first, raw.Node.Id);
        List<DhtEvent> events = Vote(raw, "20.4.0.1", "99.9.9.9:5001");
        Assert.NotEqual(first, raw.Node.Id);
        Assert.True(SecureNodeId.Fits(raw.Node.Id, NodeAddress.From(IPEndPoint.Parse("99.9.9.9:1"))));
        DhtEvent.ExternalAddress seen = Assert.Single(events.OfType<DhtEvent.ExternalAddress>());
        Assert.Equal(("99.9.9.9:5000", false), (seen.EndPoint.ToString(), seen.Stable));
        Assert.Equal(4, raw.Node.Stats(raw.Now).Contacts);
    }

    [Fact]
    public void ExternalAddress_SameHostVotingTwice_CountsOnce()
    {
        var raw = new RawNode();
        NodeId first = raw.Node.Id;
        for (int i = 0; i < 5; i++)
            Vote(raw, "20.1.0.1", "99.9.9.9:5000", 1000 + i);
        Assert.Equal(first, raw.Node.Id);
    }

    private static List<DhtEvent> Vote(RawNode raw, string voter, string seen, int port = 1000)
    {
        while (raw.Node.TryDequeue(out _))
            continue;
        var at = new IPEndPoint(IPAddress.Parse(voter), port);
        raw.Node.Ping(raw.Now, at);
        string query = raw.Sent().Last(sent => sent.To.Equals(at)).Text;
        Assert.True(KrpcMessage.TryRead(Encoding.Latin1.GetBytes(query), out KrpcMessage ping));
        byte[] compact = new byte[6];
        NodeAddress.From(IPEndPoint.Parse(seen)).WriteCompact(compact);
        string id = Encoding.Latin1.GetString(NodeId.Hash(Encoding.ASCII.GetBytes(voter)).ToByteArray());
        raw.Node.Receive(raw.Now, at, Encoding.Latin1.GetBytes($"d2:ip6:{Encoding.Latin1.GetString(compact)}1:rd2:id20:{id}e1:t{Text(ping.Transaction)}1:y1:re"));
        var events = new List<DhtEvent>();
        while (raw.Node.TryDequeue(out DhtEvent happened))
            events.Add(happened);
        return events;
    }
}
