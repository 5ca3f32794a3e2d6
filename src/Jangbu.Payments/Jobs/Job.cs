namespace Jangbu.Payments.Jobs;

/// <summary>
/// Slow work that leaves the engine: take it with <c>TryDequeueJob</c>, call <see cref="Run"/> on any thread (or at once), hand it back with
/// <c>Complete</c> on the engine's thread. Results may come back in any order; they take effect in order.
/// </summary>
public abstract class Job
{
    private protected Job()
    {
    }

    /// <summary>Does the work. Touches nothing that other threads change.</summary>
    public abstract void Run();
}
