using System.Globalization;

namespace Jangbu.WebRtc.Sctp;

/// <summary>Number of a re-configuration request; starts at the initial TSN and wraps (RFC 6525 §4.1).</summary>
internal readonly record struct ReconfigurationSequence(uint Value)
{
    public ReconfigurationSequence Next => new(unchecked(Value + 1));

    public ReconfigurationSequence Previous => new(unchecked(Value - 1));

    /// <summary>The decimal number; written out here because the record's own text would follow Next without end.</summary>
    public override string ToString() => Value.ToString(CultureInfo.InvariantCulture);
}
