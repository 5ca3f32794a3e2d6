using System.Globalization;
using System.Net;
using Jangbu.WebRtc.Stun;
using Jangbu.WebRtc.Turn;

namespace Jangbu.WebRtc.Ice;

public sealed partial class IceAgent
{
    /// <summary>Each is asked from each local address at once; more would be a burst.</summary>
    public const int MaxServers = 8;

    private readonly List<IPEndPoint> _stunServers = [];
    private readonly List<Gathering> _gatherings = [];
    private bool _gatheringStarted;
    private TimeSpan _gatheringSince;

    /// <summary>Whether the description is complete: every server has answered or was given up.</summary>
    public bool GatheringIsDone { get; private set; }

    /// <summary>Adds a STUN server, resolved by the driver. Servers past <see cref="MaxServers"/> are ignored.</summary>
    public void AddStunServer(IPEndPoint server)
    {
        ArgumentNullException.ThrowIfNull(server);
        if (_stunServers.Count < MaxServers && !_stunServers.Contains(server))
            _stunServers.Add(server);
    }

    /// <summary>Asks all servers at once for outer and relayed addresses; <see cref="IceEvent.GatheringDone"/> follows, at once where there are none.</summary>
    public void Gather(TimeSpan now)
    {
        _gatheringStarted = true;
        _gatheringSince = now;
        GatheringIsDone = false;
        _gatherings.Clear();
        foreach (LocalBase localBase in _bases.ToArray())
            AskServers(now, localBase);
        GatherRelays(now);
        FinishGathering(now);
    }

    private void GatherFrom(TimeSpan now, LocalBase localBase)
    {
        AskServers(now, localBase);
        foreach (TurnServer server in _turnServers)
        {
            if (server.Transport == TurnTransport.Udp)
                GatherRelay(now, server, localBase);
        }
    }

    private void AskServers(TimeSpan now, LocalBase localBase)
    {
        if (_options.RelayOnly)
            return;
        foreach (IPEndPoint server in _stunServers)
        {
            if (!CanReach(localBase, server))
                continue;
            var gathering = new Gathering(localBase, server, StunTransactionId.Create(_random));
            _gatherings.Add(gathering);
            Ask(now, gathering);
        }
    }

    private void Ask(TimeSpan now, Gathering gathering)
    {
        Span<byte> buffer = stackalloc byte[64];
        var writer = new StunWriter(buffer, StunClass.Request, StunMethod.Binding, gathering.Transaction);
        writer.AddFingerprint();
        Transmit(gathering.Base.Socket, gathering.Server, writer.Message);
        // Evenly, not doubled: seven questions must fit into the time one waits for a server, or one lost answer in twenty leaves no outer address.
        gathering.NextSend = ++gathering.Sends < MaxSends ? now + _options.InitialRetransmission : TimeSpan.MaxValue;
    }

    private void AdvanceGathering(TimeSpan now)
    {
        if (GatheringIsDone || !_gatheringStarted)
            return;
        foreach (Gathering gathering in _gatherings)
        {
            if (!gathering.IsAnswered && gathering.NextSend <= now)
                Ask(now, gathering);
        }

        FinishGathering(now);
    }

    private void FinishGathering(TimeSpan now)
    {
        if (GatheringIsDone || !_gatheringStarted)
            return;
        bool all = _gatherings.TrueForAll(gathering => gathering.IsAnswered)
            && _relays.TrueForAll(relay => relay.Allocation.State is not (TurnState.New or TurnState.Allocating));
        bool enough = now >= _gatheringSince + _options.GatheringPatience && HasBestKind;
        if ((all || enough || now >= _gatheringSince + _options.GatheringTimeout))
        {
            GatheringIsDone = true;
            _events.Enqueue(new IceEvent.GatheringDone());
        }
    }

    /// <summary>The strongest kind of address that was asked for is there: a relayed one if there are relays, else an outer one.</summary>
    private bool HasBestKind => _relays.Count > 0
        ? _relays.Exists(relay => relay.Allocation.State == TurnState.Ready)
        : _gatherings.Exists(gathering => gathering.IsAnswered);

