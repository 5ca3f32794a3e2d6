using System.Buffers;
using Jangbu.Crypto;
using Jangbu.Crypto.Jose;

namespace Jangbu.Ledger;

/// <summary>
/// The form of each kind's data (PROTOCOL §6): members, types, limits. A record is looked at as text of three parts only; who signed it and what it means
/// is for the layer above.
/// </summary>
internal static class EntrySchema
{
    /// <summary>A record's greatest length (PROTOCOL §2).</summary>
    public const int MaximumRecord = 16 * 1024;

    /// <summary>A card's greatest length (PROTOCOL §1).</summary>
    public const int MaximumCard = 8 * 1024;

    private const int MaximumName = 64, MaximumNote = 256, InviteBytes = 17;
    private const byte InviteVersion = 1;

    private static readonly SearchValues<byte> RecordLetters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_."u8);

    public static bool IsValid(string kind, ReadOnlySpan<byte> data) =>
        kind is EntryKind.Sent or EntryKind.Received or EntryKind.Fork && AreRecords(kind, data)
        || StrictJson.TryParse(data, out JsonValue? value) && IsValid(kind, value);

    public static bool IsValid(string kind, JsonValue data) => kind switch
    {
        EntryKind.Genesis => data.HasMembers(["lane", "id"], ["imports"]) && IsUuid(data["lane"]!) && IsPeer(data["id"]!)
            && (data["imports"] is not { } imports || imports.HasMembers(["lane", "n", "hash"]) && IsUuid(imports["lane"]!) && IsHash(imports["hash"]!)
                && imports.TryGetInteger("n", out long n) && n > 0),
        EntryKind.Contact => data.HasMembers(["id"], ["card", "name", "verified", "removed"]) && IsPeer(data["id"]!)
            && (data["card"] is not { } card || IsJws(card, MaximumCard))
            && (data["name"] is not { } name || IsText(name, 1, MaximumName))
            && (data["verified"] is not { } verified || verified.Kind == JsonKind.Boolean)
            && (data["removed"] is not { } removed || removed is { Kind: JsonKind.Boolean, Boolean: true }),
        EntryKind.Policy => data.HasMembers(["id", "asset"], ["limit", "auto_accept"]) && IsPeer(data["id"]!) && IsAsset(data["asset"]!)
            && (data["limit"] is not { } limit || IsLimit(limit))
            && (data["auto_accept"] is not { } accept || IsLimit(accept)),
        EntryKind.Sent => data.HasMembers(["records"]) && AreRecords(data["records"]!),
        EntryKind.Received => data.HasMembers(["records"], ["receipt"]) && AreRecords(data["records"]!)
            && (data["receipt"] is not { } receipt || IsJws(receipt, MaximumRecord)),
        EntryKind.Fork => data.HasMembers(["records"]) && data["records"]!.Elements.Count == 2 && AreRecords(data["records"]!),
        EntryKind.Note => data.HasMembers(["tx"], ["label", "category"]) && IsHash(data["tx"]!)
            && (data["label"] is not { } label || IsText(label, 0, MaximumNote))
            && (data["category"] is not { } category || IsText(category, 0, MaximumNote)),
        EntryKind.Invite => data.HasMembers(["code"], ["used"]) && IsInvite(data["code"]!)
            && (data["used"] is not { } used || used is { Kind: JsonKind.Boolean, Boolean: true }),
        EntryKind.Checkpoint => data.HasMembers(["jws"]) && IsJws(data["jws"]!, MaximumRecord),
        _ => false,
    };

    // Nearly all bytes of a ledger are records, whose letters need no unescaping: the usual spelling is checked in place.
    //   {"records":["a.b.c","d.e.f"],"receipt":"g.h.i"}
    private static bool AreRecords(string kind, ReadOnlySpan<byte> data)
    {
        ReadOnlySpan<byte> rest = data;
        if (!rest.StartsWith("{\"records\":["u8))
            return false;
        rest = rest[12..];
        for (int count = 1; ; count++)
        {
            if (!TakeJws(ref rest))
                return false;
            if (rest.StartsWith(","u8))
            {
                rest = rest[1..];
                continue;
            }
            if (kind == EntryKind.Fork && count != 2)
                return false;
            break;
        }
        if (kind == EntryKind.Received && rest.StartsWith("],\"receipt\":"u8))
        {
            rest = rest[12..];
            return TakeJws(ref rest) && rest.SequenceEqual("}"u8);
        }
        return rest.SequenceEqual("]}"u8);
    }

