using System.Net;
using System.Security.Cryptography;
using Jangbu.WebRtc.Dcep;
using Jangbu.WebRtc.Dtls;
using Jangbu.WebRtc.Ice;
using Jangbu.WebRtc.Sctp;
using Jangbu.WebRtc.Sdp;
using Jangbu.WebRtc.Turn;

namespace Jangbu.WebRtc;

/// <summary>
/// A connection to one peer for data channels (RFC 8831): composes ICE, DTLS, SCTP and DCEP and sorts datagrams between them (RFC 7983).
/// An engine: no socket, thread or clock. After each call drain <see cref="TryDequeue"/> and then <see cref="TryTransmit"/>; call
/// <see cref="Advance"/> at <see cref="Deadline"/>. Several datagrams may be received before one drain; then one SACK answers them all.
/// </summary>
/// <remarks>
/// Offerer: <see cref="AddLocalAddress"/> for each bound socket, <see cref="Gather"/>, await <see cref="PeerConnectionEventKind.GatheringDone"/>,
/// <see cref="CreateDescription"/>, then <see cref="SetRemoteDescription"/> with the answer. Answerer: <see cref="SetRemoteDescription"/> with the
/// offer at any time before <see cref="CreateDescription"/>. Channels may be made at any time; what is sent early waits.
/// </remarks>
public sealed partial class PeerConnection : IDisposable
{
    private readonly PeerConnectionOptions _options;
    private readonly RandomNumberGenerator _random;
    private readonly IceAgent _ice;
    private readonly Queue<PeerConnectionEvent> _events = new();
    private readonly ulong _sessionId;
    private ulong _sessionVersion;
    private SessionDescription? _remote;
    private IDtlsSession? _dtls;
    private PeerConnectionStats _stats;

