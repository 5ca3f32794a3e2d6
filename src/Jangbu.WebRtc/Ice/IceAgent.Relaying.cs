using System.Net;
using Jangbu.WebRtc.Turn;

namespace Jangbu.WebRtc.Ice;

public sealed partial class IceAgent
{
    /// <summary>A machine with many addresses needs a relay from one or two of them, not from each.</summary>
    private const int MaxRelaysPerServer = 2;

    /// <summary>A relay that was lost is asked for again at this distance at least.</summary>
    private static readonly TimeSpan RelayRenewal = TimeSpan.FromSeconds(5);

    /// <summary>What a stream that does not take our bytes may hold back; then datagrams are dropped, as a full router would.</summary>
    private const int MaxStreamBacklog = 1 << 20;

    /// <summary>Datagrams out of a stream that nobody took yet.</summary>
    private const int MaxPayloads = 1024;

    private readonly List<TurnServer> _turnServers = [];
    private readonly List<Relay> _relays = [];
    private readonly Queue<byte[]> _payloads = new();

    /// <summary>Adds a TURN server. Over TCP and TLS the driver is asked for a stream by <see cref="IceEvent.StreamWanted"/>. Servers past <see cref="MaxServers"/> are ignored.</summary>
    public void AddTurnServer(TurnServer server)
    {
        ArgumentNullException.ThrowIfNull(server);
        if (_turnServers.Count < MaxServers && !_turnServers.Contains(server))
            _turnServers.Add(server);
    }

    /// <summary>The driver has connected the stream that was wanted.</summary>
    public void StreamOpened(TimeSpan now, TurnServer server)
    {
        if (FindStream(server) is not { IsOpen: false } relay)
            return;
        relay.IsOpen = true;
        relay.Allocation.Start(now);
        Settle(now, relay);
    }

    /// <summary>The stream could not be opened, or broke: its relay is lost.</summary>
    public void StreamClosed(TimeSpan now, TurnServer server)
    {
        if (FindStream(server) is not { } relay)
            return;
        relay.Allocation.Fail();
        Settle(now, relay);
    }

    /// <summary>Bytes from a stream, cut anywhere. What the peer sent through it is taken by <see cref="TryDequeuePayload"/>.</summary>
    public void ReceiveStream(TimeSpan now, TurnServer server, ReadOnlySpan<byte> bytes)
    {
        if (FindStream(server) is not { IsOpen: true } relay || State == IceState.Closed)
            return;
        relay.Reader.Append(bytes);
        while (relay.Reader.TryRead(out ReadOnlySpan<byte> frame))
        {
            if (ReceiveFromServer(now, relay, frame, out ReadOnlySpan<byte> payload) && _payloads.Count < MaxPayloads)
                _payloads.Enqueue(payload.ToArray());
        }

        if (relay.Reader.IsBroken)
            StreamClosed(now, server);
    }

    /// <summary>Takes a peer's datagram that came through a stream.</summary>
    /// <param name="datagram">At least 65,535 bytes, or as long as the peer's layers send; a longer one is cut off.</param>
    /// <param name="length">Bytes written.</param>
    public bool TryDequeuePayload(Span<byte> datagram, out int length)
    {
        bool any = _payloads.TryDequeue(out byte[]? next);
        length = Math.Min(next?.Length ?? 0, datagram.Length);
        next.AsSpan(0, length).CopyTo(datagram);
        return any;
    }

    /// <summary>Takes bytes for a stream: as many as fit, in order.</summary>
    public bool TryTransmitStream(Span<byte> buffer, out int length, out TurnServer server)
    {
        foreach (Relay relay in _relays)
        {
            if (relay.Backlog.Count == 0)
                continue;
            byte[] next = relay.Backlog.Peek();
            length = Math.Min(next.Length - relay.BacklogAt, buffer.Length);
            next.AsSpan(relay.BacklogAt, length).CopyTo(buffer);
            relay.BacklogAt += length;
            relay.BacklogBytes -= length;
            if (relay.BacklogAt == next.Length)
            {
                relay.Backlog.Dequeue();
                relay.BacklogAt = 0;
            }

            server = relay.Server;
            return true;
        }

        length = 0;
        server = null!;
        return false;
    }

