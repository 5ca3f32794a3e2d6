using System.Net;
using Jangbu.WebRtc.Stun;

namespace Jangbu.WebRtc.Ice;

public sealed partial class IceAgent
{
    /// <summary>Two honest agents need one or two; whoever refuses more is answered by the ordinary schedule only.</summary>
    private const int MaxRoleRefusals = 8;

    private int _roleRefusals;

    /// <summary>
    /// Takes a datagram. STUN is dealt with here; everything else is given back in <paramref name="payload"/> if it came over a path on which the
    /// peer has proved itself, and dropped if not, so that a stranger's bytes never reach DTLS.
    /// </summary>
    /// <param name="now">Monotonic time.</param>
    /// <param name="local">The socket it came in at, as given to <see cref="AddLocalAddress"/>.</param>
    /// <param name="remote">The sender.</param>
    /// <param name="datagram">The bytes; <paramref name="payload"/> looks into them.</param>
    /// <param name="payload">The peer's datagram for the layer above.</param>
    /// <returns>Whether there is a payload.</returns>
    public bool Receive(TimeSpan now, IPEndPoint local, IPEndPoint remote, ReadOnlySpan<byte> datagram, out ReadOnlySpan<byte> payload)
    {
        ArgumentNullException.ThrowIfNull(local);
        ArgumentNullException.ThrowIfNull(remote);
        payload = default;
        if (State == IceState.Closed)
            return false;
        LocalBase? at = _bases.Find(known => known.Socket.Equals(local));
        return at is not null && ReceiveAt(now, at, remote, datagram, out payload);
    }

    private bool ReceiveAt(TimeSpan now, LocalBase at, IPEndPoint remote, ReadOnlySpan<byte> datagram, out ReadOnlySpan<byte> payload)
    {
        payload = default;
        if (_relays.Count > 0 && at.Relay is null && FindRelay(at, remote) is { } relay && !IsBindingAnswer(datagram))
            return ReceiveFromServer(now, relay, datagram, out payload);
        if (_options.RelayOnly && at.Relay is null)
        {
            // Answering here would show the address that the relay is to hide.
            _stats.Dropped++;
            return false;
        }

        if (!StunMessage.LooksLike(datagram))
        {
            if (!IsProvenPath(at, remote))
            {
                _stats.Dropped++;
                return false;
            }

            payload = datagram;
            return true;
        }

        bool taken = StunMessage.TryRead(datagram, out StunMessage message) && message.Method == StunMethod.Binding && message.Class switch
        {
            StunClass.Request => TakeRequest(now, at, remote, message),
            StunClass.Success or StunClass.Error => TakeServerAnswer(now, at.Socket, remote, message) || TakeAnswer(now, at, remote, message),
            // A keep-alive of a peer; nothing to do (RFC 8445 §11).
            _ => true,
        };
        if (!taken)
            _stats.Dropped++;
        return false;
    }

    /// <summary>A TURN server is a STUN server too: 0x0101 and 0x0111 answer our question for the outer address.</summary>
    private static bool IsBindingAnswer(ReadOnlySpan<byte> datagram) => StunMessage.LooksLike(datagram) && datagram[0] == 1 && datagram[1] is 0x01 or 0x11;

    /// <summary>Whether the peer has shown on this path that it knows our password, or the answer to our check.</summary>
    private bool IsProvenPath(LocalBase at, IPEndPoint remote)
    {
        if (_selected is { } selected && ReferenceEquals(selected.Base, at) && selected.Remote.EndPoint.Equals(remote))
            return true;
        return IsProvenIn(_current, at, remote) || (_previous is not null && IsProvenIn(_previous, at, remote));
    }

    private static bool IsProvenIn(IceGeneration generation, LocalBase at, IPEndPoint remote) =>
        generation.CheckList.Find(at, remote) is { } pair && (pair.WasRequested || pair.State == PairState.Succeeded)
        || generation.EarlyChecks.Exists(check => ReferenceEquals(check.Base, at) && check.Source.Equals(remote));

