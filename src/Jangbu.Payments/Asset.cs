using System.Collections.Frozen;

namespace Jangbu.Payments;

/// <summary>What is owed: three capital letters for a currency of ISO 4217, up to twelve letters and digits for anything else (PROTOCOL §2).</summary>
public readonly record struct Asset : IComparable<Asset>
{
    private const int MinLength = 3;
    private const int MaxLength = 12;

    // ISO 4217, as PROTOCOL §2 lists them: every other name of three characters has two digits.
    private static readonly FrozenDictionary<string, int> IsoDigits = new Dictionary<int, string>
    {
        [0] = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF",
        [3] = "BHD IQD JOD KWD LYD OMR TND",
        [4] = "CLF UYW",
    }.SelectMany(row => row.Value.Split(' ').Select(name => KeyValuePair.Create(name, row.Key))).ToFrozenDictionary();

    private readonly string? _name;

    private Asset(string name) => _name = name;

    /// <summary>The name, as it is signed.</summary>
    public string Name => _name ?? "";

    /// <summary>Digits after the point that an amount of it may have: 0, 2, 3 or 4 for names of three characters, 8 for longer ones.</summary>
    public int Digits => Name.Length == MinLength ? IsoDigits.GetValueOrDefault(Name, 2) : Amount.MaxDigits;

    /// <summary>Reads <c>^[A-Z][A-Z0-9]{2,11}$</c>.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out Asset asset)
    {
        asset = default;
        if (text.Length is < MinLength or > MaxLength || !char.IsAsciiLetterUpper(text[0]))
            return false;
        foreach (char c in text)
        {
            if (!char.IsAsciiLetterUpper(c) && !char.IsAsciiDigit(c))
                return false;
        }
        asset = new Asset(text.ToString());
        return true;
    }

    /// <summary>Reads an asset that the caller typed.</summary>
    /// <exception cref="FormatException">Not three to twelve capital letters and digits, a letter first.</exception>
    public static Asset Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return TryParse(text, out Asset asset)
            ? asset
            : throw new FormatException($"'{text}' is no asset: three to twelve capital letters and digits, a letter first, such as KRW");
    }

    /// <summary>Whether an amount of this asset may have so many digits after the point.</summary>
    public bool Allows(Amount amount) => amount.Digits <= Digits;

    /// <summary>By name, as a balance record orders them.</summary>
    public int CompareTo(Asset other) => string.CompareOrdinal(Name, other.Name);

    /// <inheritdoc/>
    public override string ToString() => Name;
}
