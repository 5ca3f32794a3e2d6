namespace Jangbu.Node;

/// <summary>What may be said with a payment, and how long to wait for it.</summary>
public sealed record PayOptions
{
    /// <summary>What it is for, at most 256 code points without control characters.</summary>
    public string? Memo { get; init; }

    /// <summary>When it is due; it has no effect but to be shown.</summary>
    public DateOnly? Due { get; init; }

    /// <summary>The id or hash of the contact's request that this answers.</summary>
    public string? Request { get; init; }

    /// <summary>The id or hash of an accepted transaction the other way that this undoes, wholly or in part.</summary>
    public string? Reverses { get; init; }

    /// <summary>How long to try for a decision, from now. Default 60 seconds; the payment itself never ends by time.</summary>
    public TimeSpan Wait { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>True: sign and queue only; it goes out when the contact is met.</summary>
    public bool Later { get; init; }
}

/// <summary>What may be said with a request.</summary>
public sealed record RequestOptions
{
    /// <summary>What it is for, at most 256 code points without control characters.</summary>
    public string? Memo { get; init; }

    /// <summary>When it is due; it has no effect but to be shown.</summary>
    public DateOnly? Due { get; init; }

    /// <summary>How long to try to deliver it. Default 60 seconds.</summary>
    public TimeSpan Wait { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>True: sign and queue only.</summary>
    public bool Later { get; init; }
}
