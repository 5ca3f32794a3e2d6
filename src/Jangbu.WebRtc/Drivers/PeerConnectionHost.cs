using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography;
using Jangbu.WebRtc.Dtls;
using Jangbu.WebRtc.Sdp;
using Jangbu.WebRtc.Turn;

namespace Jangbu.WebRtc.Drivers;

/// <summary>
/// Data channels for programs: one thread drives every connection, and everything here may be called from any thread.
/// </summary>
/// <example><code>
/// await using PeerConnectionHost host = await PeerConnectionHost.StartAsync(new() { Servers = ["stun:stun.example.org"] });
/// await using HostedPeerConnection connection = await host.CreateOfferAsync();
/// HostedDataChannel channel = await connection.CreateChannelAsync("chat");
/// Console.WriteLine(connection.LocalDescription);                 // carry it to the other side …
/// await connection.AcceptAnswerAsync(await ReadAnswerAsync());    // … and its answer back
/// await channel.SendAsync("hello");
/// await foreach (DataChannelMessage message in channel.ReadAllAsync())
///     Console.WriteLine(message.Text);
/// </code></example>
public sealed class PeerConnectionHost : IAsyncDisposable
{
    private readonly PeerConnectionHostOptions _options;
    private readonly ConcurrentQueue<Action<TimeSpan>> _commands = new();
    private readonly Lock _commandGate = new();
    private readonly Dictionary<PeerConnection, HostedPeerConnection> _connections = [];
    private readonly RandomNumberGenerator _random = RandomNumberGenerator.Create();
    private readonly DtlsCertificate _certificate;
    private readonly IReadOnlyList<IceServer> _servers;
    private readonly PeerConnectionLoop _loop;
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private IReadOnlyList<IPEndPoint> _stunServers = [];
    private IReadOnlyList<TurnServer> _turnServers = [];
    private volatile bool _stopping;

    private PeerConnectionHost(PeerConnectionHostOptions options, IReadOnlyList<IceServer> servers)
    {
        _options = options;
        _servers = servers;
        _certificate = options.Certificate ?? DtlsCertificate.Create(TimeProvider.System.GetUtcNow());
        _loop = new PeerConnectionLoop(new Observer(this), options.Loopback, acceptAnyTurnCertificate: options.AcceptAnyTurnCertificate);
    }

    /// <summary>Starts the thread and resolves the servers' names; a name that is not known is left out.</summary>
    /// <exception cref="ArgumentException">A server's URI cannot be read.</exception>
    /// <exception cref="DllNotFoundException">OpenSSL 3 is not installed.</exception>
    public static async Task<PeerConnectionHost> StartAsync(PeerConnectionHostOptions? options = null, CancellationToken cancellationToken = default)
    {
        options ??= new();
        List<IceServer> servers = [];
        foreach (string text in options.Servers)
            servers.Add(IceServer.TryParse(text, out IceServer? server) ? server : throw new ArgumentException($"{nameof(options.Servers)}: \"{text}\" is no stun:, turn: or turns: URI", nameof(options)));
        var host = new PeerConnectionHost(options, servers);
        await host.ResolveAsync(cancellationToken).ConfigureAwait(false);
        new Thread(host.Run) { IsBackground = true, Name = "Jangbu.WebRtc" }.Start();
        return host;
    }

    /// <summary>Makes a connection and its offer; returns when every server has answered or was given up.</summary>
    public Task<HostedPeerConnection> CreateOfferAsync(CancellationToken cancellationToken = default) =>
        CreateAsync(PeerRole.Offerer, null, cancellationToken);

    /// <summary>Makes a connection that answers an offer; its <see cref="HostedPeerConnection.LocalDescription"/> is the answer.</summary>
    /// <exception cref="FormatException">The offer cannot be used; the message says why.</exception>
    public Task<HostedPeerConnection> AcceptOfferAsync(string offer, CancellationToken cancellationToken = default) =>
        CreateAsync(PeerRole.Answerer, Parse(offer), cancellationToken);

