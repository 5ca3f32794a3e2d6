using System.Text.Json;
using Jangbu.Crypto;
using Jangbu.Payments;
using Jangbu.Payments.Books;
using Jangbu.Payments.Jobs;
using Jangbu.Payments.Records;

namespace Jangbu.Tests.Payments;

/// <summary>The messages of PROTOCOL §5: what is illegal in a state, limits, refusals as the sender hears them, the ends.</summary>
public sealed class SessionTests : IDisposable
{
    private readonly Person _victim = Forger.Victim();
    private readonly Forger _forger;

    public SessionTests() => _forger = new Forger(_victim);

    public void Dispose() => _victim.Dispose();

    private const string BadAnswer = """{"t":"refused","n":0,"code":"bad_record"}""";

    private PaymentSession Session => _forger.Session;

    private MadeRecord Pay(string amount = "7")
    {
        MadeRecord made = default;
        _victim.Turn(() => made = _victim.Bookkeeper.Pay(_forger.Card.Id, Forger.Pay(amount)));
        return made;
    }

    private LaneHead Mine => Assert.Single(_forger.Account.Mine).Head;

    private static string RefusedGap(int n, Lane lane) =>
        $$$"""{"t":"refused","n":{{{n}}},"code":"gap","head":{"lane":"{{{lane.Id}}}","seq":1,"hash":"{{{lane.HashAt(1)}}}"}}""";

    private List<string> Drain()
    {
        List<string> said = [];
        while (Session.TryTransmit(out string? message))
            said.Add(message);
        return said;
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("nonsense")]
    [InlineData("""{"t":"what"}""")]
    [InlineData("""{"t":"bye","why":"x"}""")]
    [InlineData("""{"n":1}""")]
    [InlineData("""{"t":"sealed","n":2,"envelope":{}}""")]
    [InlineData("""{"t":"sealed","n":1}""")]
    [InlineData("""{"t":"sealed","n":1,"envelope":"x"}""")]
    [InlineData("""{"t":"received"}""")]
    [InlineData("""{"t":"processed","n":1}""")]
    [InlineData("""{"t":"refused","n":1,"code":"other"}""")]
    [InlineData("""{"t":"refused","n":1,"code":"gap","head":{}}""")]
    [InlineData("""{"t":"call","id":"x"}""")]
    [InlineData("""{"t":"call","id":"aaaaaaaa-0000-4000-8000-000000000001","sdp":{"type":"pranswer","sdp":""}}""")]
    [InlineData("""{"t":"card","card":"x"}""")]
    public void Message_OutOfForm_IsRefusedWithBadRecord(string message) => Assert.Equal([BadAnswer], _forger.Say(message));

    [Fact]
    public void Hello_Second_IsRefusedWithBadRecord() => Assert.Equal([BadAnswer], _forger.Say(_forger.Hello()));

    [Fact]
    public void Message_Binary_IsRefusedWithBadRecord() => Assert.Equal([BadAnswer], _forger.Say("""{"t":"bye"}""", isText: false));

    [Fact]
    public void Message_Of256KiB_IsReadAndOneByteMoreIsTooLarge()
    {
        string open = """{"t":"call","id":"aaaaaaaa-0000-4000-8000-000000000001"}""";
        Assert.Empty(_forger.Say(open.PadRight(PaymentSession.MaxMessage)));
        Assert.Equal(["""{"t":"refused","n":0,"code":"too_large"}"""], _forger.Say(open.PadRight(PaymentSession.MaxMessage + 1)));
    }

    [Fact]
    public void BadMessages_Ten_EndTheSessionWithBye()
    {
        for (int i = 1; i < PaymentSession.MaxBadMessages; i++)
            Assert.Equal([BadAnswer], _forger.Say("x"));
        Assert.Equal(PaymentSessionState.Open, Session.State);
        Assert.Equal([BadAnswer, """{"t":"bye"}"""], _forger.Say("x"));
        Assert.Equal(SessionEnd.Misbehaved, Assert.Single(_victim.Seen<PaymentEvent.SessionClosed>()).End);
        Assert.Empty(_forger.Say("x"));
    }

    [Fact]
    public void FirstMessage_NoHello_IsRefusedWithBadRecord()
    {
        _forger.Connect("""{"t":"sealed","n":1,"envelope":{}}""");
        Assert.Equal(PaymentSessionState.AwaitingHello, Session.State);
        Assert.Equal(1, Session.BadMessages);
    }

