using Jangbu.Node.Slots;

namespace Jangbu.Node;

/// <summary>What <see cref="Rendezvous"/> has found out about a pair.</summary>
internal abstract record RendezvousEvent(Pair Pair)
{
    /// <summary>My offer is held by so many nodes.</summary>
    public sealed record OfferStored(Pair Of, int Nodes) : RendezvousEvent(Of);

    /// <summary>The contact answers my offer. Its key has signed this description.</summary>
    public sealed record AnswerFound(Pair Of, Description Description, byte[] Key) : RendezvousEvent(Of);

    /// <summary>
    /// The contact offers, newer than all before and than my own offer, which is dropped: whatever attempt or session there was has ended,
    /// and <see cref="Rendezvous.TryAnswer"/> is awaited.
    /// </summary>
    public sealed record OfferFound(Pair Of, Description Description, byte[] Key) : RendezvousEvent(Of);

    /// <summary>My offer is ten minutes old and dead.</summary>
    public sealed record OfferDied(Pair Of) : RendezvousEvent(Of);

    /// <summary>The contact's letter: a JSON array of envelopes.</summary>
    public sealed record LetterFound(Pair Of, byte[] Content) : RendezvousEvent(Of);
}
