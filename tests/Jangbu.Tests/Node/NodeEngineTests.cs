using Jangbu.Node;
using Jangbu.Payments;
using Jangbu.Payments.Records;

namespace Jangbu.Tests.Node;

/// <summary>Engines of two and more people in virtual time.</summary>
public sealed class NodeEngineTests
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    [Fact]
    public void Pay_BothOnline_IsAcceptedWithinHalfASecondOfRoundTrips()
    {
        using EngineWorld world = new();
        (EnginePerson a, EnginePerson b) = Two(world);
        world.Run(world.Now + TimeSpan.FromSeconds(10));
        TimeSpan start = world.Now;
        Pay(a, b, 7, Minute);
        Assert.True(world.Run(start + Minute, () => a.Notes.OfType<WatchNote.Ended>().Any()));
        Assert.IsType<PaymentOutcome.Accepted>(Assert.Single(a.Notes.OfType<WatchNote.Ended>()).Outcome);
        Assert.InRange((world.Now - start).TotalMilliseconds, 50, 500);
        Assert.Equal(Enum.GetValues<PaymentStage>(), a.Notes.OfType<WatchNote.Reached>().Select(note => note.Progress.Stage));
    }

    [Fact]
    public void Pay_BothToEachOtherAtOnce_ShareOneSession()
    {
        using EngineWorld world = new();
        (EnginePerson a, EnginePerson b) = Two(world);
        world.Run(TimeSpan.FromSeconds(10));
        Pay(a, b, 1, Minute);
        Pay(b, a, 2, Minute);
        Assert.True(world.Run(2 * Minute, () => Accepted(a) == 1 && Accepted(b) == 1));
        Assert.Single(a.Engine.OpenRoads);
        Assert.Single(b.Engine.OpenRoads);
        Assert.InRange(world.Now.TotalSeconds, 10, 13);
    }

    [Fact]
    public void Pay_NobodyThere_EndsQueuedAndIsDeliveredOnceTheyCome()
    {
        using EngineWorld world = new();
        (EnginePerson a, EnginePerson b) = Two(world);
        b.Crash(new Random(1));
        Pay(a, b, 3, TimeSpan.FromSeconds(20));
        Assert.True(world.Run(Minute, () => a.Notes.OfType<WatchNote.Ended>().Any()));
        Assert.Equal(WaitingState.Queued, Assert.IsType<PaymentOutcome.Waiting>(a.Notes.OfType<WatchNote.Ended>().Single().Outcome).State);
        world.Run(30 * Minute);
        b.Boot();
        Assert.True(world.Run(32 * Minute, () => b.Engine.Book.Book.Contacts.Single().Account.History.Count == 1));
    }

    [Theory]
    [InlineData(11)]
    [InlineData(12)]
    [InlineData(13)]
    public void Payments_WhilePowerFailsOnBothSides_AreEachThereExactlyOnce(int seed)
    {
        using EngineWorld world = new();
        (EnginePerson a, EnginePerson b) = Two(world);
        Random random = new(seed);
        int paid = 0;
        HashSet<string> promised = [];
        for (int round = 0; round < 6; round++)
        {
            world.Run(world.Now + TimeSpan.FromSeconds(5));
            foreach ((EnginePerson one, EnginePerson other) in ((EnginePerson, EnginePerson)[])[(a, b), (b, a)])
            {
                for (int count = random.Next(1, 6); count > 0; count--)
                {
                    paid++;
                    PaymentWatch watch = Pay(one, other, paid, Minute);
                    promised.Add(watch.Hash.ToString()); // The turn of Pay has flushed it: from here on it must never be lost.
                }
            }
            world.Run(world.Now + TimeSpan.FromMilliseconds(random.Next(1, 400)));
            EnginePerson victim = random.Next(2) == 0 ? a : b;
            victim.Crash(random);
            world.Run(world.Now + TimeSpan.FromMilliseconds(random.Next(1, 3_000)));
            victim.Boot();
        }
        Assert.True(world.Run(world.Now + 10 * Minute, () => Settled(a) == promised.Count && Settled(b) == promised.Count), $"seed {seed}: {Settled(a)}, {Settled(b)} of {promised.Count}");
        Assert.Equal(promised.Order(), Hashes(a).Order());
        Assert.Equal(promised.Order(), Hashes(b).Order());
        Assert.Equal(Net(a), -Net(b));
    }

    [Fact]
    public void Pay_NoPathAnywhere_GoesByLetterAndTheDecisionComesBackByLetter()
    {
        using EngineWorld world = new() { PathsExist = false };
        (EnginePerson a, EnginePerson b) = Two(world);
        world.Run(TimeSpan.FromSeconds(10));
        Pay(a, b, 9, TimeSpan.FromMinutes(20));
        Assert.True(world.Run(20 * Minute, () => Accepted(a) == 1), $"b has {b.Engine.Book.Book.Contacts.Single().Account.History.Count}");
        Assert.Equal(Net(a), -Net(b));
    }

    [Fact]
    public void Receiver_OfSeveralPeople_HoldsASessionWithEach()
    {
        using EngineWorld world = new();
        EnginePerson receiver = world.Person(0);
        List<EnginePerson> payers = [.. Enumerable.Range(1, 3).Select(world.Person)];
        foreach (EnginePerson payer in payers)
            EngineWorld.Introduce(receiver, payer, "1000000");
        world.Run(TimeSpan.FromSeconds(10));
        foreach (EnginePerson payer in payers)
        {
            for (int count = 1; count <= 10; count++)
                Pay(payer, receiver, count, Minute);
        }
        Assert.True(world.Run(Minute, () => payers.TrueForAll(payer => Accepted(payer) == 10)));
        Assert.Equal(3, receiver.Engine.OpenRoads.Count());
    }

    private static (EnginePerson A, EnginePerson B) Two(EngineWorld world)
    {
        EnginePerson a = world.Person(0), b = world.Person(1);
        EngineWorld.Introduce(a, b, "1000000");
        return (a, b);
    }

    private static PaymentWatch Pay(EnginePerson from, EnginePerson to, int amount, TimeSpan wait) => from.Do(engine =>
        engine.Pay(to.Card.Id, new Transaction(Amount.Parse(amount.ToString(System.Globalization.CultureInfo.InvariantCulture)), Asset.Parse("KRW")), wait, later: false));

    private static int Accepted(EnginePerson person) => person.Notes.OfType<WatchNote.Ended>().Count(note => note.Outcome is PaymentOutcome.Accepted);

    private static int Settled(EnginePerson person) => History(person).Count(line => line.State == TransactionState.Accepted);

    private static IEnumerable<string> Hashes(EnginePerson person) => History(person).Select(line => line.Tx);

    private static decimal Net(EnginePerson person) =>
        decimal.Parse(BookViews.Balances(person.Engine.Book.Book.Contacts).Single().Net, System.Globalization.CultureInfo.InvariantCulture);

    private static IReadOnlyList<HistoryLine> History(EnginePerson person) => BookViews.History(person.Engine.Book.Book, new HistoryFilter());
}
