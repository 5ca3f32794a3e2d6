using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Jangbu.Interop.Tests.WebRtc;

/// <summary>Another stack in a process of its own, spoken to by JSON lines as bench/DataChannelPeer is.</summary>
internal sealed class LinePeer : IDisposable
{
    private readonly Process _process;
    private readonly Task<string> _errors;

    private LinePeer(Process process)
    {
        _process = process;
        _errors = process.StandardError.ReadToEndAsync();
    }

    /// <summary>Starts <c>aiortc</c>, <c>libdatachannel</c> or <c>werift</c>; skips the test when it is not installed.</summary>
    public static LinePeer Start(string stack, params string[] arguments)
    {
        if (stack == "aiortc")
        {
            PeerProgram.RequirePython("aiortc");
            return new(PeerProgram.Start(PeerProgram.Python, [Path.Combine(PeerProgram.Peers, "aiortc_peer.py"), .. arguments]));
        }
        PeerProgram.RequireNode(stack == "libdatachannel" ? "node-datachannel" : stack);
        return new(PeerProgram.Start("/usr/bin/env", ["node", Path.Combine(PeerProgram.Peers, $"{stack}-peer.mjs"), .. arguments]));
    }

    public void Write(string type, string sdp)
    {
        _process.StandardInput.WriteLine(JsonSerializer.Serialize(new { type, sdp }));
        _process.StandardInput.Flush();
    }

    public async Task<JsonNode> ReadAsync(CancellationToken cancellationToken)
    {
        string? line = await _process.StandardOutput.ReadLineAsync(cancellationToken);
        return JsonNode.Parse(line ?? throw new IOException($"the peer ended: {await _errors}"))!;
    }

    public void Dispose()
    {
        _process.StandardInput.Close();
        if (!_process.WaitForExit(2_000))
            _process.Kill(entireProcessTree: true);
        _process.Dispose();
    }
}
