using System.Diagnostics.CodeAnalysis;

namespace Jangbu.Crypto.Jose;

/// <summary>A value read by <see cref="StrictJson"/>. Immutable; objects keep the order in which their members came.</summary>
public sealed class JsonValue
{
    private static readonly Dictionary<string, JsonValue> NoMembers = new(StringComparer.Ordinal);
    private readonly Dictionary<string, JsonValue> _byName = NoMembers;

    private JsonValue(JsonKind kind) => Kind = kind;

    internal JsonValue(string text)
        : this(JsonKind.Text) => Text = text;

    internal JsonValue(long integer)
        : this(JsonKind.Integer) => Integer = integer;

    internal JsonValue(IReadOnlyList<JsonValue> elements)
        : this(JsonKind.Array) => Elements = elements;

    internal JsonValue(IReadOnlyList<KeyValuePair<string, JsonValue>> members, Dictionary<string, JsonValue> byName)
        : this(JsonKind.Object) => (Members, _byName) = (members, byName);

    /// <summary>What it is; the other members are empty unless they belong to this kind.</summary>
    public JsonKind Kind { get; }

    /// <summary>The text after unescaping; empty for another kind.</summary>
    public string Text { get; } = "";

    /// <summary>The integer; 0 for another kind.</summary>
    public long Integer { get; }

    /// <summary>The truth value; false for another kind.</summary>
    public bool Boolean { get; private init; }

    /// <summary>The elements of an array; empty for another kind.</summary>
    public IReadOnlyList<JsonValue> Elements { get; } = [];

    /// <summary>The members of an object in their order; empty for another kind.</summary>
    public IReadOnlyList<KeyValuePair<string, JsonValue>> Members { get; } = [];

    /// <summary>The member of this name, or null where there is none.</summary>
    public JsonValue? this[string name] => _byName.GetValueOrDefault(name);

    internal static JsonValue Null { get; } = new(JsonKind.Null);

    internal static JsonValue True { get; } = new(JsonKind.Boolean) { Boolean = true };

    internal static JsonValue False { get; } = new(JsonKind.Boolean);

    /// <summary>Whether this is an object that has every member of <paramref name="required"/> and besides at most those of <paramref name="optional"/>.</summary>
    public bool HasMembers(ReadOnlySpan<string> required, ReadOnlySpan<string> optional = default)
    {
        if (Kind != JsonKind.Object)
            return false;
        foreach (string name in required)
        {
            if (!_byName.ContainsKey(name))
                return false;
        }
        int known = required.Length;
        foreach (string name in optional)
            known += _byName.ContainsKey(name) ? 1 : 0;
        return known == Members.Count;
    }

    /// <summary>The text of a member; false where the member is missing or no string.</summary>
    public bool TryGetText(string name, [NotNullWhen(true)] out string? text)
    {
        text = this[name] is { Kind: JsonKind.Text } member ? member.Text : null;
        return text is not null;
    }

    /// <summary>The integer of a member; false where the member is missing or no integer.</summary>
    public bool TryGetInteger(string name, out long integer)
    {
        JsonValue? member = this[name];
        integer = member?.Integer ?? 0;
        return member is { Kind: JsonKind.Integer };
    }

    /// <summary>The UTF-8 text, without white space.</summary>
    public byte[] ToUtf8() => new JsonText().Value(this).ToUtf8();
}
