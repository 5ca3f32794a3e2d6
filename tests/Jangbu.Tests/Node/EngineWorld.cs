using System.Net;
using System.Security.Cryptography;
using Jangbu.Crypto;
using Jangbu.Dht;
using Jangbu.Dht.Krpc;
using Jangbu.Ledger;
using Jangbu.Node;
using Jangbu.Node.Slots;
using Jangbu.Payments;
using Jangbu.Tests.Ledger;
using LedgerFile = Jangbu.Ledger.Ledger;

namespace Jangbu.Tests.Node;

/// <summary>
/// Whole engines in virtual time: real ledgers on simulated disks, real DHT nodes whose datagrams take one <see cref="Latency"/>, roads that need
/// no addresses. Anybody may lose power between two turns.
/// </summary>
internal sealed class EngineWorld : IDisposable
{
    private readonly PriorityQueue<Action, (TimeSpan, int)> _future = new();
    private readonly DateTimeOffset _start = new(2026, 11, 22, 6, 30, 0, TimeSpan.Zero);
    private readonly DhtNode _bootstrap;
    private readonly RandomNumberGenerator _random = RandomNumberGenerator.Create();
    private int _order;

    public EngineWorld() => _bootstrap = new DhtNode(new DhtOptions { Mode = DhtMode.Server, Families = AddressFamilies.IPv4 }, _random);

    public static IPEndPoint Bootstrap { get; } = new(new IPAddress([10, 0, 0, 1]), 6881);

    public TimeSpan Latency { get; set; } = TimeSpan.FromMilliseconds(5);

    /// <summary>False: no road ever finds a path.</summary>
    public bool PathsExist { get; set; } = true;

    public TimeSpan Now { get; private set; }

    public DateTimeOffset Wall => _start + Now;

    public List<EnginePerson> People { get; } = [];

    public List<WorldRoad> Roads { get; } = [];

    public EnginePerson Person(int key)
    {
        EnginePerson person = new(this, TestKeys.Get(key), new IPEndPoint(new IPAddress([10, 0, 0, (byte)(People.Count + 2)]), 6881));
        People.Add(person);
        person.Boot();
        return person;
    }

    public static void Introduce(EnginePerson a, EnginePerson b, string autoAccept)
    {
        foreach ((EnginePerson one, EnginePerson other) in ((EnginePerson, EnginePerson)[])[(a, b), (b, a)])
        {
            one.Do(engine =>
            {
                engine.Book.AddContact(other.Card);
                engine.Book.SetPolicy(other.Card.Id, Asset.Parse("KRW"), null, autoAccept);
                engine.Meet(other.Card.Id);
                return true;
            });
        }
    }

    public void At(TimeSpan when, Action action) => _future.Enqueue(action, (when, _order++));

    public void Send(IPEndPoint from, IPEndPoint to, byte[] datagram) => At(Now + Latency, () =>
    {
        if (to.Equals(Bootstrap))
        {
            _bootstrap.Receive(Now, from, datagram);
            StepBootstrap();
        }
        else
        {
            People.Find(person => person.Address.Equals(to))?.Receive(from, datagram);
        }
    });

    /// <summary>Runs until <paramref name="until"/>, or until <paramref name="done"/> holds.</summary>
    public bool Run(TimeSpan until, Func<bool>? done = null)
    {
        while (done is null || !done())
        {
            TimeSpan next = People.Min(person => person.Deadline) ?? TimeSpan.MaxValue;
            if (_future.TryPeek(out _, out (TimeSpan At, int) first) && first.At < next)
                next = first.At;
            if (_bootstrap.Deadline is { } upkeep && upkeep < next)
                next = upkeep;
            if (next > until)
            {
                Now = until;
                return done is null;
            }
            Now = next > Now ? next : Now;
            while (_future.TryPeek(out Action? action, out (TimeSpan At, int) due) && due.At <= Now)
            {
                _future.Dequeue();
                action();
            }
            StepBootstrap();
            foreach (EnginePerson person in People)
            {
                if (person.Deadline <= Now)
                    person.Turn();
            }
        }
        return true;
    }

