using System.Text.Json;

namespace Jangbu.Interop.Tests.Command;

/// <summary>Backups, old copies and disks that fail: nothing that was acknowledged is lost, and no history splits.</summary>
public sealed class KeepingTests
{
    [Fact]
    public void Restore_OfAnOldCopy_ContinuesInANewLaneAndGetsBackWhatItLacks()
    {
        using var homes = new TwoHomes();
        string backup = Path.Combine(homes.Folder, "backup.jbledger");
        using (homes.Receive(2))
        {
            Assert.Equal(0, homes.Run(1, "pay", TwoHomes.Second, "1000", "--memo", "before").Exit);
            Assert.Equal(0, homes.Run(1, "ledger", "backup", backup).Exit);
            Assert.Equal(0, homes.Run(1, "pay", TwoHomes.Second, "2000", "--memo", "after").Exit);
        }
        string lane = homes.Run(1, "ledger", "head").Result.GetProperty("lane").GetString()!;
        Assert.True(homes.Run(1, "ledger", "restore", backup).Exit == 0, "restore");
        CommandResult continued = homes.Run(1, "ledger", "continue");
        Assert.True(continued.Exit == 0, continued.ToString());
        Assert.NotEqual(lane, homes.Run(1, "ledger", "head").Result.GetProperty("lane").GetString());
        using (homes.Receive(2))
        {
            CommandResult paid = homes.Run(1, "pay", TwoHomes.Second, "4000", "--memo", "new lane");
            Assert.True(paid.Exit == 0, paid.ToString());
        }
        foreach (int person in (int[])[1, 2])
        {
            IReadOnlyList<JsonElement> history = homes.History(person);
            Assert.Equal(["after", "before", "new lane"], history.Select(line => line.GetProperty("memo").GetString()).Order(StringComparer.Ordinal));
            Assert.Equal("ok", homes.Run(person, "ledger", "verify").Result.GetProperty("status").GetString());
        }
        Assert.Equal(("-7000", "7000"), (homes.Net(1), homes.Net(2)));
    }

    [Fact]
    public void Password_Changed_OpensWithTheNewOneOnly()
    {
        using var homes = new TwoHomes();
        string changed = Path.Combine(homes.Folder, "new-password");
        File.WriteAllText(changed, "아주 다른 비밀번호\n");
        Assert.Equal(0, homes.Run(1, "ledger", "password", "--new-password-file", changed).Exit);
        Assert.Equal(7, homes.Run(1, "balance").Exit);
        Assert.Equal(0, JangbuCommand.Run("balance", "--home", homes.Home(1), "--password-file", changed, "--json").Exit);
    }

    [Theory]
    [InlineData("fsync,fdatasync", "EIO")]
    [InlineData("fsync,fdatasync", "ENOSPC")]
    [InlineData("pwrite64,write", "EDQUOT")]
    public void Disk_ThatFailsAtTheSystemCall_NeverProcessesWhatIsNotStored(string calls, string error)
    {
        Assert.SkipUnless(File.Exists("/usr/bin/strace"), "Debian's strace is not installed");
        using var homes = new TwoHomes();
        string ledger = Path.Combine(homes.Home(1), "ledger.jbledger");
        byte[] before = File.ReadAllBytes(ledger);
        CommandResult paid = JangbuCommand.Run(
            new Dictionary<string, string>(), ["/usr/bin/strace", "-f", "-qq", "-o", "/dev/null", "-P", ledger, "-e", $"inject={calls}:error={error}"],
            homes.Words(1, "pay", TwoHomes.Second, "5", "--later"));
        Assert.True(paid.Exit == 7, paid.ToString());
        Assert.Equal("not_stored", paid.Result.GetProperty("code").GetString());
        Assert.True(File.ReadAllBytes(ledger).AsSpan().StartsWith(before));
        Assert.Equal("ok", homes.Run(1, "ledger", "verify").Result.GetProperty("status").GetString());
        Assert.All(homes.History(1), line => Assert.Equal("queued", line.GetProperty("state").GetString()));
    }
}
