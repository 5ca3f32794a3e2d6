using System.Net;
using System.Security.Cryptography;
using Jangbu.WebRtc.Stun;

namespace Jangbu.WebRtc.Turn;

/// <summary>Where an allocation stands.</summary>
// New -> Allocating -> Ready -> Closed
//               \-> Failed  \-> Failed
public enum TurnState
{
    /// <summary>Not begun.</summary>
    New,

    /// <summary>Asked for.</summary>
    Allocating,

    /// <summary>The relayed address is lent.</summary>
    Ready,

    /// <summary>Refused, unanswered, or lost later.</summary>
    Failed,

    /// <summary>Given back.</summary>
    Closed,
}

/// <summary>
/// One relayed address lent by one TURN server to one socket or stream (RFC 8656): allocates, keeps it alive, binds a channel to each peer
/// (which is its permission too), and carries datagrams. An engine of the usual shape; everything it transmits goes to the server.
/// </summary>
public sealed partial class TurnAllocation
{
    /// <summary>As many as a description may have candidates, and some that checks discover.</summary>
    public const int MaxPeers = 48;

    /// <summary>RFC 8656 §2.2's default; asked for explicitly so that the answer can be compared.</summary>
    private const uint WantedLifetimeSeconds = 600;

    /// <summary>Permissions live 300 s and channels 600 s (RFC 8656 §9, §12): renewed well before the shorter.</summary>
    private static readonly TimeSpan PeerRefresh = TimeSpan.FromSeconds(240);

    private static readonly TimeSpan LeastRefresh = TimeSpan.FromSeconds(5);

    private readonly TurnServer _server;
    private readonly RandomNumberGenerator _random;
    private readonly TimeSpan _retransmission;
    private readonly Queue<byte[]> _outgoing = new();
    private readonly Dictionary<IPEndPoint, Peer> _peers = [];
    private readonly Dictionary<int, Peer> _channels = [];
    private TimeSpan _refreshAt;

    /// <summary>Makes an allocation that is not begun.</summary>
    /// <param name="server">Address, transport, credentials.</param>
    /// <param name="random">For transaction ids.</param>
    /// <param name="retransmission">First repetition over UDP; doubled each time, seven sends.</param>
    public TurnAllocation(TurnServer server, RandomNumberGenerator random, TimeSpan retransmission)
    {
        _server = server;
        _random = random;
        _retransmission = retransmission;
    }

    /// <summary>Where it stands.</summary>
    public TurnState State { get; private set; }

    /// <summary>The error code that ended it; 0 when it was silence or a broken answer.</summary>
    public int FailureCode { get; private set; }

    /// <summary>The address lent.</summary>
    public IPEndPoint? Relayed { get; private set; }

    /// <summary>Our outer address as the server sees it.</summary>
    public IPEndPoint? Mapped { get; private set; }

    /// <summary>The server.</summary>
    public TurnServer Server => _server;

    /// <summary>When <see cref="Advance"/> has something to do.</summary>
    public TimeSpan? Deadline
    {
        get
        {
            TimeSpan due = TimeSpan.MaxValue;
            foreach (Transaction transaction in _transactions.Values)
                due = transaction.NextSend < due ? transaction.NextSend : due;
            if (State == TurnState.Ready)
            {
                due = _refreshAt < due ? _refreshAt : due;
                foreach (Peer peer in _peers.Values)
                    due = peer is { IsBound: true, IsRenewing: false } && peer.RefreshAt < due ? peer.RefreshAt : due;
            }

            return due == TimeSpan.MaxValue ? null : due;
        }
    }

    private bool IsStream => _server.Transport != TurnTransport.Udp;

    /// <summary>Asks for a relayed address. The first request is unsigned; the server's 401 brings realm and nonce.</summary>
    public void Start(TimeSpan now)
    {
        if (State != TurnState.New)
            return;
        State = TurnState.Allocating;
        Begin(now, StunMethod.Allocate, null, WantedLifetimeSeconds);
    }

    /// <summary>Gives the address back; the last request is drained by <see cref="TryTransmit"/> and its answer not awaited.</summary>
    public void Close(TimeSpan now)
    {
        if (State == TurnState.Ready)
            Begin(now, StunMethod.Refresh, null, 0);
        State = TurnState.Closed;
        _transactions.Clear();
    }

    /// <summary>Asks whether the server still knows us; it does not (437) when a translator on the way gave us another outer address.</summary>
    public void Probe(TimeSpan now)
    {
        if (State == TurnState.Ready)
            _refreshAt = now;
    }

    /// <summary>Gives up, as when the stream to the server broke.</summary>
    public void Fail() => Fail(0);

