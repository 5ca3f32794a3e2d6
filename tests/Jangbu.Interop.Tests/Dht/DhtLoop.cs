using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text.Json;
using Jangbu.Dht;

namespace Jangbu.Interop.Tests.Dht;

/// <summary>One of our nodes on a real socket of loopback, spoken to by the JSON lines of <see cref="DhtConsole"/>.</summary>
internal sealed class DhtLoop : IDhtPeer
{
    private readonly Socket socket = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
    private readonly RandomNumberGenerator random = RandomNumberGenerator.Create();
    private readonly ConcurrentQueue<string> commands = new();
    private readonly BlockingCollection<string> answers = [];
    private readonly Thread thread;
    private volatile bool stopped;

    public DhtLoop(DhtMode mode)
    {
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        Port = ((IPEndPoint)socket.LocalEndPoint!).Port;
        thread = new Thread(() => Run(mode)) { IsBackground = true };
        thread.Start();
    }

    public string Name => "jangbu";

    public int Port { get; }

    public JsonElement Ask(string command)
    {
        commands.Enqueue(command);
        return answers.TryTake(out string? answer, TimeSpan.FromSeconds(40)) ? JsonDocument.Parse(answer).RootElement : throw new TimeoutException(command);
    }

    public void Dispose()
    {
        stopped = true;
        thread.Join();
        socket.Dispose();
        random.Dispose();
        answers.Dispose();
    }

    private void Run(DhtMode mode)
    {
        var clock = Stopwatch.StartNew();
        var node = new DhtNode(new DhtOptions { Mode = mode, Families = Jangbu.Dht.Krpc.AddressFamilies.IPv4 }, random);
        var console = new DhtConsole(node);
        byte[] buffer = new byte[DhtNode.MaximumDatagramLength];
        while (!stopped)
        {
            EndPoint from = new IPEndPoint(IPAddress.Any, 0);
            if (socket.Poll(2000, SelectMode.SelectRead))
            {
                int received = socket.ReceiveFrom(buffer, ref from);
                node.Receive(clock.Elapsed, (IPEndPoint)from, buffer.AsSpan(0, received));
            }
            while (commands.TryDequeue(out string? command))
                console.Receive(clock.Elapsed, command);
            if (node.Deadline <= clock.Elapsed)
                node.Advance(clock.Elapsed);
            while (node.TryTransmit(buffer, out int length, out IPEndPoint to))
                socket.SendTo(buffer.AsSpan(0, length), to);
            while (node.TryDequeue(out DhtEvent happened))
                console.Take(clock.Elapsed, happened);
            console.Advance(clock.Elapsed);
            while (console.TryDequeue(out string line))
                answers.Add(line);
        }
    }
}
