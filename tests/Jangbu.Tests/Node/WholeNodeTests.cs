using System.Net;
using Jangbu.Node;
using Jangbu.Payments;

namespace Jangbu.Tests.Node;

/// <summary>Whole nodes with real sockets, disks and clocks, all on loopback in this process. Slow (RSA keys, PBKDF2), so there are few.</summary>
public sealed class WholeNodeTests
{
    [Fact]
    public async Task Pay_BothWaysOverOneSession_IsAcceptedAndBothLedgersAgree()
    {
        CancellationToken end = TestContext.Current.CancellationToken;
        using TemporaryHome homes = new();
        await using BareDhtNode dht = await BareDhtNode.StartAsync(new DhtNodeOptions { Bind = IPAddress.Loopback }, end);
        await homes.InitAsync("가람");
        await homes.InitAsync("보라");
        await using JangbuNode garam = await JangbuNode.StartAsync(homes.Options("가람", dht), end);
        await using JangbuNode bora = await JangbuNode.StartAsync(homes.Options("보라", dht), end);
        await garam.Contacts.AddAsync(bora.Card, cancellationToken: end);
        await bora.Contacts.AddAsync(garam.CardLink, cancellationToken: end);
        await bora.Contacts.SetPolicyAsync("가람", Asset.Parse("KRW"), null, "50000", end);
        await garam.Contacts.SetPolicyAsync("보라", Asset.Parse("KRW"), null, "50000", end);

        List<PaymentProgress> stages = [];
        PaymentOutcome first = await garam.PayAsync(garam.Contacts["보라"], Amount.Parse("12000"), Asset.Parse("KRW"),
            new PayOptions { Memo = "점심 🍜" }, new Collect(stages), end);
        Assert.IsType<PaymentOutcome.Accepted>(first);
        Assert.Equal(
            ["signed", "resolving", "offer_stored", "answer_found", "ice_connected", "dtls_connected", "sent", "received", "processed"],
            stages.Select(stage => stage.StageName));
        TestContext.Current.TestOutputHelper!.WriteLine(string.Join("  ", stages.Select(stage => $"{stage.StageName} {stage.Elapsed.TotalMilliseconds:F1}")));

        PaymentOutcome back = await bora.PayAsync(bora.Contacts["가람"], Amount.Parse("2000"), Asset.Parse("KRW"), "거스름돈", end);
        Assert.IsType<PaymentOutcome.Accepted>(back);
        BalanceLine owed = Assert.Single(garam.Balances());
        Assert.Equal(("보라", "KRW", "-10000", "0"), (owed.Contact, owed.Asset, owed.Net, owed.Held));
        Assert.Equal("10000", Assert.Single(bora.Balances()).Net);
        Assert.Equal("점심 🍜", bora.History()[0].Memo);
    }

    [Fact]
    public async Task Pay_ManyAndTheReceiverGoesAwayInBetween_EachIsTakenExactlyOnce()
    {
        CancellationToken end = TestContext.Current.CancellationToken;
        using TemporaryHome homes = new();
        await using BareDhtNode dht = await BareDhtNode.StartAsync(new DhtNodeOptions { Bind = IPAddress.Loopback }, end);
        await homes.InitAsync("a");
        await homes.InitAsync("b");
        await using JangbuNode a = await JangbuNode.StartAsync(homes.Options("a", dht), end);
        JangbuNode b = await JangbuNode.StartAsync(homes.Options("b", dht), end);
        await a.Contacts.AddAsync(b.Card, cancellationToken: end);
        await b.Contacts.AddAsync(a.Card, cancellationToken: end);
        await b.Contacts.SetPolicyAsync("a", Asset.Parse("USD"), null, "1000", end);

        Task<PaymentOutcome>[] payments = [.. Enumerable.Range(1, 40).Select(cents =>
            a.PayAsync(a.Contacts["b"], Amount.Parse($"1.{cents:00}".TrimEnd('0').TrimEnd('.')), Asset.Parse("USD"), new PayOptions { Wait = TimeSpan.FromMinutes(2) }, null, end))];
        await payments[0];
        await b.DisposeAsync(); // with the others under way
        b = await JangbuNode.StartAsync(homes.Options("b", dht), end);
        PaymentOutcome[] outcomes = await Task.WhenAll(payments);

        Assert.All(outcomes, outcome => Assert.IsType<PaymentOutcome.Accepted>(outcome));
        Assert.Equal(40, b.History().Count);
        Assert.Equal(40, b.History().Select(line => line.Tx).Distinct().Count());
        Assert.Equal("48.2", Assert.Single(b.Balances()).Net);
        Assert.Equal("-48.2", Assert.Single(a.Balances()).Net);
        await b.DisposeAsync();
    }

