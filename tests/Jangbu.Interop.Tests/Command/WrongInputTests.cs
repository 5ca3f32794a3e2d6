using System.Diagnostics;
using System.Text;
using System.Text.Json;

namespace Jangbu.Interop.Tests.Command;

/// <summary>One pair of homes for all the tests that change nothing in them.</summary>
public sealed class QuietHomes : IDisposable
{
    public TwoHomes Homes { get; } = new(autoAccept: null);

    public void Dispose() => Homes.Dispose();
}

/// <summary>What people get wrong: each a clear message, the documented exit code, and nothing lost.</summary>
public sealed class WrongInputTests(QuietHomes quiet) : IClassFixture<QuietHomes>
{
    private readonly TwoHomes _homes = quiet.Homes;

    [Theory]
    [InlineData("1e3")]
    [InlineData("-1")]
    [InlineData("0")]
    [InlineData("1,000")]
    [InlineData("01")]
    [InlineData("1.50")]
    [InlineData("١٢")]
    public void Pay_AmountNotInTheOneSpelling_IsUsageAndSignsNothing(string amount)
    {
        CommandResult paid = _homes.Run(1, "pay", TwoHomes.Second, amount);
        Assert.Equal(2, paid.Exit);
        Assert.Equal("error", paid.Result.GetProperty("status").GetString());
        Assert.Empty(_homes.History(1));
    }

    [Fact]
    public void Pay_MoreDigitsThanTheAssetHas_SaysHowMany()
    {
        CommandResult paid = _homes.Run(1, "pay", TwoHomes.Second, "0.001", "--asset", "KRW");
        Assert.Equal(2, paid.Exit);
        Assert.Equal("amount_precision", paid.Result.GetProperty("code").GetString());
        Assert.Contains("0.001", paid.Result.GetProperty("message").GetString()!, StringComparison.Ordinal);
        Assert.Empty(_homes.History(1));
    }

    [Theory]
    [InlineData("pay", TwoHomes.Second, "1", "--memmo", "x")]
    [InlineData("pay", "--memmo")]
    [InlineData("pay", TwoHomes.Second, "1", "--memo", "--later")]
    [InlineData("balance", "--bad")]
    [InlineData("nonsense")]
    [InlineData("contact")]
    [InlineData("contact", "add")]
    [InlineData("receive", "--for", "soon")]
    [InlineData("pay", TwoHomes.Second, "1", "--wait", "-5s")]
    [InlineData("history", "--limit", "0")]
    [InlineData("history", "--since", "yesterday")]
    [InlineData("id", "--lang", "fr")]
    [InlineData("ledger", "export", "--format", "xml")]
    public void Command_ThatCannotBeMeant_IsUsage(params string[] command)
    {
        CommandResult result = _homes.Run(1, command);
        Assert.True(result.Exit == 2, result.ToString());
        Assert.Equal("usage", result.Result.GetProperty("code").GetString());
    }

    [Fact]
    public void Message_InTheChosenLanguage_IsInThatLanguage()
    {
        string[] command = ["pay", "모르는사람", "1", "--home", _homes.Home(1), "--password-file", _homes.PasswordFile, "--bootstrap", _homes.Bootstrap];
        CommandResult korean = JangbuCommand.Run([.. command, "--lang", "ko"]);
        CommandResult english = JangbuCommand.Run([.. command, "--lang", "en"]);
        Assert.Equal((3, 3), (korean.Exit, english.Exit));
        Assert.Contains("없습니다", korean.Talk, StringComparison.Ordinal);
        Assert.Contains("no contact", english.Talk, StringComparison.Ordinal);
        Assert.Empty(korean.Output);
    }

    [Fact]
    public void Password_Wrong_IsLockedAndSaysSo()
    {
        string wrong = Path.Combine(_homes.Folder, "wrong-password");
        File.WriteAllText(wrong, "not this one");
        CommandResult result = JangbuCommand.Run("balance", "--home", _homes.Home(1), "--password-file", wrong, "--json");
        Assert.Equal(7, result.Exit);
        Assert.Equal("wrong_password", result.Result.GetProperty("code").GetString());
    }

