using System.Text;
using Jangbu.WebRtc.Dcep;
using Jangbu.WebRtc.Sctp;

namespace Jangbu.WebRtc;

/// <summary>A channel of a <see cref="PeerConnection"/> (RFC 8831): messages, in order or not, until they arrive or for as long as they are worth it.</summary>
public sealed class DataChannel
{
    /// <summary>Bytes that may be sent before the connection stands; they wait here.</summary>
    public const int MaxEarlyBytes = 1 << 20;

    private readonly PeerConnection _connection;
    private readonly ChannelOptions _options;
    private readonly Queue<(bool IsText, byte[] Payload)> _early = new();
    private int _earlyBytes;
    private int _lowThreshold;
    private Channel? _channel;
    private bool _closed;

    internal DataChannel(PeerConnection connection, ChannelOptions options, Channel? channel = null)
    {
        _connection = connection;
        _options = options;
        _channel = channel;
    }

    /// <summary>The name given by the side that opened it.</summary>
    public string Label => _options.Label;

    /// <summary>The subprotocol named by the side that opened it; empty for none.</summary>
    public string Protocol => _options.Protocol;

    /// <summary>What it was opened with.</summary>
    public ChannelOptions Options => _options;

    /// <summary>Its stream, once the DTLS role, on which the parity hangs, is acted: even for the DTLS client's channels, odd for the server's.</summary>
    public StreamId? Id => _channel?.Id;

    /// <summary>Where it stands.</summary>
    public ChannelState State => _closed || _connection.State == PeerConnectionState.Closed ? ChannelState.Closed : _channel?.State ?? ChannelState.Connecting;

    /// <summary>Bytes sent that have not left for the first time.</summary>
    public int BufferedAmount => _earlyBytes + (_channel is null ? 0 : _connection.Channels!.BufferedAmount(_channel));

    /// <summary>
    /// At how many waiting bytes <see cref="PeerConnectionEventKind.BufferedAmountLow"/> comes, when they fall to it from above. Default 0.
    /// </summary>
    public int BufferedAmountLowThreshold
    {
        get => _lowThreshold;
        set
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value);
            _lowThreshold = value;
            if (_channel is not null)
                _connection.Channels!.SetBufferedAmountLowThreshold(_channel, value);
        }
    }

    /// <summary>Sends a message; its bytes are copied. One sent before the connection stands waits for it.</summary>
    /// <param name="now">Monotonic time.</param>
    /// <param name="payload">Any length from 0 to what the peer takes; UTF-8 where it is text.</param>
    /// <param name="isText">Whether it is text.</param>
    public SendResult Send(TimeSpan now, ReadOnlySpan<byte> payload, bool isText = false)
    {
        if (State == ChannelState.Closed)
            return SendResult.Closed;
        if (_channel is not null)
            return _connection.Channels!.Send(now, _channel, isText, payload);
        if (payload.Length + _earlyBytes > MaxEarlyBytes)
            return SendResult.BufferFull;
        _early.Enqueue((isText, payload.ToArray()));
        _earlyBytes += payload.Length;
        return SendResult.Queued;
    }

    /// <summary>Sends text as UTF-8.</summary>
    public SendResult Send(TimeSpan now, string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return Send(now, Encoding.UTF8.GetBytes(text), isText: true);
    }

    /// <summary>Closes the channel: what was sent still arrives, then both streams are reset. <see cref="PeerConnectionEventKind.ChannelClosed"/> follows.</summary>
    public void Close(TimeSpan now)
    {
        if (_channel is not null)
            _connection.Channels!.Close(now, _channel);
        else if (!_closed)
            _connection.CloseEarly(this);
    }

    /// <summary>The connection's channels exist now: the wish becomes a channel.</summary>
    internal Channel Open(TimeSpan now, DataChannelSet channels)
    {
        _channel = channels.Open(now, _options);
        channels.SetBufferedAmountLowThreshold(_channel, _lowThreshold);
        return _channel;
    }

    /// <summary>The channel has its stream now: what waited is sent. What the peer does not take for its length is lost with the channel.</summary>
    internal void SendEarly(TimeSpan now)
    {
        while (_early.TryDequeue(out (bool IsText, byte[] Payload) message))
        {
            _earlyBytes -= message.Payload.Length;
            if (Send(now, message.Payload, message.IsText) != SendResult.Queued)
                Close(now);
        }
    }

    internal void MarkClosed()
    {
        _closed = true;
        _early.Clear();
        _earlyBytes = 0;
    }
}
