using System.Diagnostics.CodeAnalysis;
using Jangbu.Crypto.Jose;

namespace Jangbu.Payments.Records;

/// <summary>Lists of heads as `ack`, `heads`, `yours` and balance records have them: elements `{"lane","seq","hash"}`, by lane, none twice.</summary>
public static class LaneHeads
{
    /// <summary>Writes the list in the order given.</summary>
    public static JsonText Write(JsonText json, IEnumerable<LaneHead> heads)
    {
        ArgumentNullException.ThrowIfNull(json);
        ArgumentNullException.ThrowIfNull(heads);
        json.BeginArray();
        foreach (LaneHead head in heads)
            WriteOne(json, head);
        return json.EndArray();
    }

    /// <summary>Writes one element.</summary>
    public static JsonText WriteOne(JsonText json, LaneHead head)
    {
        ArgumentNullException.ThrowIfNull(json);
        return json.BeginObject().Member("lane", RecordId.Format(head.Lane)).Member("seq", head.Seq).Member("hash", head.Hash.ToString()).EndObject();
    }

    /// <summary>Reads a list that is ordered by lane and has at most <paramref name="limit"/> elements.</summary>
    public static bool TryRead(JsonValue? list, int limit, [NotNullWhen(true)] out LaneHead[]? heads)
    {
        heads = null;
        if (list is not { Kind: JsonKind.Array } || list.Elements.Count > limit)
            return false;
        var read = new LaneHead[list.Elements.Count];
        for (int i = 0; i < read.Length; i++)
        {
            if (!TryReadOne(list.Elements[i], out read[i]) || (i > 0 && read[i].Lane.CompareTo(read[i - 1].Lane) <= 0))
                return false;
        }
        heads = read;
        return true;
    }

    /// <summary>Reads one element.</summary>
    public static bool TryReadOne(JsonValue? value, out LaneHead head)
    {
        head = default;
        if (value is null || !value.HasMembers(["lane", "seq", "hash"]) || !value.TryGetText("lane", out string? laneText)
            || !RecordId.TryParse(laneText, out Guid lane) || !value.TryGetInteger("seq", out long seq) || seq < 1
            || !value.TryGetText("hash", out string? hashText) || !RecordHash.TryParse(hashText, out RecordHash hash))
            return false;
        head = new LaneHead(lane, seq, hash);
        return true;
    }
}