    [Fact]
    public void Home_OpenInAnotherProcess_IsInUse()
    {
        using RunningCommand receiver = _homes.Receive(2);
        CommandResult result = _homes.Run(2, "balance");
        Assert.Equal(7, result.Exit);
        Assert.Equal("home_in_use", result.Result.GetProperty("code").GetString());
        Assert.Equal(0, receiver.Stop());
    }

    [Fact]
    public void Home_Missing_IsNotFoundAndSaysHowToMakeOne()
    {
        CommandResult result = JangbuCommand.Run("balance", "--home", Path.Combine(_homes.Folder, "nobody"), "--password-file", _homes.PasswordFile, "--json");
        Assert.Equal(3, result.Exit);
        Assert.Equal("home_missing", result.Result.GetProperty("code").GetString());
        Assert.Contains("jangbu init", result.Result.GetProperty("next")[0].GetString()!, StringComparison.Ordinal);
    }

    [Fact]
    public void Home_ReadableByOthers_IsRefusedWithTheFix()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "file modes are Unix's");
        string ledger = Path.Combine(_homes.Home(1), "ledger.jbledger");
        File.SetUnixFileMode(ledger, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherRead);
        try
        {
            CommandResult result = _homes.Run(1, "balance");
            Assert.Equal("home_open_to_others", result.Result.GetProperty("code").GetString());
            Assert.Contains("chmod", result.Result.GetProperty("next")[0].GetString()!, StringComparison.Ordinal);
        }
        finally
        {
            File.SetUnixFileMode(ledger, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }
    }

    [Theory]
    [InlineData("--bits", "1024", "--name", "x")]
    [InlineData("--name", "")]
    [InlineData("--name", "a\nb")]
    public void Init_WithWhatCannotBe_MakesNothing(params string[] options)
    {
        string home = Path.Combine(_homes.Folder, "never");
        CommandResult result = JangbuCommand.Run(["init", .. options, "--home", home, "--password-file", _homes.PasswordFile, "--json"]);
        Assert.True(result.Exit == 2, result.ToString());
        Assert.False(File.Exists(Path.Combine(home, "key.pem")));
    }

    [Fact]
    public void Init_WhereALedgerIs_OverwritesNothing()
    {
        byte[] before = File.ReadAllBytes(Path.Combine(_homes.Home(1), "ledger.jbledger"));
        CommandResult result = _homes.Run(1, "init", "--name", "other");
        Assert.Equal("home_exists", result.Result.GetProperty("code").GetString());
        Assert.Equal(before, File.ReadAllBytes(Path.Combine(_homes.Home(1), "ledger.jbledger")));
    }

    [Fact]
    public void ContactAdd_AnotherKeyUnderAKnownName_IsAnErrorAndNeverAnUpdate()
    {
        string home = Path.Combine(_homes.Folder, "impostor");
        string card = Path.Combine(_homes.Folder, "impostor.jbcard");
        Assert.Equal(0, JangbuCommand.Run("init", "--name", TwoHomes.Second, "--home", home, "--password-file", _homes.PasswordFile).Exit);
        Assert.Equal(0, JangbuCommand.Run("card", "--out", card, "--home", home, "--password-file", _homes.PasswordFile).Exit);
        string before = _homes.Run(1, "contact", "show", TwoHomes.Second).Output;
        CommandResult result = _homes.Run(1, "contact", "add", card);
        Assert.Equal(6, result.Exit);
        Assert.Equal("contact_key_changed", result.Result.GetProperty("code").GetString());
        Assert.Equal(before, _homes.Run(1, "contact", "show", TwoHomes.Second).Output);
    }

    [Fact]
    public void ContactAdd_NoCard_IsRefused()
    {
        string file = Path.Combine(_homes.Folder, "no-card");
        File.WriteAllBytes(file, Encoding.UTF8.GetBytes("hello\0" + new string('x', 20_000)));
        Assert.Equal("card_invalid", _homes.Run(1, "contact", "add", file).Result.GetProperty("code").GetString());
        Assert.Equal(3, _homes.Run(1, "contact", "add", Path.Combine(_homes.Folder, "not-there")).Exit);
        Assert.Equal("card_invalid", _homes.Run(1, "contact", "add", "jangbu:card/x").Result.GetProperty("code").GetString());
    }

    [Fact]
    public void Dht_NoNodeAnswers_IsNoNetworkAndTheTransactionWaits()
    {
        using var homes = new TwoHomes();
        CommandResult paid = JangbuCommand.Run(
            "pay", TwoHomes.Second, "700", "--wait", "3s", "--home", homes.Home(1), "--password-file", homes.PasswordFile, "--bind", "127.0.0.1", "--bootstrap", "127.0.0.1:9", "--json");
        Assert.True(paid.Exit is 4 or 8, paid.ToString());
        JsonElement waiting = Assert.Single(homes.History(1));
        Assert.Equal("queued", waiting.GetProperty("state").GetString());
    }

    [Fact]
    public void Ledger_OneByteChanged_IsDamagedWithItsLineAndPaysNothing()
    {
        using var homes = new TwoHomes();
        string file = Path.Combine(homes.Home(1), "ledger.jbledger");
        byte[] bytes = File.ReadAllBytes(file);
        int secondLine = Array.IndexOf(bytes, (byte)'\n') + 1;
        bytes[secondLine + 40] ^= 1;
        File.WriteAllBytes(file, bytes);
        CommandResult verified = homes.Run(1, "ledger", "verify");
        Assert.Equal(6, verified.Exit);
        Assert.Equal(("damaged", 2), (verified.Result.GetProperty("status").GetString(), verified.Result.GetProperty("line").GetInt32()));
        Assert.Equal(6, homes.Run(1, "pay", TwoHomes.Second, "1").Exit);
        bytes[secondLine + 40] ^= 1;
        bytes[^40] ^= 1;
        File.WriteAllBytes(file, bytes);
        CommandResult later = homes.Run(1, "pay", TwoHomes.Second, "1", "--later");
        Assert.Equal((6, "ledger_damaged"), (later.Exit, later.Result.GetProperty("code").GetString()));
        Assert.Contains("damaged", homes.Run(1, "balance").Talk, StringComparison.Ordinal);
        Assert.Equal(bytes, File.ReadAllBytes(file));
    }

    [Fact]
    public void Disk_FullOrReadOnly_SaysNotStoredAndLosesNothing()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && Environment.UserName == "root", "mounting needs root");
        using var homes = new TwoHomes();
        string mount = Path.Combine(homes.Folder, "small");
        string[] words = [.. homes.Words(1, "pay", TwoHomes.Second, "5", "--later")];
        int at = Array.IndexOf(words, homes.Home(1));
        words[at] = mount + "/home";
        string pay = string.Join(' ', words.Select(word => $"'{word}'"));
        string whole = $"mkdir {mount}; mount -t tmpfs -o size=128k,mode=700 tmpfs {mount} && cp -a {homes.Home(1)} {mount}/home && dd if=/dev/zero of={mount}/fill bs=1k 2>/dev/null; "
            + $"dotnet {JangbuCommand.Program} {pay}; echo full $?; rm {mount}/fill; mount -o remount,ro {mount}; "
            + $"dotnet {JangbuCommand.Program} {pay}; echo readonly $?; mount -o remount,rw {mount}; dotnet {JangbuCommand.Program} {pay}; echo again $?; "
            + $"cp {mount}/home/ledger.jbledger {homes.Home(1)}/ledger.jbledger; rm -f {homes.Home(1)}/ledger.jbledger.head";
        using Process process = PeerProgram.Start("/usr/bin/unshare", "-m", "/bin/sh", "-c", whole);
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.Contains("full 7", output, StringComparison.Ordinal);
        Assert.Contains("readonly 7", output, StringComparison.Ordinal);
        Assert.Contains("again 4", output, StringComparison.Ordinal);
        Assert.Equal("queued", Assert.Single(homes.History(1)).GetProperty("state").GetString());
        Assert.Equal("ok", homes.Run(1, "ledger", "verify").Result.GetProperty("status").GetString());
    }
}