    private bool TakeRequest(TimeSpan now, LocalBase at, IPEndPoint remote, StunMessage message)
    {
        if (!message.HasIntegrity || !message.TryGetText(StunAttribute.Username, 513, out string username))
            return Refuse(at, remote, message, 400, "Bad Request", null);
        int colon = username.IndexOf(':', StringComparison.Ordinal);
        IceGeneration? generation = colon < 0 ? null : FindGeneration(username.AsSpan(0, colon));
        if (generation is null || !message.VerifyIntegrity(generation.Local.Key))
            return Refuse(at, remote, message, 401, "Unauthenticated", null);

        byte[] key = generation.Local.Key;
        Span<ushort> unknown = stackalloc ushort[8];
        int unknownCount = message.FindUnknown(unknown);
        if (unknownCount > 0)
            return RefuseUnknown(at, remote, message, unknown[..unknownCount], key);
        if (!message.TryGetUInt32(StunAttribute.Priority, out uint priority))
            return Refuse(at, remote, message, 400, "Bad Request", key);
        if (!SettleRole(message))
        {
            _stats.RoleConflicts++;
            return Refuse(at, remote, message, 487, "Role Conflict", key);
        }

        Span<byte> buffer = stackalloc byte[128];
        var writer = new StunWriter(buffer, StunClass.Success, StunMethod.Binding, message.TransactionId);
        writer.Add(StunAttribute.XorMappedAddress, remote);
        writer.AddIntegrity(key);
        writer.AddFingerprint();
        Transmit(at, remote, writer.Message);
        _stats.ChecksAnswered++;

        var check = new EarlyCheck(at, remote, username[(colon + 1)..], priority, message.Has(StunAttribute.UseCandidate));
        if (generation.Remote?.UsernameFragment == check.RemoteFragment)
            TakeCheck(now, generation, check);
        else if (ReferenceEquals(generation, _current))
            generation.KeepEarly(check);
        return true;
    }

    private IceGeneration? FindGeneration(ReadOnlySpan<char> localFragment)
    {
        if (localFragment.SequenceEqual(_current.Local.UsernameFragment))
            return _current;
        return _previous is not null && localFragment.SequenceEqual(_previous.Local.UsernameFragment) ? _previous : null;
    }

    /// <summary>RFC 8445 §7.3.1.1: of two that both control, or neither, the greater tie-breaker controls.</summary>
    /// <returns>False when the peer has to give way: it gets 487.</returns>
    private bool SettleRole(StunMessage message)
    {
        // A lite peer never controls, whatever it writes.
        StunAttribute same = IsControlling ? StunAttribute.IceControlling : StunAttribute.IceControlled;
        if (!message.TryGetUInt64(same, out ulong theirs))
            return true;
        bool oursIsGreater = _tieBreaker >= theirs;
        if (IsControlling == oursIsGreater || _remoteIsLite)
            return false;
        _stats.RoleConflicts++;
        SwitchRole();
        return true;
    }

    private void SwitchRole()
    {
        IsControlling = !IsControlling;
        _nominating = null;
        _current.CheckList.Reorder(IsControlling);
        foreach (CandidatePair pair in _current.CheckList.Pairs)
            pair.IsNominating = false;
    }

    private bool RefuseUnknown(LocalBase at, IPEndPoint remote, StunMessage request, ReadOnlySpan<ushort> unknown, byte[] key)
    {
        Span<byte> buffer = stackalloc byte[128];
        var writer = new StunWriter(buffer, StunClass.Error, StunMethod.Binding, request.TransactionId);
        writer.AddError(420, "Unknown Attribute");
        writer.AddUnknown(unknown);
        writer.AddIntegrity(key);
        writer.AddFingerprint();
        Transmit(at, remote, writer.Message);
        return true;
    }

    /// <summary>Answers with an error, signed where the request was authentic. The answer is never longer than the request, so nobody can be flooded by it.</summary>
    private bool Refuse(LocalBase at, IPEndPoint remote, StunMessage request, int code, string reason, byte[]? key)
    {
        Span<byte> buffer = stackalloc byte[128];
        var writer = new StunWriter(buffer, StunClass.Error, StunMethod.Binding, request.TransactionId);
        writer.AddError(code, reason);
        if (key is not null)
            writer.AddIntegrity(key);
        writer.AddFingerprint();
        if (key is not null || writer.Length <= request.Length)
            Transmit(at, remote, writer.Message);
        return key is not null;
    }

