using System.CommandLine;
using System.Net.Sockets;
using System.Threading.Channels;
using Jangbu.Cli.CommandLine;
using Jangbu.Cli.Terminal;
using Jangbu.Node;

namespace Jangbu.Cli.Local;

/// <summary>
/// Listens on the home's socket (mode 0600) while <c>jangbu up</c> runs, and does the commands that other processes of the same person type.
/// Who can open the socket can read the home, so no password is asked.
/// </summary>
internal sealed class LocalServer : IAsyncDisposable
{
    /// <summary>Commands at once; a person types one, a script a few.</summary>
    private const int MostClients = 16;

    private readonly Socket _listener;
    private readonly string _path;
    private readonly JangbuNode _node;
    private readonly CancellationTokenSource _ended = new();
    private readonly Task _accepting;
    private readonly SemaphoreSlim _places = new(MostClients);

    private LocalServer(Socket listener, string path, JangbuNode node)
    {
        (_listener, _path, _node) = (listener, path, node);
        _accepting = AcceptAsync();
    }

    /// <summary>Begins to listen. The home is locked by this process, so a socket that lies there is a dead one.</summary>
    public static LocalServer Start(string home, JangbuNode node)
    {
        string path = LocalStream.PathIn(Path.GetFullPath(home));
        File.Delete(path);
        var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(path));
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        listener.Listen(MostClients);
        return new LocalServer(listener, path, node);
    }

    public async ValueTask DisposeAsync()
    {
        await _ended.CancelAsync().ConfigureAwait(false);
        _listener.Dispose();
        await _accepting.ConfigureAwait(false);
        File.Delete(_path);
        _ended.Dispose();
        _places.Dispose();
    }

    private async Task AcceptAsync()
    {
        var clients = new List<Task>();
        while (!_ended.IsCancellationRequested)
        {
            try
            {
                Socket client = await _listener.AcceptAsync(_ended.Token).ConfigureAwait(false);
                clients.RemoveAll(task => task.IsCompleted);
                clients.Add(Task.Run(() => ServeAsync(client)));
            }
            catch (Exception fault) when (fault is OperationCanceledException or SocketException or ObjectDisposedException)
            {
                break;
            }
        }
        await Task.WhenAll(clients).ConfigureAwait(false);
    }

    private async Task ServeAsync(Socket client)
    {
        using var stream = new LocalStream(client);
        using var gone = CancellationTokenSource.CreateLinkedTokenSource(_ended.Token);
        try
        {
            await _places.WaitAsync(gone.Token).ConfigureAwait(false);
            try
            {
                if (await stream.ReadAsync(LocalStream.LongestRequest, gone.Token).ConfigureAwait(false) is { Arguments: { } arguments } first)
                    await RunAsync(stream, first, arguments, gone).ConfigureAwait(false);
            }
            finally
            {
                _places.Release();
            }
        }
        catch (Exception fault) when (fault is OperationCanceledException or IOException)
        {
            // The client has gone, or this process ends: there is nobody to tell.
            stream.Write(new LocalMessage { Exit = (int)ExitCode.Interrupted });
        }
    }

    private async Task RunAsync(LocalStream stream, LocalMessage first, IReadOnlyList<string> arguments, CancellationTokenSource gone)
    {
        Language language = first.Language == "ko" ? Language.Korean : Language.English;
        var answers = Channel.CreateUnbounded<bool>();
        Task listening = ListenAsync(stream, answers.Writer, gone);
        ParseResult parsed = Program.Parse(arguments, language);
        var output = new Output(new SocketStreams(stream, first, answers.Reader, gone.Token), parsed.GetValue(GlobalOptions.Json), language);
        ExitCode exit = ExitCode.Usage;
        if (parsed.Errors.Count == 0 && parsed.Action is CommandWork { Place: WorkPlace.Home } work)
            exit = await Runner.RunAsync(work, new Invocation(parsed, output, gone.Token) { Running = _node, Folder = first.Folder ?? "/" }).ConfigureAwait(false);
        stream.Write(new LocalMessage { Exit = (int)exit });
        await gone.CancelAsync().ConfigureAwait(false);
        await listening.ConfigureAwait(false);
    }

    /// <summary>Takes answers; a client that closes its end has stopped its command.</summary>
    private static async Task ListenAsync(LocalStream stream, ChannelWriter<bool> answers, CancellationTokenSource gone)
    {
        try
        {
            while (await stream.ReadAsync(LocalStream.LongestRequest, gone.Token).ConfigureAwait(false) is { } message)
                answers.TryWrite(message.Answer ?? false);
            await gone.CancelAsync().ConfigureAwait(false);
        }
        catch (Exception fault) when (fault is OperationCanceledException or IOException or ObjectDisposedException)
        {
            answers.TryComplete();
        }
    }
}
