using System.Text.Json;

namespace Jangbu.Interop.Tests.Command;

/// <summary>What two people can do without a network, and show to a third.</summary>
public sealed class ProofTests
{
    [Fact]
    public void Files_CarriedByHand_PayAndProveToAnyone()
    {
        using var homes = new TwoHomes();
        string there = Path.Combine(homes.Folder, "there.jbmsg");
        string back = Path.Combine(homes.Folder, "back.jbmsg");
        CommandResult queued = homes.Run(1, "pay", TwoHomes.Second, "12000", "--memo", "점심", "--later", "--out", there);
        Assert.Equal(4, queued.Exit);
        string id = queued.Result.GetProperty("id").GetString()!;
        Assert.Equal(9, homes.Run(1, "proof", "make", id).Exit);
        Assert.Equal(0, homes.Run(2, "file", "import", there).Exit);
        Assert.Equal(0, homes.Run(2, "file", "import", there).Exit);
        Assert.Equal(0, homes.Run(2, "file", "export", TwoHomes.First, "--out", back).Exit);
        Assert.Equal(0, homes.Run(1, "file", "import", back).Exit);
        Assert.Equal(("-12000", "12000"), (homes.Net(1), homes.Net(2)));

        string proof = Path.Combine(homes.Folder, "payment.jbproof");
        string page = Path.Combine(homes.Folder, "payment.html");
        CommandResult made = homes.Run(1, "proof", "make", id, "--out", proof, "--page", page);
        Assert.True(made.Exit == 0, made.ToString());
        CommandResult verified = JangbuCommand.Run("proof", "verify", proof, "--json");
        Assert.True(verified.Exit == 0, verified.ToString());
        Assert.True(verified.Result.GetProperty("both_signed").GetBoolean());
        Assert.Equal(("12000", "accepted"), (verified.Result.GetProperty("amount").GetString(), verified.Result.GetProperty("state").GetString()));
        Assert.Contains("jangbu-proof", File.ReadAllText(page), StringComparison.Ordinal);

        byte[] bytes = File.ReadAllBytes(proof);
        bytes[bytes.Length / 2] ^= 1;
        File.WriteAllBytes(proof, bytes);
        Assert.Equal(6, JangbuCommand.Run("proof", "verify", proof, "--json").Exit);
        Assert.Equal(6, homes.Run(2, "file", "import", proof).Exit);
        Assert.Equal(3, homes.Run(1, "proof", "make", "01a202b2-a208-783f-9582-8a9c3cc5ecc6").Exit);
    }

    [Fact]
    public void Statement_SignedByBoth_IsOneBalanceWithAProof()
    {
        using var homes = new TwoHomes();
        using (homes.Receive(2))
            Assert.Equal(0, homes.Run(1, "pay", TwoHomes.Second, "5000").Exit);
        CommandResult mine = homes.Run(1, "statement", TwoHomes.Second, "--sign");
        Assert.False(mine.Result.GetProperty("both").GetBoolean());
        string file = Path.Combine(homes.Folder, "statement.jbmsg");
        Assert.Equal(0, homes.Run(1, "file", "export", TwoHomes.Second, "--out", file).Exit);
        Assert.Equal(0, homes.Run(2, "file", "import", file).Exit);
        CommandResult theirs = homes.Run(2, "statement", TwoHomes.First, "--sign");
        Assert.True(theirs.Result.GetProperty("both").GetBoolean(), theirs.ToString());
        string proof = Path.Combine(homes.Folder, "balance.jbproof");
        Assert.Equal(0, homes.Run(2, "proof", "make", theirs.Result.GetProperty("signed").GetString()!, "--out", proof).Exit);
        CommandResult verified = JangbuCommand.Run("proof", "verify", proof, "--json");
        Assert.Equal("balance", verified.Result.GetProperty("kind").GetString());
    }

    [Theory]
    [InlineData("csv")]
    [InlineData("hledger")]
    [InlineData("beancount")]
    [InlineData("fernet")]
    [InlineData("json")]
    public void Export_EachForm_HoldsThePayment(string format)
    {
        using var homes = new TwoHomes();
        using (homes.Receive(2))
            Assert.Equal(0, homes.Run(1, "pay", TwoHomes.Second, "5000", "--memo", "=1+1").Exit);
        string file = Path.Combine(homes.Folder, "export");
        CommandResult exported = homes.Run(1, "ledger", "export", "--format", format, "--out", file);
        Assert.True(exported.Exit == 0, exported.ToString());
        string text = File.ReadAllText(file);
        Assert.Contains(format switch { "fernet" => "gAAAA", "json" => "\"sent\"", _ => "5000" }, text, StringComparison.Ordinal);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        if (format is "hledger" or "beancount")
            CheckWithTheRealProgram(format, file);
        JsonElement history = Assert.Single(homes.History(1));
        Assert.Equal("=1+1", history.GetProperty("memo").GetString());
    }

    private static void CheckWithTheRealProgram(string format, string file)
    {
        string program = format == "hledger" ? "/usr/bin/hledger" : "/usr/bin/bean-check";
        Assert.SkipUnless(File.Exists(program), $"Debian's {format} is not installed");
        using System.Diagnostics.Process process = format == "hledger"
            ? PeerProgram.Start(program, "check", "--strict", "-f", file) : PeerProgram.Start(program, file);
        string errors = process.StandardError.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, errors);
    }
}
