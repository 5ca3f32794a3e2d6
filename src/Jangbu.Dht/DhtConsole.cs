using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using Jangbu.Crypto.OpenSsl;
using Jangbu.Dht.Bencoding;
using Jangbu.Dht.Items;

namespace Jangbu.Dht;

/// <summary>
/// Drives a <see cref="DhtNode"/> by JSON lines (`jangbu dht --stdio`), so that any other node can be tried against this one: one object in, one
/// object out when it is done, `id` echoed. Pure: the caller moves lines, events and time.
/// </summary>
/// <remarks>Commands: put_mutable, get_mutable, put_immutable, get_immutable, announce, get_peers, ping, add_node, wait_nodes, stats, quit.</remarks>
public sealed class DhtConsole(DhtNode node)
{
    /// <summary>Commands under way at once; more are refused.</summary>
    public const int MaximumPending = 1024;

    private static readonly TimeSpan DefaultWait = TimeSpan.FromSeconds(30);

    private readonly Dictionary<QueryId, Pending> pending = [];
    private readonly List<(string? Id, int Nodes, TimeSpan Started, TimeSpan Until)> waits = [];
    private readonly Queue<string> lines = [];

    /// <summary>Whether `quit` was said.</summary>
    public bool HasQuit { get; private set; }

    /// <summary>When <see cref="Advance"/> should be called even if nothing happens.</summary>
    public TimeSpan? Deadline => waits.Count == 0 ? null : waits.Min(wait => wait.Until);

    /// <summary>The first line: the node is up at this port.</summary>
    public string Ready(int port) => Write(null, json =>
    {
        json.WriteString("event", "ready");
        json.WriteNumber("port", port);
        json.WriteString("id", node.Id.ToString());
    });

    /// <summary>Takes one line; the answer comes out of <see cref="TryDequeue"/>, at once or when the network has answered.</summary>
    public void Receive(TimeSpan now, string line)
    {
        string? id = null;
        try
        {
            using JsonDocument document = JsonDocument.Parse(line);
            JsonElement command = document.RootElement;
            if (command.ValueKind != JsonValueKind.Object)
                throw new FormatException("a line is one JSON object");
            id = command.TryGetProperty("id", out JsonElement given) ? given.GetRawText() : null;
            if (pending.Count >= MaximumPending)
                throw new FormatException($"more than {MaximumPending} commands under way");
            Start(now, id, command);
        }
        catch (Exception wrong) when (wrong is JsonException or FormatException or ArgumentException or InvalidOperationException or OverflowException)
        {
            lines.Enqueue(Write(id, json =>
            {
                json.WriteBoolean("ok", false);
                json.WriteString("error", wrong.Message);
            }));
        }
    }

    /// <summary>Takes an event of the node.</summary>
    public void Take(TimeSpan now, DhtEvent happened)
    {
        ArgumentNullException.ThrowIfNull(happened);
        switch (happened)
        {
            case DhtEvent.ItemFound found when pending.TryGetValue(found.Query, out Pending? get):
                get.FirstAt ??= now;
                break;
            case DhtEvent.ValueFound found when pending.TryGetValue(found.Query, out Pending? get):
                get.FirstAt ??= now;
                get.Value = found.Item;
                break;
            case DhtEvent.PeersFound found when pending.TryGetValue(found.Query, out Pending? get):
                get.FirstAt ??= now;
                get.Peers.AddRange(found.Peers);
                break;
            case DhtEvent.GetCompleted done when pending.Remove(done.Query, out Pending? get):
                lines.Enqueue(Write(get.Id, json => WriteGet(json, now, get, done)));
                break;
            case DhtEvent.PutCompleted done when pending.Remove(done.Query, out Pending? put):
                lines.Enqueue(Write(put.Id, json => WritePut(json, now, put, done)));
                break;
            case DhtEvent.PingCompleted done when pending.Remove(done.Query, out Pending? ping):
                lines.Enqueue(Write(ping.Id, json =>
                {
                    json.WriteBoolean("ok", done.RoundTrip is not null);
                    json.WriteNumber("ms", Milliseconds(now - ping.Started));
                }));
                break;
        }
    }

