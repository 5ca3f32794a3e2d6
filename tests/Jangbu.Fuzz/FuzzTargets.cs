using Jangbu.Fuzz.Targets;

namespace Jangbu.Fuzz;

/// <summary>Every parser that reads what somebody else wrote.</summary>
public static partial class FuzzTargets
{
    /// <summary>All of them.</summary>
    public static IReadOnlyList<FuzzTarget> All =>
    [
        .. CryptoTargets.All, .. IdentityTargets.All, .. WebRtcTargets.All, .. DhtTargets.All, .. SctpTargets.All, .. RecordTargets.All, .. LedgerTargets.All,
    ];
}
