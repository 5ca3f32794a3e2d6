using System.Net;
using System.Security.Cryptography;
using Jangbu.Crypto;
using Jangbu.Node;
using Jangbu.Node.Slots;

namespace Jangbu.Tests.Node;

/// <summary>
/// People who look for each other in a DHT that is a dictionary, in virtual time: every command of <see cref="Rendezvous"/> takes one
/// <see cref="Latency"/>, signing none.
/// </summary>
internal sealed class RendezvousWorld
{
    private readonly PriorityQueue<Action, (TimeSpan, int)> _future = new();
    private readonly Dictionary<string, (long Seq, byte[] Value)> _items = new(StringComparer.Ordinal);
    private readonly DateTimeOffset _start;
    private int _order;

    public RendezvousWorld(DateTimeOffset? start = null) => _start = start ?? new DateTimeOffset(2026, 11, 22, 6, 30, 0, TimeSpan.Zero);

    /// <summary>How long each command of the DHT takes.</summary>
    public TimeSpan Latency { get; set; } = TimeSpan.FromMilliseconds(20);

    /// <summary>False: nobody hears a ring.</summary>
    public bool RingsArrive { get; set; } = true;

    public TimeSpan Now { get; private set; }

    public List<WorldPerson> People { get; } = [];

    /// <summary>Every target read or written, by whom.</summary>
    public List<(WorldPerson Who, string Target)> Touched { get; } = [];

    /// <summary>Every value stored.</summary>
    public List<byte[]> Values { get; } = [];

    public IEnumerable<string> Targets => _items.Keys;

    /// <summary>A person with a 2048-bit key and a DHT node at 10.0.0.n:6881.</summary>
    public WorldPerson Person(int key, TimeSpan skew = default)
    {
        WorldPerson person = new(TestKeys.Get(key), new IPEndPoint(new IPAddress([10, 0, 0, (byte)(People.Count + 1)]), 6881), skew);
        People.Add(person);
        person.Rendezvous.Outer(At(person), [person.Address]);
        return person;
    }

    public Moment At(WorldPerson person) => new(Now, _start + Now + person.Skew);

    /// <summary>Runs until <paramref name="until"/>, or until <paramref name="done"/> holds.</summary>
    public bool Run(TimeSpan until, Func<bool>? done = null)
    {
        Settle();
        while (done is null || !done())
        {
            TimeSpan next = People.Min(person => person.Rendezvous.Deadline) ?? TimeSpan.MaxValue;
            if (_future.TryPeek(out _, out (TimeSpan At, int) first) && first.At < next)
                next = first.At;
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
                Settle();
            }
            foreach (WorldPerson person in People)
                person.Rendezvous.Advance(At(person));
            Settle();
        }
        return true;
    }

    private void Settle()
    {
        foreach (WorldPerson person in People)
        {
            while (person.Rendezvous.TryDequeueCommand(out RendezvousCommand command))
                Begin(person, command);
            while (person.Rendezvous.TryDequeue(out RendezvousEvent found))
                person.Events.Add(found);
        }
    }

    private void Begin(WorldPerson person, RendezvousCommand command)
    {
        switch (command)
        {
            case RendezvousCommand.Sign sign:
                person.Rendezvous.Signed(At(person), sign.Id, person.Key.Sign(sign.Data));
                Settle();
                break;
            case RendezvousCommand.Fetch fetch:
                string read = Touch(person, fetch.Keys.Target(fetch.Item));
                After(() =>
                {
                    if (_items.TryGetValue(read, out (long Seq, byte[] Value) item) && item.Seq > fetch.SeqSeen)
                        person.Rendezvous.Fetched(At(person), fetch.Id, item.Seq, item.Value);
                    person.Rendezvous.FetchEnded(At(person), fetch.Id);
                });
                break;
            case RendezvousCommand.Store store:
                string written = Touch(person, store.Keys.Target(store.Item));
                Values.Add(store.Value);
                After(() =>
                {
                    bool taken = !_items.TryGetValue(written, out (long Seq, byte[] Value) before) || before.Seq <= store.Seq;
                    if (taken)
                        _items[written] = (store.Seq, store.Value);
                    person.Rendezvous.Stored(At(person), store.Id, taken ? 8 : 0);
                });
                break;
            case RendezvousCommand.Ring ring when RingsArrive:
                After(() => People.Find(other => other.Address.Equals(ring.To))?.Hear(this, ring.Target, person.Address));
                break;
            case RendezvousCommand.Watch watch:
                person.Watching.Add(Convert.ToHexString(watch.Target));
                break;
            case RendezvousCommand.Unwatch unwatch:
                person.Watching.Remove(Convert.ToHexString(unwatch.Target));
                break;
            default:
                break;
        }
    }

    private string Touch(WorldPerson person, byte[] target)
    {
        string text = Convert.ToHexString(target);
        Touched.Add((person, text));
        return text;
    }

    private void After(Action action) => _future.Enqueue(action, (Now + Latency, _order++));
}

/// <summary>One of them.</summary>
internal sealed class WorldPerson(IdentityKey key, IPEndPoint address, TimeSpan skew)
{
    public IdentityKey Key { get; } = key;

    public IPEndPoint Address { get; } = address;

    public TimeSpan Skew { get; } = skew;

    public Rendezvous Rendezvous { get; } = new(key.Public, RandomNumberGenerator.Create());

    public List<RendezvousEvent> Events { get; } = [];

    public HashSet<string> Watching { get; } = [];

    public Pair Knows(RendezvousWorld world, WorldPerson other)
    {
        Assert.True(PairSecret.TryAgree(Key.RendezvousKey, other.Key.RendezvousKey.PublicKey, Key.Id, other.Key.Id, out PairSecret? secret));
        return Rendezvous.Add(world.At(this), secret!, other.Key.Public);
    }

    public void Hear(RendezvousWorld world, byte[] target, IPEndPoint from)
    {
        if (Watching.Contains(Convert.ToHexString(target)))
            Rendezvous.Rung(world.At(this), target, from);
    }

    public T? Found<T>() where T : RendezvousEvent => Events.OfType<T>().LastOrDefault();

    public static Description Describe(byte mark) => new()
    {
        Candidates = [new DescribedCandidate(CandidateType.Host, 2130706431, new IPEndPoint(new IPAddress([192, 0, 2, mark]), 40000))],
        Fingerprint = [.. Enumerable.Repeat(mark, 32)],
        MaxMessageSize = 262_144,
        Ufrag = "ufrag" + mark,
        Password = "passwordpasswordpassword",
    };
}

/// <summary>Keys made once for all tests: making one costs more than a test should.</summary>
internal static class TestKeys
{
    private static readonly Lazy<IdentityKey>[] Keys = [.. Enumerable.Range(0, 4).Select(_ => new Lazy<IdentityKey>(() => IdentityKey.Generate(2048)))];

    public static IdentityKey Get(int index) => Keys[index].Value;
}