    /// <summary>Ends what waits for nodes or for time; call it after each step of the node.</summary>
    public void Advance(TimeSpan now)
    {
        if (waits.Count == 0)
            return;
        int known = node.Stats(now).Contacts;
        for (int i = waits.Count - 1; i >= 0; i--)
        {
            (string? id, int nodes, TimeSpan started, TimeSpan until) = waits[i];
            if (known < nodes && now < until)
                continue;
            waits.RemoveAt(i);
            lines.Enqueue(Write(id, json =>
            {
                json.WriteBoolean("ok", known >= nodes);
                json.WriteNumber("nodes", known);
                json.WriteNumber("ms", Milliseconds(now - started));
            }));
        }
    }

    /// <summary>The next line to write, without its line feed.</summary>
    public bool TryDequeue(out string line) => lines.TryDequeue(out line!);

    private void Start(TimeSpan now, string? id, JsonElement command)
    {
        string name = Text(command, "cmd");
        switch (name)
        {
            case "put_mutable":
                PutMutable(now, id, command);
                break;
            case "get_mutable":
                Begin(node.Get(now, new MutableTarget(Bytes(command, "pk"), Salt(command))), now, id);
                break;
            case "put_immutable":
                var value = new ImmutableItem(Bencode.EncodeString(Bytes(command, "value")));
                Begin(node.PutImmutable(now, value), now, id).Value = value;
                break;
            case "get_immutable":
                Begin(node.GetImmutable(now, Target(command, "target")), now, id);
                break;
            case "announce":
                Begin(node.Announce(now, Target(command, "infohash"), checked((int)Number(command, "port"))), now, id);
                break;
            case "get_peers":
                Begin(node.GetPeers(now, Target(command, "infohash")), now, id).WantsPeers = true;
                break;
            case "ping":
                Begin(node.Ping(now, Address(command)), now, id);
                break;
            case "add_node":
                node.AddNode(now, Address(command));
                lines.Enqueue(Write(id, json => json.WriteBoolean("ok", true)));
                break;
            case "wait_nodes":
                TimeSpan patience = command.TryGetProperty("timeout", out JsonElement timeout) ? TimeSpan.FromSeconds(timeout.GetDouble()) : DefaultWait;
                waits.Add((id, (int)Number(command, "n"), now, now + patience));
                Advance(now);
                break;
            case "stats":
                lines.Enqueue(Write(id, json => WriteStats(json, now)));
                break;
            case "quit":
                HasQuit = true;
                lines.Enqueue(Write(id, json => json.WriteBoolean("ok", true)));
                break;
            default:
                throw new FormatException($"unknown cmd {name}");
        }
    }

    private void PutMutable(TimeSpan now, string? id, JsonElement command)
    {
        using Ed25519Key key = Ed25519Key.FromSeed(Bytes(command, "sk"));
        long? compare = command.TryGetProperty("cas", out JsonElement cas) ? cas.GetInt64() : null;
        bool readBack = command.TryGetProperty("read_back", out JsonElement wanted) && wanted.GetBoolean();
        MutableItem item = MutableItem.Sign(key, Salt(command), Number(command, "seq"), Bencode.EncodeString(Bytes(command, "value")));
        Begin(node.Put(now, item, compare, readBack), now, id).Item = item;
    }

    private Pending Begin(QueryId query, TimeSpan now, string? id) => pending[query] = new Pending(id, now);

    private static void WriteGet(Utf8JsonWriter json, TimeSpan now, Pending get, DhtEvent.GetCompleted done)
    {
        ReadOnlySpan<byte> value = done.Newest is { } item ? item.Value.Span : get.Value is { } immutable ? immutable.Value.Span : default;
        json.WriteBoolean("ok", !value.IsEmpty || get.Peers.Count > 0);
        if (Bencode.TryReadString(value, out ReadOnlySpan<byte> content))
            json.WriteString("value", Convert.ToHexStringLower(content));
        else if (!value.IsEmpty)
            json.WriteString("bencoded", Convert.ToHexStringLower(value));
        if (done.Newest is { } newest)
        {
            json.WriteNumber("seq", newest.Sequence);
            json.WriteString("sig", Convert.ToHexStringLower(newest.Signature.Span));
        }
        if (get.WantsPeers)
        {
            json.WriteStartArray("peers");
            foreach (IPEndPoint peer in get.Peers)
                json.WriteStringValue(peer.ToString());
            json.WriteEndArray();
        }
        if (get.FirstAt is { } first)
            json.WriteNumber("first_ms", Milliseconds(first - get.Started));
        json.WriteNumber("ms", Milliseconds(now - get.Started));
        json.WriteNumber("queries", done.NodesAsked);
        json.WriteNumber("answered", done.NodesAnswered);
        json.WriteNumber("hops", done.Hops);
    }

