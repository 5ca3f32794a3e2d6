using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Threading.Channels;
using Jangbu.Ledger;
using Jangbu.WebRtc.Drivers;
using Microsoft.Extensions.Logging;

namespace Jangbu.Node.Drivers;

/// <summary>
/// The one thread that turns an engine: takes what is ready, steps, flushes the ledger once, transmits, completes waiting callers, and
/// sleeps until the earlier of deadline and input. When the disk fails nothing more leaves, and every caller is told so.
/// </summary>
internal sealed class NodeLoop : IAsyncDisposable
{
    private readonly Lock _gate = new();
    private readonly NodeEngine _engine;
    private readonly NodeSockets _sockets;
    private readonly JobThreads _jobs;
    private readonly Telemetry _telemetry;
    private readonly ILogger _logger;
    private readonly string _home;
    private readonly LoopClock _clock;
    private readonly Thread _thread;
    private readonly ConcurrentQueue<Posted> _posted = new();
    private readonly List<Posted> _answered = [];
    private readonly List<Channel<NodeEvent>> _listeners = [];
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly byte[] _probe = new byte[1];
    private TimeSpan _headDue;
    private volatile bool _stopping;
    private volatile JangbuException? _failure;

    /// <summary>Starts the thread.</summary>
    public NodeLoop(NodeEngine engine, NodeSockets sockets, LoopClock clock, string home, ILogger logger)
    {
        _engine = engine;
        _sockets = sockets;
        _clock = clock;
        _home = home;
        _logger = logger;
        _jobs = new JobThreads(sockets.Set.Wake, Fail);
        _telemetry = new Telemetry(Read);
        _thread = new Thread(Run) { IsBackground = true, Name = "jangbu-node" };
        _thread.Start();
    }

    /// <summary>Why it has stopped by itself; null while it runs.</summary>
    public JangbuException? Failure => _failure;

    /// <summary>Time since the start.</summary>
    public TimeSpan Elapsed => _clock.Elapsed;

    /// <summary>Looks at the engine between two turns.</summary>
    public T Read<T>(Func<NodeEngine, T> read)
    {
        lock (_gate)
            return read(_engine);
    }

    /// <summary>Does something inside the next turn; completes once what it did is on the disk.</summary>
    public Task<T> PostAsync<T>(Func<NodeEngine, T> act)
    {
        TaskCompletionSource<T> answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
        Enqueue(new Posted(engine =>
        {
            T result = act(engine);
            return () => answer.TrySetResult(result);
        }, failure => answer.TrySetException(failure)));
        return answer.Task;
    }

    /// <summary>Listens to what happens from now on, after what <paramref name="first"/> gives. Who reads too slowly loses the oldest.</summary>
    public Channel<NodeEvent> Listen(Func<NodeEngine, IEnumerable<NodeEvent>> first)
    {
        Channel<NodeEvent> channel = Channel.CreateBounded<NodeEvent>(new BoundedChannelOptions(MostEvents) { FullMode = BoundedChannelFullMode.DropOldest });
        lock (_gate)
        {
            foreach (NodeEvent known in first(_engine))
                channel.Writer.TryWrite(known);
            if (_failure is not null || _stopping)
                channel.Writer.TryComplete(_failure);
            else
                _listeners.Add(channel);
        }
        return channel;
    }

    /// <summary>Listens no more.</summary>
    public void Unlisten(Channel<NodeEvent> channel)
    {
        lock (_gate)
            _listeners.Remove(channel);
    }

    /// <summary>Says bye, waits a little for the answers, and ends.</summary>
    public async Task StopAsync()
    {
        if (!_stopping && _failure is null)
        {
            Task<bool> bye = PostAsync(engine =>
            {
                engine.SayBye();
                return true;
            });
            try
            {
                await bye.ConfigureAwait(false);
                TimeSpan patience = _clock.Elapsed + ByePatience;
                while (_clock.Elapsed < patience && _failure is null && Read(engine => engine.HasRoads))
                    await Task.Delay(ByeLook).ConfigureAwait(false);
            }
            catch (JangbuException failure)
            {
                Log.StoppedBadly(_logger, failure.Code);
            }
        }
        _stopping = true;
        _sockets.Set.Wake();
        await _ended.Task.ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await StopAsync().ConfigureAwait(false);
        _engine.Dispose();
    }

    private void Enqueue(Posted posted)
    {
        if (_failure is { } failure)
        {
            posted.Fail(failure);
            return;
        }
        _posted.Enqueue(posted);
        _sockets.Set.Wake();
        // The loop may have ended between the look and the queue: then nobody else will ever take this one.
        if (_ended.Task.IsCompleted)
            FailPosted(_failure ?? Stopped());
    }

    private void Run()
    {
        try
        {
            while (!_stopping && _failure is null)
            {
                TimeSpan? wait;
                lock (_gate)
                {
                    Turn();
                    wait = _failure is not null ? TimeSpan.Zero : _engine.Deadline - _clock.Elapsed;
                }
                foreach (Posted posted in _answered)
                    posted.Answer!();
                _answered.Clear();
                TimeSpan head = _headDue - _clock.Elapsed;
                _sockets.Set.Wait(_engine.Book.Ledger.HasUnflushed || wait < TimeSpan.Zero ? TimeSpan.Zero : wait is null || head < wait ? Positive(head) : wait);
            }
        }
        catch (Exception fault) when (fault is not OutOfMemoryException)
        {
            Fail(fault); // The last guard: a fault of this program ends the node with the ledger as it stands on the disk.
        }
        End();
    }

