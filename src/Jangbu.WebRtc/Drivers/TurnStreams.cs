using System.Collections.Concurrent;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Threading.Channels;
using Jangbu.WebRtc.Turn;

namespace Jangbu.WebRtc.Drivers;

/// <summary>
/// The TCP and TLS connections to TURN servers that a loop's connections asked for. Each has two tasks of its own, which only move bytes; the
/// loop takes what came by <see cref="Take"/> on its own thread, so no engine is ever touched from another.
/// </summary>
internal sealed class TurnStreams(Action wake, bool acceptAnyCertificate) : IDisposable
{
    /// <summary>Pieces of at most <see cref="PieceLength"/> bytes that wait for the loop; past it the stream is not read, and TCP holds the server back.</summary>
    private const int MaxWaitingPieces = 64;

    private const int PieceLength = 16 * 1024;

    /// <summary>What waits to be written; past it datagrams are dropped, as a full router would.</summary>
    private const int MaxUnsent = 1 << 20;

    /// <summary>A server that has not accepted by now is no road for a person who waits.</summary>
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(5);

    private readonly ConcurrentQueue<(TurnStream Stream, TurnStreamNews News)> _news = new();
    private readonly List<TurnStream> _streams = [];

    /// <summary>Begins to connect; <see cref="Take"/> tells the outcome.</summary>
    public void Open(PeerConnection connection, TurnServer server)
    {
        // A stream that is asked for again has lost its relay: what still comes from the old one is nobody's.
        foreach (TurnStream old in _streams.FindAll(known => ReferenceEquals(known.Connection, connection) && known.Server == server))
        {
            old.IsReplaced = true;
            old.Stop.Cancel();
        }

        var stream = new TurnStream(connection, server);
        _streams.Add(stream);
        stream.Running = Task.Run(() => RunAsync(stream));
    }

    /// <summary>Queues bytes for a server; dropped where there is no stream or too much waits.</summary>
    public void Write(PeerConnection connection, TurnServer server, ReadOnlySpan<byte> bytes)
    {
        TurnStream? stream = _streams.Find(known => ReferenceEquals(known.Connection, connection) && known.Server == server && !known.IsReplaced);
        if (stream is null || Interlocked.Add(ref stream.Unsent, bytes.Length) > MaxUnsent)
            return;
        stream.Outgoing.Writer.TryWrite(bytes.ToArray());
    }

    /// <summary>Gives the connections what their streams had to say; returns those that were touched.</summary>
    public IReadOnlyCollection<PeerConnection> Take(TimeSpan now)
    {
        if (_news.IsEmpty)
            return [];
        var touched = new HashSet<PeerConnection>(ReferenceEqualityComparer.Instance);
        while (_news.TryDequeue(out (TurnStream Stream, TurnStreamNews News) next))
        {
            TurnStream stream = next.Stream;
            if (stream.IsReplaced)
            {
                if (next.News == TurnStreamNews.Closed)
                    Forget(stream);
                continue;
            }

            touched.Add(stream.Connection);
            switch (next.News)
            {
                case TurnStreamNews.Opened:
                    stream.Connection.StreamOpened(now, stream.Server);
                    break;
                case TurnStreamNews.Arrived:
                    while (stream.Incoming.Reader.TryRead(out byte[]? piece))
                        stream.Connection.ReceiveStream(now, stream.Server, piece);
                    break;
                default:
                    Forget(stream);
                    stream.Connection.StreamClosed(now, stream.Server);
                    break;
            }
        }

        return touched;
    }

    /// <summary>Ends the streams of a connection, after what was written.</summary>
    public void Close(PeerConnection connection)
    {
        foreach (TurnStream stream in _streams.FindAll(known => ReferenceEquals(known.Connection, connection)))
        {
            stream.Outgoing.Writer.TryComplete();
            stream.Stop.CancelAfter(TimeSpan.FromSeconds(1));
        }
    }

    /// <summary>Breaks off every stream and waits for its tasks.</summary>
    public void Dispose()
    {
        foreach (TurnStream stream in _streams)
            stream.Stop.Cancel();
        Task.WaitAll(_streams.Select(stream => stream.Running).ToArray());
        foreach (TurnStream stream in _streams)
            stream.Stop.Dispose();
        _streams.Clear();
    }

