using System.Buffers;
using System.Buffers.Binary;
using System.Net;
using System.Security.Cryptography;
using Jangbu.WebRtc.Stun;

namespace Jangbu.WebRtc.Ice;

/// <summary>
/// A full ICE agent for one component (RFC 8445, 7675): finds the candidates, checks the pairs, nominates one, watches over consent, restarts.
/// An engine: no socket, thread or clock. After each call drain <see cref="TryTransmit"/> and <see cref="TryDequeue"/>; call
/// <see cref="Advance"/> at <see cref="Deadline"/>.
/// </summary>
/// <remarks>
/// Order of use: <see cref="AddLocalAddress"/> for each bound socket, servers, <see cref="Gather"/>; exchange <see cref="LocalCredentials"/> and
/// <see cref="LocalCandidates"/> for the peer's; <see cref="SetRemote"/>. Checks that come earlier are answered and kept.
/// </remarks>
public sealed partial class IceAgent
{
    /// <summary>More sockets than that are no candidates any more; each multiplies the pairs.</summary>
    public const int MaxLocalAddresses = 16;

    private readonly IceOptions _options;
    private readonly RandomNumberGenerator _random;
    private readonly Queue<Outgoing> _outgoing = new();
    private readonly Queue<IceEvent> _events = new();
    private readonly List<LocalBase> _bases = [];
    private readonly List<Candidate> _localCandidates = [];
    private IceGeneration _current;
    private IceGeneration? _previous;
    private IceStats _stats;
    private ulong _tieBreaker;
    private bool _remoteIsLite;

