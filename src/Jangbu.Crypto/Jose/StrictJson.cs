using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Unicode;

namespace Jangbu.Crypto.Jose;

/// <summary>
/// Reads I-JSON (RFC 7493) as PROTOCOL's "Words" narrow it: UTF-8 without BOM, no name twice (after unescaping), no lone surrogate and no
/// noncharacter, raw or escaped, no U+0000–U+001F, integers 0 to 2^53-1 in digits, nesting at most 8. Callers bound the length beforehand.
/// </summary>
public static class StrictJson
{
    /// <summary>2^53-1, the greatest integer that every reader of JSON keeps.</summary>
    public const long MaximumInteger = (1L << 53) - 1;

    /// <summary>How deep arrays and objects nest; the outermost is 1.</summary>
    public const int MaximumDepth = 8;

    /// <summary>Reads one value with nothing but white space around it.</summary>
    /// <param name="utf8">The text.</param>
    /// <param name="value">What it says.</param>
    /// <param name="controls">Where control characters are taken nevertheless; null for nowhere.</param>
    public static bool TryParse(ReadOnlySpan<byte> utf8, [NotNullWhen(true)] out JsonValue? value, JsonControls? controls = null)
    {
        value = null;
        if (!Utf8.IsValid(utf8))
            return false;
        var reader = new Reader(utf8, controls);
        if (!reader.TryReadValue(1, allowed: "", out JsonValue? read) || !reader.AtEnd())
            return false;
        value = read;
        return true;
    }

    /// <summary>The length of a text in Unicode code points, in which PROTOCOL states its limits.</summary>
    public static int CodePoints(ReadOnlySpan<char> text)
    {
        int count = text.Length;
        for (int i = 1; i < text.Length; i++)
            count -= char.IsSurrogatePair(text[i - 1], text[i]) ? 1 : 0;
        return count;
    }

    /// <summary>Whether every strict reader takes this text in a string: no lone surrogate, no noncharacter, no control character but <paramref name="allowed"/>.</summary>
    public static bool IsText(ReadOnlySpan<char> text, string allowed = "")
    {
        while (!text.IsEmpty)
        {
            if (Rune.DecodeFromUtf16(text, out Rune rune, out int length) != System.Buffers.OperationStatus.Done || !IsTaken(rune.Value, allowed))
                return false;
            text = text[length..];
        }
        return true;
    }

    private static bool IsTaken(int code, string allowed) =>
        code < 0x20 ? allowed.Contains((char)code, StringComparison.Ordinal) : (code & 0xfffe) != 0xfffe && code is not (>= 0xfdd0 and <= 0xfdef);

