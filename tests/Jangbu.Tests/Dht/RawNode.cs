using System.Net;
using System.Text;
using Jangbu.Dht;
using Jangbu.Dht.Krpc;

namespace Jangbu.Tests.Dht;

/// <summary>A node that is sent raw datagrams and whose raw answers are read; text is Latin-1, one letter a byte.</summary>
internal sealed class RawNode
{
    public const string OtherId = "abcdefghij0123456789";

    private readonly byte[] buffer = new byte[DhtNode.MaximumDatagramLength];

    public RawNode(DhtOptions? options = null) => Node = new DhtNode(options ?? new DhtOptions { Mode = DhtMode.Server }, new SeededRandom(99));

    public static IPEndPoint Asker { get; } = IPEndPoint.Parse("85.10.20.30:4000");

    public DhtNode Node { get; }

    public TimeSpan Now { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>The datagrams sent since the last look, as text.</summary>
    public List<(string Text, IPEndPoint To)> Sent()
    {
        var sent = new List<(string, IPEndPoint)>();
        while (Node.TryTransmit(buffer, out int length, out IPEndPoint to))
            sent.Add((Encoding.Latin1.GetString(buffer, 0, length), to));
        return sent;
    }

    /// <summary>Sends a datagram and returns the answer to its transaction, or null.</summary>
    public string? Ask(string datagram, IPEndPoint? from = null)
    {
        Sent();
        Node.Receive(Now, from ?? Asker, Encoding.Latin1.GetBytes(datagram));
        return Sent().Select(sent => sent.Text).FirstOrDefault(text => text.EndsWith("1:y1:re", StringComparison.Ordinal) || text.EndsWith("1:y1:ee", StringComparison.Ordinal));
    }

    /// <summary>A query with these bencoded arguments (after `id`).</summary>
    public static string Query(string method, string arguments, string transaction = "2:aa") =>
        $"d1:ad2:id20:{OtherId}{arguments}e1:q{method.Length}:{method}1:t{transaction}1:y1:qe";

    public static string Text(string value) => $"{value.Length}:{value}";

    public static string Text(ReadOnlySpan<byte> value) => Text(Encoding.Latin1.GetString(value));

    /// <summary>The token for a target, got as anyone gets it.</summary>
    public string Token(NodeId target, IPEndPoint? from = null, string method = "get", string key = "target")
    {
        string answer = Ask(Query(method, $"{Text(key)}{Text(target.ToByteArray())}"), from)!;
        Assert.True(KrpcMessage.TryRead(Encoding.Latin1.GetBytes(answer), out KrpcMessage message));
        return Encoding.Latin1.GetString(message.Token);
    }

    /// <summary>The code of an error answer, 0 for a response.</summary>
    public static int Code(string? answer)
    {
        Assert.NotNull(answer);
        Assert.True(KrpcMessage.TryRead(Encoding.Latin1.GetBytes(answer), out KrpcMessage message));
        return message.Kind == KrpcKind.Error ? (int)message.ErrorCode : 0;
    }

    /// <summary>Lets a node into the table: it is named, asked, and answers.</summary>
    public void Introduce(NodeId id, IPEndPoint address)
    {
        Node.AddNode(Now, address);
        Node.Advance(Now);
        foreach ((string text, IPEndPoint to) in Sent())
        {
            if (!to.Equals(address))
                continue;
            Assert.True(KrpcMessage.TryRead(Encoding.Latin1.GetBytes(text), out KrpcMessage query));
            string nodes = query.Method == KrpcMethod.Ping ? "" : "5:nodes0:";
            Node.Receive(Now, address, Encoding.Latin1.GetBytes($"d1:rd2:id20:{Encoding.Latin1.GetString(id.ToByteArray())}{nodes}e1:t{Text(query.Transaction)}1:y1:re"));
        }
    }
}
