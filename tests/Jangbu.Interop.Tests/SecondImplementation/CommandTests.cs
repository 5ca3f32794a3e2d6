using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Jangbu.Interop.Tests.Command;

namespace Jangbu.Interop.Tests.SecondImplementation;

/// <summary>
/// The second implementation lives in a home that <c>jangbu init</c> made and pays, is paid and misbehaves through a real DHT and a real
/// data channel (aiortc); afterwards each program reads the ledger that the other wrote.
/// </summary>
public sealed class CommandTests
{
    [Fact]
    public void Payment_BothWays_BothProgramsReadBothLedgersAlike()
    {
        PeerProgram.RequirePython("aiortc");
        using var homes = new TwoHomes();
        using (RunningCommand receiver = homes.Receive(1))
        {
            IReadOnlyList<JsonElement> steps = Person(homes, "offer", "pay:1000", "pay:2000.5", "pay:3000", "settled", "bye").End();
            Assert.Equal("""["accepted", "rejected", "accepted"]""", Step(steps, "settled").GetProperty("states").GetRawText());
            Assert.Equal("accepted", receiver.Expect("processed").GetProperty("result").GetString());
            Assert.Equal("amount_precision", receiver.Expect("rejected", "result").GetProperty("code").GetString());
            receiver.Stop();
        }
        using (PythonRun person = Person(homes, "wait", "until:1", "hold:20", "balance"))
        {
            person.Expect("online");
            CommandResult paid = homes.Run(1, "pay", TwoHomes.Second, "1500", "--memo", "점심 🍚");
            Assert.True(paid.Exit == 0, paid.ToString());
            Assert.Equal("""{"KRW": "-2500"}""", Step(person.End(), "balance").GetProperty("balances").GetRawText());
        }
        Assert.Equal(("2500", "-2500"), (homes.Net(1), homes.Net(2)));
        Assert.Equal(["accepted", "rejected", "accepted", "accepted"], homes.History(2).Select(line => line.GetProperty("state").GetString()));
        foreach (int person in (int[])[1, 2])
        {
            JsonElement ours = homes.Run(person, "ledger", "verify").Result;
            JsonElement theirs = Audit("ledger", homes.Home(person), homes.PasswordFile);
            Assert.Equal(("ok", "ok"), (ours.GetProperty("status").GetString(), theirs.GetProperty("status").GetString()));
            Assert.Equal(ours.GetProperty("head").GetString(), theirs.GetProperty("hash").GetString());
            Assert.Equal(ours.GetProperty("records").GetInt32(), theirs.GetProperty("records").GetInt32());
            string export = Path.Combine(homes.Folder, $"{person}.fernet");
            Assert.Equal(0, homes.Run(person, "ledger", "export", "--format", "fernet", "--out", export).Exit);
            Assert.True(Audit("export", homes.Home(person), homes.PasswordFile, export).GetProperty("same").GetBoolean());
        }
    }

    [Fact]
    public void Session_AfterTheOtherLostItsLedger_GivesItsRecordsBack()
    {
        PeerProgram.RequirePython("aiortc");
        using var homes = new TwoHomes();
        string ledger = Path.Combine(homes.Home(2), "ledger.jbledger");
        using RunningCommand receiver = homes.Receive(1);
        Person(homes, "offer", "pay:1000", "settled", "bye").End();
        byte[] old = File.ReadAllBytes(ledger);
        Person(homes, "offer", "pay:2000", "pay:3000", "settled", "bye").End();
        File.WriteAllBytes(ledger, old);
        File.Delete(ledger + ".head");
        IReadOnlyList<JsonElement> steps = Person(homes, "offer", "quiet", "bye", "balance").End();
        Assert.Equal("""{"KRW": "-1000"}""", Step(steps, "balance").GetProperty("balances").GetRawText());
        Assert.Equal("old", Step(steps, "balance").GetProperty("status").GetString());
        Assert.Equal("old", homes.Run(2, "ledger", "verify").Result.GetProperty("status").GetString());
        receiver.Stop();
        Assert.Equal("6000", homes.Net(1));
    }

    [Fact]
    public void Command_WithAnOldLedger_TakesItsRecordsBackFromTheOtherImplementation()
    {
        PeerProgram.RequirePython("aiortc");
        using var homes = new TwoHomes();
        string ledger = Path.Combine(homes.Home(1), "ledger.jbledger");
        using (PythonRun person = Person(homes, "wait", "until:1", "hold:20"))
        {
            person.Expect("online");
            Assert.Equal(0, homes.Run(1, "pay", TwoHomes.Second, "1000").Exit);
            person.End();
        }
        byte[] old = File.ReadAllBytes(ledger);
        using (PythonRun person = Person(homes, "wait", "until:2", "hold:20"))
        {
            person.Expect("online");
            Assert.Equal(0, homes.Run(1, "pay", TwoHomes.Second, "2000").Exit);
            person.End();
        }
        File.WriteAllBytes(ledger, old);
        File.Delete(ledger + ".head");
        using (homes.Receive(1))
        {
            IReadOnlyList<JsonElement> steps = Person(homes, "offer", "quiet", "pay:5", "quiet", "bye").End();
            Assert.Equal("busy", steps[^2].GetProperty("refusals")[0].GetProperty("code").GetString());
        }
        Assert.Equal("old", homes.Run(1, "ledger", "verify").Result.GetProperty("status").GetString());
        Assert.Equal("-1000", homes.Net(1));
    }

    [Fact]
    public void Receive_MisbehavingPerson_IsRefusedAsThePageSaysAndNothingChanges()
    {
        PeerProgram.RequirePython("aiortc");
        using var homes = new TwoHomes(autoAccept: null);
        Assert.Equal(4, homes.Run(1, "pay", TwoHomes.Second, "12000", "--later").Exit);
        Assert.Equal(4, homes.Run(1, "pay", TwoHomes.Second, "3400", "--later").Exit);
        using RunningCommand receiver = homes.Receive(1);
        Run("examine", homes.Home(2), homes.PasswordFile, Path.Combine(homes.Home(1), "key.pem"), Path.Combine(homes.Home(1), "card.jbcard"), "7", "40", homes.Bootstrap);
        receiver.Stop();
        JsonElement ours = homes.Run(1, "ledger", "verify").Result;
        Assert.Equal("ok", ours.GetProperty("status").GetString());
        Assert.Equal("0", homes.Net(1));
        Assert.Equal("ok", Audit("ledger", homes.Home(1), homes.PasswordFile).GetProperty("status").GetString());
    }

    private static PythonRun Person(TwoHomes homes, params string[] steps) =>
        new(["person", homes.Home(2), homes.PasswordFile, Path.Combine(homes.Home(1), "card.jbcard"), homes.Bootstrap, .. steps]);

    private static JsonElement Step(IReadOnlyList<JsonElement> steps, string name) => steps.Last(step => step.GetProperty("step").GetString() == name);

    private static JsonElement Audit(params string[] words) => Run("audit", words);

    /// <summary>Runs a module to its end; all that it may say is one JSON line.</summary>
    private static JsonElement Run(string module, params string[] words)
    {
        using Process python = PythonPeer.Start(module, words);
        Task<string> talk = python.StandardError.ReadToEndAsync();
        string output = python.StandardOutput.ReadToEnd();
        python.WaitForExit();
        Assert.True(python.ExitCode == 0 && output.IndexOf('\n', StringComparison.Ordinal) == output.Length - 1, output + talk.Result);
        return JsonDocument.Parse(output).RootElement;
    }
}
