using Jangbu.Dht.Bencoding;

namespace Jangbu.Dht;

/// <content>What outlives the process: the id and the best contacts, so that a second start needs no bootstrap node.</content>
public sealed partial class DhtNode
{
    /// <summary>Contacts saved of each family; with a third of them gone the rest still leads back in.</summary>
    public const int MaximumSaved = 200;

    /// <summary>The ids and the contacts that answered, lately seen first: d [2:id 20:…] [3:id6 20:…] 5:nodes … 6:nodes6 … e.</summary>
    public byte[] SaveNodes(TimeSpan now)
    {
        byte[] saved = new byte[64 + (MaximumSaved * (26 + 38)) + 128];
        var writer = new BencodeWriter(saved);
        writer.Dictionary();
        foreach ((DhtNetwork? network, byte[] key) in new[] { (networks[0], "id"u8.ToArray()), (networks[1], "id6"u8.ToArray()) })
        {
            if (network is not null)
                writer.String(key, network.Table.Own.ToByteArray());
        }
        foreach ((DhtNetwork? network, byte[] key) in new[] { (networks[0], "nodes"u8.ToArray()), (networks[1], "nodes6"u8.ToArray()) })
        {
            if (network is not null)
                writer.String(key, Compact(now, network));
        }
        writer.End();
        return writer.Written.ToArray();
    }

    /// <summary>Takes what <see cref="SaveNodes"/> gave, before any node is named; the contacts are asked again before they count.</summary>
    /// <returns>False when the bytes are not of that form; nothing is taken then.</returns>
    public bool LoadNodes(TimeSpan now, ReadOnlySpan<byte> saved)
    {
        if (!Bencode.IsValid(saved) || !BencodeReader.TryDictionary(saved, BencodeOrder.Strict, out BencodeReader reader))
            return false;
        while (reader.TryNext(out ReadOnlySpan<byte> key, out ReadOnlySpan<byte> value))
        {
            if (!Bencode.TryReadString(value, out ReadOnlySpan<byte> content))
                return false;
            if (key.SequenceEqual("id"u8) || key.SequenceEqual("id6"u8))
            {
                if (networks[key.Length - 2] is { Table.Count: 0 } network && options.Id is null && NodeId.TryRead(content, out NodeId id))
                    network.Rename(id);
            }
            else if (networks[key.SequenceEqual("nodes6"u8) ? 1 : 0] is { } network)
            {
                Recall(now, network, content);
            }
        }
        return true;
    }

    private static byte[] Compact(TimeSpan now, DhtNetwork network)
    {
        int size = NodeId.Size + (network.IsIPv6 ? NodeAddress.SizeIPv6 : NodeAddress.SizeIPv4);
        DhtContact[] contacts = [.. network.Table.Contacts.Where(contact => contact.IsGood(now)).OrderByDescending(contact => contact.LastAnswer).Take(MaximumSaved)];
        byte[] compact = new byte[contacts.Length * size];
        for (int i = 0; i < contacts.Length; i++)
        {
            contacts[i].Id.CopyTo(compact.AsSpan(i * size));
            contacts[i].Address.WriteCompact(compact.AsSpan((i * size) + NodeId.Size));
        }
        return compact;
    }

    private void Recall(TimeSpan now, DhtNetwork network, ReadOnlySpan<byte> compact)
    {
        int size = NodeId.Size + (network.IsIPv6 ? NodeAddress.SizeIPv6 : NodeAddress.SizeIPv4);
        for (; compact.Length >= size && network.Remembered.Count < MaximumSaved; compact = compact[size..])
        {
            if (NodeAddress.TryReadCompact(compact[NodeId.Size..size], out NodeAddress address) && address.IsUsable)
                network.Remembered.Add((NodeId.Read(compact), address));
        }
        if (network.Remembered.Count == 0)
            return;
        network.NextJoin = now;
        nextUpkeep = now;
    }

    /// <summary>While hardly anyone is known a search also begins at the nodes of the last run and those named from outside.</summary>
    private static void OfferBeginnings(DhtNetwork network, Lookup lookup)
    {
        if (network.Table.Count >= RoutingTable.K)
            return;
        foreach ((NodeId id, NodeAddress address) in network.Remembered)
            Offer(network, lookup, id, address, 1);
        // The id is not known yet; as the target itself it is asked first, and takes its real place when it answers.
        foreach (NodeAddress bootstrap in network.Bootstraps)
            lookup.Offer(lookup.Target, bootstrap, 1);
    }
}
