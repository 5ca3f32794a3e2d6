using Jangbu.Dht;
using Jangbu.Dht.Krpc;

namespace Jangbu.Simulation.Dht;

/// <summary>
/// What hostile nodes do together: answer searches with one another and with made-up nodes beside the target, withhold what is stored, hand out an
/// old version where they have one, and confirm puts without storing them.
/// </summary>
public sealed class DhtMalice(ScenarioRandom random)
{
    private readonly List<SimulatedNode> gang = [];

    /// <summary>Takes a node over.</summary>
    public void Join(SimulatedNode node)
    {
        node.Malice = this;
        gang.Add(node);
    }

    /// <summary>Remembers an old version, to be handed out instead of the new one.</summary>
    public void Replay(Jangbu.Dht.Items.MutableItem old) => items[old.Target.Id] = old;

    private readonly Dictionary<NodeId, Jangbu.Dht.Items.MutableItem> items = [];

    /// <summary>Answers a query in a bad way; false for what a bad node leaves to its honest half, so that it is known and trusted.</summary>
    public bool TryAnswer(SimulatedNode self, NodeAddress from, ReadOnlySpan<byte> datagram, Span<byte> buffer, out int length)
    {
        length = 0;
        if (!KrpcMessage.TryRead(datagram, out KrpcMessage query) || query.Kind != KrpcKind.Query)
            return false;
        switch (query.Method)
        {
            case KrpcMethod.Get or KrpcMethod.FindNode or KrpcMethod.GetPeers when query.Target is { } target:
                length = AnswerSearch(self, from, ref query, target, buffer);
                return true;
            case KrpcMethod.Put or KrpcMethod.AnnouncePeer:
                length = new KrpcResponse { Id = self.Node.Id, Asker = from }.Write(buffer, query.Transaction, buffer.Length);
                return true;
            default:
                return false;
        }
    }

    private int AnswerSearch(SimulatedNode self, NodeAddress from, ref KrpcMessage query, NodeId target, Span<byte> buffer)
    {
        var nodes = new List<DhtContact>();
        for (int i = 0; i < 6 && gang.Count > 0; i++)
        {
            // The nearest of a handful of the gang: knowing them all would cost the simulation more than it shows.
            SimulatedNode? nearest = null;
            for (int look = 0; look < 16; look++)
            {
                SimulatedNode other = gang[random.Below(gang.Count)];
                if (nearest is null || (other.Node.Id ^ target) < (nearest.Node.Id ^ target))
                    nearest = other;
            }
            nodes.Add(new DhtContact(nearest!.Node.Id, nearest.Address));
        }
        for (int i = 0; i < 2; i++)
            nodes.Add(new DhtContact(target with { Low = (uint)(random.Next() >> 32) }, new NodeAddress(0, (uint)(random.Next() >> 32) | 0x0100_0000, 6881, false)));
        items.TryGetValue(target, out Jangbu.Dht.Items.MutableItem? old);
        return new KrpcResponse
        {
            Id = self.Node.Id,
            Asker = from,
            Nodes = nodes,
            Token = "12345678"u8,
            Sequence = old?.Sequence,
            Key = old is null ? default : old.Target.PublicKey,
            Signature = old is null ? default : old.Signature.Span,
            Value = old is null ? default : old.Value.Span,
        }.Write(buffer, query.Transaction, DhtNode.MaximumAnswerIPv4);
    }
}
