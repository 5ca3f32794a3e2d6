namespace Jangbu.Payments.Records;

/// <summary>The spellings of kinds and codes on the wire (PROTOCOL §2, §2.2, §5.2).</summary>
public static class WireName
{
    private static readonly string[] Kinds = ["open", "transaction", "receipt", "decision", "withdrawal", "request", "balance"];
    private static readonly string[] Rejections = ["declined", "amount_precision", "limit_exceeded", "unknown_reference", "over_reversed"];

    private static readonly string[] Refusals =
    [
        "too_large", "unreadable", "bad_record", "bad_signature", "wrong_recipient", "unknown_lane", "gap", "fork", "id_conflict", "version", "busy",
    ];

    /// <summary>A kind's name.</summary>
    public static string Of(RecordKind kind) => Kinds[(int)kind];

    /// <summary>A rejection's code.</summary>
    public static string Of(RejectionCode code) => Rejections[(int)code];

    /// <summary>A refusal's code.</summary>
    public static string Of(RefusalCode code) => Refusals[(int)code];

    /// <summary>The kind of this name.</summary>
    public static bool TryReadKind(string name, out RecordKind kind)
    {
        int index = Array.IndexOf(Kinds, name);
        kind = (RecordKind)index;
        return index >= 0;
    }

    /// <summary>The rejection of this code.</summary>
    public static bool TryReadRejection(string name, out RejectionCode code)
    {
        int index = Array.IndexOf(Rejections, name);
        code = (RejectionCode)index;
        return index >= 0;
    }

    /// <summary>The refusal of this code.</summary>
    public static bool TryReadRefusal(string name, out RefusalCode code)
    {
        int index = Array.IndexOf(Refusals, name);
        code = (RefusalCode)index;
        return index >= 0;
    }
}
