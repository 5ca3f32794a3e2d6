using System.Threading.Channels;
using Jangbu.WebRtc.Ice;
using Jangbu.WebRtc.Sdp;

namespace Jangbu.WebRtc.Drivers;

/// <summary>A connection of a <see cref="PeerConnectionHost"/>; callable from any thread.</summary>
public sealed class HostedPeerConnection : IAsyncDisposable
{
    /// <summary>Channels of the peer's that nobody asked for yet; one that opens more is closed again.</summary>
    private const int MaxUnacceptedChannels = 256;

    private readonly PeerConnectionHost _host;
    private readonly PeerConnectionHostOptions _options;
    private readonly Dictionary<DataChannel, HostedDataChannel> _channels = [];
    private readonly Channel<HostedDataChannel> _incoming = Channel.CreateBounded<HostedDataChannel>(MaxUnacceptedChannels);
    private readonly TaskCompletionSource<string> _gathered = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<IceRoute> _connected = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<PeerConnectionCloseReason> _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private IceRoute? _route;

    internal HostedPeerConnection(PeerConnectionHost host, PeerConnection connection, PeerConnectionHostOptions options)
    {
        _host = host;
        _options = options;
        Connection = connection;
    }

    /// <summary>The offer or answer for the peer, complete.</summary>
    public string LocalDescription => _gathered.Task.IsCompletedSuccessfully ? _gathered.Task.Result : "";

    /// <summary>Ends when the connection does, with the reason.</summary>
    public Task<PeerConnectionCloseReason> Completion => _closed.Task;

    internal PeerConnection Connection { get; }

    /// <summary>The time of the loop.</summary>
    internal TimeSpan Now => _host.Now;

    /// <summary>Whether every channel's reader keeps up; while one does not, nothing is taken from the connection.</summary>
    internal bool IsReady => _crowded == 0;

    private int _crowded;

    /// <summary>Gives the peer's answer to this side's offer.</summary>
    /// <exception cref="FormatException">The answer cannot be used; the message says why.</exception>
    public async Task AcceptAnswerAsync(string answer, CancellationToken cancellationToken = default)
    {
        SessionDescription description = PeerConnectionHost.Parse(answer);
        bool taken = await _host.RunAsync(now => Touched(Connection.SetRemoteDescription(now, description)), cancellationToken).ConfigureAwait(false);
        if (!taken)
            throw new FormatException("the answer does not fit the offer: its DTLS role, or a fingerprint other than before");
    }

    /// <summary>Waits until messages may flow, and tells by which path.</summary>
    /// <exception cref="IOException">The connection closed before; the message names the reason.</exception>
    public Task<IceRoute> ConnectedAsync(CancellationToken cancellationToken = default) => _connected.Task.WaitAsync(cancellationToken);

    /// <summary>Makes a channel. It may be sent on at once; what is sent waits for the connection.</summary>
    public Task<HostedDataChannel> CreateChannelAsync(string label, Dcep.ChannelOptions? options = null, CancellationToken cancellationToken = default) =>
        _host.RunAsync(now => Touched(Hosted(Connection.CreateDataChannel(now, (options ?? new()) with { Label = label }))), cancellationToken);

    /// <summary>The channels the peer opens, as they come; ends with the connection.</summary>
    public IAsyncEnumerable<HostedDataChannel> ChannelsAsync(CancellationToken cancellationToken = default) => _incoming.Reader.ReadAllAsync(cancellationToken);

    /// <summary>Closes in order: channels, association, DTLS, ICE; what was sent arrives first. Returns when it is over.</summary>
    public async Task<PeerConnectionCloseReason> CloseAsync(CancellationToken cancellationToken = default)
    {
        _host.Post(now =>
        {
            Connection.Close(now);
            _host.Touch(Connection);
        });
        return await _closed.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Closes in order.</summary>
    public async ValueTask DisposeAsync() => await CloseAsync().ConfigureAwait(false);

    internal Task GatheredAsync(CancellationToken cancellationToken) => _gathered.Task.WaitAsync(cancellationToken);

    /// <summary>Runs something on a channel on the loop's thread and looks at the connection afterwards.</summary>
    internal void Post(Action<TimeSpan> command) => _host.Post(now =>
    {
        command(now);
        _host.Touch(Connection);
    });

    internal void SetCrowded(bool crowded)
    {
        Interlocked.Add(ref _crowded, crowded ? 1 : -1);
        if (!crowded)
            Post(static _ => { });
    }

    /// <summary>On the loop's thread: an event of the engine.</summary>
    internal void Take(in PeerConnectionEvent e)
    {
        switch (e.Kind)
        {
            case PeerConnectionEventKind.GatheringDone:
                _gathered.TrySetResult(Connection.CreateDescription().ToString());
                break;
            case PeerConnectionEventKind.IceConnected:
                _route = e.Route;
                break;
            case PeerConnectionEventKind.Connected:
                _connected.TrySetResult(_route!);
                break;
            case PeerConnectionEventKind.ChannelOpened:
                TakeChannel(e.Channel!);
                break;
            case PeerConnectionEventKind.MessageReceived:
                Hosted(e.Channel!).TakeMessage(e.IsText, e.Payload.Span);
                break;
            case PeerConnectionEventKind.BufferedAmountLow:
                Hosted(e.Channel!).TakeLow();
                break;
            case PeerConnectionEventKind.ChannelClosed:
                Hosted(e.Channel!).End();
                _channels.Remove(e.Channel!);
                break;
            case PeerConnectionEventKind.Closed:
                End(e.Reason);
                Connection.Dispose();
                break;
        }
    }

    internal void End(PeerConnectionCloseReason reason)
    {
        var error = new IOException($"the connection closed: {reason}");
        _gathered.TrySetException(error);
        if (_connected.TrySetException(error))
            _ = _connected.Task.Exception; // seen here: who never asked for it must not be told by the finalizer
        foreach (HostedDataChannel channel in _channels.Values)
            channel.End();
        _channels.Clear();
        _incoming.Writer.TryComplete();
        _closed.TrySetResult(reason);
    }

    private void TakeChannel(DataChannel channel)
    {
        bool ours = _channels.ContainsKey(channel);
        HostedDataChannel hosted = Hosted(channel);
        hosted.TakeOpened();
        if (!ours && !_incoming.Writer.TryWrite(hosted))
            Post(channel.Close);
    }

    private HostedDataChannel Hosted(DataChannel channel)
    {
        if (!_channels.TryGetValue(channel, out HostedDataChannel? hosted))
            _channels.Add(channel, hosted = new HostedDataChannel(this, channel, _options));
        return hosted;
    }

    private T Touched<T>(T value)
    {
        _host.Touch(Connection);
        return value;
    }
}