    private void Forget(TurnStream stream)
    {
        _streams.Remove(stream);
        stream.Stop.Dispose();
    }

    private async Task RunAsync(TurnStream stream)
    {
        try
        {
            using var socket = new Socket(stream.Server.EndPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            Stream bytes;
            using (var limit = CancellationTokenSource.CreateLinkedTokenSource(stream.Stop.Token))
            {
                limit.CancelAfter(ConnectTimeout);
                await socket.ConnectAsync(stream.Server.EndPoint, limit.Token).ConfigureAwait(false);
                bytes = new NetworkStream(socket);
                if (stream.Server.Transport == TurnTransport.Tls)
                    bytes = await ProtectAsync(bytes, stream.Server, limit.Token).ConfigureAwait(false);
            }

            await using (bytes.ConfigureAwait(false))
            {
                Tell(stream, TurnStreamNews.Opened);
                Task writing = WriteAsync(stream, bytes), reading = ReadAsync(stream, bytes);
                await Task.WhenAny(writing, reading).ConfigureAwait(false);
                await stream.Stop.CancelAsync().ConfigureAwait(false);
                await Task.WhenAll(writing, reading).ConfigureAwait(false);
            }
        }
        catch (Exception error) when (error is SocketException or IOException or OperationCanceledException or AuthenticationException)
        {
            // Refused, broken, too slow, or not the certificate: for the engine all the same, this relay cannot be had.
        }

        Tell(stream, TurnStreamNews.Closed);
    }

    /// <summary>TLS hides the relay's use from firewalls and the user name from the network; what is relayed is DTLS anyhow.</summary>
    private async Task<Stream> ProtectAsync(Stream bytes, TurnServer server, CancellationToken cancellationToken)
    {
        var tls = new SslStream(bytes);
        var options = new SslClientAuthenticationOptions
        {
            TargetHost = server.HostName.Length > 0 ? server.HostName : server.EndPoint.Address.ToString(),
            RemoteCertificateValidationCallback = (_, _, _, errors) => acceptAnyCertificate || errors == SslPolicyErrors.None,
        };
        await tls.AuthenticateAsClientAsync(options, cancellationToken).ConfigureAwait(false);
        return tls;
    }

    private static async Task WriteAsync(TurnStream stream, Stream bytes)
    {
        await foreach (byte[] piece in stream.Outgoing.Reader.ReadAllAsync(stream.Stop.Token).ConfigureAwait(false))
        {
            await bytes.WriteAsync(piece, stream.Stop.Token).ConfigureAwait(false);
            Interlocked.Add(ref stream.Unsent, -piece.Length);
        }
    }

    private async Task ReadAsync(TurnStream stream, Stream bytes)
    {
        byte[] buffer = new byte[PieceLength];
        for (int length; (length = await bytes.ReadAsync(buffer, stream.Stop.Token).ConfigureAwait(false)) > 0;)
        {
            await stream.Incoming.Writer.WriteAsync(buffer[..length], stream.Stop.Token).ConfigureAwait(false);
            Tell(stream, TurnStreamNews.Arrived);
        }
    }

    private void Tell(TurnStream stream, TurnStreamNews news)
    {
        _news.Enqueue((stream, news));
        wake();
    }

    private enum TurnStreamNews
    {
        Opened,
        Arrived,
        Closed,
    }

    private sealed class TurnStream(PeerConnection connection, TurnServer server)
    {
        public PeerConnection Connection { get; } = connection;
        public TurnServer Server { get; } = server;
        public CancellationTokenSource Stop { get; } = new();
        public Channel<byte[]> Incoming { get; } = Channel.CreateBounded<byte[]>(MaxWaitingPieces);
        public Channel<byte[]> Outgoing { get; } = Channel.CreateUnbounded<byte[]>();
        public bool IsReplaced { get; set; }
        public Task Running { get; set; } = Task.CompletedTask;

        /// <summary>Bytes in <see cref="Outgoing"/>; changed by both sides.</summary>
        public int Unsent;
    }
}