    /// <summary>Makes an agent with fresh credentials.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An option is outside its range.</exception>
    public IceAgent(IceOptions options, RandomNumberGenerator random)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(random);
        options.Check();
        _options = options;
        _random = random;
        IsControlling = options.Controlling;
        _tieBreaker = DrawUInt64();
        _current = new IceGeneration(IceCredentials.Create(random));
    }

    /// <summary>Where the agent stands.</summary>
    public IceState State { get; private set; }

    /// <summary>Whether this side nominates; may change by a role conflict.</summary>
    public bool IsControlling { get; private set; }

    /// <summary>What the peer must know to sign its checks to us.</summary>
    public IceCredentials LocalCredentials => _current.Local;

    /// <summary>The peer's credentials, once known.</summary>
    public IceCredentials? RemoteCredentials => _current.Remote;

    /// <summary>What to offer, by falling priority.</summary>
    public IReadOnlyList<Candidate> LocalCandidates => _localCandidates;

    /// <summary>The road in use; null before the first nomination and after failure.</summary>
    public IceRoute? Route { get; private set; }

    /// <summary>Round trip of the selected pair as its checks measured it: the right first retransmission timer for DTLS.</summary>
    public TimeSpan? RoundTrip => _selected?.RoundTrip;

    /// <summary>Counters.</summary>
    public IceStats Stats => _stats;

    /// <summary>When <see cref="Advance"/> has something to do; null when nothing is due.</summary>
    public TimeSpan? Deadline
    {
        get
        {
            if (State == IceState.Closed)
                return null;
            TimeSpan due = TimeSpan.MaxValue;
            AddGatheringDeadline(ref due);
            AddRelayDeadline(ref due);
            AddCheckDeadline(ref due);
            AddNominationDeadline(ref due);
            AddConsentDeadline(ref due);
            return due == TimeSpan.MaxValue ? null : due;
        }
    }

    /// <summary>Tells of a socket that the driver bound: one host candidate, and the base of the others. IPv6 before IPv4, then in order of arrival.</summary>
    /// <param name="now">Monotonic time.</param>
    /// <param name="local">Address and port, never the wildcard: one socket an address, so that the source is always right.</param>
    public void AddLocalAddress(TimeSpan now, IPEndPoint local)
    {
        ArgumentNullException.ThrowIfNull(local);
        if (local.Address.Equals(IPAddress.Any) || local.Address.Equals(IPAddress.IPv6Any) || local.Port == 0)
            throw new ArgumentException($"a local candidate needs an address and a port, not {local}", nameof(local));
        if (_bases.Count >= MaxLocalAddresses || _bases.Exists(known => known.Socket.Equals(local)))
            return;
        bool v6 = local.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6;
        int preference = (v6 ? ushort.MaxValue : ushort.MaxValue - 256) - _bases.Count;
        var candidate = new Candidate
        {
            Foundation = FoundationOf(CandidateType.Host, local.Address, null),
            Priority = Candidate.ComputePriority(CandidateType.Host, preference),
            EndPoint = local,
            Type = CandidateType.Host,
        };
        var added = new LocalBase(candidate, local);
        _bases.Add(added);
        if (!_options.RelayOnly)
            AddLocalCandidate(candidate);
        if (_gatheringStarted)
            GatherFrom(now, added);
        AddPairs(now, added);
    }

    /// <summary>Tells that a socket is gone. A route through it counts as dead: another valid pair is taken, else a restart is needed.</summary>
    public void RemoveLocalAddress(TimeSpan now, IPEndPoint local)
    {
        LocalBase? gone = _bases.Find(known => known.Socket.Equals(local));
        if (gone is null)
            return;
        _gatherings.RemoveAll(gathering => ReferenceEquals(gathering.Base, gone));
        RemoveBase(now, gone);
        foreach (Relay relay in _relays.FindAll(known => ReferenceEquals(known.Via, gone)))
        {
            relay.Allocation.Fail();
            Settle(now, relay);
        }
    }

    private void RemoveBase(TimeSpan now, LocalBase gone)
    {
        _bases.Remove(gone);
        _localCandidates.RemoveAll(candidate => candidate == gone.Candidate);
        _current.CheckList.RemoveBase(gone);
        _previous?.CheckList.RemoveBase(gone);
        if (_selected is not null && ReferenceEquals(_selected.Base, gone))
            LoseSelected(now);
    }

    /// <summary>
    /// Gives the peer's credentials; checking begins. Other credentials than before mean that the peer restarted: its old candidates are
    /// forgotten, and the selected pair stays in use until a new one is nominated.
    /// </summary>
    /// <param name="now">Monotonic time.</param>
    /// <param name="remote">From the peer's description.</param>
    /// <param name="remoteIsLite">The peer wrote <c>a=ice-lite</c>: it sends no checks, so we control (RFC 8445 §6.1.1).</param>
    public void SetRemote(TimeSpan now, IceCredentials remote, bool remoteIsLite = false)
    {
        ArgumentNullException.ThrowIfNull(remote);
        if (State == IceState.Closed || remote == _current.Remote)
            return;
        if (_current.Remote is not null)
            BeginGeneration(_current.Local);
        _current.Remote = remote;
        _remoteIsLite = remoteIsLite;
        if (remoteIsLite)
            IsControlling = true;
        _checkingSince = now;
        _nextSlot = now;
        if (_selected is null)
            ChangeState(IceState.Checking);
        EarlyCheck[] early = _current.EarlyChecks.ToArray();
        _current.EarlyChecks.Clear();
        foreach (EarlyCheck check in early)
        {
            if (check.RemoteFragment == remote.UsernameFragment)
                TakeCheck(now, _current, check);
        }

        SendDueChecks(now);
    }

    /// <summary>Adds one of the peer's candidates. One that policy or a limit forbids is counted and left out.</summary>
    /// <returns>Whether it is used (also when it was known).</returns>
    public bool AddRemoteCandidate(TimeSpan now, Candidate candidate)
    {
        ArgumentNullException.ThrowIfNull(candidate);
        if (!_options.AllowAnyRemoteAddress && !CandidatePolicy.Allows(candidate.EndPoint, IsOnLoopback))
        {
            _stats.CandidatesRefused++;
            return false;
        }

        int known = _current.RemoteCandidates.FindIndex(other => other.EndPoint.Equals(candidate.EndPoint));
        if (known >= 0)
        {
            MergeRemote(known, candidate);
            return true;
        }

        if (_current.RemoteCandidates.Count - _current.PeerReflexiveCount >= Sdp.SessionDescription.MaxCandidates)
        {
            _stats.CandidatesRefused++;
            return false;
        }

        _current.RemoteCandidates.Add(candidate);
        foreach (LocalBase localBase in _bases)
            AddPair(now, localBase, candidate);
        _current.CheckList.Thaw(now);
        SendDueChecks(now);
        return true;
    }

    /// <summary>
    /// Begins an ICE restart: new credentials, a new generation of checks, addresses asked for anew. The selected pair goes on being used, with
    /// consent under the old credentials, until the new generation has nominated.
    /// </summary>
    public void Restart(TimeSpan now)
    {
        if (State == IceState.Closed)
            return;
        BeginGeneration(IceCredentials.Create(_random));
        if (_gatheringStarted)
            Gather(now);
    }

    /// <summary>Stops everything. The last datagrams to drain give relayed addresses back.</summary>
    public void Close(TimeSpan now)
    {
        if (State == IceState.Closed)
            return;
        while (_outgoing.TryDequeue(out Outgoing datagram))
            ArrayPool<byte>.Shared.Return(datagram.Buffer);
        foreach (Relay relay in _relays)
        {
            relay.Allocation.Close(now);
            Settle(now, relay);
        }

        ChangeState(IceState.Closed);
        Route = null;
        _selected = null;
    }

    /// <summary>Fires what is due: repetitions, paced checks, nomination, consent.</summary>
    public void Advance(TimeSpan now)
    {
        if (State == IceState.Closed)
            return;
        AdvanceGathering(now);
        AdvanceRelays(now);
        SendDueChecks(now);
        Nominate(now);
        AdvanceConsent(now);
    }

    /// <summary>Takes the next datagram to send.</summary>
    /// <param name="datagram">At least <see cref="StunWriter.BufferLength"/> bytes.</param>
    /// <param name="length">Bytes written.</param>
    /// <param name="local">The socket to send from.</param>
    /// <param name="remote">The destination.</param>
    public bool TryTransmit(Span<byte> datagram, out int length, out IPEndPoint local, out IPEndPoint remote)
    {
        bool any = _outgoing.TryDequeue(out Outgoing next);
        length = next.Length;
        local = next.Local;
        remote = next.Remote;
        if (!any)
            return false;
        next.Buffer.AsSpan(0, next.Length).CopyTo(datagram);
        ArrayPool<byte>.Shared.Return(next.Buffer);
        return true;
    }

    /// <summary>
    /// Puts a datagram of the layer above on the selected road. On a direct one the bytes are the same and only the addresses are given; our
    /// own relay needs a header before them (<see cref="IceRoute.IsRelayedByUs"/>).
    /// </summary>
    /// <param name="payload">The datagram.</param>
    /// <param name="datagram">At least eight bytes longer than the payload.</param>
    /// <param name="length">Bytes written.</param>
    /// <param name="local">The socket to send from.</param>
    /// <param name="remote">The destination.</param>
    /// <returns>
    /// False when there is nothing to send from a socket: there is no road, or it leads through a stream to a relay, and then the datagram waits in
    /// <see cref="TryTransmitStream"/>.
    /// </returns>
    public bool TryWrap(ReadOnlySpan<byte> payload, Span<byte> datagram, out int length, out IPEndPoint local, out IPEndPoint remote)
    {
        length = payload.Length;
        (local, remote) = Route is null ? (null!, null!) : (Route.Local, Route.Remote);
        if (Route is null || _selected is null)
            return false;
        if (_selected.Base.Relay is not { } allocation)
            return payload.TryCopyTo(datagram);
        if (RelayOf(_selected.Base) is not { } relay || !allocation.TryWrap(_selected.Remote.EndPoint, payload, datagram, out length))
            return false;
        if (relay.Via is not null)
        {
            (local, remote) = (relay.Via.Socket, relay.Server.EndPoint);
            return true;
        }

        TransmitToServer(relay, datagram[..length]);
        return false;
    }

    /// <summary>Takes the next event.</summary>
    public bool TryDequeue(out IceEvent e) => _events.TryDequeue(out e!);

    private bool IsOnLoopback => _bases.Exists(known => IPAddress.IsLoopback(known.Socket.Address));

    private void BeginGeneration(IceCredentials local)
    {
        if (_selected is not null && _current.CheckList.Pairs.Contains(_selected))
            _previous = _current;
        _current = new IceGeneration(local);
        _firstValidAt = null;
        _nominating = null;
    }

    private void ChangeState(IceState state)
    {
        if (State == state || State == IceState.Closed)
            return;
        State = state;
        _events.Enqueue(new IceEvent.StateChanged(state));
    }

    private void Transmit(LocalBase from, IPEndPoint remote, ReadOnlySpan<byte> message)
    {
        if (from.Relay is null)
            Transmit(from.Socket, remote, message);
        else
            TransmitRelayed(from, remote, message);
    }

    private void Transmit(IPEndPoint local, IPEndPoint remote, ReadOnlySpan<byte> message)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(message.Length);
        message.CopyTo(buffer);
        _outgoing.Enqueue(new Outgoing(buffer, message.Length, local, remote));
    }

    private ulong DrawUInt64()
    {
        Span<byte> bytes = stackalloc byte[8];
        _random.GetBytes(bytes);
        return BinaryPrimitives.ReadUInt64BigEndian(bytes);
    }

    private readonly record struct Outgoing(byte[] Buffer, int Length, IPEndPoint Local, IPEndPoint Remote);
}
