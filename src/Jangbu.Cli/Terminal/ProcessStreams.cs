namespace Jangbu.Cli.Terminal;

/// <summary>The streams of this process. Lines are rewritten in place only on a terminal and without <c>NO_COLOR</c>.</summary>
internal sealed class ProcessStreams : ILineSink
{
    private readonly Lock _gate = new();
    private bool _lineIsOpen;

    public static ProcessStreams Instance { get; } = new();

    public bool CanAsk => !Console.IsInputRedirected;

    public bool IsTerminal { get; } = !Console.IsErrorRedirected && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"));

    public void Result(string text) => Write(Console.Out, text);

    public void Talk(string line) => Write(Console.Error, line + "\n");

    public void Progress(string line)
    {
        if (!IsTerminal)
        {
            Talk(line);
            return;
        }
        lock (_gate)
        {
            Console.Error.Write("\r\e[2K" + line);
            Console.Error.Flush();
            _lineIsOpen = true;
        }
    }

    public bool Ask(string question)
    {
        if (!CanAsk)
            return false;
        Write(Console.Error, question);
        string answer = Console.ReadLine()?.Trim() ?? "";
        return answer is "y" or "Y" or "yes" or "예" or "네" or "ㅇ";
    }

    private void Write(TextWriter writer, string text)
    {
        lock (_gate)
        {
            if (_lineIsOpen)
            {
                Console.Error.WriteLine();
                _lineIsOpen = false;
            }
            writer.Write(text);
            writer.Flush();
        }
    }
}
