using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Jangbu.Ledger;

namespace Jangbu.Interop.Tests.SecondImplementation;

/// <summary>
/// A person written from docs/PROTOCOL.md alone misbehaves in every way that the page names, and in some hundred changed records,
/// envelopes and messages that nobody thought of; both implementations must give the same answer to each.
/// </summary>
public sealed class MisbehaviourTests
{
    [Theory]

    [InlineData(1, 400)]
    [InlineData(2, 400)]
    public void Session_EveryWrongMessageOfThePage_IsRefusedAsThePageSaysAndChangesNothing(int seed, int changes)
    {
        PeerProgram.RequirePython("cryptography");
        using var ours = new PipedBookkeeper();
        ours.Pay("12000");
        ours.Pay("3400");
        using Process python = PythonPeer.Start("examine", ours.Theirs, ours.PasswordFile, Path.Combine(ours.Ours, "key.pem"), Path.Combine(ours.Ours, "card.jbcard"),
            seed.ToString(CultureInfo.InvariantCulture), changes.ToString(CultureInfo.InvariantCulture), "pipe");
        (IReadOnlyList<string> findings, JsonElement summary) = ours.SpeakWith(python);
        Assert.True(findings.Count == 0, string.Join('\n', findings));
        Assert.InRange(summary.GetProperty("made").GetInt32(), 150 + changes, int.MaxValue);
        Assert.Equal(
            summary.GetProperty("heads").EnumerateArray().Select(head => head.GetProperty("hash").GetString()),
            ours.Account.Theirs.OrderBy(lane => lane.Id.ToString(), StringComparer.Ordinal).Select(lane => lane.Head.Hash.ToString()));
        Assert.Equal("{}", summary.GetProperty("balances").GetRawText());
        Assert.Equal(LedgerState.Sound, ours.Verify().State);
    }
}
