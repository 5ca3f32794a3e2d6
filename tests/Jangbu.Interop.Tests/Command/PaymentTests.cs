using System.Text.Json;

namespace Jangbu.Interop.Tests.Command;

/// <summary>The main job on real input: two homes, separate processes, a real DHT, real WebRTC.</summary>
public sealed class PaymentTests
{
    private static readonly string[] NineStages =
        ["signed", "resolving", "offer_stored", "answer_found", "ice_connected", "dtls_connected", "sent", "received", "processed"];

    [Fact]
    public void Demo_TwoHundredPayments_TellsTheWholeStoryAndItIsTrue()
    {
        CommandResult demo = JangbuCommand.Run("demo", "--payments", "200", "--json");
        Assert.True(demo.Exit == 0, demo.ToString());
        Assert.Equal("ok", demo.Result.GetProperty("status").GetString());
        Assert.Equal(200, demo.Result.GetProperty("payments").GetInt32());
        Assert.Equal(["ok", "ok"], demo.Result.GetProperty("ledgers").EnumerateArray().Select(ledger => ledger.GetProperty("status").GetString()));
        Assert.All(demo.Lines.SkipLast(1), line => Assert.True(line.TryGetProperty("who", out _), line.ToString()));
    }

    [Fact]
    public void Pay_BothDirections_BothLedgersAgree()
    {
        using var homes = new TwoHomes();
        using (RunningCommand receiver = homes.Receive(2))
        {
            CommandResult paid = homes.Run(1, "pay", TwoHomes.Second, "12000", "--memo", "점심 🍚 값");
            Assert.True(paid.Exit == 0, paid.ToString());
            Assert.Equal(NineStages, paid.Stages);
            Assert.Equal("accepted", paid.Result.GetProperty("status").GetString());
            Assert.Equal("점심 🍚 값", receiver.Expect("received").GetProperty("memo").GetString());
            Assert.Equal("accepted", receiver.Expect("processed").GetProperty("result").GetString());
            CommandResult again = homes.Run(1, "pay", TwoHomes.Second, "500.5", "--asset", "USD");
            Assert.True(again.Exit is 0 or 9, again.ToString());
            Assert.Equal(0, receiver.Stop());
        }
        using (homes.Receive(1))
        {
            CommandResult back = homes.Run(2, "pay", TwoHomes.First, "2000");
            Assert.True(back.Exit == 0, back.ToString());
        }
        Assert.Equal("-10000", homes.Net(1));
        Assert.Equal("10000", homes.Net(2));
        Assert.All([1, 2], person => Assert.Equal("ok", homes.Run(person, "ledger", "verify").Result.GetProperty("status").GetString()));
    }

    [Fact]
    public void Pay_ReceiverKilledInTheMiddle_RetryDeliversEachExactlyOnce()
    {
        using var homes = new TwoHomes();
        RunningCommand receiver = homes.Receive(2);
        try
        {
            for (int i = 1; i <= 6; i++)
            {
                CommandResult paid = homes.Run(1, "pay", TwoHomes.Second, "1000", "--memo", $"{i}", "--wait", i == 3 ? "2s" : "30s");
                if (i == 2)
                    receiver.Kill();
                if (i == 3)
                {
                    Assert.Equal(4, paid.Exit);
                    receiver = homes.Receive(2);
                    CommandResult retried = homes.Run(1, "pending", "retry");
                    Assert.True(retried.Exit == 0, retried.ToString());
                }
                else
                {
                    Assert.True(paid.Exit == 0, paid.ToString());
                }
            }
        }
        finally
        {
            receiver.Dispose();
        }
        foreach (int person in (int[])[1, 2])
        {
            IReadOnlyList<JsonElement> history = homes.History(person);
            Assert.Equal(["1", "2", "3", "4", "5", "6"], history.Select(line => line.GetProperty("memo").GetString()));
            Assert.All(history, line => Assert.Equal("accepted", line.GetProperty("state").GetString()));
        }
        Assert.Equal("-6000", homes.Net(1));
    }
}