    /// <summary>Breaks off every connection and ends the thread.</summary>
    public async ValueTask DisposeAsync()
    {
        _stopping = true;
        _loop.Wake();
        await _ended.Task.ConfigureAwait(false);
        if (_options.Certificate is null)
            _certificate.Dispose();
        _random.Dispose();
    }

    internal static SessionDescription Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return SessionDescription.TryParse(text, out SessionDescription? description, out SdpError error)
            ? description!
            : throw new FormatException($"the description cannot be used: {error}");
    }

    /// <summary>Runs something on the loop's thread; an exception goes to the caller.</summary>
    internal Task<T> RunAsync<T>(Func<TimeSpan, T> command, CancellationToken cancellationToken)
    {
        var completion = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        Post(now =>
        {
            if (cancellationToken.IsCancellationRequested)
                completion.TrySetCanceled(cancellationToken);
            else if (_stopping)
                completion.TrySetException(new ObjectDisposedException(nameof(PeerConnectionHost)));
            else
                completion.TrySetResult(command(now));
        });
        return completion.Task;
    }

    internal void Post(Action<TimeSpan> command)
    {
        _commands.Enqueue(command);
        _loop.Wake();
        // Nobody else looks into the queue any more: each caller finds out here that everything is closed.
        if (_ended.Task.IsCompleted)
            RunCommands();
    }

    private void RunCommands()
    {
        lock (_commandGate)
        {
            while (_commands.TryDequeue(out Action<TimeSpan>? command))
                command(_loop.Now);
        }
    }

    internal void Touch(PeerConnection connection) => _loop.Touch(connection);

    internal TimeSpan Now => _loop.Now;

    private async Task<HostedPeerConnection> CreateAsync(PeerRole role, SessionDescription? offer, CancellationToken cancellationToken)
    {
        HostedPeerConnection hosted = await RunAsync(now => Create(now, role, offer), cancellationToken).ConfigureAwait(false);
        await hosted.GatheredAsync(cancellationToken).ConfigureAwait(false);
        return hosted;
    }

    private HostedPeerConnection Create(TimeSpan now, PeerRole role, SessionDescription? offer)
    {
        var connection = new PeerConnection(
            new PeerConnectionOptions { Role = role, Certificate = _certificate, StunServers = _stunServers, TurnServers = _turnServers, Ice = _options.Ice, Sctp = _options.Sctp }, _random);
        var hosted = new HostedPeerConnection(this, connection, _options);
        _connections.Add(connection, hosted);
        if (offer is not null)
            connection.SetRemoteDescription(now, offer);
        _loop.Add(connection);
        return hosted;
    }

    private async Task ResolveAsync(CancellationToken cancellationToken)
    {
        IReadOnlyList<IPEndPoint>[] resolved = await Task.WhenAll(_servers.Where(server => !server.IsTurn).Select(server => server.ResolveAsync(cancellationToken))).ConfigureAwait(false);
        _stunServers = [.. resolved.SelectMany(endPoints => endPoints)];
        IReadOnlyList<TurnServer>[] relays = await Task.WhenAll(_servers.Select(server => server.ResolveTurnAsync(cancellationToken))).ConfigureAwait(false);
        _turnServers = [.. relays.SelectMany(servers => servers)];
    }

    private void Run()
    {
        while (!_stopping)
        {
            RunCommands();
            _loop.Turn();
        }
        _loop.Dispose();
        foreach (HostedPeerConnection hosted in _connections.Values)
            hosted.End(PeerConnectionCloseReason.AbortedLocally);
        RunCommands();
        _ended.SetResult();
        RunCommands(); // what came between the two
    }

    private sealed class Observer(PeerConnectionHost host) : IPeerConnectionObserver
    {
        public void Take(TimeSpan now, PeerConnection connection, in PeerConnectionEvent e)
        {
            if (!host._connections.TryGetValue(connection, out HostedPeerConnection? hosted))
                return;
            hosted.Take(e);
            if (e.Kind == PeerConnectionEventKind.Closed)
                host._connections.Remove(connection);
        }

        public bool IsReady(PeerConnection connection) => !host._connections.TryGetValue(connection, out HostedPeerConnection? hosted) || hosted.IsReady;
    }
}
