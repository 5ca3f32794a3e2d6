using System.Text;
using Jangbu.Crypto;
using Jangbu.Ledger;
using Jangbu.Payments;
using Jangbu.Payments.Books;
using Jangbu.Payments.Jobs;
using Jangbu.Payments.Records;

namespace Jangbu.Tests.Payments;

/// <summary>
/// One history of a few people: each number is one step. Commands, single jobs in any order, flushes, single messages, lost channels,
/// crashes that keep only what the disk kept, and envelopes that come again, late and in another order, by file.
/// </summary>
internal sealed class History : IDisposable
{
    private static readonly Lazy<ContactCard[]> Cards = new(() => [.. Enumerable.Range(0, 5).Select(i => Person.CardOf(i, $"P{i}"))]);
    private static readonly Asset Krw = Asset.Parse("KRW");

    private readonly List<Person> _people = [];
    private readonly List<List<Job>> _jobs = [];
    private readonly Dictionary<(int, int), Link> _links = [];
    private readonly List<(int To, string Envelope)> _copies = [];
    private readonly HashSet<(int, RecordHash)> _promised = [];
    private readonly Random _random;

    public History(int people, int seed)
    {
        _random = new Random(seed);
        for (int i = 0; i < people; i++)
        {
            _people.Add(Person.Create(new FastKeys(Cards.Value[i].Id), Cards.Value[i], (ulong)i + 1));
            _jobs.Add([]);
        }
        foreach (Person person in _people)
        {
            foreach (Person other in _people.Where(other => other != person))
                person.Meet(other, autoAccept: "40", limit: "150");
        }
    }

    /// <summary>How often something happened in all histories of a run: what never happens was not tested.</summary>
    public static System.Collections.Concurrent.ConcurrentDictionary<string, int> Sometimes { get; } = [];

    public int Steps { get; private set; }

    /// <summary>Plays one number.</summary>
    public void Step(int number)
    {
        Steps++;
        uint n = unchecked((uint)number);
        int i = (int)(n % (uint)_people.Count), j = (int)(n / 8 % (uint)_people.Count);
        Person person = _people[i];
        if (j == i)
            j = (i + 1) % _people.Count;
        person.Now += TimeSpan.FromMilliseconds(37);
        person.Bookkeeper.Turn(person.Now, Person.Start + person.Now);
        switch (n / 64 % 16)
        {
            case 0 or 1 or 2:
                person.Bookkeeper.Pay(_people[j].Id, new Transaction(Amount.Parse($"{1 + (n / 1024 % 90)}"), Krw));
                break;
            case 3:
                if (Pick(person.With(_people[j]).UndecidedIncoming) is { } waiting)
                    Try(() => person.Bookkeeper.Decide([waiting.Hash], n / 1024 % 3 != 0));
                break;
            case 4:
                if (Pick(person.With(_people[j]).UndecidedOutgoing) is { } mine)
                    Try(() => person.Bookkeeper.Withdraw(mine.Hash));
                break;
            case 5:
                if (Pick([.. person.With(_people[j]).History.Where(one => !one.IsOutgoing && one.State == TransactionState.Accepted)]) is { } done)
                    Try(() => person.Bookkeeper.Reverse(done.Hash, Amount.Parse("1")));
                break;
            case 6:
                Connect(i, j);
                break;
            case 7:
                Cut(i, j);
                break;
            case 8:
                Crash(i);
                break;
            case 9:
                person.Flush();
                break;
            case 10:
                RunOneJob(i);
                break;
            case 11:
                RunJobs(i);
                break;
            case 12 when n / 1024 % 2 == 0:
                Settle(i);
                Copy(i, j);
                break;
            case 12:
                Arrive();
                break;
            default:
                Settle(i);
                Settle(j);
                for (uint messages = 0; messages <= n / 1024 % 4 && _links.TryGetValue((Math.Min(i, j), Math.Max(i, j)), out Link? link); messages++)
                    link.Step();
                break;
        }
        Remember(i);
    }

    /// <summary>Everybody meets everybody until nothing is left to say; then all must agree, with each other and with the reference.</summary>
    public void Check()
    {
        for (int i = 0; i < _people.Count; i++)
            Settle(i);
        for (int i = 0; i < _people.Count; i++)
        {
            for (int j = i + 1; j < _people.Count; j++)
            {
                Cut(i, j);
                Connect(i, j);
                Link link = _links[(i, j)];
                link.Run(10_000);
                Assert.True(link.A.IsIdle && link.B.IsIdle, $"{i} and {j} have not come to rest");
                link.Bye();
                Assert.False(_people[i].Bookkeeper.HasUndelivered(_people[j].Id));
                Assert.False(_people[j].Bookkeeper.HasUndelivered(_people[i].Id));
            }
        }
        foreach (BookedTransaction transaction in _people.SelectMany(person => person.Book.Contacts).SelectMany(contact => contact.Account.History))
        {
            Note($"{transaction.State} {transaction.Verdict?.Code}");
            if (transaction.State == TransactionState.Withdrawn && transaction.Decisions.Any())
                Note("a decision after the withdrawal was left out");
            if (transaction.State == TransactionState.Accepted && transaction.Withdrawals.Any())
                Note("a decision before the withdrawal counted");
        }
        List<ReferenceBook> references = [.. _people.Select(Read)];
        for (int i = 0; i < _people.Count; i++)
        {
            Compare(_people[i], references[i]);
            for (int j = i + 1; j < _people.Count; j++)
                CompareBoth(i, j, references);
            Assert.Empty(_people[i].Seen<PaymentEvent.Refused>());
            Assert.Empty(_people[i].Seen<PaymentEvent.RefusedByThem>());
            Assert.Empty(_people[i].Seen<PaymentEvent.ForkFound>());
            Assert.Empty(_people[i].Seen<PaymentEvent.LedgerIsOld>());
        }
        foreach ((int who, RecordHash hash) in _promised)
            Assert.NotNull(_people[who].Book.FindTransaction(hash));
    }

