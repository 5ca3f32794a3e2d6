using System.Globalization;

namespace Jangbu.WebRtc.Sctp;

/// <summary>Number of an SCTP stream within one direction of an association (RFC 9260 §3.3.1).</summary>
/// <param name="Value">0 to one less than the negotiated number of streams.</param>
public readonly record struct StreamId(ushort Value)
{
    /// <summary>The decimal number.</summary>
    public override string ToString() => Value.ToString(CultureInfo.InvariantCulture);
}
