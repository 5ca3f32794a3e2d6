using System.Diagnostics.CodeAnalysis;
using System.Text;
using Jangbu.WebRtc.Sctp;

namespace Jangbu.WebRtc.Dcep;

/// <summary>
/// The data channels of one association (RFC 8831): opened by DCEP (RFC 8832) or by agreement, each a pair of streams, closed by resetting
/// both. Channels may be opened before the DTLS role is known, and sent on as soon as it is, before the association stands.
/// </summary>
/// <remarks>
/// The owner feeds packets and time to <see cref="Association"/>, drains <see cref="TryDequeue"/> here, and then
/// <see cref="Sctp.Association.TryTransmit"/> there: reading an event may answer it. Not thread-safe.
/// </remarks>
public sealed partial class DataChannelSet
{
    /// <summary>What a peer takes that does not say (RFC 8841 §6.1).</summary>
    public const int DefaultPeerMaxMessageSize = 65_536;

    private static readonly byte[] Acknowledgement = [2];
    private static readonly byte[] EmptyMessage = [0];

    private readonly DataChannelSetOptions _options;
    private readonly Dictionary<StreamId, Channel> _channels = [];
    private readonly List<Channel> _unnumbered = [];
    private readonly Queue<ChannelEvent> _events = [];
    private DataChannelSetStats _stats;
    private TimeSpan _now;
    private int _parity = -1;
    private int _labelBytes;

    /// <summary>Makes a set without channels over an association that this set alone reads events from.</summary>
    public DataChannelSet(Association association, DataChannelSetOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(association);
        Association = association;
        _options = options ?? new DataChannelSetOptions();
        _options.Check();
    }

    /// <summary>The association beneath.</summary>
    public Association Association { get; }

    /// <summary>The channels that have a number and are not closed.</summary>
    public IReadOnlyCollection<Channel> Channels => _channels.Values;

    /// <summary>The longest message that the peer takes, as its <c>a=max-message-size</c> says; 0 for no limit.</summary>
    public long PeerMaxMessageSize { get; set; } = DefaultPeerMaxMessageSize;

    /// <summary>Counters.</summary>
    public DataChannelSetStats Stats => _stats;

    /// <summary>
    /// Says which side of DTLS we are, gives waiting channels their numbers (client even, server odd: RFC 8832 §6) and begins the association.
    /// </summary>
    /// <exception cref="InvalidOperationException">It was started before.</exception>
    public void Start(TimeSpan now, bool isDtlsClient)
    {
        if (_parity >= 0)
            throw new InvalidOperationException("The channels have been started already; the DTLS role is settled once.");
        _now = now;
        _parity = isDtlsClient ? 0 : 1;
        foreach (Channel channel in _unnumbered)
            Begin(channel);
        _unnumbered.Clear();
        Association.Connect(now);
    }

    /// <summary>
    /// Opens a channel. It can be sent on as soon as it has a number; <see cref="ChannelEventKind.Opened"/> comes when the peer has acknowledged it, or
    /// <see cref="ChannelEventKind.Closed"/> when there was no number left or the peer takes fewer streams.
    /// </summary>
    /// <exception cref="ArgumentException">An option is out of its range, or a negotiated number is in use.</exception>
    /// <exception cref="InvalidOperationException">There are <see cref="DataChannelSetOptions.MaxChannels"/> channels, or the association has ended.</exception>
    public Channel Open(TimeSpan now, ChannelOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Check();
        _now = now;
        if (Association.IsEnded)
            throw new InvalidOperationException("The association has ended; no channel can be opened on it.");
        if (_channels.Count + _unnumbered.Count >= _options.MaxChannels)
            throw new InvalidOperationException($"There are {_options.MaxChannels} channels already (MaxChannels).");
        Channel channel = new(options, isOurs: true);
        if (options.Negotiated is { } agreed)
        {
            if (_channels.ContainsKey(agreed))
                throw new ArgumentException($"Stream {agreed} is a channel already.", nameof(options));
            channel.Id = agreed;
            channel.IsAcknowledged = true;
            _channels.Add(agreed, channel);
            if (Association.State == AssociationState.Established)
                Opened(channel);
        }
        else if (_parity < 0)
        {
            _unnumbered.Add(channel);
        }
        else
        {
            Begin(channel);
        }
        return channel;
    }

