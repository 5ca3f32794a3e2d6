using Jangbu.Crypto;
using Jangbu.Crypto.Jose;
using Jangbu.Payments.Records;

namespace Jangbu.Payments.Jobs;

/// <summary>Opens one envelope and reads its records, signatures included (PROTOCOL §2.1 up to `to` and `from`, §3).</summary>
internal sealed class OpenJob : Job
{
    /// <summary>The five texts of an envelope together.</summary>
    public const int MaxEnvelope = 192 * 1024;

    /// <summary>Records in an envelope (PROTOCOL §8).</summary>
    public const int MaxRecords = 64;

    private readonly IPersonKeys _keys;
    private readonly JsonValue _envelope;
    private readonly ContactCard _me;
    private readonly IReadOnlyDictionary<PeerId, ContactCard> _cards;
    private readonly List<Record> _records = [];

    /// <param name="keys">Mine.</param>
    /// <param name="envelope">The JWE as it was read.</param>
    /// <param name="me">My own card.</param>
    /// <param name="cards">Whose records are expected: the contact of the session, or everybody for a file.</param>
    public OpenJob(IPersonKeys keys, JsonValue envelope, ContactCard me, IReadOnlyDictionary<PeerId, ContactCard> cards) =>
        (_keys, _envelope, _me, _cards) = (keys, envelope, me, cards);

    /// <summary>Whether it ran and was handed back.</summary>
    public bool IsDone { get; set; }

    /// <summary>Why the envelope is refused; null where all records were read.</summary>
    public RefusalCode? Code { get; private set; }

    /// <summary>The records, of one author.</summary>
    public IReadOnlyList<Record> Records => _records;

    /// <summary>The other person: the author, or the recipient of records that are given back.</summary>
    public PeerId Contact { get; private set; }

    /// <summary>Whether they are my own records, given back.</summary>
    public bool IsGivenBack { get; private set; }

    /// <inheritdoc/>
    public override void Run()
    {
        Code = Read();
        if (Code is not null)
            _records.Clear();
    }

    private RefusalCode? Read()
    {
        long length = 0;
        foreach ((_, JsonValue text) in _envelope.Members)
            length += text.Text.Length;
        if (length > MaxEnvelope)
            return RefusalCode.TooLarge;
        if (!_keys.TryOpen(_envelope.ToUtf8(), out byte[]? plaintext))
            return RefusalCode.Unreadable;
        if (!StrictJson.TryParse(plaintext, out JsonValue? json) || !json.HasMembers(["records"]) || json["records"] is not { Kind: JsonKind.Array } list
            || list.Elements.Count is 0 or > MaxRecords)
            return RefusalCode.BadRecord;
        foreach (JsonValue text in list.Elements)
        {
            if (text.Kind != JsonKind.Text)
                return RefusalCode.BadRecord;
            if (Read(text.Text) is RefusalCode code)
                return code;
        }
        return null;
    }

    private RefusalCode? Read(string text)
    {
        if (text.Length > Record.MaxLength)
            return RefusalCode.TooLarge;
        if (!Jws.TryRead(text, Record.Typ, out Jws? signed))
            return RefusalCode.BadRecord;
        bool mine = signed.Kid == _me.Id;
        if (!mine && !_cards.ContainsKey(signed.Kid))
            return RefusalCode.BadSignature;
        ContactCard author = mine ? _me : _cards[signed.Kid];
        if (!_keys.Verify(signed, author))
            return RefusalCode.BadSignature;
        if (!RecordReader.TryReadPayload(signed.Payload.Span, out RecordHeader? header, out RecordBody? body, out RefusalCode code))
            return code;
        bool first = _records.Count == 0;
        PeerId contact = mine ? header.To : header.From;
        if (header.From != author.Id || header.To != (mine ? contact : _me.Id) || !_cards.ContainsKey(contact))
            return RefusalCode.WrongRecipient;
        if (!first && (contact != Contact || mine != IsGivenBack))
            return RefusalCode.BadRecord;
        (Contact, IsGivenBack) = (contact, mine);
        _records.Add(new Record(header, body, text, RecordHash.Of(signed.Payload.Span)));
        return null;
    }

    /// <summary>The plaintext of an envelope with these records.</summary>
    public static byte[] Plaintext(IEnumerable<string> records)
    {
        JsonText json = new JsonText().BeginObject().Name("records").BeginArray();
        foreach (string record in records)
            json.Text(record);
        return json.EndArray().EndObject().ToUtf8();
    }
}
