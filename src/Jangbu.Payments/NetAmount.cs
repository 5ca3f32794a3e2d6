namespace Jangbu.Payments;

/// <summary>A sum of amounts with its sign: what one person owes another, in units of 10^-8. Positive: they owe me (PROTOCOL §2).</summary>
/// <param name="Units">Units of 10^-8; 128 bits hold 10^15 of the largest amounts.</param>
public readonly record struct NetAmount(Int128 Units) : IComparable<NetAmount>
{
    /// <summary>Nobody owes anything.</summary>
    public static NetAmount Zero => default;

    /// <summary>Whether nothing is owed.</summary>
    public bool IsZero => Units == 0;

    /// <summary>Reads `-?`amount, as a balance record spells it; zero is no such figure.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out NetAmount net)
    {
        bool negative = text.Length > 0 && text[0] == '-';
        bool read = Amount.TryParse(negative ? text[1..] : text, out Amount amount);
        net = new NetAmount(negative ? -amount.Units : amount.Units);
        return read;
    }

    /// <inheritdoc/>
    public int CompareTo(NetAmount other) => Units.CompareTo(other.Units);

    /// <summary>Adds what they gave me.</summary>
    public static NetAmount operator +(NetAmount net, Amount amount) => new(net.Units + amount.Units);

    /// <summary>Subtracts what I gave them.</summary>
    public static NetAmount operator -(NetAmount net, Amount amount) => new(net.Units - amount.Units);

    /// <summary>The sum of both.</summary>
    public static NetAmount operator +(NetAmount a, NetAmount b) => new(a.Units + b.Units);

    /// <summary>The same debt seen from the other side.</summary>
    public static NetAmount operator -(NetAmount net) => new(-net.Units);

    /// <summary>Less by value.</summary>
    public static bool operator <(NetAmount a, NetAmount b) => a.Units < b.Units;

    /// <summary>Greater by value.</summary>
    public static bool operator >(NetAmount a, NetAmount b) => a.Units > b.Units;

    /// <summary>Less or equal by value.</summary>
    public static bool operator <=(NetAmount a, NetAmount b) => a.Units <= b.Units;

    /// <summary>Greater or equal by value.</summary>
    public static bool operator >=(NetAmount a, NetAmount b) => a.Units >= b.Units;

    /// <summary>The figure as records and exports spell it; `0` for nothing.</summary>
    public override string ToString() => Amount.Spell(Units);
}
