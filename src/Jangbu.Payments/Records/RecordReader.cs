using System.Diagnostics.CodeAnalysis;
using Jangbu.Crypto;
using Jangbu.Crypto.Jose;

namespace Jangbu.Payments.Records;

/// <summary>
/// Reads a record's JWS in the order of PROTOCOL §2.1: size, JWS form and header, signature, JSON with its `v`, members and values,
/// then `from` and `to`. What needs the lane and the other records is checked by the book.
/// </summary>
public static class RecordReader
{
    private static readonly string[] Members = ["v", "kind", "id", "from", "to", "lane", "seq", "prev", "ack", "at", "body"];

    /// <summary>Reads one record of a known author.</summary>
    /// <param name="jws">The compact JWS.</param>
    /// <param name="author">Whose it must be: `kid` and `from`.</param>
    /// <param name="recipient">Whom it must be for.</param>
    /// <param name="verify">Checks the signature with the author's pinned key; null where it was checked before it was stored.</param>
    /// <param name="record">The record.</param>
    /// <param name="code">Why there is none.</param>
    public static bool TryRead(
        string jws, PeerId author, PeerId recipient, Func<Jws, bool>? verify, [NotNullWhen(true)] out Record? record, out RefusalCode code)
    {
        ArgumentNullException.ThrowIfNull(jws);
        record = null;
        code = RefusalCode.TooLarge;
        if (jws.Length > Record.MaxLength)
            return false;
        code = RefusalCode.BadRecord;
        if (!Jws.TryRead(jws, Record.Typ, out Jws? signed))
            return false;
        code = RefusalCode.BadSignature;
        if (signed.Kid != author || (verify is not null && !verify(signed)))
            return false;
        if (!TryReadPayload(signed.Payload.Span, out RecordHeader? header, out RecordBody? body, out code))
            return false;
        code = RefusalCode.WrongRecipient;
        if (header.From != author || header.To != recipient)
            return false;
        record = new Record(header, body, jws, RecordHash.Of(signed.Payload.Span));
        return true;
    }

    /// <summary>Reads a payload; form and values only.</summary>
    public static bool TryReadPayload(
        ReadOnlySpan<byte> payload, [NotNullWhen(true)] out RecordHeader? header, [NotNullWhen(true)] out RecordBody? body, out RefusalCode code)
    {
        header = null;
        body = null;
        code = RefusalCode.BadRecord;
        if (!StrictJson.TryParse(payload, out JsonValue? json, JsonControls.InAgreement) || !json.TryGetInteger("v", out long version))
            return false;
        if (version != 1)
        {
            code = RefusalCode.Version;
            return false;
        }
        return json.HasMembers(Members) && TryReadHeader(json, out header)
            && json.TryGetText("kind", out string? kindName) && WireName.TryReadKind(kindName, out RecordKind kind)
            && TryReadBody(kind, json["body"]!, header.From, out body);
    }

    private static bool TryReadHeader(JsonValue json, [NotNullWhen(true)] out RecordHeader? header)
    {
        header = null;
        if (!json.TryGetText("id", out string? idText) || !RecordId.TryParseVersion7(idText, out Guid id)
            || !json.TryGetText("from", out string? fromText) || !PeerId.TryParse(fromText, out PeerId from)
            || !json.TryGetText("to", out string? toText) || !PeerId.TryParse(toText, out PeerId to)
            || !json.TryGetText("lane", out string? laneText) || !RecordId.TryParse(laneText, out Guid lane)
            || !json.TryGetInteger("seq", out long seq) || seq < 1
            || !TryReadHash(json, "prev", out RecordHash prev) || (seq == 1) != (prev == RecordHash.None)
            || !LaneHeads.TryRead(json["ack"], LaneHead.MaxLanes, out LaneHead[]? ack)
            || !json.TryGetText("at", out string? atText) || !Rfc3339Time.TryParse(atText, out DateTimeOffset at))
            return false;
        header = new RecordHeader(id, from, to, lane, seq, prev, ack, at);
        return true;
    }

    private static bool TryReadBody(RecordKind kind, JsonValue json, PeerId author, [NotNullWhen(true)] out RecordBody? body)
    {
        body = kind switch
        {
            RecordKind.Open => ReadOpen(json, author),
            RecordKind.Transaction => ReadTransaction(json),
            RecordKind.Receipt => json.HasMembers([]) ? new Receipt() : null,
            RecordKind.Decision => ReadDecision(json),
            RecordKind.Withdrawal => json.HasMembers(["tx"]) && TryReadHash(json, "tx", out RecordHash tx) ? new Withdrawal(tx) : null,
            RecordKind.Request => ReadRequest(json),
            _ => ReadBalance(json),
        };
        return body is not null;
    }

