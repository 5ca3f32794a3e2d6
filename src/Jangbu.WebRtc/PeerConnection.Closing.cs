using System.Net;
using Jangbu.WebRtc.Dcep;
using Jangbu.WebRtc.Dtls;
using Jangbu.WebRtc.Sctp;

namespace Jangbu.WebRtc;

/// <summary>The end, in the order channels, association, DTLS, ICE; or at once.</summary>
public sealed partial class PeerConnection
{
    private TimeSpan? _closeDeadline;
    private TimeSpan _now;
    private bool _shutdownBegun;

    /// <summary>
    /// Closes in order: channels are closed after what was sent on them has arrived, then the association is shut down, DTLS says close_notify,
    /// ICE stops. <see cref="PeerConnectionEventKind.Closed"/> follows; after <see cref="PeerConnectionOptions.CloseTimeout"/> it becomes an abort.
    /// </summary>
    public void Close(TimeSpan now)
    {
        if (State is PeerConnectionState.Closing or PeerConnectionState.Closed)
            return;
        _now = now;
        if (State != PeerConnectionState.Connected)
        {
            BreakOff(now, PeerConnectionCloseReason.ClosedLocally);
            return;
        }
        State = PeerConnectionState.Closing;
        _closeDeadline = now + _options.CloseTimeout;
        foreach (Channel channel in Channels!.Channels.ToArray())
            Channels.Close(now, channel);
        ContinueClosing();
    }

    /// <summary>Breaks the connection off: the peer is told by an SCTP ABORT and close_notify, which are the last datagrams, and knows at once.</summary>
    public void Abort(TimeSpan now) => BreakOff(now, PeerConnectionCloseReason.AbortedLocally);

    private void BreakOff(TimeSpan now, PeerConnectionCloseReason reason)
    {
        if (State == PeerConnectionState.Closed)
            return;
        _now = now;
        if (_associationStarted && !_association!.IsEnded)
        {
            _association.Abort(now);
            KeepLast();
        }
        Finish(reason);
    }

    /// <summary>Once every channel is closed, the association may be shut down.</summary>
    private void ContinueClosing()
    {
        if (State != PeerConnectionState.Closing || _shutdownBegun || Channels!.Channels.Count > 0)
            return;
        _shutdownBegun = true;
        _association!.Shutdown(_now);
    }

    private void AfterAssociation(AssociationCloseReason reason)
    {
        if (State == PeerConnectionState.Closed)
            return;
        // Its last packet (ABORT, SHUTDOWN COMPLETE) must leave before DTLS closes over it.
        KeepLast();
        Finish(reason switch
        {
            AssociationCloseReason.Shutdown => State == PeerConnectionState.Closing ? PeerConnectionCloseReason.ClosedLocally : PeerConnectionCloseReason.ClosedByPeer,
            AssociationCloseReason.AbortedLocally => PeerConnectionCloseReason.AbortedLocally,
            AssociationCloseReason.AbortedByPeer => PeerConnectionCloseReason.AbortedByPeer,
            AssociationCloseReason.HandshakeTimedOut or AssociationCloseReason.PeerUnreachable or AssociationCloseReason.PeerStalled => PeerConnectionCloseReason.PeerUnreachable,
            _ => PeerConnectionCloseReason.ProtocolViolation,
        });
    }

    /// <summary>The one way to the end: DTLS says goodbye if it can, ICE stops, and whatever is still to be sent is kept.</summary>
    private void Finish(PeerConnectionCloseReason reason)
    {
        if (State == PeerConnectionState.Closed)
            return;
        if (_dtls is { State: DtlsState.Connected })
            _dtls.Close(_now);
        KeepLast();
        State = PeerConnectionState.Closed;
        CloseReason = reason;
        _closeDeadline = null;
        _ice.Close(_now);
        _early.Clear();
        foreach (DataChannel channel in _earlyChannels.ToArray())
            CloseEarly(channel);
    }

    /// <summary>Takes what the layers have to send now, for they will not be asked again.</summary>
    private void KeepLast()
    {
        Span<byte> datagram = stackalloc byte[MaxDatagramLength];
        while (_last.Count < MaxLastDatagrams && TryProtectAndWrap(datagram, out int length, out IPEndPoint local, out IPEndPoint remote))
            _last.Enqueue((datagram[..length].ToArray(), local, remote));
    }

    /// <summary>An ABORT, a close_notify and what stood before them; data past that would not be waited for anyway.</summary>
    private const int MaxLastDatagrams = 64;
}
