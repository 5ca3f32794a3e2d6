using System.Globalization;

namespace Jangbu.WebRtc.Sctp;

/// <summary>Stream sequence number of an ordered message; 16 bits, ordered by serial arithmetic (RFC 9260 §1.6).</summary>
/// <param name="Value">The number as it stands on the wire.</param>
public readonly record struct Ssn(ushort Value)
{
    /// <summary>The number after this one; 65,535 is followed by 0.</summary>
    public Ssn Next => new(unchecked((ushort)(Value + 1)));

    /// <summary>How far <paramref name="left"/> lies ahead of <paramref name="right"/>; negative when behind.</summary>
    public static int operator -(Ssn left, Ssn right) => unchecked((short)(left.Value - right.Value));

    /// <summary>Whether <paramref name="left"/> comes earlier in the stream.</summary>
    public static bool operator <(Ssn left, Ssn right) => left - right < 0;

    /// <summary>Whether <paramref name="left"/> comes later in the stream.</summary>
    public static bool operator >(Ssn left, Ssn right) => right - left < 0;

    /// <summary>Whether <paramref name="left"/> comes earlier or is the same.</summary>
    public static bool operator <=(Ssn left, Ssn right) => left - right <= 0;

    /// <summary>Whether <paramref name="left"/> comes later or is the same.</summary>
    public static bool operator >=(Ssn left, Ssn right) => left - right >= 0;

    /// <summary>The decimal number; written out here because the record's own text would follow Next without end.</summary>
    public override string ToString() => Value.ToString(CultureInfo.InvariantCulture);
}