    /// <summary>Sends a message on a channel that is connecting or open.</summary>
    /// <param name="isText">Whether the bytes are UTF-8 text.</param>
    /// <param name="payload">Any length from 0 to <see cref="PeerMaxMessageSize"/>.</param>
    /// <returns><see cref="SendResult.TooLong"/> past what the peer takes; <see cref="SendResult.NoSuchStream"/> while the channel has no number.</returns>
    public SendResult Send(TimeSpan now, Channel channel, bool isText, ReadOnlySpan<byte> payload)
    {
        ArgumentNullException.ThrowIfNull(channel);
        _now = now;
        if (channel.State is ChannelState.Closing or ChannelState.Closed)
            return SendResult.Closed;
        if (PeerMaxMessageSize > 0 && payload.Length > PeerMaxMessageSize)
            return SendResult.TooLong;
        if (channel.Id is not { } id)
            return SendResult.NoSuchStream;
        PayloadProtocol protocol = (isText, payload.IsEmpty) switch
        {
            (true, false) => PayloadProtocol.Text,
            (true, true) => PayloadProtocol.TextEmpty,
            (false, false) => PayloadProtocol.Binary,
            (false, true) => PayloadProtocol.BinaryEmpty,
        };
        ChannelOptions options = channel.Options;
        bool ordered = options.Ordered || !channel.IsAcknowledged;
        return Association.Send(now, id, protocol, payload.IsEmpty ? EmptyMessage : payload, ordered, options.Reliability);
    }

    /// <summary>Bytes sent on a channel that have not left for the first time.</summary>
    public int BufferedAmount(Channel channel)
    {
        ArgumentNullException.ThrowIfNull(channel);
        return channel.Id is { } id && channel.State != ChannelState.Closed ? Association.BufferedAmountOf(id) : 0;
    }

    /// <summary>Sets at how many waiting bytes <see cref="ChannelEventKind.BufferedAmountLow"/> comes, when they fall to it from above.</summary>
    public void SetBufferedAmountLowThreshold(Channel channel, int threshold)
    {
        ArgumentNullException.ThrowIfNull(channel);
        ArgumentOutOfRangeException.ThrowIfNegative(threshold);
        channel.LowThreshold = threshold;
        if (channel.Id is { } id && channel.State != ChannelState.Closed)
            Association.SetBufferedAmountLowThreshold(id, threshold);
    }

    /// <summary>Closes a channel: what was sent still arrives, then both streams are reset.</summary>
    public void Close(TimeSpan now, Channel channel)
    {
        ArgumentNullException.ThrowIfNull(channel);
        _now = now;
        if (channel.State is ChannelState.Closing or ChannelState.Closed)
            return;
        if (channel.Id is not { } id)
        {
            _unnumbered.Remove(channel);
            Closed(channel);
            return;
        }
        channel.State = ChannelState.Closing;
        ResetOurs(channel, id);
    }

    /// <summary>Gives the next event; a message's bytes are valid until the next call.</summary>
    public bool TryDequeue(out ChannelEvent channelEvent)
    {
        while (!_events.TryDequeue(out channelEvent))
        {
            if (!Association.TryDequeue(out AssociationEvent happened))
                return false;
            if (Handle(happened, out channelEvent))
                return true;
        }
        return true;
    }

    private void Begin(Channel channel)
    {
        if (!TryFindNumber(out StreamId? id))
        {
            Closed(channel);
            return;
        }
        channel.Id = id;
        _channels.Add(id.Value, channel);
        Association.SetBufferedAmountLowThreshold(id.Value, channel.LowThreshold);
        ChannelOptions options = channel.Options;
        byte[] open = new DcepOpen(options.Label, options.Protocol, options.Ordered, options.Reliability, options.Priority).Marshal();
        if (Association.SendControl(_now, id.Value, open) != SendResult.Queued)
            Closed(channel);
    }

    /// <summary>The lowest free number of our parity below both sides' number of streams; 65,535 is no stream (RFC 8831 §6.5).</summary>
    private bool TryFindNumber([NotNullWhen(true)] out StreamId? id)
    {
        for (int number = _parity; number < Math.Min(Association.OutboundStreams, ushort.MaxValue); number += 2)
        {
            id = new StreamId((ushort)number);
            if (!_channels.ContainsKey(id.Value))
                return true;
        }
        id = null;
        return false;
    }

    /// <summary>Resets our stream of a channel; when that of the channel before it is not finished, then after it.</summary>
    private void ResetOurs(Channel channel, StreamId id)
    {
        if (!channel.FollowsAReset)
            Association.ResetStream(_now, id);
    }

    private void Opened(Channel channel)
    {
        channel.State = ChannelState.Open;
        _events.Enqueue(new ChannelEvent(ChannelEventKind.Opened, channel));
    }

    private void Closed(Channel channel)
    {
        if (channel.State == ChannelState.Closed)
            return;
        channel.State = ChannelState.Closed;
        if (channel.Id is { } id && _channels.TryGetValue(id, out Channel? holder) && holder == channel)
            _channels.Remove(id);
        if (!channel.IsOurs)
            _labelBytes -= LabelBytes(channel.Options);
        _events.Enqueue(new ChannelEvent(ChannelEventKind.Closed, channel));
    }

    private static int LabelBytes(ChannelOptions options) =>
        Encoding.UTF8.GetByteCount(options.Label) + Encoding.UTF8.GetByteCount(options.Protocol);
}
