using System.Net;

namespace Jangbu.WebRtc.Ice;

/// <summary>An authenticated check that came before the peer's description: answered already, looked at again when the description is there.</summary>
internal sealed record EarlyCheck(LocalBase Base, IPEndPoint Source, string RemoteFragment, uint Priority, bool UseCandidate);

/// <summary>One ICE session in the sense of RFC 8445 §2.6: both credentials, the peer's candidates, the pairs. A restart begins another.</summary>
internal sealed class IceGeneration(IceCredentials local)
{
    /// <summary>Beyond this many addresses a peer is not roaming but making us send.</summary>
    public const int MaxPeerReflexive = 16;

    /// <summary>As many early checks as a description may have candidates.</summary>
    public const int MaxEarlyChecks = 32;

    public IceCredentials Local { get; } = local;
    public IceCredentials? Remote { get; set; }
    public List<Candidate> RemoteCandidates { get; } = [];
    public int PeerReflexiveCount { get; set; }
    public List<EarlyCheck> EarlyChecks { get; } = [];
    public CheckList CheckList { get; } = new();

    /// <summary>What our checks carry as USERNAME: the peer's fragment first (RFC 8445 §7.2.2).</summary>
    public string Username => $"{Remote?.UsernameFragment}:{Local.UsernameFragment}";

    public void KeepEarly(EarlyCheck check)
    {
        EarlyChecks.RemoveAll(known => ReferenceEquals(known.Base, check.Base) && known.Source.Equals(check.Source));
        if (EarlyChecks.Count < MaxEarlyChecks)
            EarlyChecks.Add(check);
    }
}
