using System.Text;
using System.Text.Json;
using Jangbu.Crypto;
using Jangbu.Crypto.Jose;
using Jangbu.Payments;
using Jangbu.Payments.Books;
using Jangbu.Payments.Jobs;
using Jangbu.Payments.Records;

namespace Jangbu.Tests.Payments;

/// <summary>A contact who signs anything: makes records by hand and says them to a victim over a session.</summary>
internal sealed class Forger
{
    public static readonly Guid Lane = new("aaaaaaaa-0000-4000-8000-000000000001");

    private readonly Person _victim;
    private readonly IPersonKeys _keys;
    private int _ids;

    public Forger(Person victim, int key = 1, string name = "보라", string? autoAccept = "1000")
    {
        Card = Person.CardOf(key, name);
        (_victim, _keys) = (victim, new FastKeys(Card.Id));
        victim.Turn(() =>
        {
            victim.Bookkeeper.AddContact(Card);
            if (autoAccept is not null)
                victim.Bookkeeper.SetPolicy(Card.Id, Asset.Parse("KRW"), null, autoAccept);
        });
        Connect();
        Open = Make(1, RecordHash.None, new Open(Card.Jws, "I am bound."));
    }

    public static Person Victim() => Person.Create(new FastKeys(Person.CardOf(0, "아라").Id), Person.CardOf(0, "아라"), 41);

    public ContactCard Card { get; }

    public PaymentSession Session { get; private set; } = null!;

    public long N { get; set; }

    /// <summary>The first record of the lane.</summary>
    public Signed Open { get; }

    public Account Account => _victim.Book.TryFind(Card.Id, out Contact? contact) ? contact.Account : throw new InvalidOperationException();

    public void Connect(string? hello = null)
    {
        N = 0;
        _victim.Turn(() => Session = _victim.Bookkeeper.OpenSession(Card.Id));
        Assert.StartsWith("""{"t":"hello",""", Assert.Single(Drain()), StringComparison.Ordinal);
        Say(hello ?? Hello());
    }

    public string Hello(string heads = "[]", string yours = "[]") =>
        $$"""{"t":"hello","v":1,"agent":"forger","from":"{{Card.Id}}","to":"{{_victim.Id}}","heads":{{heads}},"yours":{{yours}}}""";

    public Signed Make(long seq, RecordHash prev, RecordBody body, Guid? lane = null, IReadOnlyList<LaneHead>? ack = null, Guid? id = null, PeerId? from = null, PeerId? to = null,
        DateTimeOffset? at = null) => Sign(RecordWriter.Write(
            new RecordHeader(id ?? NextId(), from ?? Card.Id, to ?? _victim.Id, lane ?? Lane, seq, prev, ack ?? [], at ?? Person.Start), body));

    public Signed After(Signed before, RecordBody body, IReadOnlyList<LaneHead>? ack = null) => Make(before.Seq + 1, before.Hash, body, before.Lane, ack);

    public Signed Sign(byte[] payload, string typ = "jangbu-record")
    {
        JsonElement json = JsonDocument.Parse(payload).RootElement;
        return new Signed(_keys.Sign(typ, payload), RecordHash.Of(payload), json.TryGetProperty("seq", out JsonElement seq) && seq.TryGetInt64(out long number) ? number : 0,
            json.TryGetProperty("lane", out JsonElement lane) && Guid.TryParse(lane.GetString(), out Guid id) ? id : Lane);
    }

    public static Transaction Pay(string amount = "5") => new(Amount.Parse(amount), Asset.Parse("KRW"));

    /// <summary>Says one message and returns the answers.</summary>
    public List<string> Say(string message, bool isText = true)
    {
        Drain();
        _victim.Turn(() => Session.Receive(Encoding.UTF8.GetBytes(message), isText));
        return Drain();
    }

    public List<string> Send(params Signed[] records) => Send(records.Select(record => record.Jws));

    public List<string> Send(IEnumerable<string> records, ContactCard? sealedFor = null) =>
        Say($$"""{"t":"sealed","n":{{++N}},"envelope":{{_keys.Seal(sealedFor ?? _victim.Card, OpenJob.Plaintext(records), new SeededRandom(1))}}}""");

    /// <summary>Sends records that must be refused: the code, and that nothing changed but kept evidence.</summary>
    public string Refused(string code, params Signed[] records)
    {
        long before = _victim.Book.RecordCount;
        int waiting = Account.UndecidedIncoming.Count;
        string answer = Assert.Single(Send(records));
        JsonElement json = JsonDocument.Parse(answer).RootElement;
        Assert.Equal(("refused", N, code), (json.GetProperty("t").GetString(), json.GetProperty("n").GetInt64(), json.GetProperty("code").GetString()));
        Assert.Equal((before, waiting), (_victim.Book.RecordCount, Account.UndecidedIncoming.Count));
        return answer;
    }

    /// <summary>Sends records that must be taken; returns the answers' records.</summary>
    public List<string> Taken(params Signed[] records)
    {
        List<string> answers = Send(records);
        Assert.Equal("received", Link.TypeOf(answers[0]));
        return [.. answers.SelectMany(Records)];
    }

    public List<string> Records(string message)
    {
        using JsonDocument json = JsonDocument.Parse(message);
        if (!json.RootElement.TryGetProperty("envelope", out JsonElement envelope))
            return [];
        Assert.True(_keys.TryOpen(Encoding.UTF8.GetBytes(envelope.GetRawText()), out byte[]? plaintext));
        return [.. JsonDocument.Parse(plaintext).RootElement.GetProperty("records").EnumerateArray().Select(record => record.GetString()!)];
    }

    public static JsonElement Payload(string jws)
    {
        Assert.True(Base64UrlText.TryDecode(jws.Split('.')[1], out byte[]? payload));
        return JsonDocument.Parse(payload).RootElement;
    }

    private List<string> Drain()
    {
        List<string> said = [];
        while (Session.TryTransmit(out string? message))
            said.Add(message);
        return said;
    }

    private Guid NextId() => RecordId.Create(Person.Start.AddMilliseconds(_ids++), new SeededRandom((ulong)_ids));

    public sealed record Signed(string Jws, RecordHash Hash, long Seq, Guid Lane)
    {
        public LaneHead Head => new(Lane, Seq, Hash);
    }
}