    [Fact]
    public async Task Pay_LaterAndThePayerIsOnlineAgain_IsDeliveredByItself()
    {
        CancellationToken end = TestContext.Current.CancellationToken;
        using TemporaryHome homes = new();
        await using BareDhtNode dht = await BareDhtNode.StartAsync(new DhtNodeOptions { Bind = IPAddress.Loopback }, end);
        HomeReport aHome = await homes.InitAsync("a");
        HomeReport bHome = await homes.InitAsync("b");
        await using (JangbuNode offline = await JangbuNode.OpenAsync(homes.Options("a"), end))
        {
            await offline.Contacts.AddAsync(bHome.Card, cancellationToken: end);
            PaymentOutcome outcome = await offline.PayAsync(offline.Contacts["b"], Amount.Parse("5"), Asset.Parse("KRW"), new PayOptions { Later = true }, null, end);
            Assert.Equal(WaitingState.Queued, Assert.IsType<PaymentOutcome.Waiting>(outcome).State);
            Assert.Equal(TransactionState.Queued, Assert.Single(offline.History()).State);
        }
        await using JangbuNode b = await JangbuNode.StartAsync(homes.Options("b", dht), end);
        await b.Contacts.AddAsync(aHome.Card, cancellationToken: end);
        await using JangbuNode a = await JangbuNode.StartAsync(homes.Options("a", dht), end);
        await foreach (IncomingTransaction incoming in b.IncomingAsync(end))
        {
            Assert.Equal("5", incoming.Amount.ToString());
            await incoming.RejectAsync("아니요", end);
            break;
        }
        await foreach (NodeEvent happened in a.EventsAsync(end))
        {
            if (happened is NodeEvent.Processed { Line: var line })
            {
                Assert.Equal((TransactionState.Rejected, "declined", "아니요"), (line.State, line.Code, line.Reason));
                break;
            }
            if (a.History()[0].State == TransactionState.Rejected)
                break; // It was over before anybody listened.
        }
    }

    [Fact]
    public async Task Join_ByInvitation_MakesBothContactsAndPays()
    {
        CancellationToken end = TestContext.Current.CancellationToken;
        using TemporaryHome homes = new();
        await using BareDhtNode dht = await BareDhtNode.StartAsync(new DhtNodeOptions { Bind = IPAddress.Loopback }, end);
        await homes.InitAsync("a");
        await homes.InitAsync("b");
        await using JangbuNode a = await JangbuNode.StartAsync(homes.Options("a", dht), end);
        await using JangbuNode b = await JangbuNode.StartAsync(homes.Options("b", dht), end);

        string link = await a.InviteAsync(end);
        ContactView met = await b.JoinAsync(link, TimeSpan.FromSeconds(30), end);
        Assert.Equal((a.Id, "a", false), (met.Id, met.Name, met.Verified));
        Assert.Equal(b.Contacts.SafetyNumber(met), a.Contacts.SafetyNumber(a.Contacts["b"]));
        await a.Contacts.SetPolicyAsync("b", Asset.Parse("KRW"), null, "10", end);
        Assert.IsType<PaymentOutcome.Accepted>(await b.PayAsync(met, Amount.Parse("10"), Asset.Parse("KRW"), "first", end));

        JangbuException again = await Assert.ThrowsAsync<JangbuException>(() => b.JoinAsync(link, TimeSpan.FromSeconds(2), end));
        Assert.Equal(FailureCode.NotMet, again.Code);
    }

