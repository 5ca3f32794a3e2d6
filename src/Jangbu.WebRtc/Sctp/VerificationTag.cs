namespace Jangbu.WebRtc.Sctp;

/// <summary>The random number that says which association a packet belongs to (RFC 9260 §8.5).</summary>
/// <param name="Value">Never 0, but in a packet that carries an INIT.</param>
internal readonly record struct VerificationTag(uint Value)
{
    public bool IsZero => Value == 0;
}