    /// <summary>Lets a peer's address in and binds a channel to it. Known or too many peers change nothing.</summary>
    public void AddPeer(TimeSpan now, IPEndPoint peer)
    {
        ArgumentNullException.ThrowIfNull(peer);
        if (State != TurnState.Ready || _peers.Count >= MaxPeers || _peers.ContainsKey(peer))
            return;
        var added = new Peer(peer, ChannelData.FirstChannel + _peers.Count);
        _peers[peer] = added;
        _channels[added.Channel] = added;
        Begin(now, StunMethod.ChannelBind, added, 0);
    }

    /// <summary>Whether data to a peer will pass.</summary>
    public bool IsBound(IPEndPoint peer) => _peers.TryGetValue(peer, out Peer? known) && known.IsBound;

    /// <summary>Whether a peer will not be reached: the server refused it (403, such as private addresses), does not answer about it, or it is one too many.</summary>
    public bool IsRefused(IPEndPoint peer) => !_peers.TryGetValue(peer, out Peer? known) || known.IsRefused;

    /// <summary>Frames a datagram for a bound peer.</summary>
    /// <param name="peer">Where the relay is to send it.</param>
    /// <param name="payload">The datagram.</param>
    /// <param name="destination">At least eight bytes longer than the payload.</param>
    /// <param name="length">Bytes to send to the server.</param>
    /// <returns>False when the peer has no channel (yet).</returns>
    public bool TryWrap(IPEndPoint peer, ReadOnlySpan<byte> payload, Span<byte> destination, out int length)
    {
        length = 0;
        if (State != TurnState.Ready || !_peers.TryGetValue(peer, out Peer? known) || !known.IsBound
            || payload.Length > ushort.MaxValue || destination.Length < payload.Length + 8)
            return false;
        length = ChannelData.Write(destination, known.Channel, payload, IsStream);
        return true;
    }

    /// <summary>Takes what came from the server: a channel frame, a Data indication or an answer.</summary>
    /// <returns>True when it held a peer's datagram.</returns>
    public bool Receive(TimeSpan now, ReadOnlySpan<byte> datagram, out IPEndPoint? peer, out ReadOnlySpan<byte> payload)
    {
        peer = null;
        payload = default;
        if (datagram.Length > 0 && datagram[0] >> 6 == 1)
        {
            if (State != TurnState.Ready || !ChannelData.TryRead(datagram, out int channel, out payload) || !_channels.TryGetValue(channel, out Peer? known))
                return false;
            peer = known.EndPoint;
            return true;
        }

        if (!StunMessage.TryRead(datagram, out StunMessage message))
            return false;
        if (message is { Class: StunClass.Indication, Method: StunMethod.Data })
            return State == TurnState.Ready && message.TryGetAddress(StunAttribute.XorPeerAddress, out peer) && message.TryGet(StunAttribute.Data, out payload);
        if (message.Class is StunClass.Success or StunClass.Error)
            TakeAnswer(now, message);
        return false;
    }

    /// <summary>Repeats what is unanswered and renews what grows old.</summary>
    public void Advance(TimeSpan now)
    {
        AdvanceTransactions(now);
        if (State != TurnState.Ready)
            return;
        if (now >= _refreshAt)
        {
            _refreshAt = now + PeerRefresh;
            Begin(now, StunMethod.Refresh, null, WantedLifetimeSeconds);
        }

        foreach (Peer peer in _peers.Values)
        {
            if (peer is { IsBound: true, IsRenewing: false } && now >= peer.RefreshAt)
            {
                peer.IsRenewing = true;
                Begin(now, StunMethod.ChannelBind, peer, 0);
            }
        }
    }

    /// <summary>Takes the next message for the server.</summary>
    public bool TryTransmit(Span<byte> datagram, out int length)
    {
        bool any = _outgoing.TryDequeue(out byte[]? next);
        length = next?.Length ?? 0;
        next?.CopyTo(datagram);
        return any;
    }

    private void Fail(int code)
    {
        if (State is TurnState.Closed or TurnState.Failed)
            return;
        State = TurnState.Failed;
        FailureCode = code;
        Relayed = null;
        _transactions.Clear();
    }

    /// <summary>One address that the relay passes on to and from.</summary>
    private sealed class Peer(IPEndPoint endpoint, int channel)
    {
        public IPEndPoint EndPoint { get; } = endpoint;
        public int Channel { get; } = channel;
        public bool IsBound { get; set; }
        public bool IsRefused { get; set; }
        public bool IsRenewing { get; set; }
        public TimeSpan RefreshAt { get; set; }
    }
}
