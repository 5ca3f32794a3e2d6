using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using Jangbu.WebRtc;
using Jangbu.WebRtc.Drivers;
using Jangbu.WebRtc.Ice;
using Jangbu.WebRtc.Dtls;
using Jangbu.WebRtc.Sdp;
using Jangbu.WebRtc.Turn;

namespace Jangbu.Bench.DataChannelPeer;

/// <summary>
/// One end, with all its work on the loop's thread; lines come from a thread of their own, which only reads.
/// </summary>
internal sealed class Peer : IPeerConnectionObserver, IDisposable
{
    private readonly PeerArguments _arguments;
    private readonly RandomNumberGenerator _random = RandomNumberGenerator.Create();
    private readonly DtlsCertificate _certificate = DtlsCertificate.Create(DateTimeOffset.UtcNow);
    private readonly BlockingCollection<string?> _lines = [];
    private readonly PeerConnectionLoop _loop;
    private readonly Dictionary<PeerConnection, IWork> _work = [];
    private readonly JsonSerializerOptions _json = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private IReadOnlyList<IPEndPoint> _stun = [];
    private IReadOnlyList<TurnServer> _turn = [];
    private PeerConnection? _current;
    private bool _inputEnded;

    public Peer(PeerArguments arguments)
    {
        _arguments = arguments;
        _loop = new PeerConnectionLoop(this, arguments.Loopback);
    }

    public async Task<int> RunAsync()
    {
        foreach (IceServer server in _arguments.Servers.Where(server => !server.IsTurn))
            _stun = [.. _stun, .. await server.ResolveAsync()];
        foreach (IceServer server in _arguments.Servers)
            _turn = [.. _turn, .. await server.ResolveTurnAsync()];
        new Thread(ReadLines) { IsBackground = true }.Start();
        int result = _arguments.IsAnswerer ? Answer() : Offer();
        _loop.Dispose();
        return result;
    }

    public void Take(TimeSpan now, PeerConnection connection, in PeerConnectionEvent e)
    {
        if (e.Kind == PeerConnectionEventKind.GatheringDone)
            Print(new { type = connection.Role == PeerRole.Offerer ? "offer" : "answer", sdp = connection.CreateDescription().ToString() });
        else if (_work.TryGetValue(connection, out IWork? work))
            work.Take(now, in e);
        // Not on stdout, which holds JSON alone: tests/labs/nat_matrix.py wants to know whether a path is direct.
        if (e.Kind == PeerConnectionEventKind.IceConnected)
            Console.Error.WriteLine($"path {Kind(e.Route!.Kind)}");
        if (e.Kind == PeerConnectionEventKind.Closed)
        {
            _work.Remove(connection);
            connection.Dispose();
        }
    }

    private static string Kind(CandidateType type) => type switch
    {
        CandidateType.Host => "host",
        CandidateType.ServerReflexive => "srflx",
        CandidateType.PeerReflexive => "prflx",
        _ => "relay",
    };

    public void Dispose()
    {
        _loop.Dispose();
        _certificate.Dispose();
        _random.Dispose();
        _lines.Dispose();
    }

    private int Answer()
    {
        while (!_inputEnded || _loop.Count > 0)
        {
            while (_lines.TryTake(out string? line))
            {
                if (_current is not null)
                {
                    _current.Close(_loop.Now);
                    _loop.Touch(_current);
                    _current = null;
                }
                if (line is null)
                {
                    _inputEnded = true;
                    continue;
                }
                _current = Start(PeerRole.Answerer, Describe(line), static _ => new Serving());
            }
            if (!_inputEnded || _loop.Count > 0)
                _loop.Turn();
        }
        return 0;
    }

    private int Offer()
    {
        int count = _arguments.Mode == "setup" ? (int)_arguments.Number("count", 20) : 1;
        List<double> times = [];
        for (int i = 0; i < count; i++)
        {
            long start = System.Diagnostics.Stopwatch.GetTimestamp();
            Working? work = null;
            PeerConnection connection = Start(PeerRole.Offerer, null, created => work = Working.Create(_arguments, created));
            bool answered = false;
            while (!work!.IsDone)
            {
                if (!answered && _lines.TryTake(out string? line))
                {
                    if (line is null)
                        return Fail("no answer came");
                    answered = true;
                    connection.SetRemoteDescription(_loop.Now, Describe(line));
                    _loop.Touch(connection);
                }
                if (connection.State == PeerConnectionState.Closed && !work.IsDone)
                    return Fail($"the connection closed: {connection.CloseReason}");
                _loop.Turn(work.Patience(_loop.Now));
                work.Advance(_loop.Now);
                _loop.Touch(connection);
            }
            times.Add(System.Diagnostics.Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            if (_arguments.Mode != "setup")
                Print(work.Result);
            connection.Close(_loop.Now);
            _loop.Touch(connection);
            while (_loop.Count > 0)
                _loop.Turn();
        }
        if (_arguments.Mode == "setup")
        {
            times.Sort();
            Print(new { median_ms = times[count / 2], min_ms = times[0], p90_ms = times[Math.Min(count - 1, (int)(count * 0.9))], max_ms = times[^1] });
        }
        return 0;
    }

    private PeerConnection Start(PeerRole role, SessionDescription? offer, Func<PeerConnection, IWork> work)
    {
        var options = new PeerConnectionOptions
        {
            Role = role,
            Certificate = _certificate,
            StunServers = _stun,
            TurnServers = _turn,
            Ice = new() { Controlling = false, RelayOnly = _arguments.RelayOnly },
        };
        var connection = new PeerConnection(options, _random);
        _work.Add(connection, work(connection));
        if (offer is not null)
            connection.SetRemoteDescription(_loop.Now, offer);
        _loop.Add(connection);
        return connection;
    }

    private static SessionDescription Describe(string line)
    {
        string sdp = JsonNode.Parse(line)?["sdp"]?.GetValue<string>() ?? "";
        return SessionDescription.TryParse(sdp, out SessionDescription? description, out SdpError error)
            ? description!
            : throw new FormatException($"the description cannot be used: {error}");
    }

    private void ReadLines()
    {
        while (Console.In.ReadLine() is { } line)
        {
            if (line.Length == 0)
                continue;
            _lines.Add(line);
            _loop.Wake();
        }
        _lines.Add(null);
        _loop.Wake();
    }

    private void Print(object value)
    {
        Console.Out.WriteLine(JsonSerializer.Serialize(value, _json));
        Console.Out.Flush();
    }

    private static int Fail(string message)
    {
        Console.Error.WriteLine(message);
        return 1;
    }
}

/// <summary>What is done with a connection's events.</summary>
internal interface IWork
{
    void Take(TimeSpan now, in PeerConnectionEvent e);
}
