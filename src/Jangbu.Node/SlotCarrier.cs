using System.Net;
using Jangbu.Crypto;
using Jangbu.Crypto.OpenSsl;
using Jangbu.Dht;
using Jangbu.Dht.Bencoding;
using Jangbu.Dht.Items;

namespace Jangbu.Node;

/// <summary>Carries what <see cref="Rendezvous"/> wants to a <see cref="DhtNode"/>, and what the node says back. Pure, as both are.</summary>
internal sealed class SlotCarrier(Rendezvous rendezvous, DhtNode dht, IdentityKey key)
{
    private readonly Dictionary<QueryId, long> _fetches = [];
    private readonly Dictionary<QueryId, long> _stores = [];
    private readonly Queue<NodeJob> _jobs = [];
    private readonly List<IPEndPoint> _outer = [];

    /// <summary>How often the DHT node has finished looking for its neighbours; 0 while it is not in.</summary>
    public int Joins { get; private set; }

    /// <summary>How this node's DHT socket is seen from outside, with whether all see the same port.</summary>
    public IReadOnlyList<IPEndPoint> Outer => _outer;

    /// <summary>False once a NAT was seen that shows every destination another port.</summary>
    public bool OuterStable { get; private set; } = true;

    /// <summary>Takes the next signing that the rendezvous wants.</summary>
    public bool TryDequeueJob(out NodeJob job) => _jobs.TryDequeue(out job!);

    /// <summary>Moves everything that waits, both ways, until nothing does.</summary>
    /// <returns>True when anything moved.</returns>
    public bool Settle(Moment now)
    {
        bool moved = false;
        bool again;
        do
        {
            again = false;
            while (rendezvous.TryDequeueCommand(out RendezvousCommand command))
            {
                Execute(now, command);
                again = true;
            }
            while (dht.TryDequeue(out DhtEvent happened))
            {
                Take(now, happened);
                again = true;
            }
            moved |= again;
        }
        while (again);
        return moved;
    }

    private void Execute(Moment now, RendezvousCommand command)
    {
        switch (command)
        {
            case RendezvousCommand.Fetch fetch:
                MutableTarget target = new(fetch.Keys.PublicKey, fetch.Keys.Salt(fetch.Item));
                long? known = fetch.SeqSeen >= 0 ? fetch.SeqSeen : null;
                _fetches[fetch.Cheap ? dht.Poll(now.Now, target, known) : dht.Get(now.Now, target, known)] = fetch.Id;
                break;
            case RendezvousCommand.Store store:
                using (Ed25519Key slot = Ed25519Key.FromSeed(store.Keys.Seed))
                {
                    MutableItem item = MutableItem.Sign(slot, store.Keys.Salt(store.Item), store.Seq, Bencode.EncodeString(store.Value));
                    _stores[dht.Put(now.Now, item)] = store.Id;
                }
                break;
            case RendezvousCommand.Ring ring:
                dht.Ring(now.Now, ring.To, NodeId.Read(ring.Target));
                break;
            case RendezvousCommand.Watch watch:
                dht.Watch(NodeId.Read(watch.Target));
                break;
            case RendezvousCommand.Unwatch unwatch:
                dht.Unwatch(NodeId.Read(unwatch.Target));
                break;
            case RendezvousCommand.Sign sign:
                byte[] signature = [];
                _jobs.Enqueue(new NodeJob(() => signature = key.Sign(sign.Data), later => rendezvous.Signed(later, sign.Id, signature)));
                break;
            default:
                throw new System.Diagnostics.UnreachableException($"command {command}");
        }
    }

    private void Take(Moment now, DhtEvent happened)
    {
        switch (happened)
        {
            case DhtEvent.ItemFound found when _fetches.TryGetValue(found.Query, out long fetch):
                if (Bencode.TryReadString(found.Item.Value.Span, out ReadOnlySpan<byte> content))
                    rendezvous.Fetched(now, fetch, found.Item.Sequence, content);
                break;
            case DhtEvent.GetCompleted ended when _fetches.Remove(ended.Query, out long fetch):
                rendezvous.FetchEnded(now, fetch);
                break;
            case DhtEvent.PutCompleted stored when _stores.Remove(stored.Query, out long store):
                rendezvous.Stored(now, store, stored.Stored);
                break;
            case DhtEvent.WatchedTargetAsked asked:
                rendezvous.Rung(now, asked.Target.ToByteArray(), asked.From);
                break;
            case DhtEvent.ExternalAddress external:
                _outer.RemoveAll(known => known.AddressFamily == external.EndPoint.AddressFamily);
                _outer.Add(external.EndPoint);
                OuterStable &= external.Stable;
                rendezvous.Outer(now, _outer);
                break;
            case DhtEvent.Joined joined:
                Joins += joined.Contacts > 0 ? 1 : 0;
                break;
            default:
                break; // Answers to what others of this node asked, and changes of mode: nothing of a rendezvous.
        }
    }
}