    private ref struct Reader(ReadOnlySpan<byte> source, JsonControls? controls)
    {
        private readonly ReadOnlySpan<byte> _source = source;
        private int _at;

        public bool AtEnd()
        {
            SkipSpace();
            return _at == _source.Length;
        }

        public bool TryReadValue(int depth, string allowed, [NotNullWhen(true)] out JsonValue? value)
        {
            SkipSpace();
            value = null;
            if (_at == _source.Length)
                return false;
            switch (_source[_at])
            {
                case (byte)'{':
                    return depth <= MaximumDepth && TryReadObject(depth, out value);
                case (byte)'[':
                    return depth <= MaximumDepth && TryReadArray(depth, allowed, out value);
                case (byte)'"':
                    value = TryReadText(allowed, out string? text) ? new JsonValue(text) : null;
                    return value is not null;
                case >= (byte)'0' and <= (byte)'9':
                    return TryReadInteger(out value);
                default:
                    value = Take("true"u8) ? JsonValue.True : Take("false"u8) ? JsonValue.False : Take("null"u8) ? JsonValue.Null : null;
                    return value is not null;
            }
        }

        private bool TryReadObject(int depth, [NotNullWhen(true)] out JsonValue? value)
        {
            value = null;
            _at++;
            var members = new List<KeyValuePair<string, JsonValue>>();
            var byName = new Dictionary<string, JsonValue>(StringComparer.Ordinal);
            SkipSpace();
            bool more = !Take("}"u8);
            while (more)
            {
                SkipSpace();
                if (!TryReadText(allowed: "", out string? name))
                    return false;
                SkipSpace();
                if (!Take(":"u8) || !TryReadValue(depth + 1, controls?.Member == name ? controls.Allowed : "", out JsonValue? member)
                    || !byName.TryAdd(name, member))
                    return false;
                members.Add(new(name, member));
                SkipSpace();
                more = Take(","u8);
                if (!more && !Take("}"u8))
                    return false;
            }
            value = new JsonValue(members, byName);
            return true;
        }

        private bool TryReadArray(int depth, string allowed, [NotNullWhen(true)] out JsonValue? value)
        {
            value = null;
            _at++;
            var elements = new List<JsonValue>();
            SkipSpace();
            bool more = !Take("]"u8);
            while (more)
            {
                if (!TryReadValue(depth + 1, allowed, out JsonValue? element))
                    return false;
                elements.Add(element);
                SkipSpace();
                more = Take(","u8);
                if (!more && !Take("]"u8))
                    return false;
            }
            value = new JsonValue(elements);
            return true;
        }

        private bool TryReadInteger([NotNullWhen(true)] out JsonValue? value)
        {
            value = null;
            int start = _at;
            long integer = 0;
            for (; _at < _source.Length && _source[_at] is >= (byte)'0' and <= (byte)'9'; _at++)
            {
                integer = integer * 10 + (_source[_at] - '0');
                if (integer > MaximumInteger)
                    return false;
            }
            // A point or an exponent is no separator, so what follows refuses it; a zero in front is the only other second spelling.
            if (_source[start] == '0' && _at - start > 1)
                return false;
            value = new JsonValue(integer);
            return true;
        }

        private bool TryReadText(string allowed, [NotNullWhen(true)] out string? text)
        {
            text = null;
            if (!Take("\""u8))
                return false;
            StringBuilder? escaped = null;
            while (true)
            {
                int length = _source[_at..].IndexOfAny((byte)'"', (byte)'\\');
                if (length < 0)
                    return false;
                ReadOnlySpan<byte> plain = _source.Slice(_at, length);
                if (plain.IndexOfAnyInRange((byte)0, (byte)0x1f) >= 0)
                    return false;
                _at += length + 1;
                string part = Encoding.UTF8.GetString(plain);
                if (_source[_at - 1] == '"')
                {
                    text = escaped is null ? part : escaped.Append(part).ToString();
                    return IsText(text, allowed);
                }
                escaped = (escaped ?? new StringBuilder()).Append(part);
                if (!TryReadEscape(escaped))
                    return false;
            }
        }

        private bool TryReadEscape(StringBuilder text)
        {
            if (_at == _source.Length)
                return false;
            char letter = (char)_source[_at++];
            if (letter == 'u')
                return TryReadCodeUnit(text);
            int simple = "\"\\/bfnrt".IndexOf(letter, StringComparison.Ordinal);
            if (simple >= 0)
                text.Append("\"\\/\b\f\n\r\t"[simple]);
            return simple >= 0;
        }

        // A pair of surrogates may come as two escapes; whether every one has its mate is asked of the whole text.
        private bool TryReadCodeUnit(StringBuilder text)
        {
            if (_source.Length - _at < 4)
                return false;
            int unit = 0;
            foreach (byte digit in _source.Slice(_at, 4))
            {
                if (!char.IsAsciiHexDigit((char)digit))
                    return false;
                unit = unit << 4 | (digit <= '9' ? digit - '0' : (digit | 0x20) - 'a' + 10);
            }
            _at += 4;
            text.Append((char)unit);
            return true;
        }

        private bool Take(ReadOnlySpan<byte> token)
        {
            bool taken = _source[_at..].StartsWith(token);
            _at += taken ? token.Length : 0;
            return taken;
        }

        private void SkipSpace()
        {
            while (_at < _source.Length && _source[_at] is (byte)' ' or (byte)'\t' or (byte)'\n' or (byte)'\r')
                _at++;
        }
    }
}
