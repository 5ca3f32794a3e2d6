using Jangbu.Node;

namespace Jangbu.Tests.Node;

/// <summary>PROTOCOL §4.3 in virtual time.</summary>
public sealed class RendezvousTests
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    [Fact]
    public void Offer_ContactListens_IsAnsweredWithinAFewRoundTrips()
    {
        (RendezvousWorld world, WorldPerson a, WorldPerson b, Pair ab, Pair ba) = Pair();
        b.Rendezvous.Listen(world.At(b));
        world.Run(world.Now + Minute);

        TimeSpan start = world.Now;
        a.Rendezvous.Offer(world.At(a), ab, WorldPerson.Describe(1));
        Assert.True(world.Run(start + Minute, () => b.Found<RendezvousEvent.OfferFound>() is not null));
        Assert.Equal(WorldPerson.Describe(1).ToBencode(), b.Found<RendezvousEvent.OfferFound>()!.Description.ToBencode());
        Assert.True(b.Rendezvous.TryAnswer(world.At(b), ba, WorldPerson.Describe(2)));
        Assert.True(world.Run(start + Minute, () => a.Found<RendezvousEvent.AnswerFound>() is not null));

        Assert.Equal(WorldPerson.Describe(2).ToBencode(), a.Found<RendezvousEvent.AnswerFound>()!.Description.ToBencode());
        // store, ring, read; store, ring, read; and the second items where a value has two: all in single latencies of 20 ms.
        Assert.InRange((world.Now - start).TotalMilliseconds, 100, 200);
        Assert.Equal(8, a.Found<RendezvousEvent.OfferStored>()!.Nodes);
    }

    [Fact]
    public void Offer_NoRingArrives_IsAnsweredByPollingOfTheLastSpokenWithin3Seconds()
    {
        (RendezvousWorld world, WorldPerson a, WorldPerson b, Pair ab, Pair ba) = Pair();
        world.RingsArrive = false;
        b.Rendezvous.Listen(world.At(b));
        b.Rendezvous.Spoke(world.At(b), ba);
        world.Run(world.Now + Minute);

        TimeSpan start = world.Now;
        a.Rendezvous.Offer(world.At(a), ab, WorldPerson.Describe(1));
        Assert.True(world.Run(start + Minute, () => b.Found<RendezvousEvent.OfferFound>() is not null));
        Assert.True(b.Rendezvous.TryAnswer(world.At(b), ba, WorldPerson.Describe(2)));
        Assert.True(world.Run(start + Minute, () => a.Found<RendezvousEvent.AnswerFound>() is not null));
        Assert.InRange((world.Now - start).TotalSeconds, 0, 3.2);
    }

    [Fact]
    public void Offer_ContactComesLater_IsFoundStillAndDiesAfterTenMinutesOtherwise()
    {
        (RendezvousWorld world, WorldPerson a, WorldPerson b, Pair ab, Pair ba) = Pair();
        a.Rendezvous.Offer(world.At(a), ab, WorldPerson.Describe(1));
        world.Run(9 * Minute);
        Assert.Null(a.Found<RendezvousEvent.OfferDied>());
        b.Rendezvous.Listen(world.At(b));
        Assert.True(world.Run(10 * Minute, () => b.Found<RendezvousEvent.OfferFound>() is not null));
        Assert.True(world.Run(11 * Minute, () => a.Found<RendezvousEvent.OfferDied>() is not null));
        Assert.Equal(10, world.Now.TotalMinutes, 0.01);
        Assert.NotNull(ba.Taken);
    }

    [Fact]
    public void Offer_Waits_KeepsItsBytesAndIsStoredEveryMinute()
    {
        (RendezvousWorld world, WorldPerson a, _, Pair ab, _) = Pair();
        a.Rendezvous.Offer(world.At(a), ab, WorldPerson.Describe(1));
        world.Run(TimeSpan.FromSeconds(595));
        byte[][] offers = [.. world.Values.GroupBy(Convert.ToHexString).Where(same => same.Count() > 1).Select(same => Convert.FromHexString(same.Key))];
        string offer = Convert.ToHexString(Assert.Single(offers));
        Assert.Equal(10, world.Values.Count(value => Convert.ToHexString(value) == offer));
    }

    [Fact]
    public void Offers_OfBoth_TheNewerOneIsAnsweredWhoeverSeesItFirst()
    {
        (RendezvousWorld world, WorldPerson a, WorldPerson b, Pair ab, Pair ba) = Pair();
        a.Rendezvous.Listen(world.At(a));
        b.Rendezvous.Listen(world.At(b));
        world.Run(Minute);
        a.Rendezvous.Offer(world.At(a), ab, WorldPerson.Describe(1));
        world.Run(Minute + TimeSpan.FromMilliseconds(5));
        b.Rendezvous.Offer(world.At(b), ba, WorldPerson.Describe(2));
        world.Run(Minute + TimeSpan.FromSeconds(5));

        Assert.Null(b.Found<RendezvousEvent.OfferFound>());
        Assert.NotNull(a.Found<RendezvousEvent.OfferFound>());
        Assert.Null(ab.Offer);
        Assert.True(a.Rendezvous.TryAnswer(world.At(a), ab, WorldPerson.Describe(3)));
        Assert.True(world.Run(2 * Minute, () => b.Found<RendezvousEvent.AnswerFound>() is not null));
    }

    [Fact]
    public void Offers_OfBothInTheSameMillisecond_TheLowerIdWins()
    {
        (RendezvousWorld world, WorldPerson a, WorldPerson b, Pair ab, Pair ba) = Pair();
        a.Rendezvous.Listen(world.At(a));
        b.Rendezvous.Listen(world.At(b));
        world.Run(Minute);
        a.Rendezvous.Offer(world.At(a), ab, WorldPerson.Describe(1));
        b.Rendezvous.Offer(world.At(b), ba, WorldPerson.Describe(2));
        Assert.Equal(ab.Offer!.Milliseconds, ba.Offer!.Milliseconds);
        world.Run(Minute + TimeSpan.FromSeconds(5));
        bool aWins = a.Key.Id.CompareTo(b.Key.Id) < 0;
        Assert.Equal(!aWins, a.Found<RendezvousEvent.OfferFound>() is not null);
        Assert.Equal(aWins, b.Found<RendezvousEvent.OfferFound>() is not null);
    }

    [Fact]
    public void NewOffer_WhileASessionStands_IsFound()
    {
        (RendezvousWorld world, WorldPerson a, WorldPerson b, Pair ab, Pair ba) = Pair();
        b.Rendezvous.Listen(world.At(b));
        Meet(world, a, b, ab, ba);
        b.Events.Clear();
        a.Rendezvous.Offer(world.At(a), ab, WorldPerson.Describe(5));
        Assert.True(world.Run(world.Now + Minute, () => b.Found<RendezvousEvent.OfferFound>() is not null));
        Assert.Equal(WorldPerson.Describe(5).Fingerprint, b.Found<RendezvousEvent.OfferFound>()!.Description.Fingerprint);
    }

    [Fact]
    public void OlderOffer_OfAContactWhoseClockIsBehind_CountsOnceTheSessionHasEnded()
    {
        RendezvousWorld world = new();
        WorldPerson a = world.Person(0), b = world.Person(1, skew: -TimeSpan.FromSeconds(30));
        Pair ab = a.Knows(world, b), ba = b.Knows(world, a);
        a.Rendezvous.Listen(world.At(a));
        b.Rendezvous.Listen(world.At(b));
        Meet(world, a, b, ab, ba);
        a.Events.Clear();
        world.Run(world.Now + TimeSpan.FromSeconds(1));
        b.Rendezvous.Release(world.At(b), ba);
        b.Rendezvous.Offer(world.At(b), ba, WorldPerson.Describe(7));
        world.Run(world.Now + TimeSpan.FromSeconds(5));
        Assert.Null(a.Found<RendezvousEvent.OfferFound>());
        a.Rendezvous.Release(world.At(a), ab);
        world.Run(world.Now + TimeSpan.FromSeconds(1));
        Assert.Equal(WorldPerson.Describe(7).Fingerprint, a.Found<RendezvousEvent.OfferFound>()!.Description.Fingerprint);
    }

    [Theory]
    [InlineData(-595)]
    [InlineData(595)]
    public void Offer_ClocksTenMinutesApartAndABorderBetween_IsFound(int skewSeconds)
    {
        RendezvousWorld world = new(new DateTimeOffset(2026, 11, 22, 6, 58, 0, TimeSpan.Zero));
        WorldPerson a = world.Person(0), b = world.Person(1, TimeSpan.FromSeconds(skewSeconds));
        Pair ab = a.Knows(world, b);
        b.Knows(world, a);
        b.Rendezvous.Listen(world.At(b));
        a.Rendezvous.Offer(world.At(a), ab, WorldPerson.Describe(1));
        Assert.True(world.Run(Minute + Minute, () => b.Found<RendezvousEvent.OfferFound>() is not null));
    }

    [Fact]
    public void Offer_FromElevenMinutesAhead_IsIgnoredAndCounted()
    {
        RendezvousWorld world = new();
        WorldPerson a = world.Person(0, TimeSpan.FromMinutes(11)), b = world.Person(1);
        Pair ab = a.Knows(world, b);
        b.Knows(world, a);
        b.Rendezvous.Listen(world.At(b));
        a.Rendezvous.Offer(world.At(a), ab, WorldPerson.Describe(1));
        world.Run(Minute);
        Assert.Null(b.Found<RendezvousEvent.OfferFound>());
        Assert.Equal(1, b.Rendezvous.Stats.Wrong);
    }

    [Fact]
    public void Targets_OfTwoHoursTwoContactsAndTwoDirections_ShareNothing()
    {
        RendezvousWorld world = new();
        WorldPerson a = world.Person(0), b = world.Person(1), c = world.Person(2);
        Pair ab = a.Knows(world, b), ac = a.Knows(world, c), ba = b.Knows(world, a);
        HashSet<string> seen = [];
        foreach (long epoch in (long[])[498_859, 498_860])
        {
            foreach (Jangbu.Node.Slots.SlotName slot in Enum.GetValues<Jangbu.Node.Slots.SlotName>())
            {
                foreach (Pair pair in (Pair[])[ab, ac, ba])
                    Assert.True(seen.Add(Convert.ToHexString(pair.Mine(slot, epoch).Target(0))));
                Assert.Equal(ab.Mine(slot, epoch).Target(0), ba.Theirs(slot, epoch).Target(0));
            }
        }
    }

    [Fact]
    public void Listening_ManyContacts_ReadsEachAtLeastOnceAMinuteAndOneASecondAtMostForSixty()
    {
        RendezvousWorld world = new() { RingsArrive = false };
        WorldPerson a = world.Person(0);
        List<Pair> pairs = [];
        for (int index = 0; index < 30; index++)
            pairs.Add(a.Rendezvous.Add(world.At(a), Jangbu.Node.Slots.PairSecret.FromInvitation([(byte)index]), TestKeys.Get(1).Public));
        a.Rendezvous.Listen(world.At(a));
        world.Run(2 * Minute);
        world.Touched.Clear();
        world.Run(3 * Minute);
        long epoch = Jangbu.Node.Slots.Epochs.Of(world.At(a).Wall);
        foreach (Pair pair in pairs)
        {
            string target = Convert.ToHexString(pair.Theirs(Jangbu.Node.Slots.SlotName.Offer, epoch).Target(0));
            Assert.Equal(2, world.Touched.Count(touch => touch.Target == target));
        }
    }

    [Fact]
    public void Rings_WithoutEnd_AreFollowedOnceASecondAfterABurst()
    {
        (RendezvousWorld world, _, WorldPerson b, _, Pair ba) = Pair();
        b.Rendezvous.Listen(world.At(b));
        world.Run(Minute);
        byte[] target = ba.Theirs(Jangbu.Node.Slots.SlotName.Offer, Jangbu.Node.Slots.Epochs.Of(world.At(b).Wall)).Target(0);
        world.Touched.Clear();
        for (int ring = 0; ring < 1_000; ring++)
        {
            b.Rendezvous.Rung(world.At(b), target, new System.Net.IPEndPoint(System.Net.IPAddress.Parse("203.0.113.9"), 1));
            world.Run(world.Now + TimeSpan.FromMilliseconds(10));
        }
        Assert.InRange(world.Touched.Count(touch => touch.Target == Convert.ToHexString(target)), 10, 40);
    }

    [Fact]
    public void Here_WhileListening_IsRenewedEveryQuarterOfAnHourAndInEachNewHour()
    {
        (RendezvousWorld world, _, WorldPerson b, _, Pair ba) = Pair();
        b.Rendezvous.Listen(world.At(b));
        world.Run(60 * Minute);
        long epoch = Jangbu.Node.Slots.Epochs.Of(world.At(b).Wall);
        string[] targets = [.. ((long[])[epoch - 1, epoch]).Select(hour => Convert.ToHexString(ba.Mine(Jangbu.Node.Slots.SlotName.Here, hour).Target(0)))];
        Assert.Equal(2, world.Touched.Count(touch => touch.Target == targets[0])); // 6:30, 6:45
        Assert.InRange(world.Touched.Count(touch => touch.Target == targets[1]), 2, 3); // 7:00, 7:15, 7:30
    }

    [Fact]
    public void Letter_IsReadWithinFiveMinutesAndMovesIntoTheNextHour()
    {
        (RendezvousWorld world, WorldPerson a, WorldPerson b, Pair ab, Pair ba) = Pair();
        b.Rendezvous.Listen(world.At(b));
        a.Rendezvous.SetLetter(world.At(a), ab, "[1]"u8.ToArray());
        Assert.True(world.Run(6 * Minute, () => b.Found<RendezvousEvent.LetterFound>() is not null));
        Assert.Equal("[1]"u8.ToArray(), b.Found<RendezvousEvent.LetterFound>()!.Content);
        world.Run(40 * Minute); // 7:10
        long epoch = Jangbu.Node.Slots.Epochs.Of(world.At(a).Wall);
        Assert.Contains(Convert.ToHexString(ba.Theirs(Jangbu.Node.Slots.SlotName.Letter, epoch).Target(0)), world.Targets);
        a.Rendezvous.SetLetter(world.At(a), ab, null);
        world.Run(120 * Minute);
        long later = Jangbu.Node.Slots.Epochs.Of(world.At(a).Wall);
        Assert.DoesNotContain(Convert.ToHexString(ba.Theirs(Jangbu.Node.Slots.SlotName.Letter, later).Target(0)), world.Targets);
    }

    private static void Meet(RendezvousWorld world, WorldPerson a, WorldPerson b, Pair ab, Pair ba)
    {
        a.Rendezvous.Offer(world.At(a), ab, WorldPerson.Describe(1));
        Assert.True(world.Run(world.Now + Minute, () => b.Found<RendezvousEvent.OfferFound>() is not null));
        Assert.True(b.Rendezvous.TryAnswer(world.At(b), ba, WorldPerson.Describe(2)));
        Assert.True(world.Run(world.Now + Minute, () => a.Found<RendezvousEvent.AnswerFound>() is not null));
        a.Rendezvous.Settle(world.At(a), ab);
        b.Rendezvous.Settle(world.At(b), ba);
    }

    private static (RendezvousWorld World, WorldPerson A, WorldPerson B, Pair Ab, Pair Ba) Pair()
    {
        RendezvousWorld world = new();
        WorldPerson a = world.Person(0), b = world.Person(1);
        return (world, a, b, a.Knows(world, b), b.Knows(world, a));
    }
}
