using Jangbu.WebRtc.Sctp;

namespace Jangbu.WebRtc.Dcep;

/// <summary>From what the association tells to what it means for a channel.</summary>
public sealed partial class DataChannelSet
{
    /// <returns>False when it means nothing to the layer above, or when what it means stands in the queue.</returns>
    private bool Handle(in AssociationEvent happened, out ChannelEvent channelEvent)
    {
        channelEvent = default;
        switch (happened.Kind)
        {
            case AssociationEventKind.Message:
                return HandleMessage(happened, out channelEvent);
            case AssociationEventKind.Established:
                HandleEstablished();
                return false;
            case AssociationEventKind.BufferedAmountLow:
                channelEvent = new ChannelEvent(ChannelEventKind.BufferedAmountLow, _channels.GetValueOrDefault(happened.Stream));
                return channelEvent.Channel is { State: ChannelState.Open or ChannelState.Connecting };
            case AssociationEventKind.IncomingStreamReset:
                HandleIncomingReset(happened.Stream);
                return false;
            case AssociationEventKind.OutgoingStreamReset:
                HandleOutgoingReset(happened.Stream);
                return false;
            case AssociationEventKind.Restarted:
                CloseAll();
                return false;
            default:
                CloseAll();
                _events.Enqueue(new ChannelEvent(ChannelEventKind.AssociationClosed, Reason: happened.Reason));
                return false;
        }
    }

    private void HandleEstablished()
    {
        _events.Enqueue(new ChannelEvent(ChannelEventKind.Established));
        foreach (Channel channel in _channels.Values.ToArray())
        {
            if (channel.Id!.Value.Value >= Association.OutboundStreams)
                Closed(channel); // the peer takes fewer streams than we hoped
            else if (channel.Options.Negotiated is not null && channel.State == ChannelState.Connecting)
                Opened(channel);
        }
    }

    private bool HandleMessage(in AssociationEvent happened, out ChannelEvent channelEvent)
    {
        channelEvent = default;
        if (happened.Protocol == PayloadProtocol.Dcep)
        {
            HandleDcep(happened.Stream, happened.Payload.Span);
            return false;
        }
        bool text = happened.Protocol is PayloadProtocol.Text or PayloadProtocol.TextEmpty;
        bool empty = happened.Protocol is PayloadProtocol.TextEmpty or PayloadProtocol.BinaryEmpty;
        bool binary = happened.Protocol is PayloadProtocol.Binary or PayloadProtocol.BinaryEmpty;
        if (!(text || binary) || !_channels.TryGetValue(happened.Stream, out Channel? channel) || channel.State == ChannelState.Closed)
        {
            _stats.MessagesDropped++;
            return false;
        }
        // Data on a channel that we opened says as much as an ACK (RFC 8832 §6): the peer has taken the OPEN.
        if (channel.State == ChannelState.Connecting)
        {
            channel.IsAcknowledged = true;
            channel.State = ChannelState.Open;
            _events.Enqueue(new ChannelEvent(ChannelEventKind.Message, channel, text, empty ? default : happened.Payload));
            channelEvent = new ChannelEvent(ChannelEventKind.Opened, channel);
            return true;
        }
        channelEvent = new ChannelEvent(ChannelEventKind.Message, channel, text, empty ? default : happened.Payload);
        return true;
    }

    private void HandleDcep(StreamId stream, ReadOnlySpan<byte> message)
    {
        if (message.Length == 1 && message[0] == Acknowledgement[0])
        {
            if (!_channels.TryGetValue(stream, out Channel? ours) || !ours.IsOurs)
            {
                _stats.MessagesDropped++;
                return;
            }
            ours.IsAcknowledged = true;
            if (ours.State == ChannelState.Connecting)
                Opened(ours);
            return;
        }
        // The peer may have had our reset and not we its answer: for the peer the number is free, and it opens the next channel on it.
        bool follows = _channels.TryGetValue(stream, out Channel? last) && last is { State: ChannelState.Closing, IncomingReset: true, FollowsAReset: false };
        if (follows)
            Closed(last!);
        if (!DcepOpen.TryRead(message, out DcepOpen open) || !MayOpen(stream, open, out ChannelOptions options))
        {
            _stats.OpensRefused++;
            // The refusal that RFC 8832 §6 knows; a stream in use is left to the channel that has it.
            if (!_channels.ContainsKey(stream))
                Association.ResetStream(_now, stream);
            return;
        }
        Channel channel = new(options, isOurs: false) { Id = stream, IsAcknowledged = true, FollowsAReset = follows };
        _channels.Add(stream, channel);
        _labelBytes += LabelBytes(options);
        Association.SendControl(_now, stream, Acknowledgement);
        Opened(channel);
    }

    private bool MayOpen(StreamId stream, in DcepOpen open, out ChannelOptions options)
    {
        options = new ChannelOptions
        {
            Label = open.Label,
            Protocol = open.Protocol,
            Ordered = open.IsOrdered,
            MaxRetransmits = open.Reliability.MaxRetransmits,
            MaxPacketLifeTime = open.Reliability.MaxPacketLifeTime is { } life && life.TotalMilliseconds > int.MaxValue
                ? null
                : open.Reliability.MaxPacketLifeTime,
            Priority = open.Priority,
        };
        bool theirParity = _parity < 0 || (stream.Value & 1) != _parity;
        return _options.AcceptChannels && theirParity && !_channels.ContainsKey(stream) && stream.Value < Association.OutboundStreams
            && _channels.Count + _unnumbered.Count < _options.MaxChannels && _labelBytes + LabelBytes(options) <= _options.MaxLabelBytes;
    }

    /// <summary>The peer resets its stream: we reset ours, or its channel stays in "closing" and the number is lost (pion/sctp #238, str0m #286).</summary>
    private void HandleIncomingReset(StreamId stream)
    {
        if (!_channels.TryGetValue(stream, out Channel? channel))
            return;
        channel.IncomingReset = true;
        if (channel.State is ChannelState.Connecting or ChannelState.Open)
        {
            channel.State = ChannelState.Closing;
            _events.Enqueue(new ChannelEvent(ChannelEventKind.Closing, channel));
            ResetOurs(channel, stream);
        }
        if (channel.OutgoingReset)
            Closed(channel);
    }

    private void HandleOutgoingReset(StreamId stream)
    {
        if (!_channels.TryGetValue(stream, out Channel? channel))
            return;
        if (channel.FollowsAReset)
        {
            channel.FollowsAReset = false;
            if (channel.State == ChannelState.Closing)
                Association.ResetStream(_now, stream);
            return;
        }
        channel.OutgoingReset = true;
        if (channel.IncomingReset || channel.State == ChannelState.Connecting)
            Closed(channel);
    }

    private void CloseAll()
    {
        foreach (Channel channel in _channels.Values.ToArray())
            Closed(channel);
        foreach (Channel channel in _unnumbered.ToArray())
            Closed(channel);
        _unnumbered.Clear();
    }
}
