using System.Globalization;

namespace Jangbu.WebRtc.Sctp;

/// <summary>Transmission sequence number of a DATA chunk; ordered by serial arithmetic (RFC 1982, as RFC 9260 §1.6 asks).</summary>
/// <param name="Value">The number as it stands on the wire.</param>
public readonly record struct Tsn(uint Value)
{
    /// <summary>The number after this one; 2^32-1 is followed by 0.</summary>
    public Tsn Next => new(unchecked(Value + 1));

    /// <summary>The number before this one.</summary>
    public Tsn Previous => new(unchecked(Value - 1));

    /// <summary>Moves forward by <paramref name="count"/>, wrapping.</summary>
    public static Tsn operator +(Tsn tsn, int count) => new(unchecked(tsn.Value + (uint)count));

    /// <summary>How far <paramref name="left"/> lies ahead of <paramref name="right"/>; negative when behind.</summary>
    public static int operator -(Tsn left, Tsn right) => unchecked((int)(left.Value - right.Value));

    /// <summary>Whether <paramref name="left"/> was assigned earlier.</summary>
    public static bool operator <(Tsn left, Tsn right) => left - right < 0;

    /// <summary>Whether <paramref name="left"/> was assigned later.</summary>
    public static bool operator >(Tsn left, Tsn right) => right - left < 0;

    /// <summary>Whether <paramref name="left"/> was assigned earlier or is the same.</summary>
    public static bool operator <=(Tsn left, Tsn right) => left - right <= 0;

    /// <summary>Whether <paramref name="left"/> was assigned later or is the same.</summary>
    public static bool operator >=(Tsn left, Tsn right) => left - right >= 0;

    /// <summary>The decimal number; written out here because the record's own text would follow Next without end.</summary>
    public override string ToString() => Value.ToString(CultureInfo.InvariantCulture);
}
