namespace Jangbu.Crypto;

/// <summary>Bech32m (BIP 350) in the one form that Jangbu writes: lower case, 8-bit data, the 90-letter limit of the standard.</summary>
public static class Bech32m
{
    private const string Alphabet = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";
    private const uint Constant = 0x2bc830a3;
    private const int ChecksumLength = 6;
    private const int MaximumLength = 90;

    /// <summary>Writes <paramref name="data"/> under <paramref name="prefix"/>.</summary>
    /// <exception cref="ArgumentException">The text would pass 90 letters, the most of which the checksum promises anything.</exception>
    public static string Encode(string prefix, ReadOnlySpan<byte> data)
    {
        ArgumentException.ThrowIfNullOrEmpty(prefix);
        int groups = (data.Length * 8 + 4) / 5;
        int length = prefix.Length + 1 + groups + ChecksumLength;
        if (length > MaximumLength)
            throw new ArgumentException($"{data.Length} bytes under the prefix {prefix} pass {MaximumLength} letters", nameof(data));
        Span<char> text = stackalloc char[MaximumLength];
        prefix.CopyTo(text);
        text[prefix.Length] = '1';
        uint checksum = ExpandPrefix(prefix);
        int at = prefix.Length + 1, bits = 0;
        uint held = 0;
        foreach (byte value in data)
        {
            held = (held << 8 | value) & 0xfff;
            for (bits += 8; bits >= 5; bits -= 5)
                Append(text, held >> (bits - 5) & 31, ref at, ref checksum);
        }
        if (bits > 0)
            Append(text, held << (5 - bits) & 31, ref at, ref checksum);
        for (int i = 0; i < ChecksumLength; i++)
            checksum = Step(checksum, 0);
        checksum ^= Constant;
        for (int i = 0; i < ChecksumLength; i++)
            text[at++] = Alphabet[(int)(checksum >> 5 * (5 - i) & 31)];
        return new string(text[..at]);
    }

    /// <summary>Reads exactly <paramref name="data"/>.Length bytes.</summary>
    /// <returns>False for another prefix, length, alphabet, case or checksum, and for padding bits that are not zero.</returns>
    public static bool TryDecode(string prefix, ReadOnlySpan<char> text, Span<byte> data)
    {
        ArgumentException.ThrowIfNullOrEmpty(prefix);
        int groups = (data.Length * 8 + 4) / 5;
        if (text.Length != prefix.Length + 1 + groups + ChecksumLength || text.Length > MaximumLength
            || !text.StartsWith(prefix, StringComparison.Ordinal) || text[prefix.Length] != '1')
            return false;
        uint checksum = ExpandPrefix(prefix), held = 0;
        int written = 0, bits = 0;
        ReadOnlySpan<char> letters = text[(prefix.Length + 1)..];
        for (int i = 0; i < letters.Length; i++)
        {
            int value = Alphabet.IndexOf(letters[i], StringComparison.Ordinal);
            if (value < 0)
                return false;
            checksum = Step(checksum, (uint)value);
            if (i >= groups)
                continue;
            held = (held << 5 | (uint)value) & 0xfff;
            bits += 5;
            if (bits >= 8)
            {
                bits -= 8;
                data[written++] = (byte)(held >> bits & 0xff);
            }
        }
        return checksum == Constant && (held & ((1u << bits) - 1)) == 0;
    }

    private static void Append(Span<char> text, uint value, ref int at, ref uint checksum)
    {
        text[at++] = Alphabet[(int)value];
        checksum = Step(checksum, value);
    }

    private static uint ExpandPrefix(string prefix)
    {
        uint checksum = 1;
        foreach (char letter in prefix)
            checksum = Step(checksum, (uint)letter >> 5);
        checksum = Step(checksum, 0);
        foreach (char letter in prefix)
            checksum = Step(checksum, (uint)letter & 31);
        return checksum;
    }

    private static uint Step(uint checksum, uint value)
    {
        uint top = checksum >> 25;
        checksum = (checksum & 0x1ffffff) << 5 ^ value;
        checksum ^= (top & 1) != 0 ? 0x3b6a57b2u : 0;
        checksum ^= (top & 2) != 0 ? 0x26508e6du : 0;
        checksum ^= (top & 4) != 0 ? 0x1ea119fau : 0;
        checksum ^= (top & 8) != 0 ? 0x3d4233ddu : 0;
        return checksum ^ ((top & 16) != 0 ? 0x2a1462b3u : 0);
    }
}
