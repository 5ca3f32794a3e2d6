using System.Diagnostics;

namespace Jangbu.Node.Drivers;

/// <summary>Time since a node was started; never goes back.</summary>
internal sealed class LoopClock
{
    private readonly Stopwatch _watch = Stopwatch.StartNew();

    /// <summary>So long ago.</summary>
    public TimeSpan Elapsed => _watch.Elapsed;
}
