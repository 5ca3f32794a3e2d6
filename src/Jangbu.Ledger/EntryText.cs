using System.Buffers.Text;
using System.Globalization;
using System.Text;
using Jangbu.Crypto.Jose;

namespace Jangbu.Ledger;

/// <summary>An entry as JSON text, written in one spelling, read in any (PROTOCOL §6).</summary>
internal static class EntryText
{
    //  {"n":12,"prev":"<64 hex>","at":"2026-11-22T06:30:00.000Z","kind":"sent","data":{…}}
    public static byte[] Write(long n, EntryHash prev, DateTimeOffset at, string kind, ReadOnlySpan<byte> data)
    {
        byte[] number = Encoding.ASCII.GetBytes(n.ToString(CultureInfo.InvariantCulture));
        byte[] json = new byte[5 + number.Length + 9 + 64 + 8 + EntryTime.Length + 10 + kind.Length + 9 + data.Length + 1];
        Span<byte> rest = json;
        Put(ref rest, "{\"n\":"u8);
        Put(ref rest, number);
        Put(ref rest, ",\"prev\":\""u8);
        Put(ref rest, Encoding.ASCII.GetBytes(prev.ToString()));
        Put(ref rest, "\",\"at\":\""u8);
        EntryTime.Write(at, rest);
        rest = rest[EntryTime.Length..];
        Put(ref rest, "\",\"kind\":\""u8);
        Put(ref rest, Encoding.ASCII.GetBytes(kind));
        Put(ref rest, "\",\"data\":"u8);
        Put(ref rest, data);
        Put(ref rest, "}"u8);
        return json;
    }

    /// <summary>Reads an entry and checks the form of its data.</summary>
    public static bool TryRead(ReadOnlyMemory<byte> json, out Entry? entry)
    {
        EntryHash hash = EntryHash.Of(json.Span);
        if (TrySplit(json, out long n, out EntryHash prev, out DateTimeOffset at, out string? kind, out ReadOnlyMemory<byte> data)
            && EntrySchema.IsValid(kind!, data.Span))
        {
            entry = new Entry(n, prev, at, kind!, data, json, hash);
            return true;
        }
        return TryReadOther(json, hash, out entry);
    }

    // The spelling that Write writes, cut without building a tree; what follows "data": is checked to be one object by its schema.
    private static bool TrySplit(ReadOnlyMemory<byte> json, out long n, out EntryHash prev, out DateTimeOffset at, out string? kind, out ReadOnlyMemory<byte> data)
    {
        prev = default;
        at = default;
        kind = null;
        data = default;
        n = 0;
        ReadOnlySpan<byte> rest = json.Span;
        if (!Take(ref rest, "{\"n\":"u8) || rest.Length == 0 || rest[0] is < (byte)'1' or > (byte)'9'
            || !Utf8Parser.TryParse(rest, out n, out int digits) || n > StrictJson.MaximumInteger)
            return false;
        rest = rest[digits..];
        if (!Take(ref rest, ",\"prev\":\""u8) || rest.Length < 64 || !EntryHash.TryParse(rest[..64], out prev))
            return false;
        rest = rest[64..];
        if (!Take(ref rest, "\",\"at\":\""u8) || rest.Length < EntryTime.Length || !EntryTime.TryRead(rest[..EntryTime.Length], out at))
            return false;
        rest = rest[EntryTime.Length..];
        if (!Take(ref rest, "\",\"kind\":\""u8))
            return false;
        int end = rest.IndexOf((byte)'"');
        if (end < 0 || (kind = EntryKind.Known(rest[..end])) is null)
            return false;
        rest = rest[end..];
        if (!Take(ref rest, "\",\"data\":{"u8) || !rest.EndsWith("}"u8))
            return false;
        data = json.Slice(json.Length - rest.Length - 1, rest.Length);
        return true;
    }

    private static bool TryReadOther(ReadOnlyMemory<byte> json, EntryHash hash, out Entry? entry)
    {
        entry = null;
        if (!StrictJson.TryParse(json.Span, out JsonValue? value) || !value.HasMembers(["n", "prev", "at", "kind", "data"])
            || !value.TryGetInteger("n", out long n) || n < 1
            || !value.TryGetText("prev", out string? prevText) || !EntryHash.TryParse(Encoding.UTF8.GetBytes(prevText), out EntryHash prev)
            || !value.TryGetText("at", out string? atText) || !EntryTime.TryRead(Encoding.UTF8.GetBytes(atText), out DateTimeOffset at)
            || !value.TryGetText("kind", out string? kindText) || EntryKind.Known(Encoding.UTF8.GetBytes(kindText)) is not { } kind
            || !EntrySchema.IsValid(kind, value["data"]!))
            return false;
        entry = new Entry(n, prev, at, kind, value["data"]!.ToUtf8(), json, hash);
        return true;
    }

    private static void Put(ref Span<byte> rest, ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(rest);
        rest = rest[bytes.Length..];
    }

    private static bool Take(ref ReadOnlySpan<byte> rest, ReadOnlySpan<byte> expected)
    {
        if (!rest.StartsWith(expected))
            return false;
        rest = rest[expected.Length..];
        return true;
    }
}