    [Fact]
    public void Hello_OfAnotherVersion_IsRefusedWithVersionAndBye()
    {
        _victim.Turn(() => _victim.Bookkeeper.OpenSession(_forger.Card.Id));
        PaymentSession session = _victim.Bookkeeper.SessionWith(_forger.Card.Id)!;
        _victim.Turn(() => Person.Receive(session, """{"t":"hello","v":2}"""));
        List<string> said = [];
        while (session.TryTransmit(out string? message))
            said.Add(message);
        Assert.Equal(["""{"t":"refused","n":0,"code":"version"}""", """{"t":"bye"}"""], said[1..]);
    }

    [Fact]
    public void Hello_BetweenOthers_EndsTheSession()
    {
        _forger.Connect(_forger.Hello().Replace(_victim.Id.ToString(), Person.CardOf(2, "x").Id.ToString(), StringComparison.Ordinal));
        Assert.Equal(PaymentSessionState.Closed, Session.State);
    }

    [Fact]
    public void Sealed_SixtyFifthUnanswered_IsBusy()
    {
        var keys = new FastKeys(_forger.Card.Id);
        string Sealed(int n) => $$"""{"t":"sealed","n":{{n}},"envelope":{{keys.Seal(_victim.Card, OpenJob.Plaintext([_forger.Open.Jws]), new SeededRandom(1))}}}""";
        _victim.Bookkeeper.Turn(_victim.Now, Person.Start);
        for (int n = 1; n <= PaymentSession.MaxUnanswered; n++)
            Person.Receive(Session, Sealed(n));
        _victim.Flush();
        Assert.Empty(Drain());
        Person.Receive(Session, Sealed(65));
        _victim.Flush();
        Assert.Equal(["""{"t":"refused","n":65,"code":"busy"}"""], Drain());
        _victim.RunJobs();
        _victim.Flush();
        string answer = Assert.Single(Drain());
        Assert.StartsWith("""{"t":"received","n":64,""", answer, StringComparison.Ordinal);
    }

    [Fact]
    public void Refused_Gap_GoesOnFromTheHead()
    {
        Pay();
        Assert.Equal("sealed", Link.TypeOf(Assert.Single(Drain())));
        Lane lane = Assert.Single(_forger.Account.Mine);
        List<string> answers = _forger.Say(RefusedGap(1, lane));
        Assert.Equal([lane.TextAt(2)], _forger.Records(Assert.Single(answers)));
    }

    [Fact]
    public void Refused_GapForEver_IsGivenUp()
    {
        Pay();
        Drain();
        Lane lane = Assert.Single(_forger.Account.Mine);
        int said = 0;
        for (int n = 1; n <= 50; n++)
            said += _forger.Say(RefusedGap(n, lane)).Count;
        Assert.Equal(8, said);
        Assert.False(_victim.Bookkeeper.HasUndelivered(_forger.Card.Id));
    }

    [Fact]
    public void Refused_Busy_IsTriedAgainLater()
    {
        Pay();
        string first = Assert.Single(Drain());
        Assert.Empty(_forger.Say("""{"t":"refused","n":1,"code":"busy"}"""));
        Assert.True(_victim.Bookkeeper.HasUndelivered(_forger.Card.Id));
        Assert.NotNull(_victim.Bookkeeper.Deadline);
        _victim.Now = _victim.Bookkeeper.Deadline.Value;
        _victim.Turn();
        Assert.Equal(_forger.Records(first), _forger.Records(Assert.Single(Drain())));
    }

    [Fact]
    public void Refused_ForGood_IsNeverSentAgainAndThePersonIsTold()
    {
        Pay();
        Drain();
        _forger.Say("""{"t":"refused","n":1,"code":"bad_record"}""");
        Assert.Equal(RefusalCode.BadRecord, Assert.Single(_victim.Seen<PaymentEvent.RefusedByThem>()).Code);
        Pay();
        Assert.Empty(Drain());
        _forger.Connect();
        Assert.Empty(Drain());
        Assert.False(_victim.Bookkeeper.HasUndelivered(_forger.Card.Id));
    }

