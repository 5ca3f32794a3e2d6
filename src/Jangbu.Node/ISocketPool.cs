using System.Net;

namespace Jangbu.Node;

/// <summary>Where the engine gets local addresses from: real sockets in a driver, mere numbers in a simulation.</summary>
internal interface ISocketPool
{
    /// <summary>Opens one socket on each local address, on ports of its choice; empty when none can be had.</summary>
    IReadOnlyList<IPEndPoint> Open();

    /// <summary>Closes them.</summary>
    void Close(IReadOnlyList<IPEndPoint> locals);
}
