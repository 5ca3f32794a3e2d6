using System.Threading.Channels;
using Jangbu.Cli.Terminal;

namespace Jangbu.Cli.Local;

/// <summary>The streams of a command that another process typed: every line goes over the local socket.</summary>
internal sealed class SocketStreams(LocalStream stream, LocalMessage first, ChannelReader<bool> answers, CancellationToken cancelled) : ILineSink
{
    public bool CanAsk => first.CanAsk ?? false;

    public bool IsTerminal => first.Terminal ?? false;

    public void Result(string text) => stream.Write(new LocalMessage { Result = text });

    public void Talk(string line) => stream.Write(new LocalMessage { Talk = line });

    public void Progress(string line) => stream.Write(new LocalMessage { Progress = line });

    public bool Ask(string question)
    {
        if (!CanAsk || !stream.Write(new LocalMessage { Ask = question }))
            return false;
        // The command asks on a thread of its own; a client that has gone cancels the wait.
        return answers.ReadAsync(cancelled).AsTask().GetAwaiter().GetResult();
    }
}