    private static bool TakeJws(ref ReadOnlySpan<byte> rest)
    {
        if (!rest.StartsWith("\""u8))
            return false;
        int length = rest[1..].IndexOfAnyExcept(RecordLetters);
        if (length < 0 || rest[1 + length] != '"' || !IsJws(rest.Slice(1, length), MaximumRecord))
            return false;
        rest = rest[(length + 2)..];
        return true;
    }

    private static bool AreRecords(JsonValue records)
    {
        if (records.Kind != JsonKind.Array || records.Elements.Count == 0)
            return false;
        foreach (JsonValue record in records.Elements)
            if (!IsJws(record, MaximumRecord))
                return false;
        return true;
    }

    private static bool IsJws(JsonValue value, int longest)
    {
        if (value.Kind != JsonKind.Text || value.Text.Length > longest)
            return false;
        Span<byte> letters = stackalloc byte[value.Text.Length];
        return System.Text.Encoding.ASCII.TryGetBytes(value.Text, letters, out int length) && length == letters.Length
            && letters.IndexOfAnyExcept(RecordLetters) < 0 && IsJws(letters, longest);
    }

    private static bool IsJws(ReadOnlySpan<byte> letters, int longest)
    {
        int first = letters.IndexOf((byte)'.'), last = letters.LastIndexOf((byte)'.');
        return letters.Length <= longest && first > 0 && last > first + 1 && last < letters.Length - 1 && !letters[(first + 1)..last].Contains((byte)'.');
    }

    private static bool IsText(JsonValue value, int shortest, int longest) =>
        value.Kind == JsonKind.Text && StrictJson.CodePoints(value.Text) is { } length && length >= shortest && length <= longest;

    private static bool IsPeer(JsonValue value) => value.Kind == JsonKind.Text && PeerId.TryParse(value.Text, out _);

    private static bool IsUuid(JsonValue value) => value.Kind == JsonKind.Text && LaneText.TryParse(value.Text, out _);

    private static bool IsHash(JsonValue value) =>
        value is { Kind: JsonKind.Text, Text.Length: 64 } && EntryHash.TryParse(System.Text.Encoding.UTF8.GetBytes(value.Text), out _);

    private static bool IsInvite(JsonValue value) =>
        value.Kind == JsonKind.Text && Base64UrlText.TryDecode(value.Text, out byte[]? code) && code.Length == InviteBytes && code[0] == InviteVersion;

    // ^[A-Z][A-Z0-9]{2,11}$
    private static bool IsAsset(JsonValue value)
    {
        if (value.Kind != JsonKind.Text || value.Text.Length is < 3 or > 12 || !char.IsAsciiLetterUpper(value.Text[0]))
            return false;
        foreach (char letter in value.Text)
            if (!char.IsAsciiLetterUpper(letter) && !char.IsAsciiDigit(letter))
                return false;
        return true;
    }

    // "", or ^(0|[1-9][0-9]{0,14})(\.[0-9]{0,7}[1-9])?$
    private static bool IsLimit(JsonValue value)
    {
        if (value.Kind != JsonKind.Text)
            return false;
        ReadOnlySpan<char> text = value.Text;
        if (text.IsEmpty)
            return true;
        int point = text.IndexOf('.');
        ReadOnlySpan<char> whole = point < 0 ? text : text[..point], part = point < 0 ? [] : text[(point + 1)..];
        if (whole.Length is 0 or > 15 || whole[0] == '0' && whole.Length > 1 || whole.ContainsAnyExceptInRange('0', '9'))
            return false;
        return point < 0 || part.Length is > 0 and <= 8 && part[^1] != '0' && !part.ContainsAnyExceptInRange('0', '9');
    }
}
