using System.Net;
using Jangbu.WebRtc.Dtls;
using Jangbu.WebRtc.Ice;
using Jangbu.WebRtc.Sctp;
using Jangbu.WebRtc.Turn;

namespace Jangbu.WebRtc;

/// <summary>From datagrams to layers and back.</summary>
public sealed partial class PeerConnection
{
    /// <summary>Datagrams of the peer's DTLS that came before ours was ready: a flight has at most about 8, and a lost one costs a timer of a second.</summary>
    public const int MaxEarlyDatagrams = 16;

    /// <summary>What <see cref="TryTransmit"/> needs of its caller: the longest datagram of any layer.</summary>
    public const int MaxDatagramLength = 2_048;

    // RFC 7983: the first byte tells DTLS (20-63) from STUN (0-3) and TURN's channel data (64-79), which ICE takes itself.
    private const byte FirstDtlsByte = 20, LastDtlsByte = 63;

    private readonly Queue<byte[]> _early = new();
    private readonly Queue<(byte[] Datagram, IPEndPoint Local, IPEndPoint Remote)> _last = new();
    private readonly byte[] _unwrapped = new byte[MaxDatagramLength];
    private Association? _association;
    private readonly byte[] _packet = new byte[MaxDatagramLength];
    private DtlsRole _dtlsRole;
    private bool _associationStarted;
    private IPEndPoint? _provenLocal;
    private IPEndPoint? _provenRemote;

    /// <summary>Takes a datagram from a socket. Never throws for what it holds.</summary>
    /// <param name="now">Monotonic time.</param>
    /// <param name="local">The socket it came in at, as given to <see cref="AddLocalAddress"/>.</param>
    /// <param name="remote">The sender. The same object for the same address is not needed, but spares work.</param>
    /// <param name="datagram">The bytes.</param>
    public void Receive(TimeSpan now, IPEndPoint local, IPEndPoint remote, ReadOnlySpan<byte> datagram)
    {
        if (State == PeerConnectionState.Closed)
            return;
        _now = now;
        _stats.DatagramsReceived++;
        // The path on which the last datagram was found good needs no second look, as long as ICE said nothing new.
        if (ReferenceEquals(remote, _provenRemote) && ReferenceEquals(local, _provenLocal) && IsDtls(datagram))
        {
            TakeDtls(now, datagram);
            return;
        }
        if (_ice.Receive(now, local, remote, datagram, out ReadOnlySpan<byte> payload))
        {
            if (!IsDtls(payload))
                _stats.DatagramsDropped++;
            else
            {
                if (payload.Length == datagram.Length)
                    (_provenLocal, _provenRemote) = (local, remote);
                TakeDtls(now, payload);
            }
        }
        AfterIce(now);
    }

    /// <summary>Takes the next datagram to send.</summary>
    /// <param name="datagram">At least <see cref="MaxDatagramLength"/> bytes.</param>
    /// <param name="length">Bytes written.</param>
    /// <param name="local">The socket to send from.</param>
    /// <param name="remote">The destination.</param>
    public bool TryTransmit(Span<byte> datagram, out int length, out IPEndPoint local, out IPEndPoint remote)
    {
        if (_last.TryDequeue(out (byte[] Datagram, IPEndPoint Local, IPEndPoint Remote) last))
        {
            last.Datagram.CopyTo(datagram);
            (length, local, remote) = (last.Datagram.Length, last.Local, last.Remote);
            _stats.DatagramsSent++;
            return true;
        }
        if (_ice.TryTransmit(datagram, out length, out local, out remote))
        {
            _stats.DatagramsSent++;
            return true;
        }
        if (State == PeerConnectionState.Closed || !TryProtectAndWrap(datagram, out length, out local, out remote))
            return false;
        _stats.DatagramsSent++;
        return true;
    }

    /// <summary>The next datagram of DTLS on the path in use: straight into the caller's buffer, or with a relay's header before it.</summary>
    private bool TryProtectAndWrap(Span<byte> datagram, out int length, out IPEndPoint local, out IPEndPoint remote)
    {
        length = 0;
        (local, remote) = (null!, null!);
        if (_ice.Route is not { } route)
            return false;
        if (!route.IsRelayedByUs)
        {
            (local, remote) = (route.Local, route.Remote);
            return TryProtectNext(datagram, out length);
        }
        // A relay reached by a stream takes the datagram itself: then there is nothing for a socket, and the next one is asked for.
        while (TryProtectNext(_unwrapped, out int plain))
        {
            if (_ice.TryWrap(_unwrapped.AsSpan(0, plain), datagram, out length, out local, out remote))
                return true;
        }
        return false;
    }

    /// <summary>The next datagram of DTLS: its own, or an SCTP packet under its protection.</summary>
    private bool TryProtectNext(Span<byte> datagram, out int length)
    {
        length = 0;
        if (_dtls is null)
            return false;
        if (_dtls.TryTransmit(datagram, out length))
            return true;
        return _associationStarted && _association!.TryTransmit(_packet, out int packet) && _dtls.TryProtect(_packet.AsSpan(0, packet), datagram, out length);
    }

    /// <summary>The driver has connected the stream that <see cref="PeerConnectionEventKind.StreamWanted"/> asked for.</summary>
    public void StreamOpened(TimeSpan now, TurnServer server)
    {
        _ice.StreamOpened(now, server);
        AfterIce(now);
    }

    /// <summary>The stream could not be opened, or broke.</summary>
    public void StreamClosed(TimeSpan now, TurnServer server)
    {
        _ice.StreamClosed(now, server);
        AfterIce(now);
    }