    public void Dispose() => _people.ForEach(person => person.Dispose());

    private void Compare(Person person, ReferenceBook reference)
    {
        Assert.Equal(reference.Count, person.Book.RecordCount);
        foreach ((string hash, _, _, string state) in reference.Transactions())
        {
            Assert.True(RecordHash.TryParse(hash, out RecordHash parsed));
            Assert.Equal(state, person.Find(parsed).State.ToString());
        }
        foreach (Person other in _people.Where(other => other != person))
        {
            Position position = person.With(other).PositionOf(Krw);
            (System.Numerics.BigInteger net, System.Numerics.BigInteger held) = reference.Balance(other.Id.ToString());
            Assert.Equal(net, position.Net.Units);
            Assert.Equal(held, position.Held.Units);
        }
    }

    private void CompareBoth(int i, int j, List<ReferenceBook> references)
    {
        Assert.Equal(references[i].Between(_people[j].Id.ToString()), references[j].Between(_people[i].Id.ToString()));
        Assert.Equal(_people[i].With(_people[j]).PositionOf(Krw).Net, -_people[j].With(_people[i]).PositionOf(Krw).Net);
    }

    // The book of the running engine and the one that its ledger gives when read again must be the same; the second is compared here.
    private static ReferenceBook Read(Person person)
    {
        List<Entry> entries = person.ReadEntries();
        var again = new Book();
        foreach (Entry entry in entries)
            Assert.True(again.TryApply(entry, out string? why), why);
        foreach (Contact contact in person.Book.Contacts)
        {
            Assert.True(again.TryFind(contact.Id, out Contact? read));
            Assert.Equal(contact.Account.PositionOf(Krw), read.Account.PositionOf(Krw));
            Assert.Equal(contact.Account.UndecidedIncoming.Select(one => one.Hash), read.Account.UndecidedIncoming.Select(one => one.Hash));
        }
        return new ReferenceBook(person.Id, entries);
    }

    private void Connect(int i, int j)
    {
        (i, j) = (Math.Min(i, j), Math.Max(i, j));
        Settle(i);
        Settle(j);
        _links[(i, j)] = new Link(_people[i], _people[j]);
    }

    private void Cut(int i, int j)
    {
        Settle(i);
        Settle(j);
        if (_links.Remove((Math.Min(i, j), Math.Max(i, j)), out Link? link))
            link.Cut();
    }

    // Only what the disk kept is left; channels break, jobs are forgotten.
    private void Crash(int i)
    {
        _jobs[i].Clear();
        foreach ((int a, int b) in _links.Keys.Where(key => key.Item1 == i || key.Item2 == i).ToArray())
        {
            _links.Remove((a, b), out Link? link);
            int other = a == i ? b : a;
            Settle(other);
            _people[other].Turn(() => (a == i ? link!.B : link!.A).Abort());
        }
        long head = _people[i].Bookkeeper.Ledger.Head.N, durable = _people[i].Bookkeeper.Ledger.DurableHead.N;
        _people[i].Reopen(_people[i].Disk.Crash(_random));
        Assert.True(_people[i].Bookkeeper.Ledger.Head.N >= durable, "a crash took what was flushed");
        Note(head > _people[i].Bookkeeper.Ledger.Head.N ? "a crash took what was not flushed" : "a crash took nothing");
    }

    private void RunOneJob(int i)
    {
        Collect(i);
        if (_jobs[i].Count == 0)
            return;
        int index = _random.Next(_jobs[i].Count);
        Job job = _jobs[i][index];
        _jobs[i].RemoveAt(index);
        job.Run();
        _people[i].Bookkeeper.Complete(job);
    }

    private void Collect(int i)
    {
        while (_people[i].Bookkeeper.TryDequeueJob(out Job? job))
            _jobs[i].Add(job);
    }

    private void Settle(int i)
    {
        RunJobs(i);
        _people[i].Flush();
        Remember(i);
    }

    private void RunJobs(int i)
    {
        do
        {
            RunOneJob(i);
            Collect(i);
        }
        while (_jobs[i].Count > 0);
    }

    private void Remember(int i)
    {
        foreach (PaymentEvent.Signed signed in _people[i].Seen<PaymentEvent.Signed>().Where(signed => signed.Kind == RecordKind.Transaction))
            _promised.Add((i, signed.Hash));
    }

    private void Copy(int from, int to)
    {
        foreach (string envelope in _people[from].Bookkeeper.WriteEnvelopes(_people[to].Id))
            _copies.Add((to, envelope));
    }

    private void Arrive()
    {
        if (_copies.Count == 0)
            return;
        (int to, string envelope) = _copies[_random.Next(_copies.Count)];
        Settle(to);
        Note("an envelope came by file");
        _people[to].Bookkeeper.TakeEnvelope(Encoding.UTF8.GetBytes(envelope), code => Assert.True(code is null, code.ToString()));
        Settle(to);
    }

    private BookedTransaction? Pick(IReadOnlyCollection<BookedTransaction> from) => from.Count == 0 ? null : from.ElementAt(_random.Next(from.Count));

    private static void Note(string what) => Sometimes.AddOrUpdate(what, 1, (_, count) => count + 1);

    // A person may be a moment too late: another step decided it first.
    private static void Try(Action command)
    {
        try
        {
            command();
        }
        catch (CommandRefusedException refused)
        {
            Assert.Contains(refused.Reason, new[] { CommandRefusal.AlreadyDecided, CommandRefusal.NotReversible });
        }
    }
}