    [Fact]
    public void Hello_OtherHashOfMyLane_IsASuspectedForkAndNothingIsSent()
    {
        Pay();
        Drain();
        _forger.Connect(_forger.Hello(yours: $$"""[{"lane":"{{Mine.Lane}}","seq":1,"hash":"{{new string('a', 64)}}"}]"""));
        Assert.Single(_victim.Seen<PaymentEvent.ForkSuspected>());
        Assert.Empty(Drain());
    }

    [Fact]
    public void Hello_ClaimsMoreOfMyLaneThanThereIs_DoesNothing()
    {
        Pay();
        Drain();
        _forger.Connect(_forger.Hello(yours: $$"""[{"lane":"{{Mine.Lane}}","seq":99,"hash":"{{new string('a', 64)}}"}]"""));
        Assert.False(_victim.Bookkeeper.IsOld);
        Pay();
        Assert.Single(Drain());
    }

    [Fact]
    public void Bye_Unanswered_ClosesAfterFiveSeconds()
    {
        _victim.Turn(Session.Finish);
        Assert.Equal(["""{"t":"bye"}"""], Drain());
        Assert.Equal(TimeSpan.FromSeconds(5), _victim.Bookkeeper.Deadline);
        _victim.Now = TimeSpan.FromSeconds(5);
        _victim.Turn();
        Assert.Equal(SessionEnd.ByeUnanswered, Assert.Single(_victim.Seen<PaymentEvent.SessionClosed>()).End);
    }

    [Fact]
    public void Bye_WithSomethingUnanswered_Waits()
    {
        Pay();
        Drain();
        _victim.Turn(Session.Finish);
        Assert.Empty(Drain());
        Assert.Equal(["""{"t":"bye"}"""], _forger.Say("""{"t":"received","n":1}"""));
    }

    [Fact]
    public void Bye_BehindAnEnvelope_IsAnsweredAfterIt()
    {
        var keys = new FastKeys(_forger.Card.Id);
        _victim.Bookkeeper.Turn(_victim.Now, Person.Start);
        Person.Receive(Session, $$"""{"t":"sealed","n":1,"envelope":{{keys.Seal(_victim.Card, OpenJob.Plaintext([_forger.Open.Jws]), new SeededRandom(1))}}}""");
        Person.Receive(Session, """{"t":"bye"}""");
        _victim.RunJobs();
        _victim.Flush();
        Assert.Equal(["received", "bye"], Drain().Select(Link.TypeOf));
        Assert.Equal(SessionEnd.Bye, Assert.Single(_victim.Seen<PaymentEvent.SessionClosed>()).End);
    }

    [Fact]
    public void Silence_BeforeTheHello_EndsTheSessionAfterThirtySeconds()
    {
        PaymentSession session = null!;
        _victim.Turn(() => session = _victim.Bookkeeper.OpenSession(_forger.Card.Id));
        _victim.Now = TimeSpan.FromSeconds(30);
        _victim.Turn();
        Assert.Equal(PaymentSessionState.Closed, session.State);
        Assert.Equal(SessionEnd.Silent, _victim.Seen<PaymentEvent.SessionClosed>().Last().End);
    }

    [Fact]
    public void Call_Signalling_IsPassedOnBothWays()
    {
        _forger.Say("""{"t":"call","id":"aaaaaaaa-0000-4000-8000-000000000001","sdp":{"type":"offer","sdp":"v=0\r\n"}}""".Replace("\\r\\n", "", StringComparison.Ordinal));
        CallSignal signal = Assert.Single(_victim.Seen<PaymentEvent.Call>()).Signal;
        Assert.Equal(("offer", "v=0"), (signal.SdpType, signal.Sdp));
        _victim.Turn(() => Session.Call(new CallSignal(signal.Id, null, null, "no page open")));
        Assert.Equal(["""{"t":"call","id":"aaaaaaaa-0000-4000-8000-000000000001","end":"no page open"}"""], Drain());
    }

    [Fact]
    public void Pipeline_HundredTransactionsWhileNothingIsAnswered_StopsAtSixtyFour()
    {
        for (int i = 0; i < 100; i++)
            Pay("1");
        Assert.Equal(PaymentSession.MaxUnanswered, Drain().Count);
        List<string> rest = _forger.Say("""{"t":"received","n":64}""");
        Assert.Equal(36, Assert.Single(rest.Select(_forger.Records)).Count);
    }
}
