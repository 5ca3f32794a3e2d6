using System.Buffers;
using System.Globalization;
using System.Text;

namespace Jangbu.Crypto.Jose;

/// <summary>
/// Writes JSON as UTF-8 without white space, escaping only what RFC 8259 §7 demands: Hangul and <c>+</c> stay as they are (.NET's writer
/// escapes both). Members come out in the order in which they are written. A single writer, for one thread.
/// </summary>
public sealed class JsonText
{
    private readonly ArrayBufferWriter<byte> _out = new();
    private bool _separate;

    /// <summary>Opens an object, as an element or after <see cref="Name"/>.</summary>
    public JsonText BeginObject() => Open((byte)'{');

    /// <summary>Closes an object.</summary>
    public JsonText EndObject() => Close((byte)'}');

    /// <summary>Opens an array.</summary>
    public JsonText BeginArray() => Open((byte)'[');

    /// <summary>Closes an array.</summary>
    public JsonText EndArray() => Close((byte)']');

    /// <summary>Writes a member's name; its value follows.</summary>
    public JsonText Name(string name)
    {
        Text(name);
        Append(":"u8);
        _separate = false;
        return this;
    }

    /// <summary>Writes a member with a string.</summary>
    public JsonText Member(string name, string text) => Name(name).Text(text);

    /// <summary>Writes a member with an integer.</summary>
    public JsonText Member(string name, long integer) => Name(name).Integer(integer);

    /// <summary>Writes a string.</summary>
    /// <exception cref="ArgumentException">It holds a lone surrogate, which no reader would take.</exception>
    public JsonText Text(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        Separate();
        Append("\""u8);
        ReadOnlySpan<char> rest = text;
        while (!rest.IsEmpty)
        {
            int escape = rest.IndexOfAny(MustEscape);
            ReadOnlySpan<char> plain = escape < 0 ? rest : rest[..escape];
            try
            {
                Strict.GetBytes(plain, _out);
            }
            catch (EncoderFallbackException lone)
            {
                throw new ArgumentException("a text with a lone surrogate has no UTF-8 form", nameof(text), lone);
            }
            if (escape >= 0)
                Escape(rest[escape]);
            rest = escape < 0 ? [] : rest[(escape + 1)..];
        }
        Append("\""u8);
        _separate = true;
        return this;
    }

    /// <summary>Writes an integer, 0 to 2^53-1.</summary>
    public JsonText Integer(long integer)
    {
        if (integer is < 0 or > StrictJson.MaximumInteger)
            throw new ArgumentOutOfRangeException(nameof(integer), integer, "integers in JSON are 0 to 2^53-1");
        return Raw(Encoding.ASCII.GetBytes(integer.ToString(CultureInfo.InvariantCulture)));
    }

    /// <summary>Writes <c>true</c> or <c>false</c>.</summary>
    public JsonText Boolean(bool truth) => Raw(truth ? "true"u8 : "false"u8);

    /// <summary>Writes bytes that are one JSON value already, unchanged.</summary>
    public JsonText Raw(ReadOnlySpan<byte> json)
    {
        Separate();
        Append(json);
        _separate = true;
        return this;
    }

    /// <summary>Writes a value that was read.</summary>
    public JsonText Value(JsonValue value)
    {
        ArgumentNullException.ThrowIfNull(value);
        switch (value.Kind)
        {
            case JsonKind.Null:
                return Raw("null"u8);
            case JsonKind.Boolean:
                return Boolean(value.Boolean);
            case JsonKind.Integer:
                return Integer(value.Integer);
            case JsonKind.Text:
                return Text(value.Text);
            case JsonKind.Array:
                BeginArray();
                foreach (JsonValue element in value.Elements)
                    Value(element);
                return EndArray();
            default:
                BeginObject();
                foreach ((string name, JsonValue member) in value.Members)
                    Name(name).Value(member);
                return EndObject();
        }
    }

    /// <summary>What was written so far.</summary>
    public byte[] ToUtf8() => _out.WrittenSpan.ToArray();

    /// <inheritdoc/>
    public override string ToString() => Encoding.UTF8.GetString(_out.WrittenSpan);

    private void Escape(char letter)
    {
        ReadOnlySpan<byte> escaped = letter switch
        {
            '"' => "\\\""u8,
            '\\' => "\\\\"u8,
            '\n' => "\\n"u8,
            '\r' => "\\r"u8,
            '\t' => "\\t"u8,
            '\b' => "\\b"u8,
            '\f' => "\\f"u8,
            _ => Encoding.ASCII.GetBytes($"\\u{(int)letter:x4}"),
        };
        Append(escaped);
    }

    private JsonText Open(byte bracket)
    {
        Separate();
        Append([bracket]);
        _separate = false;
        return this;
    }

    private JsonText Close(byte bracket)
    {
        Append([bracket]);
        _separate = true;
        return this;
    }

    private void Separate()
    {
        if (_separate)
            Append(","u8);
    }

    private void Append(ReadOnlySpan<byte> bytes) => _out.Write(bytes);

    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private static readonly SearchValues<char> MustEscape =
        SearchValues.Create([.. Enumerable.Range(0, 0x20).Select(code => (char)code), '"', '\\']);
}
