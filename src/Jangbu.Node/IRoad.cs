using System.Net;
using Jangbu.Node.Slots;

namespace Jangbu.Node;

/// <summary>
/// One channel to one contact, from gathering to closing; an engine. The real one is <see cref="PeerRoad"/>, over WebRTC; tests of many
/// people in virtual time have one that needs no addresses.
/// </summary>
internal interface IRoad : IDisposable
{
    /// <summary>When <see cref="Advance"/> is to be called.</summary>
    TimeSpan? Deadline { get; }

    /// <summary>My description, once <see cref="RoadEvent.Gathered"/> came out.</summary>
    Description Describe();

    /// <summary>Takes the other's description. False when it cannot be used.</summary>
    bool TryAccept(Moment now, Description remote);

    /// <summary>Takes a datagram that came to one of my sockets.</summary>
    void Receive(Moment now, IPEndPoint local, IPEndPoint remote, ReadOnlySpan<byte> datagram);

    /// <summary>Does what is due.</summary>
    void Advance(Moment now);

    /// <summary>The next datagram to send.</summary>
    bool TryTransmit(Span<byte> datagram, out int length, out IPEndPoint local, out IPEndPoint remote);

    /// <summary>The next thing to know.</summary>
    bool TryDequeue(Moment now, out RoadEvent happened);

    /// <summary>Sends one message; <see cref="RoadEvent.Opened"/> must have come out.</summary>
    void Send(Moment now, string text);

    /// <summary>Closes channel, association, DTLS and ICE in this order; <see cref="RoadEvent.Closed"/> follows.</summary>
    void Close(Moment now);

    /// <summary>Ends at once, telling the other side if one datagram can.</summary>
    void Abort(Moment now);
}

/// <summary>What a road tells the engine.</summary>
internal abstract record RoadEvent
{
    private RoadEvent()
    {
    }

    /// <summary>All own addresses are known.</summary>
    public sealed record Gathered : RoadEvent;

    /// <summary>There is a path, of this kind: <c>host</c>, <c>srflx</c>, <c>prflx</c> or <c>relay</c>.</summary>
    public sealed record PathFound(string Kind) : RoadEvent;

    /// <summary>The other end has the key of its description.</summary>
    public sealed record Encrypted : RoadEvent;

    /// <summary>The channel <c>jangbu</c> is open.</summary>
    public sealed record Opened(long LargestMessage) : RoadEvent;

    /// <summary>A message; its bytes hold until the next <see cref="IRoad.TryDequeue"/>.</summary>
    public sealed record Message(ReadOnlyMemory<byte> Bytes, bool IsText) : RoadEvent;

    /// <summary>It is over.</summary>
    public sealed record Closed(string Reason) : RoadEvent;
}