    private void Turn()
    {
        Moment now = new(_clock.Elapsed, DateTimeOffset.UtcNow);
        _engine.Begin(now);
        for (int count = 0; count < MostInputs && _sockets.Set.TryReceive(out UdpDatagram datagram); count++)
        {
            if (_sockets.IsDht(datagram.Token))
                _engine.ReceiveDht(datagram.Remote, datagram.Data);
            else
                _engine.Receive(datagram.Local, datagram.Remote, datagram.Data);
        }
        for (int count = 0; count < MostInputs && _posted.TryDequeue(out Posted? posted); count++)
            Act(posted);
        while (_jobs.TryTakeDone(out NodeJob job))
            job.Complete(now);
        _engine.Advance();
        try
        {
            _engine.Commit();
            if (now.Now >= _headDue)
            {
                _headDue = now.Now + HeadInterval;
                _engine.Book.Ledger.WriteHead();
            }
        }
        catch (LedgerStorageException failed)
        {
            Log.NotStored(_logger, failed.Reason, failed.Message);
            _failure = HomeFolder.Translate(failed, _home);
            return;
        }
        Transmit();
        while (_jobs.HasRoom && _engine.TryDequeueJob(out NodeJob? job))
            _jobs.Add(job);
        while (_engine.TryDequeue(out EngineNotice? notice))
            Tell(notice);
    }

    private void Act(Posted posted)
    {
        try
        {
            posted.Answer = posted.Do(_engine);
            _answered.Add(posted);
        }
        catch (JangbuException refused)
        {
            posted.Fail(refused);
        }
        catch (Payments.CommandRefusedException refused)
        {
            posted.Fail(Refusals.Translate(refused));
        }
    }

    private void Transmit()
    {
        while (_engine.TryTransmitDht(_sockets.Set.GetSendBuffer(), out int length, out IPEndPoint? to))
            _sockets.SendDht(to, length);
        while (_engine.TryTransmit(_sockets.Set.GetSendBuffer(), out int length, out IPEndPoint local, out IPEndPoint remote))
            _sockets.SendRoad(local, remote, length);
        _sockets.Set.Flush();
    }

    private void Tell(EngineNotice notice)
    {
        switch (notice)
        {
            case EngineNotice.Told told:
                if (told.Note is WatchNote.Ended { Outcome: PaymentOutcome.Accepted or PaymentOutcome.Rejected } ended)
                    _telemetry.PaymentDuration.Record(ended.Outcome.Elapsed.TotalSeconds);
                told.Watch.Tell(told.Note);
                break;
            case EngineNotice.Imported imported:
                imported.Taken.TrySetResult(imported.Code);
                break;
            case EngineNotice.Happened happened:
                _telemetry.Count(happened.Event);
                foreach (Channel<NodeEvent> listener in _listeners)
                    listener.Writer.TryWrite(happened.Event);
                break;
            default:
                throw new UnreachableException($"notice {notice}");
        }
    }

    /// <summary>A damaged ledger takes nothing in: somebody asked for what it cannot do, which is no fault of this program.</summary>
    private JangbuException Damaged(Exception refused) => new(
        FailureCode.LedgerDamaged, ExitCategory.Integrity, refused.Message, refused, ("file", HomeFolder.LedgerName),
        ("line", _engine.Book.Ledger.DamagedLine.ToString(System.Globalization.CultureInfo.InvariantCulture)), ("why", _engine.Book.Ledger.Damage.ToString()));

    private void Fail(Exception fault)
    {
        _failure ??= fault is LedgerStorageException && _engine.Book.Ledger.DamagedLine > 0 ? Damaged(fault)
            : new JangbuException(FailureCode.Internal, ExitCategory.Internal, $"a fault of this program: {fault.Message}", fault, ("what", fault.GetType().Name));
        Log.Fault(_logger, fault);
        _sockets.Set.Wake();
    }

    private void End()
    {
        lock (_gate)
        {
            JangbuException end = _failure ?? Stopped();
            foreach (Channel<NodeEvent> listener in _listeners)
                listener.Writer.TryComplete(_failure);
            _listeners.Clear();
            foreach (Posted posted in _answered)
                posted.Fail(end);
            _engine.FailWatches(end);
            if (_failure is null)
                WriteLastHead();
            _jobs.Dispose();
            _telemetry.Dispose();
            _sockets.Dispose();
            _ended.TrySetResult();
            FailPosted(end);
        }
    }

    private void WriteLastHead()
    {
        try
        {
            _engine.Book.Ledger.WriteHead();
        }
        catch (LedgerStorageException failed)
        {
            Log.NotStored(_logger, failed.Reason, failed.Message); // The older head file stands, which is no error (PROTOCOL §6).
        }
    }

    private void FailPosted(JangbuException failure)
    {
        while (_posted.TryDequeue(out Posted? posted))
            posted.Fail(failure);
    }

    private static JangbuException Stopped() => new(FailureCode.Stopped, ExitCategory.Access, "the node was stopped");

    private static TimeSpan Positive(TimeSpan time) => time < TimeSpan.Zero ? TimeSpan.Zero : time;

    private sealed class Posted(Func<NodeEngine, Action> act, Action<JangbuException> fail)
    {
        public Func<NodeEngine, Action> Do { get; } = act;

        public Action<JangbuException> Fail { get; } = fail;

        public Action? Answer { get; set; }
    }

    /// <summary>Inputs of each kind a turn: enough to fill one flush, few enough that timers stay true.</summary>
    private const int MostInputs = 512;

    private const int MostEvents = 16_384;
    private static readonly TimeSpan HeadInterval = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan ByePatience = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan ByeLook = TimeSpan.FromMilliseconds(2);
}
