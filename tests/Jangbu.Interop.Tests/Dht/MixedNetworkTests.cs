using System.Security.Cryptography;
using System.Text.Json;
using Jangbu.Dht;

namespace Jangbu.Interop.Tests.Dht;

/// <summary>Private networks of our nodes, libtorrent's and bittorrent-dht's: what one stores every other finds, in every direction.</summary>
public sealed class MixedNetworkTests
{
    [Fact]
    public void LibTorrentAndOurs_EveryDirection()
    {
        using var first = new DhtLoop(DhtMode.Automatic);
        using var wallet = new DhtLoop(DhtMode.ReadOnly);
        using var other = DhtProgram.LibTorrent(first.Port);
        using var another = DhtProgram.LibTorrent(first.Port);
        Join(first, [wallet, other, another]);
        EveryDirection([first, wallet, other, another]);
    }

    [Fact]
    public void BitTorrentDhtAndOurs_EveryDirection()
    {
        using var first = new DhtLoop(DhtMode.Automatic);
        using var wallet = new DhtLoop(DhtMode.ReadOnly);
        using var other = DhtProgram.BitTorrentDht(first.Port);
        using var another = DhtProgram.BitTorrentDht(first.Port);
        Join(first, [wallet, other, another]);
        EveryDirection([first, wallet, other, another]);
    }

    [Fact]
    public void AllThreeKinds_EveryDirection()
    {
        using var first = new DhtLoop(DhtMode.Automatic);
        using var wallet = new DhtLoop(DhtMode.ReadOnly);
        using var libTorrent = DhtProgram.LibTorrent(first.Port);
        using var bitTorrentDht = DhtProgram.BitTorrentDht(first.Port);
        Join(first, [wallet, libTorrent, bitTorrentDht]);
        EveryDirection([first, wallet, libTorrent, bitTorrentDht]);
    }

    [Fact]
    public void OneStrangerOnly_StoresForTwoWallets()
    {
        using var stranger = DhtProgram.LibTorrent(1);
        using var alice = new DhtLoop(DhtMode.ReadOnly);
        using var bora = new DhtLoop(DhtMode.ReadOnly);
        Join(stranger, [alice, bora]);
        string pk = Text(Ask(alice, $$"""{"cmd":"put_mutable","sk":"{{Seed(900)}}","salt":"s","value":"beef","seq":1}"""), "pk");
        Assert.Equal("beef", Text(Ask(bora, $$"""{"cmd":"get_mutable","pk":"{{pk}}","salt":"s"}"""), "value"));
    }

    private static void Join(IDhtPeer first, IDhtPeer[] others)
    {
        foreach (IDhtPeer other in others)
            other.Ask($$"""{"cmd":"add_node","address":"127.0.0.1:{{first.Port}}"}""");
        // A wallet is in nobody's table, so the others know all but the wallet and themselves.
        foreach (IDhtPeer other in others.Where(other => other is not DhtLoop))
            Ask(other, """{"cmd":"wait_nodes","n":1,"timeout":30}""");
        int serving = others.Count(other => other is not DhtLoop);
        if (first is DhtLoop)
            Ask(first, $$"""{"cmd":"wait_nodes","n":{{serving}},"timeout":30}""");
    }

    private static void EveryDirection(IDhtPeer[] nodes)
    {
        int number = 0;
        foreach (IDhtPeer writer in nodes)
        {
            string seed = Seed(++number), salted = Seed(number + 100), value = Value(number);
            string plainKey = Text(Ask(writer, $$"""{"cmd":"put_mutable","sk":"{{seed}}","value":"{{value}}","seq":1}"""), "pk");
            string saltedKey = Text(Ask(writer, $$"""{"cmd":"put_mutable","sk":"{{salted}}","salt_hex":"00ff80","value":"{{value}}","seq":1}"""), "pk");
            string target = Text(Ask(writer, $$"""{"cmd":"put_immutable","value":"{{value}}"}"""), "target");
            string hash = NodeId.Hash([(byte)number]).ToString();
            JsonElement announced = Ask(writer, $$"""{"cmd":"announce","infohash":"{{hash}}","port":{{7000 + number}}}""");
            int port = announced.TryGetProperty("port", out JsonElement own) ? own.GetInt32() : 7000 + number;
            foreach (IDhtPeer reader in nodes.Where(node => node != writer))
            {
                string way = $"{writer.Name} to {reader.Name}";
                AssertValue(value, Ask(reader, $$"""{"cmd":"get_mutable","pk":"{{plainKey}}"}"""), $"mutable, {way}");
                AssertValue(value, Ask(reader, $$"""{"cmd":"get_mutable","pk":"{{saltedKey}}","salt_hex":"00ff80"}"""), $"salted, {way}");
                AssertValue(value, Ask(reader, $$"""{"cmd":"get_immutable","target":"{{target}}"}"""), $"immutable, {way}");
                JsonElement peers = Ask(reader, $$"""{"cmd":"get_peers","infohash":"{{hash}}"}""").GetProperty("peers");
                Assert.True(peers.EnumerateArray().Any(peer => peer.GetString() == $"127.0.0.1:{port}"), $"peers, {way}: {peers}");
            }
            // A newer version, read by all again.
            string newer = Value(number + 50);
            Ask(writer, $$"""{"cmd":"put_mutable","sk":"{{seed}}","value":"{{newer}}","seq":2}""");
            foreach (IDhtPeer reader in nodes.Where(node => node != writer))
                AssertValue(newer, Ask(reader, $$"""{"cmd":"get_mutable","pk":"{{plainKey}}"}"""), $"updated, {writer.Name} to {reader.Name}");
        }
    }

    private static void AssertValue(string expected, JsonElement answer, string what) =>
        Assert.True(answer.TryGetProperty("value", out JsonElement value) && value.GetString() == expected, $"{what}: {answer}");

    private static JsonElement Ask(IDhtPeer peer, string command)
    {
        JsonElement answer = peer.Ask(command);
        Assert.True(answer.GetProperty("ok").GetBoolean(), $"{peer.Name}, asked {command}: {answer}");
        return answer;
    }

    private static string Text(JsonElement answer, string name) => answer.GetProperty(name).GetString()!;

    private static string Seed(int number) => Convert.ToHexStringLower(SHA256.HashData(BitConverter.GetBytes(number)));

    // 900 bytes, as a piece of an offer is.
    private static string Value(int number) => string.Concat(Enumerable.Repeat(number.ToString("x4", System.Globalization.CultureInfo.InvariantCulture), 450));
}