    [Fact]
    public async Task Files_CarryAPaymentItsDecisionAndABalance_WithNobodyOnline()
    {
        CancellationToken end = TestContext.Current.CancellationToken;
        using TemporaryHome homes = new();
        HomeReport aHome = await homes.InitAsync("a");
        await homes.InitAsync("b");
        await using JangbuNode a = await JangbuNode.OpenAsync(homes.Options("a"), end);
        await using JangbuNode b = await JangbuNode.OpenAsync(homes.Options("b"), end);
        await a.Contacts.AddAsync(b.Card, cancellationToken: end);
        await b.Contacts.AddAsync(aHome.Card, cancellationToken: end);
        PaymentOutcome queued = await a.PayAsync(a.Contacts["b"], Amount.Parse("0.5"), Asset.Parse("USD"), cancellationToken: end);
        Assert.Equal((WaitingState.Queued, Obstacle.None), queued is PaymentOutcome.Waiting waiting ? (waiting.State, waiting.Obstacle) : default);

        await CarryAsync(a, b, end);
        await CarryAsync(a, b, end); // a repeat changes nothing
        await b.AcceptAsync(Assert.Single(b.History(new HistoryFilter { PendingOnly = true })).Id, end);
        await CarryAsync(b, a, end);
        Assert.Equal(TransactionState.Accepted, Assert.Single(a.History()).State);
        Assert.Equal("0.5", Assert.Single(b.Balances()).Net);

        Assert.False((await a.SignBalanceAsync("b", end)).ByBoth);
        await CarryAsync(a, b, end);
        Assert.True((await b.SignBalanceAsync("a", end)).ByBoth);

        byte[] foreign = System.Text.Encoding.UTF8.GetBytes(Assert.Single(a.SealedFor("b")));
        JangbuException refused = await Assert.ThrowsAsync<JangbuException>(() => a.ImportAsync(foreign, end));
        Assert.Equal((FailureCode.EnvelopeRefused, "unreadable"), (refused.Code, refused.Parameters["code"]));
    }

    private static async Task CarryAsync(JangbuNode from, JangbuNode to, CancellationToken end)
    {
        foreach (string envelope in from.SealedFor(to.Name))
            await to.ImportAsync(System.Text.Encoding.UTF8.GetBytes(envelope), end);
    }

    [Fact]
    public async Task Open_HomeInUseWrongPasswordAndMissing_AreToldApart()
    {
        CancellationToken end = TestContext.Current.CancellationToken;
        using TemporaryHome homes = new();
        await homes.InitAsync("a");
        await using (await JangbuNode.OpenAsync(homes.Options("a"), end))
        {
            JangbuException inUse = await Assert.ThrowsAsync<JangbuException>(() => JangbuNode.OpenAsync(homes.Options("a"), end));
            Assert.Equal((FailureCode.HomeInUse, ExitCategory.Access), (inUse.Code, inUse.Category));
        }
        JangbuException wrong = await Assert.ThrowsAsync<JangbuException>(() => JangbuNode.OpenAsync(homes.Options("a") with { Password = "other" }, end));
        Assert.Equal((FailureCode.WrongPassword, ExitCategory.Access), (wrong.Code, wrong.Category));
        JangbuException missing = await Assert.ThrowsAsync<JangbuException>(() => JangbuNode.OpenAsync(homes.Options("nobody"), end));
        Assert.Equal((FailureCode.HomeMissing, ExitCategory.NotFound), (missing.Code, missing.Category));
        JangbuException exists = await Assert.ThrowsAsync<JangbuException>(() => homes.InitAsync("a"));
        Assert.Equal(FailureCode.HomeExists, exists.Code);
        File.SetUnixFileMode(homes.Path("a"), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupExecute);
        JangbuException open = await Assert.ThrowsAsync<JangbuException>(() => JangbuNode.OpenAsync(homes.Options("a"), end));
        Assert.Equal(FailureCode.HomeOpenToOthers, open.Code);
        Assert.StartsWith("chmod 700", open.Parameters["fix"], StringComparison.Ordinal);
    }

    private sealed class Collect(List<PaymentProgress> into) : IProgress<PaymentProgress>
    {
        public void Report(PaymentProgress value) => into.Add(value);
    }
}
