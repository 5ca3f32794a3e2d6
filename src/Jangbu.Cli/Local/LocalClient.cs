using System.Net.Sockets;
using System.Runtime.InteropServices;
using Jangbu.Cli.Terminal;

namespace Jangbu.Cli.Local;

/// <summary>Has a command done by the process that has the home open; the person notices no difference.</summary>
internal static class LocalClient
{
    /// <summary>The exit code, or null when no process listens for this home.</summary>
    public static async Task<ExitCode?> TryRunAsync(string home, IReadOnlyList<string> arguments, Language language)
    {
        string path = LocalStream.PathIn(Path.GetFullPath(home));
        if (!File.Exists(path))
            return null;
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(path)).ConfigureAwait(false);
        }
        catch (Exception fault) when (fault is SocketException or ArgumentOutOfRangeException)
        {
            // A socket that a killed process left behind: nobody listens, so the work is done here.
            socket.Dispose();
            return null;
        }
        using var stream = new LocalStream(socket);
        return await RunAsync(stream, arguments, language).ConfigureAwait(false);
    }

    private static async Task<ExitCode> RunAsync(LocalStream stream, IReadOnlyList<string> arguments, Language language)
    {
        using var stopped = new CancellationTokenSource();
        void Stop(PosixSignalContext signal)
        {
            signal.Cancel = true;
            stopped.Cancel();
        }
        using PosixSignalRegistration interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        using PosixSignalRegistration terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        ProcessStreams here = ProcessStreams.Instance;
        stream.Write(new LocalMessage
        {
            Arguments = [.. arguments.Select(argument => argument == "-" ? "jangbu:card/" + Console.In.ReadToEnd().Trim().Replace("jangbu:card/", "", StringComparison.Ordinal) : argument)],
            Folder = Environment.CurrentDirectory, Terminal = here.IsTerminal, CanAsk = here.CanAsk, Language = language == Language.Korean ? "ko" : "en",
        });
        try
        {
            while (await stream.ReadAsync(int.MaxValue, stopped.Token).ConfigureAwait(false) is { } message)
            {
                if (message.Exit is { } exit)
                    return (ExitCode)exit;
                if (message.Result is { } result)
                    here.Result(result);
                if (message.Talk is { } talk)
                    here.Talk(talk);
                if (message.Progress is { } progress)
                    here.Progress(progress);
                if (message.Ask is { } question)
                    stream.Write(new LocalMessage { Answer = here.Ask(question) });
            }
        }
        catch (OperationCanceledException)
        {
            return ExitCode.Interrupted;
        }
        here.Talk(new Text("장부를 연 프로그램이 끝났습니다. 저장된 것은 그대로입니다.", "The process that has the ledger open has ended. What was stored is untouched.").In(language));
        return ExitCode.Internal;
    }
}
