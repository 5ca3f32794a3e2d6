namespace Jangbu.Node;

/// <summary>Slow work that leaves the engine: <see cref="Run"/> on any thread, then <see cref="Complete"/> on the engine's.</summary>
internal sealed class NodeJob(Action run, Action<Moment> complete)
{
    /// <summary>Does the work; touches nothing that other threads change.</summary>
    public void Run() => run();

    /// <summary>Hands the result in.</summary>
    public void Complete(Moment now) => complete(now);
}
