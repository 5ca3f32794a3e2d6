using System.Text.Json;

namespace Jangbu.Interop.Tests.Dht;

/// <summary>A DHT node of whatever make that takes the JSON lines of `jangbu dht --stdio`.</summary>
internal interface IDhtPeer : IDisposable
{
    string Name { get; }

    int Port { get; }

    /// <summary>One command, one answer.</summary>
    JsonElement Ask(string command);
}
