using System.Net;
using Jangbu.Node.Slots;

namespace Jangbu.Node;

/// <summary>What <see cref="Rendezvous"/> wants done outside of it: by the DHT, or (signing) by a worker.</summary>
internal abstract record RendezvousCommand
{
    private RendezvousCommand()
    {
    }

    /// <summary>
    /// Read an item. Each value found, then the end, comes back as <see cref="Rendezvous.Fetched"/> and <see cref="Rendezvous.FetchEnded"/>.
    /// </summary>
    /// <param name="Id">Names this reading.</param>
    /// <param name="Keys">Of which slot.</param>
    /// <param name="Item">Which item.</param>
    /// <param name="SeqSeen">Values at this seq or below are known.</param>
    /// <param name="Cheap">True: ask only nodes that are known to hold the target.</param>
    public sealed record Fetch(long Id, SlotKeys Keys, int Item, long SeqSeen, bool Cheap) : RendezvousCommand;

    /// <summary>Store an item; comes back as <see cref="Rendezvous.Stored"/>.</summary>
    public sealed record Store(long Id, SlotKeys Keys, int Item, long Seq, byte[] Value) : RendezvousCommand;

    /// <summary>Send one plain <c>get</c> for a target to one address.</summary>
    public sealed record Ring(IPEndPoint To, byte[] Target) : RendezvousCommand;

    /// <summary>Say (<see cref="Rendezvous.Rung"/>) when somebody asks for this target.</summary>
    public sealed record Watch(byte[] Target) : RendezvousCommand;

    /// <summary>No longer.</summary>
    public sealed record Unwatch(byte[] Target) : RendezvousCommand;

    /// <summary>Sign with one's own key; comes back as <see cref="Rendezvous.Signed"/>.</summary>
    public sealed record Sign(long Id, byte[] Data) : RendezvousCommand;
}
