using System.Net.Sockets;
using System.Text.Json;

namespace Jangbu.Cli.Local;

/// <summary>Messages over the local socket, a line each.</summary>
internal sealed class LocalStream : IDisposable
{
    /// <summary>The longest line taken from a client: a command line with a card in it stays far below.</summary>
    public const int LongestRequest = 128 * 1024;

    private readonly NetworkStream _stream;
    private readonly StreamReader _reader;
    private readonly Lock _gate = new();

    public LocalStream(Socket socket)
    {
        _stream = new NetworkStream(socket, ownsSocket: true);
        _reader = new StreamReader(_stream);
    }

    /// <summary>The socket of a home; its folder is its owner's alone.</summary>
    public static string PathIn(string home) => Path.Combine(home, "node.sock");

    /// <summary>The next message; null at the end, or for a line that is none or longer than <paramref name="longest"/> characters.</summary>
    public async Task<LocalMessage?> ReadAsync(int longest, CancellationToken cancelled)
    {
        var line = new System.Text.StringBuilder();
        char[] one = new char[1];
        while (await _reader.ReadAsync(one.AsMemory(), cancelled).ConfigureAwait(false) == 1)
        {
            if (one[0] == '\n')
                return Parse(line.ToString());
            if (line.Length == longest)
                return null;
            line.Append(one[0]);
        }
        return null;
    }

    /// <summary>Sends a message; false when the other side has gone.</summary>
    public bool Write(LocalMessage message)
    {
        byte[] line = [.. JsonSerializer.SerializeToUtf8Bytes(message, LocalMessageFormat.Default.LocalMessage), (byte)'\n'];
        try
        {
            lock (_gate)
                _stream.Write(line);
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }

    public void Dispose()
    {
        _reader.Dispose();
        _stream.Dispose();
    }

    private static LocalMessage? Parse(string line)
    {
        try
        {
            return JsonSerializer.Deserialize(line, LocalMessageFormat.Default.LocalMessage);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