    private static void WritePut(Utf8JsonWriter json, TimeSpan now, Pending put, DhtEvent.PutCompleted done)
    {
        json.WriteBoolean("ok", done.Stored > 0);
        json.WriteNumber("stored", done.Stored);
        if (put.Item is { } item)
        {
            json.WriteNumber("seq", item.Sequence);
            json.WriteString("pk", Convert.ToHexStringLower(item.Target.PublicKey));
            json.WriteString("target", item.Target.Id.ToString());
        }
        else if (put.Value is { } value)
        {
            json.WriteString("target", value.Target.ToString());
        }
        if (done.Verified > 0)
            json.WriteNumber("verified", done.Verified);
        if (done.Refusal != Krpc.KrpcCode.None)
            json.WriteNumber("refusal", (int)done.Refusal);
        json.WriteNumber("ms", Milliseconds(now - put.Started));
        json.WriteNumber("queries", done.NodesAsked);
    }

    private void WriteStats(Utf8JsonWriter json, TimeSpan now)
    {
        DhtStats stats = node.Stats(now);
        json.WriteBoolean("ok", true);
        json.WriteNumber("nodes", stats.Contacts);
        json.WriteNumber("good", stats.GoodContacts);
        json.WriteNumber("items", stats.Items);
        json.WriteNumber("estimated", stats.EstimatedNodes);
        json.WriteBoolean("serves", node.Serves);
        json.WriteNumber("received", stats.DatagramsReceived);
        json.WriteNumber("sent", stats.DatagramsSent);
        json.WriteNumber("bytes_received", stats.BytesReceived);
        json.WriteNumber("bytes_sent", stats.BytesSent);
        json.WriteNumber("answered", stats.QueriesAnswered);
        json.WriteNumber("queries", stats.QueriesSent);
        json.WriteNumber("malformed", stats.Malformed);
        json.WriteNumber("foreign", stats.Foreign);
        json.WriteNumber("limited", stats.Limited);
        json.WriteNumber("forged", stats.Forged);
    }

    private static string Write(string? id, Action<Utf8JsonWriter> content)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            json.WriteStartObject();
            if (id is not null)
            {
                json.WritePropertyName("id");
                json.WriteRawValue(id);
            }
            content(json);
            json.WriteEndObject();
        }
        return Encoding.UTF8.GetString(stream.GetBuffer(), 0, (int)stream.Length);
    }

    private static double Milliseconds(TimeSpan span) => Math.Round(span.TotalMilliseconds, 3);

    private static JsonElement Field(JsonElement command, string name) =>
        command.TryGetProperty(name, out JsonElement field) ? field : throw new FormatException($"`{name}` is missing");

    private static string Text(JsonElement command, string name) => Field(command, name).GetString() ?? throw new FormatException($"`{name}` is no text");

    private static long Number(JsonElement command, string name) => Field(command, name).GetInt64();

    private static byte[] Bytes(JsonElement command, string name) => Convert.FromHexString(Text(command, name));

    private static byte[] Salt(JsonElement command) =>
        command.TryGetProperty("salt_hex", out _) ? Bytes(command, "salt_hex")
        : command.TryGetProperty("salt", out JsonElement salt) ? Encoding.UTF8.GetBytes(salt.GetString() ?? "")
        : [];

    private static NodeId Target(JsonElement command, string name) =>
        NodeId.TryParse(Text(command, name), out NodeId id) ? id : throw new FormatException($"`{name}` is not 40 hexadecimal digits");

    private static IPEndPoint Address(JsonElement command)
    {
        string text = command.TryGetProperty("address", out _) ? Text(command, "address")
            : string.Create(CultureInfo.InvariantCulture, $"{Text(command, "host")}:{Number(command, "port")}");
        return IPEndPoint.TryParse(text, out IPEndPoint? address) && address.Port != 0 ? address : throw new FormatException($"`{text}` is no address and port");
    }

    private sealed class Pending(string? id, TimeSpan started)
    {
        public string? Id { get; } = id;

        public TimeSpan Started { get; } = started;

        public TimeSpan? FirstAt { get; set; }

        public bool WantsPeers { get; set; }

        public MutableItem? Item { get; set; }

        public ImmutableItem? Value { get; set; }

        public List<IPEndPoint> Peers { get; } = [];
    }
}
