using System.Net;
using System.Security.Cryptography;
using Jangbu.Node.Slots;
using Jangbu.WebRtc;
using Jangbu.WebRtc.Dcep;
using Jangbu.WebRtc.Ice;
using Jangbu.WebRtc.Sctp;
using Jangbu.WebRtc.Sdp;
using SlotCandidateType = Jangbu.Node.Slots.CandidateType;

namespace Jangbu.Node;

/// <summary>A road over WebRTC: ICE, DTLS, SCTP, one data channel <c>jangbu</c> (PROTOCOL §4.3, §5).</summary>
internal sealed class PeerRoad : IRoad
{
    private readonly PeerConnection _connection;
    private readonly Queue<RoadEvent> _events = [];
    private readonly Queue<string> _waiting = [];
    private readonly bool _loopback;
    private SessionDescription? _remote;
    private DataChannel? _channel;
    private bool _isOpen;

    /// <summary>Begins to gather over these sockets.</summary>
    public PeerRoad(Moment now, PeerConnectionOptions options, IReadOnlyList<IPEndPoint> locals, bool loopback, RandomNumberGenerator random)
    {
        _loopback = loopback;
        _connection = new PeerConnection(options, random);
        foreach (IPEndPoint local in locals)
            _connection.AddLocalAddress(now.Now, local);
        if (options.Role == PeerRole.Offerer)
            _channel = _connection.CreateDataChannel(now.Now, Label, Protocol);
        _connection.Gather(now.Now);
    }

    /// <inheritdoc/>
    public TimeSpan? Deadline => _connection.Deadline;

    /// <inheritdoc/>
    public Description Describe()
    {
        SessionDescription mine = _connection.CreateDescription();
        return new Description
        {
            Candidates =
            [
                .. mine.Candidates.Where(candidate => candidate.Type != WebRtc.Ice.CandidateType.PeerReflexive).OrderByDescending(candidate => candidate.Priority)
                    .Take(Description.MaxCandidates).Select(candidate => new DescribedCandidate((SlotCandidateType)candidate.Type, candidate.Priority, candidate.EndPoint)),
            ],
            Fingerprint = mine.Fingerprints[0].Value.ToArray(),
            MaxMessageSize = mine.LargestMessage,
            Ufrag = mine.Credentials.UsernameFragment,
            Password = mine.Credentials.Password,
        };
    }

    /// <inheritdoc/>
    public bool TryAccept(Moment now, Description remote)
    {
        Description usable = remote with { Candidates = [.. remote.Candidates.Where(candidate => _loopback || !IPAddress.IsLoopback(candidate.EndPoint.Address))] };
        // My offer means that theirs is the answer, and the other way round.
        bool offer = _connection.Role == PeerRole.Answerer;
        return SessionDescription.TryParse(usable.ToSdp(offer), out _remote, out _) && _connection.SetRemoteDescription(now.Now, _remote!);
    }

    /// <inheritdoc/>
    public void Receive(Moment now, IPEndPoint local, IPEndPoint remote, ReadOnlySpan<byte> datagram) => _connection.Receive(now.Now, local, remote, datagram);

    /// <inheritdoc/>
    public void Advance(Moment now) => _connection.Advance(now.Now);

    /// <inheritdoc/>
    public bool TryTransmit(Span<byte> datagram, out int length, out IPEndPoint local, out IPEndPoint remote) =>
        _connection.TryTransmit(datagram, out length, out local, out remote);

    /// <inheritdoc/>
    public bool TryDequeue(Moment now, out RoadEvent happened)
    {
        while (!_events.TryDequeue(out happened!))
        {
            if (!_connection.TryDequeue(out PeerConnectionEvent e))
                return false;
            Take(now, e);
        }
        return true;
    }

    /// <inheritdoc/>
    public void Send(Moment now, string text)
    {
        _waiting.Enqueue(text);
        SendWaiting(now);
    }

    /// <inheritdoc/>
    public void Close(Moment now) => _connection.Close(now.Now);

    /// <inheritdoc/>
    public void Abort(Moment now) => _connection.Abort(now.Now);

    /// <inheritdoc/>
    public void Dispose() => _connection.Dispose();

    private void Take(Moment now, in PeerConnectionEvent e)
    {
        switch (e.Kind)
        {
            case PeerConnectionEventKind.GatheringDone:
                _events.Enqueue(new RoadEvent.Gathered());
                break;
            case PeerConnectionEventKind.IceConnected:
                _events.Enqueue(new RoadEvent.PathFound(Spell(e.Route!.Kind)));
                break;
            case PeerConnectionEventKind.DtlsConnected:
                _events.Enqueue(new RoadEvent.Encrypted());
                break;
            case PeerConnectionEventKind.ChannelOpened:
                TakeChannel(now, e.Channel!);
                break;
            case PeerConnectionEventKind.MessageReceived when e.Channel == _channel:
                _events.Enqueue(new RoadEvent.Message(e.Payload, e.IsText));
                break;
            case PeerConnectionEventKind.BufferedAmountLow:
                SendWaiting(now);
                break;
            case PeerConnectionEventKind.ChannelClosed when e.Channel == _channel && _isOpen:
                _connection.Close(now.Now); // Nothing else is spoken on this connection.
                break;
            case PeerConnectionEventKind.Closed:
                _events.Enqueue(new RoadEvent.Closed(Spell(e.Reason)));
                break;
            default:
                break; // Other channels, and the path's ups and downs, which end in Closed or in nothing.
        }
    }

    private void TakeChannel(Moment now, DataChannel channel)
    {
        bool ours = _connection.Role == PeerRole.Offerer ? channel == _channel : _channel is null && channel.Label == Label && channel.Protocol == Protocol;
        if (!ours)
        {
            channel.Close(now.Now);
            return;
        }
        _channel = channel;
        _isOpen = true;
        _events.Enqueue(new RoadEvent.Opened(_remote!.LargestMessage));
    }

    private void SendWaiting(Moment now)
    {
        while (_isOpen && _waiting.TryPeek(out string? text))
        {
            SendResult result = _channel!.Send(now.Now, text);
            if (result == SendResult.BufferFull)
                return;
            _waiting.Dequeue(); // Sent, or never to be: a closed channel's messages are sent again in the next session.
        }
    }

    private static string Spell(WebRtc.Ice.CandidateType kind) => kind switch
    {
        WebRtc.Ice.CandidateType.Host => "host",
        WebRtc.Ice.CandidateType.ServerReflexive => "srflx",
        WebRtc.Ice.CandidateType.PeerReflexive => "prflx",
        _ => "relay",
    };

    private static string Spell(PeerConnectionCloseReason reason) => reason switch
    {
        PeerConnectionCloseReason.ClosedLocally or PeerConnectionCloseReason.ClosedByPeer => "closed",
        PeerConnectionCloseReason.NoPath => "no_path",
        PeerConnectionCloseReason.FingerprintMismatch => "fingerprint_mismatch",
        PeerConnectionCloseReason.AbortedByPeer => "aborted_by_peer",
        PeerConnectionCloseReason.PeerUnreachable => "unreachable",
        _ => "failed",
    };

    /// <summary>PROTOCOL §5.</summary>
    public const string Label = "jangbu";

    /// <summary>PROTOCOL §5.</summary>
    public const string Protocol = "jangbu/1";
}
