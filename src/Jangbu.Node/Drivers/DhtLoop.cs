using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Threading.Channels;
using Jangbu.Dht;
using Jangbu.Dht.Krpc;
using Jangbu.WebRtc.Drivers;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Jangbu.Node.Drivers;

/// <summary>The one thread that turns a bare <see cref="DhtNode"/>.</summary>
internal sealed class DhtLoop : IAsyncDisposable
{
    private readonly Lock _gate = new();
    private readonly DhtNodeOptions _options;
    private readonly NodeSockets _sockets;
    private readonly RandomNumberGenerator _random = RandomSource.Create();
    private readonly LoopClock _clock = new();
    private readonly DhtNode _node;
    private readonly ILogger _logger;
    private readonly Thread _thread;
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private DhtConsole? _console;
    private Channel<string>? _lines;
    private volatile bool _stopping;

    private DhtLoop(DhtNodeOptions options)
    {
        _options = options;
        _logger = (options.LoggerFactory ?? NullLoggerFactory.Instance).CreateLogger("Jangbu.Node");
        _sockets = new NodeSockets(options.Bind, loopback: false, () => _clock.Elapsed);
        try
        {
            _sockets.OpenDht(options.Port);
        }
        catch
        {
            _sockets.Dispose();
            throw;
        }
        AddressFamilies families = AddressFamilies.None;
        foreach (IPEndPoint local in _sockets.DhtEndPoints)
            families |= local.AddressFamily == AddressFamily.InterNetwork ? AddressFamilies.IPv4 : AddressFamilies.IPv6;
        EndPoint = _sockets.DhtEndPoints.First();
        _node = new DhtNode(new DhtOptions { Mode = DhtMode.Server, Families = families }, _random);
        _thread = new Thread(Run) { IsBackground = true, Name = "jangbu-dht" };
    }

    /// <summary>Where it listens.</summary>
    public IPEndPoint EndPoint { get; }

    /// <summary>Time since the start.</summary>
    public TimeSpan Elapsed => _clock.Elapsed;

    /// <summary>Opens the sockets and starts the thread.</summary>
    public static DhtLoop Start(DhtNodeOptions options)
    {
        DhtLoop loop = new(options);
        loop._thread.Start();
        return loop;
    }

    /// <summary>Makes the bootstrap nodes known to it.</summary>
    public async Task JoinAsync(CancellationToken cancellationToken)
    {
        IReadOnlyList<IPEndPoint> nodes = await Bootstrap.ResolveAsync(_options.Bootstrap ?? [], _logger, cancellationToken).ConfigureAwait(false);
        Step(node =>
        {
            foreach (IPEndPoint known in nodes)
                node.AddNode(_clock.Elapsed, known);
        });
    }

    /// <summary>Looks at the node between two turns.</summary>
    public T Read<T>(Func<DhtNode, T> read)
    {
        lock (_gate)
            return read(_node);
    }

    /// <summary>Does something with the node between two turns.</summary>
    public void Step(Action<DhtNode> act)
    {
        lock (_gate)
            act(_node);
        _sockets.Set.Wake();
    }

    /// <summary>Takes JSON lines and answers them until <c>quit</c>, the end of the input, or cancellation.</summary>
    public async Task RunConsoleAsync(TextReader input, TextWriter output, CancellationToken cancellationToken)
    {
        Channel<string> lines = Channel.CreateUnbounded<string>(); // Bounded by DhtConsole.MaximumPending: a command has one answer.
        DhtConsole console = new(_node);
        lock (_gate)
            (_console, _lines) = (console, lines);
        await output.WriteLineAsync(console.Ready(EndPoint.Port)).ConfigureAwait(false);
        await output.FlushAsync(cancellationToken).ConfigureAwait(false);
        using CancellationTokenSource ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        // A terminal or pipe is read synchronously, whatever its methods are called; so on a thread of its own.
        Task reading = Task.Run(() => ReadAsync(input, console, lines, ended.Token), CancellationToken.None);
        await foreach (string line in lines.Reader.ReadAllAsync(cancellationToken).ConfigureAwait(false))
        {
            await output.WriteLineAsync(line.AsMemory(), cancellationToken).ConfigureAwait(false);
            await output.FlushAsync(cancellationToken).ConfigureAwait(false);
        }
        await ended.CancelAsync().ConfigureAwait(false);
        if (!console.HasQuit)
            await reading.ConfigureAwait(false); // After quit the reader may hang in a read that nothing can end; it touches nothing any more.
    }

    private async Task ReadAsync(TextReader input, DhtConsole console, Channel<string> lines, CancellationToken cancellationToken)
    {
        try
        {
            while (await input.ReadLineAsync(cancellationToken).ConfigureAwait(false) is { } line)
                Step(_ => console.Receive(_clock.Elapsed, line));
        }
        catch (OperationCanceledException)
        {
            return; // After quit nobody reads any more; the line under way is nobody's.
        }
        lines.Writer.TryComplete();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _stopping = true;
        _sockets.Set.Wake();
        await _ended.Task.ConfigureAwait(false);
        _sockets.Dispose();
        _random.Dispose();
    }

    private void Run()
    {
        while (!_stopping)
        {
            TimeSpan? wait;
            lock (_gate)
            {
                TimeSpan now = _clock.Elapsed;
                for (int count = 0; count < MostInputs && _sockets.Set.TryReceive(out UdpDatagram datagram); count++)
                    _node.Receive(now, datagram.Remote, datagram.Data);
                _node.Advance(now);
                while (_node.TryDequeue(out DhtEvent happened))
                    _console?.Take(now, happened);
                Answer(now);
                while (_node.TryTransmit(_sockets.Set.GetSendBuffer(), out int length, out IPEndPoint to))
                    _sockets.SendDht(to, length);
                wait = Earlier(_node.Deadline, _console?.Deadline) - _clock.Elapsed;
            }
            _sockets.Set.Wait(wait);
        }
        _ended.TrySetResult();
    }

    /// <summary>Hands out what the console has to say.</summary>
    private void Answer(TimeSpan now)
    {
        if (_console is not { } console)
            return;
        console.Advance(now);
        while (console.TryDequeue(out string line))
            _lines!.Writer.TryWrite(line);
        if (console.HasQuit)
            _lines!.Writer.TryComplete();
    }

    private static TimeSpan? Earlier(TimeSpan? a, TimeSpan? b) => a is null || b < a ? b : a;

    private const int MostInputs = 512;
}
