using Jangbu.Crypto.Jose;
using Jangbu.Ledger;

namespace Jangbu.Payments.Books;

/// <summary>Where a record's signed text stands: its entry, and which text of it. Twenty bytes instead of a kilobyte in memory.</summary>
/// <param name="Entry">The entry's line.</param>
/// <param name="Index">Place among the entry's records; the receipt of a `received` entry comes after them.</param>
/// <param name="Length">Letters of the text.</param>
internal readonly record struct TextPlace(EntryPosition Entry, ushort Index, ushort Length);

/// <summary>Signed texts, read again from the ledger when they are sent or shown. The entries used last are kept, for a new record is sent at once.</summary>
internal sealed class RecordTexts
{
    private const int EntriesKept = 8;

    private readonly Dictionary<EntryPosition, IReadOnlyList<string>> _kept = [];
    private readonly Queue<EntryPosition> _order = new();

    /// <summary>Reads an entry of the ledger again.</summary>
    public Func<EntryPosition, Entry>? Read { get; set; }

    public string At(TextPlace place)
    {
        if (!_kept.TryGetValue(place.Entry, out IReadOnlyList<string>? texts))
        {
            if (Read is null)
                throw new InvalidOperationException("the book was read without its ledger: it can show no signed text");
            if (!StrictJson.TryParse(Read(place.Entry).Data.Span, out JsonValue? data))
                throw new InvalidOperationException("an entry that was read before is no JSON any more");
            texts = Of(data);
            Keep(place.Entry, texts);
        }
        return texts[place.Index];
    }

    public void Keep(EntryPosition position, IReadOnlyList<string> texts)
    {
        if (!_kept.TryAdd(position, texts))
            return;
        _order.Enqueue(position);
        if (_order.Count > EntriesKept)
            _kept.Remove(_order.Dequeue());
    }

    /// <summary>The texts of a `sent` or `received` entry in the order of their indices.</summary>
    public static List<string> Of(JsonValue data)
    {
        List<string> texts = [.. data["records"]!.Elements.Select(record => record.Text)];
        if (data["receipt"] is { } receipt)
            texts.Add(receipt.Text);
        return texts;
    }
}