    public void Dispose()
    {
        foreach (EnginePerson person in People)
            person.Dispose();
        _random.Dispose();
    }

    private void StepBootstrap()
    {
        _bootstrap.Advance(Now);
        byte[] buffer = new byte[2048];
        while (_bootstrap.TryTransmit(buffer, out int length, out IPEndPoint to))
            Send(Bootstrap, to, buffer[..length]);
        while (_bootstrap.TryDequeue(out _))
        {
            // Only its neighbours count.
        }
    }
}

/// <summary>One of them: engine, disk, and what it was told.</summary>
internal sealed class EnginePerson(EngineWorld world, IdentityKey key, IPEndPoint address) : IDisposable
{
    private const string Name = "ledger.jbledger";
    private readonly LedgerPassword _password = new("password");
    private readonly RandomNumberGenerator _random = RandomNumberGenerator.Create();
    private readonly byte[] _buffer = new byte[2048];
    private NodeEngine? _engine;

    public SimulatedStorage Storage { get; private set; } = new();

    public IPEndPoint Address { get; } = address;

    public ContactCard Card { get; } = ContactCard.Create(key, $"p{address.Address.GetAddressBytes()[3]}", new DateTimeOffset(2026, 11, 1, 0, 0, 0, TimeSpan.Zero));

    public List<NodeEvent> Events { get; } = [];

    public List<WatchNote> Notes { get; } = [];

    public TimeSpan? Deadline => _engine?.Deadline;

    public NodeEngine Engine => _engine ?? throw new InvalidOperationException("it has no power");

    /// <summary>Switches it on: a new ledger, or what the disk has.</summary>
    public void Boot()
    {
        Bookkeeper? book;
        RsaPersonKeys keys = new(key);
        if (Bookkeeper.Open(Storage, Name, _password, keys, _random, out book, out _) == LedgerOpenOutcome.Missing)
            book = Bookkeeper.Begin(LedgerFile.Create(Storage, Name, _password, key.Id, Lane(), world.Wall, _random), Card, keys, _random, world.Wall);
        DhtNode dht = new(new DhtOptions { Families = AddressFamilies.IPv4 }, _random);
        WorldSockets sockets = new();
        _engine = new NodeEngine(book!, key, new EngineNetwork(key, dht, sockets, (now, offerer, _) => new WorldRoad(world, this, offerer), loopback: false, _random));
        Do(engine =>
        {
            engine.Listen();
            dht.AddNode(world.Now, EngineWorld.Bootstrap);
            return true;
        });
    }

    /// <summary>Cuts its power: what was not flushed may be there, torn or not.</summary>
    public void Crash(Random random)
    {
        foreach (WorldRoad road in world.Roads.Where(road => road.Owner == this))
            road.Vanish();
        _engine!.Dispose();
        _engine = null;
        Storage = Storage.Crash(random);
    }

    /// <summary>Does something in a turn of its own.</summary>
    public T Do<T>(Func<NodeEngine, T> act)
    {
        Engine.Begin(Moment());
        T result = act(Engine);
        Finish();
        return result;
    }

    public void Turn() => Do(_ => true);

    public void Receive(IPEndPoint from, byte[] datagram)
    {
        if (_engine is null)
            return;
        Do(engine =>
        {
            engine.ReceiveDht(from, datagram);
            return true;
        });
    }

    public void Dispose()
    {
        _engine?.Dispose();
        _password.Dispose();
        _random.Dispose();
    }

    private void Finish()
    {
        bool again = true;
        while (again)
        {
            Engine.Advance();
            Engine.Commit();
            Transmit();
            again = false;
            while (Engine.TryDequeueJob(out NodeJob? job))
            {
                job.Run();
                Engine.Begin(Moment());
                job.Complete(Moment());
                again = true;
            }
        }
        while (Engine.TryDequeue(out EngineNotice? notice))
        {
            if (notice is EngineNotice.Happened happened)
                Events.Add(happened.Event);
            else if (notice is EngineNotice.Told told)
                Notes.Add(told.Note);
        }
    }

    private void Transmit()
    {
        while (Engine.TryTransmitDht(_buffer, out int length, out IPEndPoint? to))
            world.Send(Address, to, _buffer[..length]);
        while (Engine.TryTransmit(_buffer, out _, out _, out _))
            throw new InvalidOperationException("a world road has no datagrams");
    }

