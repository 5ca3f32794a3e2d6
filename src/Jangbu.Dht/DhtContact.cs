namespace Jangbu.Dht;

/// <summary>A node that answered us at least once: where it stands in the space and on the network, and how it behaves.</summary>
public sealed class DhtContact(NodeId id, NodeAddress address)
{
    /// <summary>A node silent for this long is questionable (BEP 5).</summary>
    public static readonly TimeSpan Freshness = TimeSpan.FromMinutes(15);

    /// <summary>Unanswered queries in a row after which a node is bad.</summary>
    public const int MaximumFailures = 3;

    /// <summary>The node's id.</summary>
    public NodeId Id { get; } = id;

    /// <summary>Where it answers.</summary>
    public NodeAddress Address { get; } = address;

    /// <summary>When it last answered.</summary>
    public TimeSpan LastAnswer { get; private set; }

    /// <summary>When it last asked us something.</summary>
    public TimeSpan LastQuery { get; private set; } = TimeSpan.MinValue;

    /// <summary>Queries unanswered since its last answer.</summary>
    public int Failures { get; private set; }

    /// <summary>Smoothed round trip; zero until measured.</summary>
    public TimeSpan RoundTrip { get; private set; }

    /// <summary>Good nodes are handed out to others: they answered lately, or answered once and asked lately, and miss no query.</summary>
    public bool IsGood(TimeSpan now) => Failures == 0 && (now - LastAnswer < Freshness || (LastQuery != TimeSpan.MinValue && now - LastQuery < Freshness));

    /// <summary>Bad nodes are replaced at the first chance.</summary>
    public bool IsBad => Failures >= MaximumFailures;

    /// <summary>The node answered.</summary>
    public void Answered(TimeSpan now, TimeSpan roundTrip)
    {
        LastAnswer = now;
        Failures = 0;
        RoundTrip = RoundTrip == TimeSpan.Zero ? roundTrip : ((RoundTrip * 7) + roundTrip) / 8;
    }

    /// <summary>The node asked.</summary>
    public void Asked(TimeSpan now) => LastQuery = now;

    /// <summary>The node left a query unanswered.</summary>
    public void Failed() => Failures = Math.Min(Failures + 1, MaximumFailures);
}
