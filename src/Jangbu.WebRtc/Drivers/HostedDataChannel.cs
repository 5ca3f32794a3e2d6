using System.Text;
using System.Threading.Channels;
using Jangbu.WebRtc.Sctp;

namespace Jangbu.WebRtc.Drivers;

/// <summary>A channel of a <see cref="HostedPeerConnection"/>; callable from any thread.</summary>
public sealed class HostedDataChannel
{
    private readonly HostedPeerConnection _connection;
    private readonly PeerConnectionHostOptions _options;
    private readonly DataChannel _channel;
    private readonly Channel<DataChannelMessage> _messages = Channel.CreateUnbounded<DataChannelMessage>(new() { SingleWriter = true });
    private readonly TaskCompletionSource _opened = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Queue<PendingSend> _sends = new();
    private int _waitingBytes;
    private int _crowded;

    internal HostedDataChannel(HostedPeerConnection connection, DataChannel channel, PeerConnectionHostOptions options)
    {
        _connection = connection;
        _channel = channel;
        _options = options;
        channel.BufferedAmountLowThreshold = options.SendHighWater / 2;
    }

    private sealed record PendingSend(ReadOnlyMemory<byte> Data, bool IsText, TaskCompletionSource Done);

    /// <summary>What the opener called it.</summary>
    public string Label => _channel.Label;

    /// <summary>The subprotocol; empty for none.</summary>
    public string Protocol => _channel.Protocol;

    /// <summary>Ends when the channel does.</summary>
    public Task Completion => _closed.Task;

    /// <summary>Waits until the peer has agreed to the channel. Sending need not wait for it.</summary>
    /// <exception cref="IOException">The channel closed before.</exception>
    public Task OpenedAsync(CancellationToken cancellationToken = default) => _opened.Task.WaitAsync(cancellationToken);

    /// <summary>Sends text. Returns when it is queued, at once while little waits; that it arrived, only the peer can say.</summary>
    /// <exception cref="IOException">The channel is closed, or the message is longer than the peer takes.</exception>
    public ValueTask SendAsync(string text, CancellationToken cancellationToken = default) => SendAsync(Encoding.UTF8.GetBytes(text), true, cancellationToken);

    /// <summary>Sends bytes, which must not change until this returns.</summary>
    /// <exception cref="IOException">The channel is closed, or the message is longer than the peer takes.</exception>
    public ValueTask SendAsync(ReadOnlyMemory<byte> data, CancellationToken cancellationToken = default) => SendAsync(data, false, cancellationToken);

    /// <summary>The messages, as they come; ends with the channel. A slow reader holds the peer back.</summary>
    public async IAsyncEnumerable<DataChannelMessage> ReadAllAsync([System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await foreach (DataChannelMessage message in _messages.Reader.ReadAllAsync(cancellationToken).ConfigureAwait(false))
        {
            int waiting = Interlocked.Add(ref _waitingBytes, -Weight(message.Bytes.Length));
            if (waiting < _options.ReceiveHighWater / 2 && Interlocked.Exchange(ref _crowded, 0) == 1)
                _connection.SetCrowded(false);
            yield return message;
        }
    }

    /// <summary>Closes the channel after what was sent; returns when the peer has agreed.</summary>
    public Task CloseAsync(CancellationToken cancellationToken = default)
    {
        _connection.Post(_channel.Close);
        return _closed.Task.WaitAsync(cancellationToken);
    }

    internal void TakeOpened() => _opened.TrySetResult();

    internal void TakeMessage(bool isText, ReadOnlySpan<byte> payload)
    {
        int waiting = Interlocked.Add(ref _waitingBytes, Weight(payload.Length));
        _messages.Writer.TryWrite(new(isText, payload.ToArray()));
        if (waiting > _options.ReceiveHighWater && Interlocked.Exchange(ref _crowded, 1) == 0)
            _connection.SetCrowded(true);
    }

    internal void TakeLow() => SendPending(_connection.Now);

    internal void End()
    {
        var error = new IOException("the channel is closed");
        if (_opened.TrySetException(error))
            _ = _opened.Task.Exception; // seen here: who never asked for it must not be told by the finalizer
        _messages.Writer.TryComplete();
        while (_sends.TryDequeue(out PendingSend? send))
            send.Done.TrySetException(error);
        if (Interlocked.Exchange(ref _crowded, 0) == 1)
            _connection.SetCrowded(false);
        _closed.TrySetResult();
    }

    /// <summary>What a waiting message costs beside its bytes, so that a million empty ones are not free.</summary>
    private static int Weight(int length) => length + 64;

    private async ValueTask SendAsync(ReadOnlyMemory<byte> data, bool isText, CancellationToken cancellationToken)
    {
        var send = new PendingSend(data, isText, new(TaskCreationOptions.RunContinuationsAsynchronously));
        _connection.Post(now =>
        {
            if (cancellationToken.IsCancellationRequested)
            {
                send.Done.TrySetCanceled(cancellationToken);
                return;
            }
            _sends.Enqueue(send);
            SendPending(now);
        });
        // Cancellation is asked once, on the loop: later the message may be under way, and its bytes must not change.
        await send.Done.Task.ConfigureAwait(false);
    }

    /// <summary>On the loop's thread: queues what waits while the channel has room.</summary>
    private void SendPending(TimeSpan now)
    {
        while (_channel.BufferedAmount < _options.SendHighWater && _sends.TryPeek(out PendingSend? send))
        {
            SendResult result = _channel.Send(now, send.Data.Span, send.IsText);
            if (result == SendResult.BufferFull)
                return;
            _sends.Dequeue();
            if (result == SendResult.Queued)
                send.Done.TrySetResult();
            else
                send.Done.TrySetException(new IOException(result == SendResult.TooLong ? "the message is longer than the peer takes" : "the channel is closed"));
        }
    }
}