    /// <summary>Makes a connection that has sent nothing yet.</summary>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    public PeerConnection(PeerConnectionOptions options, RandomNumberGenerator random)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(random);
        options.Check();
        _options = options;
        _random = random;
        _ice = new IceAgent(options.Ice with { Controlling = options.Role == PeerRole.Offerer }, random);
        foreach (IPEndPoint server in options.StunServers)
            _ice.AddStunServer(server);
        foreach (TurnServer server in options.TurnServers)
            _ice.AddTurnServer(server);
        Span<byte> id = stackalloc byte[8];
        random.GetBytes(id);
        // RFC 8829 §5.2.1: 63 random bits.
        _sessionId = BitConverter.ToUInt64(id) >> 1;
    }

    /// <summary>Which side this end plays.</summary>
    public PeerRole Role => _options.Role;

    /// <summary>Where the connection stands.</summary>
    public PeerConnectionState State { get; private set; }

    /// <summary>Why it ended; none before that.</summary>
    public PeerConnectionCloseReason CloseReason { get; private set; }

    /// <summary>The path in use; null before the first and after the end.</summary>
    public IceRoute? Route => State == PeerConnectionState.Closed ? null : _ice.Route;

    /// <summary>Whether the description is complete.</summary>
    public bool GatheringIsDone => _ice.GatheringIsDone;

    /// <summary>Round trip of the path: SCTP's measure, or ICE's before there is one.</summary>
    public TimeSpan? RoundTrip => _association?.RoundTrip ?? _ice.RoundTrip;

    /// <summary>SHA-256 of the certificate the peer showed, once DTLS is connected.</summary>
    public DtlsFingerprint? PeerFingerprint => _dtls?.State == DtlsState.Connected ? _dtls.PeerFingerprint : null;

    /// <summary>The DTLS session, once it began: for its exporter (RFC 5705). Only to be asked, never to be driven.</summary>
    public IDtlsSession? Dtls => _dtls;

    /// <summary>Counters.</summary>
    public PeerConnectionStats Stats => _stats;

    /// <summary>Counters of ICE.</summary>
    public IceStats IceStats => _ice.Stats;

    /// <summary>Counters of SCTP.</summary>
    public AssociationStats SctpStats => _association?.Stats ?? default;

    /// <summary>When <see cref="Advance"/> has something to do; null when nothing is due.</summary>
    public TimeSpan? Deadline => State == PeerConnectionState.Closed
        ? null
        : Earlier(Earlier(_ice.Deadline, _dtls?.Deadline), Earlier(Earlier(_associationStarted ? _association!.Deadline : null, _startAt), _closeDeadline));

    /// <summary>Tells of a socket that the driver bound: a host candidate. May be called at any time; a new network is a new candidate.</summary>
    public void AddLocalAddress(TimeSpan now, IPEndPoint local)
    {
        _ice.AddLocalAddress(now, local);
        AfterIce(now);
    }

    /// <summary>Tells that a socket is gone.</summary>
    public void RemoveLocalAddress(TimeSpan now, IPEndPoint local)
    {
        _ice.RemoveLocalAddress(now, local);
        AfterIce(now);
    }

    /// <summary>Asks the servers for outer addresses; <see cref="PeerConnectionEventKind.GatheringDone"/> follows, at once where there are none.</summary>
    public void Gather(TimeSpan now)
    {
        _ice.Gather(now);
        AfterIce(now);
    }

    /// <summary>
    /// This end's description as it stands: the offer, or the answer to the offer set before; complete once <see cref="GatheringIsDone"/>.
    /// </summary>
    /// <exception cref="InvalidOperationException">An answer was asked for before the offer was set.</exception>
    public SessionDescription CreateDescription()
    {
        var mine = new SessionDescription
        {
            SessionId = _sessionId,
            SessionVersion = ++_sessionVersion,
            Credentials = _ice.LocalCredentials,
            Fingerprints = [_options.Certificate.Fingerprint],
            Setup = SetupRole.ActPass,
            SctpPort = _options.Sctp.LocalPort,
            MaxMessageSize = _options.Sctp.MaxMessageSize,
            Candidates = [.. _ice.LocalCandidates],
            EndOfCandidates = _ice.GatheringIsDone,
        };
        if (Role == PeerRole.Offerer)
            return mine;
        return _remote is { } offer ? mine.AsAnswerTo(offer) : throw new InvalidOperationException("an answer needs the offer first: call SetRemoteDescription");
    }

    /// <summary>
    /// Gives the peer's description; connecting begins. A later one with other credentials is an ICE restart: the path may change, DTLS and all
    /// above go on.
    /// </summary>
    /// <returns>False when the DTLS roles do not fit or a later description names another certificate; a first one that does not fit closes the connection.</returns>
    public bool SetRemoteDescription(TimeSpan now, SessionDescription description)
    {
        ArgumentNullException.ThrowIfNull(description);
        if (State is PeerConnectionState.Closed or PeerConnectionState.Closing)
            return false;
        if (_remote is { } known && !known.Fingerprints.SequenceEqual(description.Fingerprints))
            return false; // another certificate would be another person (RFC 8842 §5.5 wants a new association; we want a new connection)
        bool first = _remote is null;
        _remote = description;
        if (first && !CreateDtls())
        {
            Finish(PeerConnectionCloseReason.NoDtlsRole);
            return false;
        }
        if (first)
        {
            State = PeerConnectionState.Connecting;
            _association = new Association(_options.Sctp with { PeerPort = description.SctpPort }, _random);
            Channels = new DataChannelSet(_association) { PeerMaxMessageSize = description.LargestMessage == long.MaxValue ? 0 : description.LargestMessage };
        }
        _ice.SetRemote(now, description.Credentials, description.IceLite);
        foreach (Candidate candidate in description.Candidates)
            _ice.AddRemoteCandidate(now, candidate);
        AfterIce(now);
        return true;
    }

    /// <summary>Adds a candidate that came after the description.</summary>
    /// <returns>Whether it is used.</returns>
    public bool AddRemoteCandidate(TimeSpan now, Candidate candidate)
    {
        bool used = _ice.AddRemoteCandidate(now, candidate);
        AfterIce(now);
        return used;
    }

    /// <summary>Begins an ICE restart: <see cref="CreateDescription"/> then gives new credentials for the peer.</summary>
    public void RestartIce(TimeSpan now)
    {
        _ice.Restart(now);
        AfterIce(now);
    }

    /// <summary>Fires what is due in every layer.</summary>
    public void Advance(TimeSpan now)
    {
        if (State == PeerConnectionState.Closed)
            return;
        _now = now;
        _ice.Advance(now);
        AfterIce(now);
        if (_dtls is not null)
        {
            _dtls.Advance(now);
            AfterDtls(now);
        }
        if (_associationStarted)
        {
            StartAssociationIfDue(now);
            _association!.Advance(now);
        }
        if (_closeDeadline is { } deadline && now >= deadline)
            Abort(now);
    }

    /// <summary>Frees the native session. A connection that still lives is broken off without a word; <see cref="Abort"/> says one.</summary>
    public void Dispose()
    {
        Finish(PeerConnectionCloseReason.AbortedLocally);
        _dtls?.Dispose();
    }

    /// <summary>One place decides the role (RFC 8842 §5): what the two descriptions say, and nothing else.</summary>
    private bool CreateDtls()
    {
        bool weOffer = Role == PeerRole.Offerer;
        SetupRole theirs = _remote!.Setup;
        // Ours is actpass as offerer, and what AsAnswerTo writes as answerer.
        SetupRole offered = weOffer ? SetupRole.ActPass : theirs, answered = weOffer ? theirs : DtlsRoleAgreement.AnswerTo(theirs);
        if (!DtlsRoleAgreement.TrySettle(offered, answered, out bool offererIsClient))
            return false;
        _dtlsRole = offererIsClient == weOffer ? DtlsRole.Client : DtlsRole.Server;
        return true;
    }

    private static TimeSpan? Earlier(TimeSpan? one, TimeSpan? other) => one is not { } first ? other : other is { } second && second < first ? second : one;
}
