namespace Jangbu.Dht.Items;

/// <summary>Peers that announced themselves for an info hash (BEP 5), bounded in hashes, in peers of each, and in time.</summary>
public sealed class PeerStore
{
    /// <summary>An announcement lasts 30 minutes; clients repeat it every 15 to 28.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(30);

    /// <summary>Info hashes known at once; we are no torrent client, and others store the same.</summary>
    public const int MaximumHashes = 1000;

    /// <summary>Peers of one info hash, and so the most an answer could list.</summary>
    public const int MaximumPeers = 64;

    private readonly Dictionary<NodeId, List<Peer>> hashes = [];

    /// <summary>Info hashes with at least one peer.</summary>
    public int Count => hashes.Count;

    /// <summary>Remembers a peer; the one announced longest ago makes room.</summary>
    /// <returns>False when no further info hash is taken.</returns>
    public bool Announce(TimeSpan now, NodeId infoHash, NodeAddress peer)
    {
        if (!hashes.TryGetValue(infoHash, out List<Peer>? peers))
        {
            if (hashes.Count >= MaximumHashes)
                Expire(now);
            if (hashes.Count >= MaximumHashes)
                return false;
            hashes[infoHash] = peers = [];
        }
        peers.RemoveAll(known => known.Address == peer || now - known.Announced >= Lifetime);
        if (peers.Count >= MaximumPeers)
            peers.RemoveAt(0);
        peers.Add(new Peer(peer, now));
        return true;
    }

    /// <summary>The peers of one family, latest first (BEP 32: an answer names peers of the family it is sent over).</summary>
    public List<NodeAddress> Peers(TimeSpan now, NodeId infoHash, bool ipv6)
    {
        var found = new List<NodeAddress>();
        if (hashes.TryGetValue(infoHash, out List<Peer>? peers))
        {
            for (int i = peers.Count - 1; i >= 0; i--)
            {
                if (peers[i].Address.IsIPv6 == ipv6 && now - peers[i].Announced < Lifetime)
                    found.Add(peers[i].Address);
            }
        }
        return found;
    }

    /// <summary>Drops what is too old.</summary>
    public void Expire(TimeSpan now)
    {
        foreach ((NodeId infoHash, List<Peer> peers) in hashes.ToArray())
        {
            peers.RemoveAll(peer => now - peer.Announced >= Lifetime);
            if (peers.Count == 0)
                hashes.Remove(infoHash);
        }
    }

    private readonly record struct Peer(NodeAddress Address, TimeSpan Announced);
}
