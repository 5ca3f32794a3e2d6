using Jangbu.Payments.Records;

namespace Jangbu.Payments.Books;

/// <summary>The records that one ledger file wrote toward one contact, in order and without gaps (PROTOCOL §2).</summary>
public sealed class Lane
{
    private readonly List<Row> _rows = [];
    private readonly List<(long Seq, IReadOnlyList<LaneHead> Ack)> _receipts = [];

    private readonly RecordTexts _texts;

    internal Lane(Guid id, bool mine, RecordTexts texts) => (Id, IsMine, _texts) = (id, mine, texts);

    /// <summary>The author's ledger file.</summary>
    public Guid Id { get; }

    /// <summary>Whether I am the author.</summary>
    public bool IsMine { get; }

    /// <summary>How many records are held: the `seq` of the last one.</summary>
    public long Count => _rows.Count;

    /// <summary>The last record; a lane that the book knows has one.</summary>
    public LaneHead Head => new(Id, Count, HashAt(Count));

    /// <summary>The `ack` of the last record: a later one may not fall behind it.</summary>
    internal IReadOnlyList<LaneHead> LastAck { get; private set; } = [];

    /// <summary>The hash of the record at a place; 64 zeros for 0.</summary>
    public RecordHash HashAt(long seq) => seq == 0 ? RecordHash.None : _rows[(int)(seq - 1)].Hash;

    /// <summary>The kind of the record at a place.</summary>
    public RecordKind KindAt(long seq) => _rows[(int)(seq - 1)].Kind;

    /// <summary>The signed text of the record at a place, byte for byte.</summary>
    public string TextAt(long seq) => _texts.At(_rows[(int)(seq - 1)].Text);

    /// <summary>Letters of the signed text at a place.</summary>
    internal int LengthAt(long seq) => _rows[(int)(seq - 1)].Text.Length;

    internal void Append(Record record, TextPlace text)
    {
        _rows.Add(new Row(record.Hash, record.Kind, text));
        LastAck = record.Header.Ack;
        if (record.Kind == RecordKind.Receipt)
            _receipts.Add((record.Header.Seq, record.Header.Ack));
    }

    /// <summary>The first receipt of this lane whose `ack` covers a record of the other side; 0 where none does. `ack` never falls, so a search by halves finds it.</summary>
    internal long FirstReceiptCovering(Guid lane, long seq)
    {
        int low = 0, high = _receipts.Count;
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (Acknowledged(_receipts[middle].Ack, lane) >= seq)
                high = middle;
            else
                low = middle + 1;
        }
        return low < _receipts.Count ? _receipts[low].Seq : 0;
    }

    /// <summary>How far an `ack` reaches in a lane; 0 where it does not name it.</summary>
    internal static long Acknowledged(IReadOnlyList<LaneHead> ack, Guid lane)
    {
        foreach (LaneHead head in ack)
        {
            if (head.Lane == lane)
                return head.Seq;
        }
        return 0;
    }

    private readonly record struct Row(RecordHash Hash, RecordKind Kind, TextPlace Text);
}