    private Moment Moment() => new(world.Now, world.Wall);

    private Guid Lane()
    {
        byte[] lane = new byte[16];
        _random.GetBytes(lane);
        lane[7] = (byte)((lane[7] & 0x0F) | 0x40);
        lane[8] = (byte)((lane[8] & 0x3F) | 0x80);
        return new Guid(lane);
    }
}

/// <summary>No sockets at all.</summary>
internal sealed class WorldSockets : ISocketPool
{
    public IReadOnlyList<IPEndPoint> Open() => [];

    public void Close(IReadOnlyList<IPEndPoint> locals)
    {
        // There is nothing to close.
    }
}

/// <summary>A road whose two ends find each other by the user fragment of their descriptions.</summary>
internal sealed class WorldRoad : IRoad
{
    private readonly EngineWorld _world;
    private readonly Queue<(TimeSpan At, RoadEvent Event)> _events = new();
    private readonly string _name;
    private WorldRoad? _peer;
    private bool _over;

    public WorldRoad(EngineWorld world, EnginePerson owner, bool offerer)
    {
        (_world, Owner) = (world, owner);
        _name = $"road{world.Roads.Count}{(offerer ? "o" : "a")}";
        world.Roads.Add(this);
        _events.Enqueue((world.Now, new RoadEvent.Gathered()));
    }

    public EnginePerson Owner { get; }

    public TimeSpan? Deadline => _events.TryPeek(out (TimeSpan At, RoadEvent) next) ? next.At : null;

    public Description Describe() => WorldPerson.Describe(1) with { Ufrag = _name };

    public bool TryAccept(Moment now, Description remote)
    {
        _peer = _world.Roads.Find(road => road._name == remote.Ufrag);
        if (_peer is null || _peer._peer != this || !_world.PathsExist || _peer._over)
            return _peer is not null;
        foreach (WorldRoad end in (WorldRoad[])[this, _peer])
        {
            end.Later(new RoadEvent.PathFound("host"));
            end.Later(new RoadEvent.Encrypted());
            end.Later(new RoadEvent.Opened(65_536));
        }
        return true;
    }

    public void Receive(Moment now, IPEndPoint local, IPEndPoint remote, ReadOnlySpan<byte> datagram) => throw new InvalidOperationException("no sockets here");

    public void Advance(Moment now)
    {
        // Whatever is due comes out of TryDequeue.
    }

    public bool TryTransmit(Span<byte> datagram, out int length, out IPEndPoint local, out IPEndPoint remote)
    {
        (length, local, remote) = (0, EngineWorld.Bootstrap, EngineWorld.Bootstrap);
        return false;
    }

    public bool TryDequeue(Moment now, out RoadEvent happened)
    {
        happened = null!;
        if (!_events.TryPeek(out (TimeSpan At, RoadEvent Event) next) || next.At > now.Now)
            return false;
        happened = _events.Dequeue().Event;
        return true;
    }

    public void Send(Moment now, string text)
    {
        if (!_over && _peer is { _over: false } peer)
            peer.Later(new RoadEvent.Message(System.Text.Encoding.UTF8.GetBytes(text), true));
    }

    public void Close(Moment now) => End("closed");

    public void Abort(Moment now) => End("aborted");

    /// <summary>The power is gone: the other end hears nothing more, and notices after half a minute.</summary>
    public void Vanish()
    {
        if (_over)
            return;
        _over = true;
        if (_peer is { _over: false } peer)
            peer._events.Enqueue((_world.Now + TimeSpan.FromSeconds(30), new RoadEvent.Closed("no_path")));
    }

    public void Dispose() => _over = true;

    private void End(string reason)
    {
        if (_over)
            return;
        _over = true;
        _events.Enqueue((_world.Now, new RoadEvent.Closed(reason)));
        if (_peer is { _over: false } peer)
            peer.Later(new RoadEvent.Closed("closed"));
    }

    private void Later(RoadEvent happened) => _events.Enqueue((_world.Now + _world.Latency, happened));
}
