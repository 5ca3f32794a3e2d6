using System.Globalization;
using System.Text.Json;

namespace Jangbu.Interop.Tests.Command;

/// <summary>Two people who know each other, each with a home of their own, and a private DHT of one node on loopback.</summary>
public sealed class TwoHomes : IDisposable
{
    public const string First = "아라";
    public const string Second = "보라";

    public TwoHomes(string? autoAccept = "1000000")
    {
        Folder = Directory.CreateTempSubdirectory("jangbu-test-").FullName;
        File.WriteAllText(PasswordFile, "비밀번호 for tests\n");
        Dht = new RunningCommand("dht", "--port", "0", "--bind", "127.0.0.1", "--json");
        Bootstrap = string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{Dht.Expect("online").GetProperty("port").GetInt32()}");
        Parallel.Invoke(() => Make(1, First), () => Make(2, Second));
        Parallel.Invoke(() => Meet(1, autoAccept), () => Meet(2, autoAccept));
    }

    public string Folder { get; }

    public string PasswordFile => Path.Combine(Folder, "password");

    public RunningCommand Dht { get; }

    public string Bootstrap { get; }

    /// <summary>The home of person 1 or 2.</summary>
    public string Home(int person) => Path.Combine(Folder, person.ToString(CultureInfo.InvariantCulture));

    /// <summary>The command line of a person, after the words of the command itself.</summary>
    public IEnumerable<string> Words(int person, params IEnumerable<string> command) =>
        [.. command, "--home", Home(person), "--password-file", PasswordFile, "--bootstrap", Bootstrap, "--bind", "127.0.0.1", "--json"];

    /// <summary>Runs a person's command to its end.</summary>
    public CommandResult Run(int person, params IEnumerable<string> command) => JangbuCommand.Run(Words(person, command));

    /// <summary>Starts <c>receive</c> for a person and waits until it is online.</summary>
    public RunningCommand Receive(int person, params IEnumerable<string> options)
    {
        var running = new RunningCommand(Words(person, ["receive", .. options]));
        running.Expect("online");
        return running;
    }

    /// <summary>The net balance in KRW that a person's ledger shows.</summary>
    public string Net(int person)
    {
        foreach (JsonElement line in Run(person, "balance").Lines)
            if (line.GetProperty("type").GetString() == "balance" && line.GetProperty("asset").GetString() == "KRW")
                return line.GetProperty("net").GetString()!;
        return "0";
    }

    /// <summary>The transactions of a person's history, oldest first.</summary>
    public IReadOnlyList<JsonElement> History(int person) =>
        [.. Run(person, "history").Lines.Where(line => line.GetProperty("type").GetString() == "transaction")];

    public void Dispose()
    {
        Dht.Dispose();
        Directory.Delete(Folder, recursive: true);
    }

    private void Make(int person, string name)
    {
        Assert.Equal(0, Run(person, "init", "--name", name).Exit);
        Assert.Equal(0, Run(person, "card", "--out", Card(person)).Exit);
    }

    private void Meet(int person, string? autoAccept)
    {
        int other = 3 - person;
        Assert.Equal(0, Run(person, "contact", "add", Card(other)).Exit);
        if (autoAccept is not null)
            Assert.Equal(0, Run(person, "contact", "policy", other == 1 ? First : Second, "--auto-accept", autoAccept).Exit);
    }

    private string Card(int person) => Path.Combine(Folder, $"{person}.jbcard");
}
