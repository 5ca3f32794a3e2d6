using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using Jangbu.Node.Slots;

namespace Jangbu.Node;

internal sealed partial class Rendezvous
{
    private readonly Dictionary<string, (Pair Pair, SlotName Slot, long Epoch)> _watched = new(StringComparer.Ordinal);
    private List<IPEndPoint> _outer = [];

    /// <summary>Says where this node's DHT node is seen from outside. What has changed is written into every <c>here</c> slot.</summary>
    public void Outer(Moment now, IEnumerable<IPEndPoint> endpoints)
    {
        List<IPEndPoint> outer = [.. endpoints.Where(MayRing).Take(MaxAddresses)];
        if (outer.SequenceEqual(_outer))
            return;
        _outer = outer;
        int index = 0;
        foreach (Pair pair in _pairs)
            pair.HereDue = pair.Engaged ? now.Now : now.Now + HereSpacing * index++;
        _deadline = TimeSpan.Zero;
    }

    /// <summary>Somebody asked this node's DHT node for a watched target: most likely the contact, who has just stored something there.</summary>
    public void Rung(Moment now, ReadOnlySpan<byte> target, IPEndPoint from)
    {
        if (!_watched.TryGetValue(Convert.ToHexString(target), out (Pair Pair, SlotName Slot, long Epoch) watched))
            return;
        _stats.Rings++;
        Pair pair = watched.Pair;
        pair.Ringer = (from, now.Now);
        if (!pair.Rings.TryTake(now.Now))
            return; // The next poll will do: a node that holds the slot could ring without end.
        Read(pair, watched.Slot, watched.Epoch, cheap: false);
        _deadline = TimeSpan.Zero;
        if (pair.Own.TryGetValue(SlotName.Answer, out OwnValue? answer) && answer.Stored && watched.Slot == SlotName.Offer)
            RingThem(pair, SlotName.Answer, answer.Keys.Epoch);
    }

    private void AdvanceHere(Moment now, Pair pair)
    {
        if (!IsHeard(pair) || _outer.Count == 0)
            return;
        bool epochPassed = pair.Own.TryGetValue(SlotName.Here, out OwnValue? own) && own.Keys.Epoch != _epochs.Current;
        if (now.Now < pair.HereDue && !epochPassed)
            return;
        pair.HereDue = now.Now + HereRenewal;
        BencodeText text = new BencodeText().Raw("l"u8);
        foreach (IPEndPoint endpoint in _outer)
            text.Text(Compact(endpoint));
        Store(pair, SlotName.Here, _epochs.Current, NextSeq(now.Wall), text.Raw("e"u8).ToArray());
    }

    private void ReadHere(Pair pair)
    {
        Read(pair, SlotName.Here, _epochs.Current, cheap: false);
        if (_epochs.Neighbour is { } other)
            Read(pair, SlotName.Here, other, cheap: false);
    }

    private void HereRead(Pair pair, byte[] content)
    {
        if (!TryReadHere(content, out List<IPEndPoint> addresses))
        {
            _stats.Wrong++;
            return;
        }
        pair.Here = [.. addresses.Where(MayRing)];
        if (pair.Offer is { Answered: false } offer && pair.Own.TryGetValue(SlotName.Offer, out OwnValue? stored) && stored.Stored)
            RingThem(pair, SlotName.Offer, offer.Epoch);
        if (pair.Own.TryGetValue(SlotName.Answer, out OwnValue? answer) && answer.Stored)
            RingThem(pair, SlotName.Answer, answer.Keys.Epoch);
    }

    private void RingThem(Pair pair, SlotName slot, long epoch)
    {
        byte[] target = pair.Mine(slot, epoch).Target(0);
        HashSet<IPEndPoint> rung = [.. pair.Here];
        if (slot == SlotName.Answer && pair.Ringer is { } ringer)
            rung.Add(ringer.From); // Whoever made this node look at the offer waits for its answer there.
        foreach (IPEndPoint address in rung)
            _commands.Enqueue(new RendezvousCommand.Ring(address, target));
    }