    private void AddGatheringDeadline(ref TimeSpan due)
    {
        if (GatheringIsDone || !_gatheringStarted)
            return;
        due = Earlier(due, _gatheringSince + _options.GatheringTimeout);
        foreach (Gathering gathering in _gatherings)
            due = gathering.IsAnswered ? due : Earlier(due, gathering.NextSend);
        if (HasBestKind)
            due = Earlier(due, _gatheringSince + _options.GatheringPatience);
    }

    /// <summary>An answer of a STUN server: it must come from the address that was asked, at the socket that asked.</summary>
    private bool TakeServerAnswer(TimeSpan now, IPEndPoint local, IPEndPoint source, StunMessage message)
    {
        StunTransactionId id = message.TransactionId;
        Gathering? gathering = _gatherings.Find(known => known.Transaction == id);
        if (gathering is null || !gathering.Server.Equals(source) || !gathering.Base.Socket.Equals(local))
            return false;
        gathering.IsAnswered = true;
        if (message.Class == StunClass.Success && message.TryGetMappedAddress(out IPEndPoint? mapped))
            AddReflexive(gathering.Base, mapped!, source.Address);
        FinishGathering(now);
        return true;
    }

    /// <summary>Adds a server-reflexive candidate unless it says nothing new (RFC 8445 §5.1.3) or could not be an address of ours.</summary>
    private void AddReflexive(LocalBase localBase, IPEndPoint mapped, IPAddress server)
    {
        if (_options.RelayOnly || mapped.Port == 0 || mapped.Address.Equals(IPAddress.Any)
            || _localCandidates.Exists(known => known.EndPoint.Equals(mapped)))
            return;
        AddLocalCandidate(new Candidate
        {
            Foundation = FoundationOf(CandidateType.ServerReflexive, localBase.Socket.Address, server),
            Priority = Candidate.ComputePriority(CandidateType.ServerReflexive, (int)(localBase.Candidate.Priority >> 8) & ushort.MaxValue),
            EndPoint = mapped,
            Type = CandidateType.ServerReflexive,
            Related = Hidden(mapped),
        });
    }

    private void AddLocalCandidate(Candidate candidate)
    {
        int place = _localCandidates.FindIndex(known => known.Priority < candidate.Priority);
        _localCandidates.Insert(place < 0 ? _localCandidates.Count : place, candidate);
        _events.Enqueue(new IceEvent.CandidateFound(candidate));
    }

    /// <summary>The related address that tells nothing (RFC 8839 §5.1).</summary>
    private static IPEndPoint Hidden(IPEndPoint of) =>
        new(of.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6 ? IPAddress.IPv6Any : IPAddress.Any, 0);

    /// <summary>The same for candidates of one type, base address and server (RFC 8445 §5.1.1.3): a number, not the addresses themselves.</summary>
    private string FoundationOf(CandidateType type, IPAddress baseAddress, IPAddress? server)
    {
        (CandidateType, IPAddress, IPAddress?) key = (type, baseAddress, server);
        if (!_foundations.TryGetValue(key, out int number))
            _foundations[key] = number = _foundations.Count + 1;
        return number.ToString(CultureInfo.InvariantCulture);
    }

    private readonly Dictionary<(CandidateType, IPAddress, IPAddress?), int> _foundations = [];

    private static TimeSpan Earlier(TimeSpan first, TimeSpan second) => first < second ? first : second;

    /// <summary>One question to one STUN server from one socket; repetitions keep the transaction id.</summary>
    private sealed class Gathering(LocalBase localBase, IPEndPoint server, StunTransactionId transaction)
    {
        public LocalBase Base { get; } = localBase;
        public IPEndPoint Server { get; } = server;
        public StunTransactionId Transaction { get; } = transaction;
        public int Sends { get; set; }
        public TimeSpan NextSend { get; set; }
        public bool IsAnswered { get; set; }
    }
}
