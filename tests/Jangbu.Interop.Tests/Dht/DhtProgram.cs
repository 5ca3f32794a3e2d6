using System.Diagnostics;
using System.Text.Json;

namespace Jangbu.Interop.Tests.Dht;

/// <summary>Somebody else's DHT node in a process of its own.</summary>
internal sealed class DhtProgram : IDhtPeer
{
    private readonly Process process;

    private DhtProgram(string name, Process process)
    {
        Name = name;
        this.process = process;
        // Its complaints are read away, or a full pipe would stop it.
        process.ErrorDataReceived += (_, line) => Complaints += line.Data;
        process.BeginErrorReadLine();
        Port = Read("ready").GetProperty("port").GetInt32();
    }

    public string Name { get; }

    public int Port { get; }

    public string? Complaints { get; private set; }

    public static DhtProgram LibTorrent(int bootstrap)
    {
        PeerProgram.RequirePython("libtorrent");
        return new("libtorrent", PeerProgram.Start(PeerProgram.Python, Script("libtorrent_dht.py"), $"127.0.0.1:{bootstrap}"));
    }

    public static DhtProgram BitTorrentDht(int bootstrap)
    {
        Assert.SkipUnless(Directory.Exists(Script("node_modules")), "npm ci was not run in tests/Jangbu.Interop.Tests/Peers/Dht");
        return new("bittorrent-dht", PeerProgram.Start("node", Script("bittorrent_dht.js"), $"127.0.0.1:{bootstrap}"));
    }

    public JsonElement Ask(string command)
    {
        process.StandardInput.WriteLine(command);
        process.StandardInput.Flush();
        return Read(command);
    }

    public void Dispose()
    {
        process.Kill();
        process.Dispose();
    }

    private static string Script(string name) => Path.Combine(AppContext.BaseDirectory, "Peers", "Dht", name);

    private JsonElement Read(string command)
    {
        Task<string?> line = process.StandardOutput.ReadLineAsync();
        if (!line.Wait(TimeSpan.FromSeconds(60)) || line.Result is null)
            throw new TimeoutException($"{Name}, asked {command}: {Complaints}");
        return JsonDocument.Parse(line.Result).RootElement;
    }
}
