using System.Collections.Concurrent;

namespace Jangbu.Node.Drivers;

/// <summary>Threads that do the engine's slow work: signing, opening, verifying. Their queue is bounded; what does not fit stays in the engine.</summary>
internal sealed class JobThreads : IDisposable
{
    private readonly BlockingCollection<NodeJob> _waiting = new(Capacity);
    private readonly ConcurrentQueue<NodeJob> _done = new();
    private readonly Action _wake;
    private readonly Action<Exception> _failed;
    private readonly Thread[] _threads;

    /// <summary>Starts one thread a core.</summary>
    /// <param name="wake">Called when a job is done.</param>
    /// <param name="failed">Called when a job threw, which is a fault of this program.</param>
    public JobThreads(Action wake, Action<Exception> failed)
    {
        _wake = wake;
        _failed = failed;
        _threads = [.. Enumerable.Range(0, Math.Clamp(Environment.ProcessorCount, 1, MostThreads)).Select(index => new Thread(Work)
        {
            IsBackground = true,
            Name = $"jangbu-job-{index}",
        })];
        foreach (Thread thread in _threads)
            thread.Start();
    }

    /// <summary>Whether another job fits.</summary>
    public bool HasRoom => _waiting.Count < Capacity;

    /// <summary>Gives a job to a thread; <see cref="HasRoom"/> must hold.</summary>
    public void Add(NodeJob job) => _waiting.Add(job);

    /// <summary>Takes back a job that is done.</summary>
    public bool TryTakeDone(out NodeJob job) => _done.TryDequeue(out job!);

    /// <summary>Lets the threads finish what they hold, and ends them.</summary>
    public void Dispose()
    {
        _waiting.CompleteAdding();
        foreach (Thread thread in _threads)
            thread.Join();
        _waiting.Dispose();
    }

    private void Work()
    {
        foreach (NodeJob job in _waiting.GetConsumingEnumerable())
        {
            try
            {
                job.Run();
            }
            catch (Exception fault) when (fault is not OutOfMemoryException)
            {
                _failed(fault);
                return;
            }
            _done.Enqueue(job);
            _wake();
        }
    }

    /// <summary>Some seconds of RSA on one core.</summary>
    private const int Capacity = 2_048;

    private const int MostThreads = 8;
}
