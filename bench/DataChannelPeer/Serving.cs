using System.Text;
using Jangbu.WebRtc;
using Jangbu.WebRtc.Sctp;

namespace Jangbu.Bench.DataChannelPeer;

/// <summary>The answerer: sends every message back, and counts on a channel labelled <c>sink</c>.</summary>
internal sealed class Serving : IWork
{
    private readonly Dictionary<DataChannel, long> _sinks = [];
    private readonly Dictionary<DataChannel, Queue<(bool IsText, byte[] Data)>> _waiting = [];

    public void Take(TimeSpan now, in PeerConnectionEvent e)
    {
        switch (e.Kind)
        {
            case PeerConnectionEventKind.MessageReceived when e.Channel!.Label == "sink":
                if (e.IsText && e.Payload.Span.SequenceEqual("END"u8))
                    e.Channel.Send(now, Encoding.ASCII.GetBytes($"{{\"bytes\":{_sinks.GetValueOrDefault(e.Channel)}}}"), isText: true);
                else
                    _sinks[e.Channel] = _sinks.GetValueOrDefault(e.Channel) + e.Payload.Length;
                break;
            case PeerConnectionEventKind.MessageReceived:
                bool queued = _waiting.TryGetValue(e.Channel!, out var waiting) && waiting.Count > 0;
                // What has no room goes back when there is: nothing may be lost, and nothing may overtake.
                if (queued || e.Channel!.Send(now, e.Payload.Span, e.IsText) == SendResult.BufferFull)
                    Keep(e);
                break;
            case PeerConnectionEventKind.BufferedAmountLow:
                while (_waiting.TryGetValue(e.Channel!, out var kept) && kept.TryPeek(out var next) && e.Channel!.Send(now, next.Data, next.IsText) != SendResult.BufferFull)
                    kept.Dequeue();
                break;
        }
    }

    private void Keep(in PeerConnectionEvent e)
    {
        if (!_waiting.TryGetValue(e.Channel!, out var waiting))
            _waiting[e.Channel!] = waiting = new();
        waiting.Enqueue((e.IsText, e.Payload.ToArray()));
    }
}
