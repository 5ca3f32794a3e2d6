using System.Text.Json;
using Jangbu.Dht;

namespace Jangbu.Tests.Dht;

/// <summary>The JSON lines of `jangbu dht --stdio`.</summary>
public sealed class DhtConsoleTests
{
    [Fact]
    public void Commands_PutAndGet_AnswerWithTheEchoedId()
    {
        var world = new DhtWorld(50);
        List<DhtNode> nodes = world.AddNetwork(6);
        string seed = new('7', 64);
        JsonElement put = Say(world, nodes[1], $$"""{"cmd":"put_mutable","id":"a","sk":"{{seed}}","salt":"s","value":"c0ffee","seq":3}""");
        Assert.Equal(("a", true, 6, 3L), (put.GetProperty("id").GetString(), put.GetProperty("ok").GetBoolean(), put.GetProperty("stored").GetInt32(), put.GetProperty("seq").GetInt64()));
        JsonElement get = Say(world, nodes[2], $$"""{"cmd":"get_mutable","id":7,"pk":"{{put.GetProperty("pk").GetString()}}","salt_hex":"73"}""");
        Assert.Equal((7, "c0ffee", 3L), (get.GetProperty("id").GetInt32(), get.GetProperty("value").GetString(), get.GetProperty("seq").GetInt64()));
        Assert.Equal(128, get.GetProperty("sig").GetString()!.Length);
        Assert.True(get.GetProperty("first_ms").GetDouble() <= get.GetProperty("ms").GetDouble());

        JsonElement immutable = Say(world, nodes[3], """{"cmd":"put_immutable","value":"00ff"}""");
        JsonElement value = Say(world, nodes[4], $$"""{"cmd":"get_immutable","target":"{{immutable.GetProperty("target").GetString()}}"}""");
        Assert.Equal("00ff", value.GetProperty("value").GetString());

        string hash = new('1', 40);
        Assert.True(Say(world, nodes[3], $$"""{"cmd":"announce","infohash":"{{hash}}","port":777}""").GetProperty("ok").GetBoolean());
        Assert.Equal("127.0.0.1:777", Say(world, nodes[5], $$"""{"cmd":"get_peers","infohash":"{{hash}}"}""").GetProperty("peers")[0].GetString());
        Assert.True(Say(world, nodes[5], """{"cmd":"ping","address":"127.0.0.1:7000"}""").GetProperty("ok").GetBoolean());
        Assert.Equal(5, Say(world, nodes[5], """{"cmd":"stats"}""").GetProperty("nodes").GetInt32());
        Assert.Equal(5, Say(world, nodes[5], """{"cmd":"wait_nodes","n":5,"timeout":1}""").GetProperty("nodes").GetInt32());
        Assert.False(Say(world, nodes[5], """{"cmd":"wait_nodes","n":6,"timeout":1.5}""").GetProperty("ok").GetBoolean());
        Assert.False(Say(world, nodes[5], $$"""{"cmd":"get_immutable","target":"{{hash}}"}""").GetProperty("ok").GetBoolean());
    }

    [Theory]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"cmd":"fly"}""")]
    [InlineData("""{"cmd":"get_mutable","pk":"00"}""")]
    [InlineData("""{"cmd":"get_mutable","pk":5}""")]
    [InlineData("""{"cmd":"put_immutable","value":"0"}""")]
    [InlineData("""{"cmd":"put_mutable","sk":"7777777777777777777777777777777777777777777777777777777777777777","value":"00","seq":-1}""")]
    [InlineData("""{"cmd":"announce","infohash":"1111111111111111111111111111111111111111","port":70000}""")]
    [InlineData("""{"cmd":"announce","infohash":"1111111111111111111111111111111111111111","port":70000000000}""")]
    [InlineData("""{"cmd":"wait_nodes","n":1,"timeout":1e300}""")]
    [InlineData("""{"cmd":"add_node","address":"nowhere"}""")]
    public void Commands_Wrong_AnswerWithAnError(string line)
    {
        var world = new DhtWorld(51);
        JsonElement answer = Say(world, world.Add(new DhtOptions(), "127.0.0.1:7000"), line);
        Assert.False(answer.GetProperty("ok").GetBoolean());
        Assert.NotEqual("", answer.GetProperty("error").GetString());
    }

    [Fact]
    public void Ready_IsTheLineOthersWaitFor()
    {
        var world = new DhtWorld(52);
        DhtNode node = world.Add(new DhtOptions(), "127.0.0.1:7000");
        var console = new DhtConsole(node);
        Assert.Equal($$"""{"event":"ready","port":7000,"id":"{{node.Id}}"}""", console.Ready(7000));
        console.Receive(world.Now, """{"cmd":"quit"}""");
        Assert.True(console.HasQuit);
    }

    private static JsonElement Say(DhtWorld world, DhtNode node, string line)
    {
        var console = new DhtConsole(node);
        int seen = world.Events[node].Count;
        world.Do(() => console.Receive(world.Now, line));
        string? answer = null;
        bool came = world.RunUntil(() =>
        {
            for (; seen < world.Events[node].Count; seen++)
                console.Take(world.Now, world.Events[node][seen]);
            console.Advance(world.Now);
            return console.TryDequeue(out answer!);
        }, TimeSpan.FromSeconds(20));
        Assert.True(came, line);
        return JsonDocument.Parse(answer!).RootElement;
    }
}