    private void WatchOffers(Pair pair)
    {
        List<(long Epoch, byte[] Target)> wanted = [];
        if (IsHeard(pair))
        {
            wanted.Add((_epochs.Current, pair.Theirs(SlotName.Offer, _epochs.Current).Target(0)));
            if (_epochs.Neighbour is { } other)
                wanted.Add((other, pair.Theirs(SlotName.Offer, other).Target(0)));
        }
        SetWatched(pair, SlotName.Offer, wanted);
    }

    private void WatchAnswer(Pair pair)
    {
        if (pair.Offer is { } offer)
            SetWatched(pair, SlotName.Answer, [(offer.Epoch, pair.Theirs(SlotName.Answer, offer.Epoch).Target(0))]);
    }

    private void UnwatchAnswer(Pair pair) => SetWatched(pair, SlotName.Answer, []);

    private void Unwatch(Pair pair)
    {
        SetWatched(pair, SlotName.Offer, []);
        SetWatched(pair, SlotName.Answer, []);
    }

    private void SetWatched(Pair pair, SlotName slot, List<(long Epoch, byte[] Target)> wanted)
    {
        List<(long Epoch, byte[] Target)> before = pair.Watched.GetValueOrDefault(slot, []);
        foreach ((long epoch, byte[] target) in before.Where(old => !wanted.Exists(next => next.Epoch == old.Epoch)))
        {
            _watched.Remove(Convert.ToHexString(target));
            _commands.Enqueue(new RendezvousCommand.Unwatch(target));
        }
        foreach ((long epoch, byte[] target) in wanted.Where(next => !before.Exists(old => old.Epoch == next.Epoch)))
        {
            _watched[Convert.ToHexString(target)] = (pair, slot, epoch);
            _commands.Enqueue(new RendezvousCommand.Watch(target));
        }
        pair.Watched[slot] = wanted;
    }

    private static bool TryReadHere(ReadOnlySpan<byte> content, out List<IPEndPoint> addresses)
    {
        addresses = [];
        BencodeCursor cursor = new(content);
        if (!cursor.TryTake((byte)'l'))
            return false;
        while (!cursor.TryTake((byte)'e'))
        {
            if (addresses.Count == MaxAddresses || !cursor.TryString(out ReadOnlySpan<byte> compact) || compact.Length is not (6 or 18))
                return false;
            int port = BinaryPrimitives.ReadUInt16BigEndian(compact[^2..]);
            if (port == 0)
                return false;
            addresses.Add(new IPEndPoint(new IPAddress(compact[..^2]), port));
        }
        return cursor.AtEnd;
    }

    private static byte[] Compact(IPEndPoint endpoint)
    {
        byte[] compact = new byte[endpoint.AddressFamily == AddressFamily.InterNetwork ? 6 : 18];
        endpoint.Address.TryWriteBytes(compact, out int length);
        BinaryPrimitives.WriteUInt16BigEndian(compact.AsSpan(length), checked((ushort)endpoint.Port));
        return compact;
    }

    /// <summary>A contact must not make this node send anything to itself, to groups, or to nobody.</summary>
    private bool MayRing(IPEndPoint endpoint)
    {
        IPAddress address = endpoint.Address;
        if (address.IsIPv6Multicast || address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any) || address.Equals(IPAddress.Broadcast))
            return false;
        if (address.AddressFamily == AddressFamily.InterNetwork && address.GetAddressBytes()[0] is >= 224 or 0)
            return false;
        return Loopback || !IPAddress.IsLoopback(address);
    }

    /// <summary>PROTOCOL §4.3: addresses in a <c>here</c> slot.</summary>
    public const int MaxAddresses = 4;

    private static readonly TimeSpan HereRenewal = TimeSpan.FromMinutes(15);
    private static readonly TimeSpan HereSpacing = TimeSpan.FromMilliseconds(250);
}

/// <summary>How often a pair's rings are followed: a burst, then one a second.</summary>
internal sealed class RingAllowance
{
    private double _left = Burst;
    private TimeSpan _at;

    /// <summary>Takes one, if there is one.</summary>
    public bool TryTake(TimeSpan now)
    {
        _left = Math.Min(Burst, _left + (now - _at).TotalSeconds);
        _at = now;
        if (_left < 1)
            return false;
        _left--;
        return true;
    }

    private const double Burst = 8;
}
