using System.Net;
using System.Security.Cryptography;
using Jangbu.Dht;
using Jangbu.Dht.Krpc;
using Jangbu.Node.Drivers;
using Jangbu.Node.Slots;
using Jangbu.WebRtc.Drivers;
using Jangbu.WebRtc.Dtls;
using Jangbu.WebRtc.Turn;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Jangbu.Node;

// Starting: home, sockets, engine, loop, and the way into the DHT.
public sealed partial class JangbuNode
{
    /// <summary>How the node stands at this moment.</summary>
    public NodeStatus Status => _loop.Read(engine => new NodeStatus
    {
        Id = Id,
        Online = engine.Dht is not null,
        Failure = _loop.Failure?.Code,
        Uptime = _loop.Elapsed,
        DhtNodes = engine.Dht?.Stats(_loop.Elapsed).GoodContacts ?? 0,
        DhtEndPoint = _sockets.DhtEndPoints.FirstOrDefault(),
        OuterEndPoints = [.. engine.OuterEndPoints],
        Sessions = [.. engine.OpenRoads.Select(road => new SessionView(engine.NameOf(road.Peer!.Value), road.Path, _loop.Elapsed - road.OpenedAt))],
        WrongSignals = engine.Rendezvous?.Stats.Wrong ?? 0,
    });

    private static JangbuNode Start(JangbuOptions options, bool online)
    {
        Check(options);
        ILogger logger = (options.LoggerFactory ?? NullLoggerFactory.Instance).CreateLogger("Jangbu.Node");
        RandomNumberGenerator random = RandomSource.Create();
        OpenedHome? home = null;
        NodeSockets? sockets = null;
        try
        {
            home = OpenedHome.Open(options, random);
            bool loopback = Bootstrap.IsLoopback(options.Bootstrap) || (options.Bind is { } bind && IPAddress.IsLoopback(bind));
            LoopClock clock = new();
            sockets = new NodeSockets(options.Bind, loopback, () => clock.Elapsed);
            PeerRoadMaker? roads = online ? new PeerRoadMaker(DtlsCertificate.Create(WallClock.Now), options.RelayOnly, loopback, random) : null;
            EngineNetwork? network = roads is not null ? MakeNetwork(options, home, sockets, roads, loopback, random) : null;
            NodeEngine engine = new(home.Book, home.Key, network);
            NodeLoop loop = new(engine, sockets, clock, home.Folder.Path, logger);
            Log.Started(logger, home.Book.Book.Contacts.Count(), sockets.DhtEndPoints.FirstOrDefault()?.Port ?? 0);
            return new JangbuNode(home, loop, sockets, roads, random, logger);
        }
        catch
        {
            sockets?.Dispose();
            home?.Dispose();
            random.Dispose();
            throw;
        }
    }

    private static EngineNetwork MakeNetwork(JangbuOptions options, OpenedHome home, NodeSockets sockets, PeerRoadMaker roads, bool loopback, RandomNumberGenerator random)
    {
        if (home.Book.Ledger.ReadOnlyReason is { } reason)
            throw new JangbuException(FailureCode.LedgerDamaged, ExitCategory.Integrity, $"the ledger is read only: {reason}", ("file", HomeFolder.LedgerName),
                ("line", home.Book.Ledger.DamagedLine.ToString(System.Globalization.CultureInfo.InvariantCulture)), ("why", reason));
        sockets.OpenDht(options.DhtPort);
        AddressFamilies families = AddressFamilies.None;
        foreach (IPEndPoint local in sockets.DhtEndPoints)
            families |= local.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork ? AddressFamilies.IPv4 : AddressFamilies.IPv6;
        DhtNode dht = new(new DhtOptions { Families = families }, random);
        return new EngineNetwork(home.Key, dht, sockets, roads.Make, loopback, random);
    }

    private async Task JoinAsync(JangbuOptions options, CancellationToken cancellationToken)
    {
        await _loop.PostAsync(engine =>
        {
            engine.Listen();
            return true;
        }).ConfigureAwait(false);
        _joining = ResolveAsync(options, _stopping.Token);
        try
        {
            await _joining.WaitAsync(NamePatience, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            Log.SlowNames(_logger); // Without a network names take half a minute to fail; the node is usable meanwhile, and joins when they come.
        }
    }

    private async Task ResolveAsync(JangbuOptions options, CancellationToken cancellationToken)
    {
        Task<IReadOnlyList<IPEndPoint>> bootstrap = Bootstrap.ResolveAsync(options.Bootstrap, _logger, cancellationToken);
        IceServer[] servers = [.. options.StunServers.Concat(options.TurnServers).Select(ParseServer)];
        IReadOnlyList<IPEndPoint>[] stun = await Task.WhenAll(servers.Where(server => !server.IsTurn).Select(server => server.ResolveAsync(cancellationToken))).ConfigureAwait(false);
        IReadOnlyList<TurnServer>[] turn = await Task.WhenAll(servers.Where(server => server.IsTurn).Select(server => server.ResolveTurnAsync(cancellationToken))).ConfigureAwait(false);
        IReadOnlyList<IPEndPoint> nodes = await bootstrap.ConfigureAwait(false);
        await _loop.PostAsync(engine =>
        {
            _roads!.StunServers = [.. stun.SelectMany(found => found)];
            _roads.TurnServers = [.. turn.SelectMany(found => found)];
            foreach (IPEndPoint node in nodes)
                engine.Dht!.AddNode(engine.Now.Now, node);
            return true;
        }).ConfigureAwait(false);
    }

    private static readonly TimeSpan NamePatience = TimeSpan.FromMilliseconds(500);

    internal static void Check(JangbuOptions options)
    {
        if (options.DhtPort is < 0 or > 65535)
        {
            throw new JangbuException(FailureCode.OptionInvalid, ExitCategory.Usage, $"a port is 0 to 65535, not {options.DhtPort}",
                ("option", nameof(options.DhtPort)), ("value", options.DhtPort.ToString(System.Globalization.CultureInfo.InvariantCulture)), ("range", "0-65535"));
        }
        foreach (string node in options.Bootstrap ?? [])
            _ = Bootstrap.Split(node);
        foreach (string server in options.StunServers.Concat(options.TurnServers))
            _ = ParseServer(server);
        if (options.RelayOnly && options.TurnServers.Count == 0)
        {
            throw new JangbuException(FailureCode.OptionInvalid, ExitCategory.Usage, "relay only needs a TURN server",
                ("option", nameof(options.RelayOnly)), ("value", "true"), ("range", "with TurnServers"));
        }
    }

    private static IceServer ParseServer(string text)
    {
        if (IceServer.TryParse(text, out IceServer? server) && (!server.IsTurn || server.Transport == TurnTransport.Udp))
            return server;
        throw new JangbuException(FailureCode.OptionInvalid, ExitCategory.Usage, "a server is stun:host:port or turn:user:password@host:port, over UDP",
            ("option", nameof(JangbuOptions.StunServers)), ("value", text.Contains('@', StringComparison.Ordinal) ? "turn:…" : text), ("range", "stun:, turn:"));
    }
}