    /// <summary>An authentic check with known credentials: learns the address if it is new, checks back at once, nominates if asked to (RFC 8445 §7.3.1).</summary>
    private void TakeCheck(TimeSpan now, IceGeneration generation, EarlyCheck check)
    {
        CandidatePair? pair = generation.CheckList.Find(check.Base, check.Source) ?? LearnPair(now, generation, check);
        if (pair is null)
            return;
        pair.WasRequested = true;
        bool nominated = check.UseCandidate && !IsControlling;
        if (pair.State == PairState.Succeeded)
        {
            if (nominated)
                Follow(now, pair);
            return;
        }

        pair.SelectOnSuccess |= nominated;
        if (State == IceState.Failed)
            return;
        if (pair.State == PairState.Failed)
            pair.Restart(now);
        pair.IsTriggered = true;
        pair.NextSend = pair.State == PairState.InProgress && now - pair.LastSent < TriggerDistance ? pair.LastSent + TriggerDistance : now;
        if (pair.State == PairState.Frozen)
            pair.State = PairState.Waiting;
        SendDueChecks(now);
    }

    private CandidatePair? LearnPair(TimeSpan now, IceGeneration generation, EarlyCheck check)
    {
        Candidate? remote = generation.RemoteCandidates.Find(known => known.EndPoint.Equals(check.Source));
        if (remote is null)
        {
            bool allowed = _options.AllowAnyRemoteAddress || CandidatePolicy.AllowsObserved(check.Source, IsOnLoopback);
            if (!allowed || generation.PeerReflexiveCount >= IceGeneration.MaxPeerReflexive)
            {
                _stats.CandidatesRefused++;
                return null;
            }

            generation.PeerReflexiveCount++;
            remote = new Candidate
            {
                Foundation = $"p{generation.PeerReflexiveCount}",
                Priority = check.Priority,
                EndPoint = check.Source,
                Type = CandidateType.PeerReflexive,
            };
            generation.RemoteCandidates.Add(remote);
            DoubtSelected(now);
        }

        return AddPair(now, generation, check.Base, remote);
    }

    /// <summary>An answer to a check of ours: authentic, and over the same path as the check (RFC 8445 §7.2.5.2.1), or it is nothing.</summary>
    private bool TakeAnswer(TimeSpan now, LocalBase at, IPEndPoint remote, StunMessage message)
    {
        if (!_pending.TryGetValue(message.TransactionId, out PendingCheck check))
            return false;
        CandidatePair pair = check.Pair;
        IceGeneration generation = GenerationOf(pair);
        if (!ReferenceEquals(pair.Base, at) || !pair.Remote.EndPoint.Equals(remote) || generation.Remote is null
            || !message.VerifyIntegrity(generation.Remote.Key))
            return false;
        _pending.Remove(message.TransactionId);
        if (message.Class == StunClass.Error)
        {
            TakeRefusal(now, check, message.ErrorCode);
            return true;
        }

        if (!message.TryGetMappedAddress(out IPEndPoint? mapped) || message.FindUnknown(stackalloc ushort[1]) > 0)
            return false;
        pair.Mapped = mapped;
        TimeSpan sample = now - check.SentAt;
        pair.RoundTrip = pair.RoundTrip is { } smoothed ? (smoothed * 7 + sample) / 8 : sample;
        pair.LastAnswer = now;
        pair.Sends = 0;
        bool first = pair.State != PairState.Succeeded;
        pair.State = PairState.Succeeded;
        if (first)
        {
            _firstValidAt ??= now;
            generation.CheckList.ThawFoundation(pair.Foundation, now);
        }

        if (check.UseCandidate && check.WasControlling && IsControlling && pair.IsNominating)
            Select(now, pair);
        else if (pair.SelectOnSuccess && !IsControlling)
            Follow(now, pair);
        TakeConsent(now, pair);
        Nominate(now);
        return true;
    }

    private void TakeRefusal(TimeSpan now, PendingCheck check, int code)
    {
        CandidatePair pair = check.Pair;
        if (code == 487)
        {
            _stats.RoleConflicts++;
            // Only if we still have the role the check was sent in; and with a new number, or two equal ones would go on for ever.
            if (check.WasControlling == IsControlling && !_remoteIsLite)
            {
                SwitchRole();
                _tieBreaker = DrawUInt64();
            }

            if (++_roleRefusals > MaxRoleRefusals)
                return;
            if (pair.State == PairState.Succeeded)
            {
                // A nomination was refused: without a check in the new role neither side would ever nominate.
                SendCheck(now, pair, useCandidate: false);
                return;
            }

            pair.Restart(now);
            pair.IsTriggered = true;
            SendDueChecks(now);
        }
        else if (pair.State == PairState.InProgress)
        {
            FailPair(now, pair);
        }
    }
}