    private void GatherRelays(TimeSpan now)
    {
        _relays.RemoveAll(relay => relay.Allocation.State is TurnState.Failed or TurnState.Closed);
        foreach (TurnServer server in _turnServers)
        {
            if (server.Transport != TurnTransport.Udp)
            {
                if (FindStream(server) is null)
                    AddRelay(now, server, null);
                continue;
            }

            foreach (LocalBase localBase in _bases.ToArray())
                GatherRelay(now, server, localBase);
        }
    }

    private void GatherRelay(TimeSpan now, TurnServer server, LocalBase via)
    {
        if (via.Relay is not null || !CanReach(via, server.EndPoint) || _relays.Exists(known => known.Server == server && known.Via == via)
            || _relays.Count(known => known.Server == server) >= MaxRelaysPerServer)
            return;
        Relay relay = AddRelay(now, server, via);
        relay.Allocation.Start(now);
        Settle(now, relay);
    }

    private Relay AddRelay(TimeSpan now, TurnServer server, LocalBase? via)
    {
        var relay = new Relay(server, new TurnAllocation(server, _random, _options.InitialRetransmission), via, now);
        _relays.Add(relay);
        if (via is null)
            _events.Enqueue(new IceEvent.StreamWanted(server));
        return relay;
    }

    /// <summary>Takes what the server sent; a peer's datagram in it is dealt with as if it had come in at the relayed address.</summary>
    private bool ReceiveFromServer(TimeSpan now, Relay relay, ReadOnlySpan<byte> datagram, out ReadOnlySpan<byte> payload)
    {
        bool isPeers = relay.Allocation.Receive(now, datagram, out IPEndPoint? peer, out ReadOnlySpan<byte> inner);
        payload = default;
        if (isPeers)
            return relay.Base is not null && ReceiveAt(now, relay.Base, peer!, inner, out payload);
        Settle(now, relay);
        return false;
    }

    /// <summary>Sends what the allocation has to say and draws the consequences of its state.</summary>
    private void Settle(TimeSpan now, Relay relay)
    {
        SettleOutput(relay);
        if (relay.Allocation.State == TurnState.Ready && relay.Base is null)
            AdoptRelayed(now, relay);
        else if (relay.Allocation.State == TurnState.Failed && relay.Base is { } lost)
            LoseRelayed(now, relay, lost);
        SendDueChecks(now);
        FinishGathering(now);
    }

    private void SettleOutput(Relay relay)
    {
        Span<byte> buffer = stackalloc byte[Stun.StunWriter.BufferLength];
        while (relay.Allocation.TryTransmit(buffer, out int length))
            TransmitToServer(relay, buffer[..length]);
    }

    private void AdoptRelayed(TimeSpan now, Relay relay)
    {
        IPEndPoint relayed = relay.Allocation.Relayed!;
        int preference = relay.Server.Transport switch { TurnTransport.Udp => 60_000, TurnTransport.Tcp => 40_000, _ => 20_000 } - _relays.IndexOf(relay);
        var candidate = new Candidate
        {
            Foundation = FoundationOf(CandidateType.Relayed, relayed.Address, relay.Server.EndPoint.Address),
            Priority = Candidate.ComputePriority(CandidateType.Relayed, preference),
            EndPoint = relayed,
            Type = CandidateType.Relayed,
            Related = Hidden(relayed),
        };
        relay.Base = new LocalBase(candidate, relayed) { Relay = relay.Allocation };
        _bases.Add(relay.Base);
        AddLocalCandidate(candidate);
        if (relay.Via is not null && relay.Allocation.Mapped is { } mapped)
            AddReflexive(relay.Via, mapped, relay.Server.EndPoint.Address);
        AddPairs(now, relay.Base);
    }

