using Jangbu.WebRtc.Dcep;
using Jangbu.WebRtc.Dtls;
using Jangbu.WebRtc.Sctp;

namespace Jangbu.WebRtc;

/// <summary>Channels: made, announced, closed.</summary>
public sealed partial class PeerConnection
{
    private readonly List<DataChannel> _earlyChannels = [];
    private readonly Dictionary<Channel, DataChannel> _byChannel = [];
    private bool _closedTold;

    /// <summary>The channels of the association; null until the peer's description, which names its port, is known.</summary>
    internal DataChannelSet? Channels { get; private set; }

    /// <summary>
    /// Opens a channel, at any time: what is sent on it early waits. <see cref="PeerConnectionEventKind.ChannelOpened"/> comes when the peer has
    /// agreed; <see cref="PeerConnectionEventKind.ChannelClosed"/> when it cannot be had.
    /// </summary>
    /// <exception cref="ArgumentException">An option is out of its range, or a negotiated number is in use.</exception>
    /// <exception cref="InvalidOperationException">The connection is closing or closed, or there are too many channels.</exception>
    public DataChannel CreateDataChannel(TimeSpan now, ChannelOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Check();
        if (State is PeerConnectionState.Closing or PeerConnectionState.Closed)
            throw new InvalidOperationException($"the connection is {State}: no channel can be opened on it");
        var channel = new DataChannel(this, options);
        if (_channelsStarted)
            _byChannel.Add(channel.Open(now, Channels!), channel);
        else
            _earlyChannels.Add(channel);
        return channel;
    }

    /// <summary>Opens an ordered, reliable channel.</summary>
    public DataChannel CreateDataChannel(TimeSpan now, string label, string protocol = "") =>
        CreateDataChannel(now, new ChannelOptions { Label = label, Protocol = protocol });

    /// <summary>Takes the next event; a payload is valid until the next call.</summary>
    public bool TryDequeue(out PeerConnectionEvent e)
    {
        while (!_events.TryDequeue(out e))
        {
            if (Channels is null || !Channels.TryDequeue(out ChannelEvent happened))
                return TryTellClosed(out e);
            if (Translate(happened, out e))
                return true;
        }
        return true;
    }

    internal void CloseEarly(DataChannel channel)
    {
        _earlyChannels.Remove(channel);
        channel.MarkClosed();
        _events.Enqueue(new(PeerConnectionEventKind.ChannelClosed, channel));
    }

    /// <summary>
    /// DTLS stands. Who was its client sends INIT and the server answers (RFC 8841 §9.3 lets either begin), which saves a crossing; a server
    /// whose client does not begin does so itself after a while.
    /// </summary>
    private void PrepareAssociation(TimeSpan now)
    {
        _associationStarted = true;
        _events.Enqueue(new(PeerConnectionEventKind.DtlsConnected));
        _startAt = _dtlsRole == DtlsRole.Server ? now + ServerPatience : now;
        StartAssociationIfDue(now);
    }

    /// <summary>Gives channels their numbers and sends INIT, or joins the association that the peer began.</summary>
    private void StartAssociationIfDue(TimeSpan now)
    {
        if (_startAt is not { } at || (now < at && _association!.State == AssociationState.Closed))
            return;
        _startAt = null;
        foreach (DataChannel channel in _earlyChannels)
            _byChannel.Add(channel.Open(now, Channels!), channel);
        Channels!.Start(now, _dtlsRole == DtlsRole.Client);
        foreach (DataChannel channel in _earlyChannels.ToArray())
            channel.SendEarly(now);
        _earlyChannels.Clear();
        _channelsStarted = true;
    }

    private bool _channelsStarted;
    private TimeSpan? _startAt;

    private static readonly TimeSpan ServerPatience = TimeSpan.FromMilliseconds(500);

    /// <returns>False when it means nothing to the user.</returns>
    private bool Translate(in ChannelEvent happened, out PeerConnectionEvent e)
    {
        e = default;
        switch (happened.Kind)
        {
            case ChannelEventKind.Message:
                e = new(PeerConnectionEventKind.MessageReceived, Of(happened.Channel!), happened.IsText, happened.Payload);
                return true;
            case ChannelEventKind.BufferedAmountLow:
                e = new(PeerConnectionEventKind.BufferedAmountLow, Of(happened.Channel!));
                return true;
            case ChannelEventKind.Established:
                State = State == PeerConnectionState.Connecting ? PeerConnectionState.Connected : State;
                e = new(PeerConnectionEventKind.Connected);
                return true;
            case ChannelEventKind.Opened:
                e = new(PeerConnectionEventKind.ChannelOpened, Of(happened.Channel!));
                return true;
            case ChannelEventKind.Closed:
                DataChannel closed = Of(happened.Channel!);
                closed.MarkClosed();
                _byChannel.Remove(happened.Channel!);
                e = new(PeerConnectionEventKind.ChannelClosed, closed);
                ContinueClosing();
                return true;
            case ChannelEventKind.AssociationClosed:
                AfterAssociation(happened.Reason);
                return false;
            default:
                return false; // the peer closes a channel: Closed follows
        }
    }

    private DataChannel Of(Channel channel)
    {
        if (!_byChannel.TryGetValue(channel, out DataChannel? known))
            _byChannel.Add(channel, known = new DataChannel(this, channel.Options, channel));
        return known;
    }

    /// <summary>The last events of all, after every message that came before the end: channels that nobody closed, then the connection.</summary>
    private bool TryTellClosed(out PeerConnectionEvent e)
    {
        e = default;
        if (State != PeerConnectionState.Closed || _closedTold)
            return false;
        foreach ((Channel key, DataChannel left) in _byChannel)
        {
            _byChannel.Remove(key);
            left.MarkClosed();
            e = new(PeerConnectionEventKind.ChannelClosed, left);
            return true;
        }
        _closedTold = true;
        e = new(PeerConnectionEventKind.Closed, Reason: CloseReason);
        return true;
    }
}
