using System.Text.Json;

namespace Jangbu.Interop.Tests.Command;

/// <summary>A person who stays online, and the other commands of that home.</summary>
public sealed class UpTests
{
    [Fact]
    public void Up_WhileItRuns_OtherCommandsAreDoneThere()
    {
        using var homes = new TwoHomes();
        using RunningCommand first = Up(homes, 1);
        using RunningCommand second = Up(homes, 2);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(homes.Home(1), "node.sock")));
        Assert.True(homes.Run(1, "status").Result.GetProperty("online").GetBoolean());

        CommandResult paid = homes.Run(1, "pay", TwoHomes.Second, "3000", "--memo", "첫 거래");
        Assert.True(paid.Exit == 0, paid.ToString());
        CommandResult again = homes.Run(2, "pay", TwoHomes.First, "1000");
        Assert.True(again.Exit == 0, again.ToString());
        Assert.DoesNotContain("resolving", again.Stages);
        CommandResult asked = homes.Run(2, "request", TwoHomes.First, "500", "--memo", "커피");
        Assert.True(asked.Exit == 0, asked.ToString());
        Assert.Equal(2, homes.Run(1, "pay", TwoHomes.Second, "1e3").Exit);
        Assert.Equal(3, homes.Run(1, "pay", "nobody", "1").Exit);
        Assert.Equal(("-2000", "2000"), (homes.Net(1), homes.Net(2)));
        Assert.Equal("ok", homes.Run(1, "ledger", "verify").Result.GetProperty("status").GetString());

        Assert.Equal((0, 0), (first.Stop(), second.Stop()));
        Assert.False(File.Exists(Path.Combine(homes.Home(1), "node.sock")));
        Assert.Equal("-2000", homes.Net(1));
    }

    [Fact]
    public void Up_Killed_LeavesASocketThatStopsNobody()
    {
        using var homes = new TwoHomes();
        using RunningCommand up = Up(homes, 1);
        up.Kill();
        Assert.True(File.Exists(Path.Combine(homes.Home(1), "node.sock")));
        Assert.Equal(0, homes.Run(1, "balance").Exit);
        using RunningCommand again = Up(homes, 1);
        Assert.Equal(0, again.Stop());
    }

    [Fact]
    public void Invitation_OfTwoStrangers_MakesThemContactsWhoPay()
    {
        using var homes = new TwoHomes();
        string stranger = Path.Combine(homes.Folder, "3");
        string[] where = ["--home", stranger, "--password-file", homes.PasswordFile, "--bootstrap", homes.Bootstrap, "--bind", "127.0.0.1", "--json"];
        Assert.Equal(0, JangbuCommand.Run(["init", "--name", "다온", .. where]).Exit);
        using var inviting = new RunningCommand(homes.Words(1, "invite", "--wait", "120s"));
        string link = inviting.Expect("invitation").GetProperty("link").GetString()!;
        CommandResult joined = JangbuCommand.Run(["join", link, .. where]);
        Assert.True(joined.Exit == 0, joined.ToString());
        JsonElement met = inviting.Expect("result");
        Assert.Equal("다온", met.GetProperty("name").GetString());
        Assert.Equal(met.GetProperty("safety").GetString(), joined.Result.GetProperty("safety").GetString());
        CommandResult used = JangbuCommand.Run(["join", link, "--wait", "2s", .. where]);
        Assert.Equal(4, used.Exit);
        using (homes.Receive(1))
            Assert.Equal(9, JangbuCommand.Run(["pay", TwoHomes.First, "10", "--wait", "20s", .. where]).Exit);
        JsonElement waiting = Assert.Single(homes.Run(1, "pending").Lines, line => line.GetProperty("type").GetString() == "transaction");
        Assert.Equal(0, homes.Run(1, "pending", "accept", waiting.GetProperty("id").GetString()!).Exit);
        Assert.Equal(2, JangbuCommand.Run(["join", "jangbu:invite/nonsense", .. where]).Exit);
    }

    private static RunningCommand Up(TwoHomes homes, int person)
    {
        var running = new RunningCommand(homes.Words(person, "up"));
        running.Expect("online");
        return running;
    }
}
