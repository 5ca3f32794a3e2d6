using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace Jangbu.Interop.Tests.SecondImplementation;

/// <summary>Hundreds of transactions, reversals and withdrawals, several in an envelope: both implementations must decide them alike (PROTOCOL §2.2).</summary>
public sealed class PolicyTests
{
    [Theory]
    [InlineData(1, "5000", "1000")]
    [InlineData(2, "", "600")]
    public void Policy_RandomTransactions_DecidesAsTheSecondImplementationDoes(int seed, string limit, string autoAccept)
    {
        PeerProgram.RequirePython("cryptography");
        using var ours = new PipedBookkeeper();
        ours.SetPolicy(limit, autoAccept);
        ours.Ask("700");
        foreach (string amount in (string[])["1000", "1000", "1000"])
            ours.Pay(amount);
        using Process python = PythonPeer.Start("policy", ours.Theirs, ours.PasswordFile, Path.Combine(ours.Ours, "key.pem"), Path.Combine(ours.Ours, "card.jbcard"),
            seed.ToString(CultureInfo.InvariantCulture), "80", "pipe", limit, autoAccept);
        (IReadOnlyList<string> findings, JsonElement summary) = ours.SpeakWith(python);
        Assert.True(findings.Count == 0, string.Join('\n', findings));
        Assert.Equal(80, summary.GetProperty("made").GetInt32());
    }
}