    /// <summary>A relay that worked is lost, as by a rebinding: asked for again at once, since it may be the only road left.</summary>
    private void LoseRelayed(TimeSpan now, Relay relay, LocalBase lost)
    {
        relay.Base = null;
        RemoveBase(now, lost);
        if (State is IceState.Closed or IceState.Failed || now < relay.Since + RelayRenewal)
            return;
        _relays.Remove(relay);
        if (relay.Via is null)
            AddRelay(now, relay.Server, null);
        else if (_bases.Contains(relay.Via))
            GatherRelay(now, relay.Server, relay.Via);
    }

    /// <summary>The selected road does not answer: perhaps our outer address changed, and then our relays know us no more.</summary>
    private void ProbeRelays(TimeSpan now)
    {
        foreach (Relay relay in _relays)
            relay.Allocation.Probe(now);
    }

    private void AdvanceRelays(TimeSpan now)
    {
        foreach (Relay relay in _relays.ToArray())
        {
            if (relay.Allocation.Deadline <= now)
            {
                relay.Allocation.Advance(now);
                Settle(now, relay);
            }
        }
    }

    private void AddRelayDeadline(ref TimeSpan due)
    {
        foreach (Relay relay in _relays)
            due = Earlier(due, relay.Allocation.Deadline ?? TimeSpan.MaxValue);
    }

    private Relay? FindRelay(LocalBase via, IPEndPoint server) => _relays.Find(relay => ReferenceEquals(relay.Via, via) && relay.Server.EndPoint.Equals(server));

    private Relay? FindStream(TurnServer server) => _relays.Find(relay => relay.Via is null && relay.Server == server && relay.Allocation.State is not TurnState.Failed);

    private Relay? RelayOf(LocalBase relayed) => _relays.Find(relay => ReferenceEquals(relay.Base, relayed));

    private void TransmitToServer(Relay relay, ReadOnlySpan<byte> message)
    {
        if (relay.Via is not null)
        {
            Transmit(relay.Via.Socket, relay.Server.EndPoint, message);
        }
        else if (relay.BacklogBytes + message.Length <= MaxStreamBacklog)
        {
            relay.Backlog.Enqueue(message.ToArray());
            relay.BacklogBytes += message.Length;
        }
        else
        {
            _stats.Dropped++;
        }
    }

    private void TransmitRelayed(LocalBase relayed, IPEndPoint peer, ReadOnlySpan<byte> message)
    {
        Span<byte> buffer = stackalloc byte[message.Length + 8];
        if (RelayOf(relayed) is { } relay && relay.Allocation.TryWrap(peer, message, buffer, out int length))
            TransmitToServer(relay, buffer[..length]);
    }

    /// <summary>Whether a socket's packets can get to a server: same family, and loopback only from loopback.</summary>
    private static bool CanReach(LocalBase from, IPEndPoint server) =>
        from.Relay is null && from.Socket.AddressFamily == server.AddressFamily && IPAddress.IsLoopback(from.Socket.Address) == IPAddress.IsLoopback(server.Address);

    /// <summary>An allocation, how its server is reached, and the base it gives.</summary>
    private sealed class Relay(TurnServer server, TurnAllocation allocation, LocalBase? via, TimeSpan since)
    {
        public TurnServer Server { get; } = server;
        public TurnAllocation Allocation { get; } = allocation;
        public TimeSpan Since { get; } = since;

        /// <summary>The socket that speaks to the server; null for a stream.</summary>
        public LocalBase? Via { get; } = via;
        public LocalBase? Base { get; set; }
        public bool IsOpen { get; set; }
        public TurnStreamReader Reader { get; } = new();
        public Queue<byte[]> Backlog { get; } = new();
        public int BacklogAt { get; set; }
        public int BacklogBytes { get; set; }
    }
}
