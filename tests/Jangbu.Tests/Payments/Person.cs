using System.Text;
using Jangbu.Crypto;
using Jangbu.Ledger;
using Jangbu.Payments;
using Jangbu.Payments.Books;
using Jangbu.Payments.Jobs;
using Jangbu.Payments.Records;
using Jangbu.Tests.Crypto;
using Jangbu.Tests.Ledger;
using LedgerFile = Jangbu.Ledger.Ledger;

namespace Jangbu.Tests.Payments;

/// <summary>One person of a test: a bookkeeper over a ledger on a simulated disk. Jobs run at once; the clock stands unless moved.</summary>
internal sealed class Person : IDisposable
{
    public const string LedgerName = "ledger.jbledger";
    public static readonly DateTimeOffset Start = new(2026, 11, 22, 6, 30, 0, TimeSpan.Zero);
    private static readonly LedgerPassword Password = new("시험 비밀번호");
    private static readonly Lazy<IdentityKey[]> Keys = new(() => [KnownKeys.Ara, KnownKeys.Bora, IdentityKey.Generate(2048), IdentityKey.Generate(2048), IdentityKey.Generate(2048)]);

    private readonly ulong _seed;

    private Person(IPersonKeys keys, ContactCard card, SimulatedStorage disk, ulong seed) => (KeyPair, Card, Disk, _seed) = (keys, card, disk, seed);

    public IPersonKeys KeyPair { get; }

    public ContactCard Card { get; }

    public SimulatedStorage Disk { get; private set; }

    public Bookkeeper Bookkeeper { get; private set; } = null!;

    public List<PaymentEvent> Events { get; } = [];

    public TimeSpan Now { get; set; }

    public PeerId Id => Card.Id;

    public Book Book => Bookkeeper.Book;

    public static IdentityKey Key(int index) => Keys.Value[index];

    /// <summary>A person with one of the keys of the vectors (0, 1) or one made for this run (2 … 4), and real signatures.</summary>
    public static Person Real(int index, string name) => Create(new RsaPersonKeys(Key(index)), CardOf(index, name), (ulong)index + 100);

    public static ContactCard CardOf(int index, string name) => ContactCard.Create(Key(index), name, Start);

    public static Person Create(IPersonKeys keys, ContactCard card, ulong seed)
    {
        var person = new Person(keys, card, new SimulatedStorage(), seed);
        var random = new SeededRandom(seed);
        byte[] lane = new byte[16];
        random.GetBytes(lane);
        LedgerFile ledger = LedgerFile.Create(person.Disk, LedgerName, Password, card.Id, new Guid(lane), Start, random);
        person.Bookkeeper = Bookkeeper.Begin(ledger, card, keys, random, Start);
        return person;
    }

    /// <summary>Starts again from what is on the disk now.</summary>
    public void Reopen(SimulatedStorage? disk = null)
    {
        Bookkeeper.Dispose();
        Disk = disk ?? Disk.Reopen();
        Assert.Equal(LedgerOpenOutcome.Opened, Bookkeeper.Open(Disk, LedgerName, Password, KeyPair, new SeededRandom(_seed + (ulong)Disk.BytesWritten + 7), out Bookkeeper? bookkeeper, out var damage));
        Assert.True(damage is null, damage?.Why);
        Bookkeeper = bookkeeper!;
        Turn();
    }

    /// <summary>The entries of the ledger as another process would find them on the disk now.</summary>
    public List<Entry> ReadEntries()
    {
        List<Entry> entries = [];
        LedgerOpening opening = LedgerFile.Open(Disk.Reopen(), LedgerName, Password, new SeededRandom(3), entries.Add);
        opening.Ledger!.Dispose();
        return entries;
    }

    /// <summary>Begins a new ledger file from this one, as its person says after it turned out to be old.</summary>
    public void BeginAnew()
    {
        byte[] lane = new byte[16];
        new SeededRandom(_seed + 1000).GetBytes(lane);
        Bookkeeper.Ledger.BeginAnew(Password, new Guid(lane), Start + Now);
        Reopen();
    }

    /// <summary>One turn of the loop: commands, all jobs, flush, events.</summary>
    public void Turn(Action? commands = null)
    {
        Bookkeeper.Turn(Now, Start + Now);
        commands?.Invoke();
        RunJobs();
        Flush();
    }

    public void RunJobs()
    {
        while (Bookkeeper.TryDequeueJob(out Job? job))
        {
            job.Run();
            Bookkeeper.Complete(job);
        }
    }

    public void Flush()
    {
        Bookkeeper.Flush();
        while (Bookkeeper.TryDequeue(out PaymentEvent? e))
            Events.Add(e);
    }

    public MadeRecord Pay(Person to, string amount, string asset = "KRW", string? memo = null, RecordHash? request = null)
    {
        MadeRecord made = default;
        Turn(() => made = Bookkeeper.Pay(to.Id, new Transaction(Amount.Parse(amount), Asset.Parse(asset), memo, Request: request)));
        return made;
    }

    public void Meet(Person other, string? autoAccept = null, string? limit = null) => Turn(() =>
    {
        Bookkeeper.AddContact(other.Card);
        if (autoAccept is not null || limit is not null)
            Bookkeeper.SetPolicy(other.Id, Asset.Parse("KRW"), limit, autoAccept);
    });

    public Account With(Person other) => Book.TryFind(other.Id, out Contact? contact) ? contact.Account : throw new InvalidOperationException("not a contact");

    public BookedTransaction Find(RecordHash hash) => Book.FindTransaction(hash) ?? throw new InvalidOperationException("not in the book");

    public string Net(Person other, string asset = "KRW") => With(other).PositionOf(Asset.Parse(asset)).Net.ToString();

    public IEnumerable<T> Seen<T>()
        where T : PaymentEvent => Events.OfType<T>();

    public static void Receive(PaymentSession session, string message) => session.Receive(Encoding.UTF8.GetBytes(message));

    public void Dispose() => Bookkeeper.Dispose();
}
