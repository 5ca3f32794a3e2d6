using System.Globalization;
using System.Text;

namespace Jangbu.Crypto.Unicode;

/// <summary>
/// Normalization Form C (UAX #15). .NET's own <c>string.Normalize</c> returns its input unchanged under InvariantGlobalization, in which Jangbu
/// runs so as to need no ICU; a password typed as conjoining jamo would then open nothing. Tables: Unicode 14.0, in <c>Composition.txt</c>.
/// </summary>
internal static class NormalizationFormC
{
    // Hangul is computed, not listed (The Unicode Standard §3.12).
    private const int SBase = 0xac00, LBase = 0x1100, VBase = 0x1161, TBase = 0x11a7, LCount = 19, VCount = 21, TCount = 28;
    private const int SCount = LCount * VCount * TCount;

    private static readonly Lazy<Tables> Loaded = new(Tables.Load);

    /// <summary>The composed text; the caller may clear it. Lone surrogates stay as they are.</summary>
    public static char[] Compose(ReadOnlySpan<char> text)
    {
        // Below U+0300 nothing combines, and a composed syllable followed by none of the rest stays: no table is read for most passwords.
        bool settled = true;
        foreach (char letter in text)
            settled &= letter < 0x300 || letter is >= (char)SBase and < (char)(SBase + SCount);
        if (settled)
            return text.ToArray();
        int[] codes = new int[text.Length];
        int count = 0;
        for (int i = 0; i < text.Length; i++)
        {
            bool pair = i + 1 < text.Length && char.IsSurrogatePair(text[i], text[i + 1]);
            codes[count++] = pair ? char.ConvertToUtf32(text[i], text[++i]) : text[i];
        }
        List<int> decomposed = [];
        foreach (int code in codes.AsSpan(0, count))
            Decompose(code, decomposed);
        Order(decomposed);
        Recompose(decomposed);
        var composed = new List<char>(decomposed.Count * 2);
        foreach (int code in decomposed)
        {
            if (code < 0x10000)
                composed.Add((char)code);
            else
                composed.AddRange(char.ConvertFromUtf32(code));
        }
        return [.. composed];
    }

    private static void Decompose(int code, List<int> into)
    {
        if (code is >= SBase and < SBase + SCount)
        {
            int syllable = code - SBase;
            into.Add(LBase + syllable / (VCount * TCount));
            into.Add(VBase + syllable % (VCount * TCount) / TCount);
            if (syllable % TCount != 0)
                into.Add(TBase + syllable % TCount);
        }
        else if (Loaded.Value.Decompositions.TryGetValue(code, out (int First, int Second) parts))
        {
            Decompose(parts.First, into);
            if (parts.Second != 0)
                into.Add(parts.Second);
        }
        else
            into.Add(code);
    }

    /// <summary>Canonical ordering: marks of different classes that follow one another are sorted by class, stably.</summary>
    private static void Order(List<int> codes)
    {
        for (int i = 1; i < codes.Count; i++)
        {
            int mark = codes[i], rank = Loaded.Value.Class(mark), at = i;
            for (; rank != 0 && at > 0 && Loaded.Value.Class(codes[at - 1]) > rank; at--)
                codes[at] = codes[at - 1];
            codes[at] = mark;
        }
    }

    private static void Recompose(List<int> codes)
    {
        int starter = -1, written = 0, lastClass = 0;
        for (int i = 0; i < codes.Count; i++)
        {
            int code = codes[i], rank = Loaded.Value.Class(code);
            bool blocked = starter >= 0 && written - 1 != starter && (lastClass >= rank || lastClass == 0);
            if (starter >= 0 && !blocked && Pair(codes[starter], code) is int composite and not 0)
            {
                codes[starter] = composite;
                continue;
            }
            if (rank == 0)
                starter = written;
            lastClass = rank;
            codes[written++] = code;
        }
        codes.RemoveRange(written, codes.Count - written);
    }

    private static int Pair(int first, int second)
    {
        if (first is >= LBase and < LBase + LCount && second is >= VBase and < VBase + VCount)
            return SBase + ((first - LBase) * VCount + (second - VBase)) * TCount;
        if (first is >= SBase and < SBase + SCount && (first - SBase) % TCount == 0 && second is > TBase and < TBase + TCount)
            return first + (second - TBase);
        return Loaded.Value.Compositions.GetValueOrDefault((first, second));
    }

    private sealed record Tables(Dictionary<int, (int First, int Second)> Decompositions, Dictionary<(int First, int Second), int> Compositions, Dictionary<int, byte> Classes)
    {
        public int Class(int code) => Classes.GetValueOrDefault(code);

        /// <summary>Lines: <c>code first second</c>, <c>code first</c> (never composed), <c>!code first second</c> (excluded), <c>@class from to</c>.</summary>
        public static Tables Load()
        {
            using Stream stream = typeof(NormalizationFormC).Assembly.GetManifestResourceStream("Jangbu.Crypto.Unicode.Composition.txt")
                ?? throw new InvalidOperationException("Composition.txt is not embedded");
            using var reader = new StreamReader(stream, Encoding.ASCII);
            var tables = new Tables([], [], []);
            while (reader.ReadLine() is { } line)
            {
                if (!line.StartsWith('#'))
                    tables.Add(line);
            }
            return tables;
        }

        private void Add(string line)
        {
            string[] fields = line.TrimStart('!', '@').Split(' ');
            int[] codes = Array.ConvertAll(fields, field => int.Parse(field, NumberStyles.HexNumber, CultureInfo.InvariantCulture));
            if (line[0] == '@')
            {
                for (int code = codes[1]; code <= codes[^1]; code++)
                    Classes.Add(code, (byte)codes[0]);
                return;
            }
            Decompositions.Add(codes[0], (codes[1], codes.Length > 2 ? codes[2] : 0));
            if (codes.Length > 2 && line[0] != '!')
                Compositions.Add((codes[1], codes[2]), codes[0]);
        }
    }
}
