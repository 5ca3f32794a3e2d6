namespace Jangbu.Dht;

/// <summary>Public nodes through which anybody may join Mainline for the first time, each run by someone else; a driver resolves them in parallel.</summary>
public static class BootstrapNodes
{
    /// <summary>Host names and ports. Some are silent for months at a time, so all are asked.</summary>
    public static IReadOnlyList<(string Host, int Port)> Public { get; } =
    [
        ("router.bittorrent.com", 6881),
        ("dht.transmissionbt.com", 6881),
        ("dht.libtorrent.org", 25401),
        ("router.silotis.us", 6881),
        ("relay.pkarr.org", 6881),
    ];
}