    /// <summary>Bytes from a stream, cut anywhere.</summary>
    public void ReceiveStream(TimeSpan now, TurnServer server, ReadOnlySpan<byte> bytes)
    {
        if (State == PeerConnectionState.Closed)
            return;
        _now = now;
        _ice.ReceiveStream(now, server, bytes);
        AfterIce(now);
        while (_ice.TryDequeuePayload(_unwrapped, out int length))
        {
            _stats.DatagramsReceived++;
            if (IsDtls(_unwrapped.AsSpan(0, length)))
                TakeDtls(now, _unwrapped.AsSpan(0, length));
            else
                _stats.DatagramsDropped++;
        }
    }

    /// <summary>Takes bytes for a stream to a TURN server: as many as fit, in order. To be asked after <see cref="TryTransmit"/>.</summary>
    public bool TryTransmitStream(Span<byte> buffer, out int length, out TurnServer server) => _ice.TryTransmitStream(buffer, out length, out server);

    private void TakeDtls(TimeSpan now, ReadOnlySpan<byte> datagram)
    {
        if (_dtls is null)
        {
            if (_early.Count < MaxEarlyDatagrams && datagram.Length <= MaxDatagramLength)
                _early.Enqueue(datagram.ToArray());
            else
                _stats.DatagramsDropped++;
            return;
        }
        _dtls.Receive(now, datagram);
        AfterDtls(now);
    }

    private void AfterIce(TimeSpan now)
    {
        while (_ice.TryDequeue(out IceEvent e))
        {
            (_provenLocal, _provenRemote) = (null, null);
            switch (e)
            {
                case IceEvent.GatheringDone:
                    _events.Enqueue(new(PeerConnectionEventKind.GatheringDone));
                    break;
                case IceEvent.RouteSelected selected:
                    _events.Enqueue(new(PeerConnectionEventKind.IceConnected, Route: selected.Route));
                    StartDtls(now);
                    break;
                case IceEvent.StreamWanted wanted:
                    _events.Enqueue(new(PeerConnectionEventKind.StreamWanted, Server: wanted.Server));
                    break;
                case IceEvent.StateChanged { State: IceState.Disconnected }:
                    _events.Enqueue(new(PeerConnectionEventKind.IceDisconnected));
                    break;
                case IceEvent.StateChanged { State: IceState.Failed }:
                    Finish(PeerConnectionCloseReason.NoPath);
                    break;
            }
        }
    }

    /// <summary>Begins DTLS on the first path, with the timer its round trip asks for, and with what came before.</summary>
    private void StartDtls(TimeSpan now)
    {
        if (_dtls is not null || _remote is null || State == PeerConnectionState.Closed)
            return;
        TimeSpan twice = (_ice.RoundTrip ?? LikelyRoundTrip) * 2;
        _dtls = _options.CreateDtlsSession(new DtlsOptions
        {
            Role = _dtlsRole,
            Certificate = _options.Certificate,
            PeerFingerprints = _remote.Fingerprints,
            // Nobody sends media here, but werift ends a handshake without use_srtp, and browsers always offer it.
            SrtpProfiles = OfferedSrtpProfiles,
            FirstRetransmission = twice < LeastFirstRetransmission ? LeastFirstRetransmission
                : twice > DtlsOptions.MaxFirstRetransmission ? DtlsOptions.MaxFirstRetransmission : twice,
        });
        _dtls.Start(now);
        while (_early.TryDequeue(out byte[]? datagram))
            _dtls.Receive(now, datagram);
        AfterDtls(now);
    }

    /// <summary>Looks what a call changed in DTLS, and hands its data up.</summary>
    private void AfterDtls(TimeSpan now)
    {
        switch (_dtls!.State)
        {
            case DtlsState.Connected:
                if (!_associationStarted)
                    PrepareAssociation(now);
                while (_dtls.TryRead(out ReadOnlySpan<byte> packet))
                    _association!.Receive(now, packet);
                StartAssociationIfDue(now);
                break;
            case DtlsState.Failed:
                Finish(_dtls.Failure == DtlsFailure.FingerprintMismatch ? PeerConnectionCloseReason.FingerprintMismatch : PeerConnectionCloseReason.DtlsFailed);
                break;
            case DtlsState.Closed when State != PeerConnectionState.Closed:
                while (_dtls.TryRead(out ReadOnlySpan<byte> packet))
                    _association!.Receive(now, packet);
                // An ABORT that came with it says more than the goodbye of DTLS.
                AfterAssociation(_association!.IsEnded ? _association.CloseReason : AssociationCloseReason.Shutdown);
                break;
        }
    }

    private static bool IsDtls(ReadOnlySpan<byte> datagram) => !datagram.IsEmpty && datagram[0] is >= FirstDtlsByte and <= LastDtlsByte;

    private static readonly SrtpProtectionProfile[] OfferedSrtpProfiles = [SrtpProtectionProfile.AeadAes128Gcm, SrtpProtectionProfile.Aes128CmHmacSha1Tag80];

    /// <summary>Assumed where ICE has measured nothing: a peer-reflexive path found by the peer's check alone.</summary>
    private static readonly TimeSpan LikelyRoundTrip = TimeSpan.FromMilliseconds(100);

    /// <summary>A busy peer takes some milliseconds for its signatures; a shorter timer would repeat flights for nothing.</summary>
    private static readonly TimeSpan LeastFirstRetransmission = TimeSpan.FromMilliseconds(80);
}
