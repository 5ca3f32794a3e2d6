using System.Net;
using System.Text.Json;
using Jangbu.Interop.Tests.Command;
using Jangbu.Node;

namespace Jangbu.Interop.Tests.SecondImplementation;

/// <summary>Two who know no key of each other meet by an invitation (PROTOCOL §1), one of them in each implementation.</summary>
public sealed class InvitationTests : IDisposable
{
    private readonly TwoHomes _homes = new();
    private readonly string _theirs;

    public InvitationTests()
    {
        PeerProgram.RequirePython("aiortc");
        _theirs = Path.Combine(_homes.Folder, "3");
        using var begun = new PythonRun("person", "begin", _theirs, _homes.PasswordFile, "파이");
        begun.End();
    }

    [Fact]
    public async Task Invite_JoinedByTheSecondImplementation_MakesContactsWhoPayAtOnce()
    {
        await using JangbuNode node = await StartAsync();
        string link = await node.InviteAsync();
        using PythonRun joiner = Python($"join:{link["jangbu:invite/".Length..]}", "pay:70", "sent", "bye");
        IReadOnlyList<JsonElement> steps = await Task.Run(joiner.End);
        Assert.Equal(node.Id.ToString(), steps[^1].GetProperty("with").GetString());
        Assert.Contains(node.Contacts, contact => contact.Name == "파이");
    }

    [Fact]
    public async Task Join_InvitationOfTheSecondImplementation_MakesContacts()
    {
        await using JangbuNode node = await StartAsync();
        using PythonRun inviter = Python("invite", "hold:2");
        JsonElement link = await Task.Run(() => inviter.Expect("link"));
        ContactView met = await node.JoinAsync(link.GetProperty("link").GetString()!, TimeSpan.FromSeconds(60));
        Assert.Equal("파이", met.Name);
        await node.StopAsync();
        IReadOnlyList<JsonElement> steps = await Task.Run(inviter.End);
        Assert.Equal(node.Id.ToString(), steps[^1].GetProperty("with").GetString());
    }

    public void Dispose() => _homes.Dispose();

    private Task<JangbuNode> StartAsync() =>
        JangbuNode.StartAsync(new JangbuOptions { Home = _homes.Home(1), PasswordFile = _homes.PasswordFile, Bootstrap = [_homes.Bootstrap], Bind = IPAddress.Loopback });

    private PythonRun Python(params string[] steps) => new(["person", _theirs, _homes.PasswordFile, "-", _homes.Bootstrap, .. steps]);
}