    private static Open? ReadOpen(JsonValue json, PeerId author) =>
        json.HasMembers(["card", "agreement"]) && json.TryGetText("card", out string? card) && json.TryGetText("agreement", out string? agreement)
        && StrictJson.CodePoints(agreement) is >= 1 and <= Open.MaxAgreement
        && ContactCard.TryRead(card, out ContactCard? read, out _) && read.Id == author
            ? new Open(card, agreement)
            : null;

    private static Transaction? ReadTransaction(JsonValue json)
    {
        if (!json.HasMembers(["amount", "asset"], ["memo", "due", "request", "reverses"]) || !TryReadWant(json, out Request? want)
            || !TryReadOptionalHash(json, "request", out RecordHash? request) || !TryReadOptionalHash(json, "reverses", out RecordHash? reverses))
            return null;
        return new Transaction(want.Amount, want.Asset, want.Memo, want.Due, request, reverses);
    }

    private static Request? ReadRequest(JsonValue json) =>
        json.HasMembers(["amount", "asset"], ["memo", "due"]) && TryReadWant(json, out Request? want) ? want : null;

    private static bool TryReadWant(JsonValue json, [NotNullWhen(true)] out Request? want)
    {
        want = null;
        DateOnly date = default;
        if (!json.TryGetText("amount", out string? amountText) || !Amount.TryParse(amountText, out Amount amount)
            || !json.TryGetText("asset", out string? assetText) || !Asset.TryParse(assetText, out Asset asset)
            || !TryReadOptionalText(json, "memo", out string? memo)
            || (json["due"] is not null && !(json.TryGetText("due", out string? dueText) && WireDate.TryParse(dueText, out date))))
            return false;
        want = new Request(amount, asset, memo, json["due"] is null ? null : date);
        return true;
    }

    private static Decision? ReadDecision(JsonValue json)
    {
        JsonValue? list = json["verdicts"];
        if (!json.HasMembers(["verdicts"]) || list!.Kind != JsonKind.Array || list.Elements.Count is 0 or > Decision.MaxVerdicts)
            return null;
        var verdicts = new Verdict[list.Elements.Count];
        for (int i = 0; i < verdicts.Length; i++)
        {
            if (!TryReadVerdict(list.Elements[i], out Verdict? verdict))
                return null;
            verdicts[i] = verdict;
        }
        return new Decision(verdicts);
    }

    private static bool TryReadVerdict(JsonValue json, [NotNullWhen(true)] out Verdict? verdict)
    {
        verdict = null;
        RejectionCode code = default;
        if (!json.HasMembers(["tx", "result"], ["code", "reason"]) || !TryReadHash(json, "tx", out RecordHash tx)
            || !json.TryGetText("result", out string? result) || result is not ("accepted" or "rejected")
            || !TryReadOptionalText(json, "reason", out string? reason))
            return false;
        bool accepted = result == "accepted";
        bool coded = json["code"] is not null;
        if (coded && (accepted || !json.TryGetText("code", out string? name) || !WireName.TryReadRejection(name, out code)))
            return false;
        verdict = new Verdict(tx, accepted, coded ? code : null, reason);
        return true;
    }

    private static BalanceStatement? ReadBalance(JsonValue json)
    {
        JsonValue? list = json["assets"];
        if (!json.HasMembers(["assets", "lanes"], ["accepts"]) || list!.Kind != JsonKind.Array || list.Elements.Count > BalanceStatement.MaxAssets
            || !LaneHeads.TryRead(json["lanes"], BalanceStatement.MaxHeads, out LaneHead[]? lanes)
            || !TryReadOptionalHash(json, "accepts", out RecordHash? accepts))
            return null;
        var assets = new AssetNet[list.Elements.Count];
        for (int i = 0; i < assets.Length; i++)
        {
            JsonValue row = list.Elements[i];
            if (!row.HasMembers(["asset", "net"]) || !row.TryGetText("asset", out string? assetText) || !Asset.TryParse(assetText, out Asset asset)
                || !row.TryGetText("net", out string? netText) || !NetAmount.TryParse(netText, out NetAmount net)
                || (i > 0 && asset.CompareTo(assets[i - 1].Asset) <= 0))
                return null;
            assets[i] = new AssetNet(asset, net);
        }
        return new BalanceStatement(assets, lanes, accepts);
    }

    private static bool TryReadHash(JsonValue json, string name, out RecordHash hash)
    {
        hash = default;
        return json.TryGetText(name, out string? text) && RecordHash.TryParse(text, out hash);
    }

    private static bool TryReadOptionalHash(JsonValue json, string name, out RecordHash? hash)
    {
        hash = null;
        if (json[name] is null)
            return true;
        bool read = TryReadHash(json, name, out RecordHash named);
        hash = named;
        return read;
    }

    private static bool TryReadOptionalText(JsonValue json, string name, out string? text)
    {
        text = null;
        return json[name] is null || (json.TryGetText(name, out text) && StrictJson.CodePoints(text) <= Transaction.MaxText);
    }
}
