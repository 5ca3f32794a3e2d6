namespace Jangbu.Node;

/// <summary>What an engine tells its driver; it comes out after the flush, so callers learn of durable things only.</summary>
internal abstract record EngineNotice
{
    private EngineNotice()
    {
    }

    /// <summary>For everybody who listens.</summary>
    public sealed record Happened(NodeEvent Event) : EngineNotice;

    /// <summary>For whoever gave an envelope.</summary>
    public sealed record Imported(TaskCompletionSource<Payments.Records.RefusalCode?> Taken, Payments.Records.RefusalCode? Code) : EngineNotice;

    /// <summary>For one caller.</summary>
    public sealed record Told(PaymentWatch Watch, WatchNote Note) : EngineNotice;
}
