using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Jangbu.Crypto;
using Jangbu.Ledger;
using Jangbu.Ledger.Drivers;
using Book = Jangbu.Ledger.Ledger;

namespace Jangbu.Interop.Tests.Ledger;

/// <summary>The ledger file both ways with Python's <c>cryptography</c> (Debian's python3-cryptography), on real files.</summary>
public sealed class PythonLedgerTests : IDisposable
{
    private const string Name = "book.jbledger";

    // As a Mac types it: conjoining jamo. Both sides compose it.
    private const string Text = "\u1107\u1175\u1106\u1175\u11af\u1107\u1165\u11ab\u1112\u1169";

    private static readonly DateTimeOffset At = new(2026, 11, 22, 6, 30, 0, TimeSpan.Zero);
    private static readonly PeerId Me = PeerId.FromThumbprint(SHA256.HashData("me"u8));

    private readonly string _folder = Path.Combine(Path.GetTempPath(), "jangbu-python-ledger-" + Guid.NewGuid().ToString("N"));
    private readonly FileLedgerStorage _storage;
    private readonly LedgerPassword _password = new(Text);
    private readonly RandomNumberGenerator _random = RandomNumberGenerator.Create();

    public PythonLedgerTests() => _storage = FileLedgerStorage.OpenFolder(_folder);

    public void Dispose()
    {
        _storage.Dispose();
        _password.Dispose();
        _random.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public void LedgerHeadAndExportOfOurs_PythonOpensEveryLine()
    {
        PeerProgram.RequirePython("cryptography");
        List<string> written = [];
        using (Book ledger = Book.Create(_storage, Name, _password, Me, Guid.NewGuid(), At, _random))
        {
            for (int i = 0; i < 40; i++)
            {
                Entry entry = ledger.Append(EntryKind.Note, Encoding.UTF8.GetBytes($$"""{"tx":"{{i:x64}}","label":"점심 {{new string('+', i)}}"}"""), At);
                written.Add(Encoding.UTF8.GetString(entry.Json.Span));
            }
            ledger.Flush();
            ledger.WriteHead();
            File.WriteAllBytes(Path.Combine(_folder, "export"), ledger.ExportFernet(_password, At)!);
        }
        JsonElement said = Run("read", Path.Combine(_folder, Name), Text, Path.Combine(_folder, "export"));
        Assert.Equal(written, said.GetProperty("entries").EnumerateArray().Skip(1).Select(entry => entry.GetString()));
        Assert.Equal((41, said.GetProperty("last").GetString()), (said.GetProperty("head").GetProperty("n").GetInt32(), said.GetProperty("head").GetProperty("hash").GetString()));
        Assert.True(said.GetProperty("same").GetBoolean());
    }

    [Fact]
    public void LedgerOfPython_InAnotherSpelling_OpensAndIsGoneOnWith()
    {
        PeerProgram.RequirePython("cryptography");
        JsonElement said = Run("write", Path.Combine(_folder, Name), Text, Me.ToString());
        List<Entry> entries = [];
        using (Book ledger = Book.Open(_storage, Name, _password, _random, entries.Add).Ledger!)
        {
            Assert.Equal((LedgerState.Sound, said.GetProperty("lane").GetGuid(), Me), (ledger.State, ledger.Lane, ledger.Genesis.Id));
            Assert.Equal(said.GetProperty("last").GetString(), ledger.Head.Hash.ToString());
            Assert.Equal("점심 밥", JsonDocument.Parse(entries[2].Data).RootElement.GetProperty("label").GetString());
            ledger.Append(EntryKind.Note, Encoding.UTF8.GetBytes($$"""{"tx":"{{1:x64}}"}"""), At);
            ledger.Flush();
            ledger.WriteHead();
        }
        Assert.True(new LedgerVerifier(_storage, Name).Verify(_password) is { State: LedgerState.Sound, HeaderRespelled: true });
        Assert.Equal(4, Run("read", Path.Combine(_folder, Name), Text).GetProperty("entries").GetArrayLength());
    }

    private static JsonElement Run(params string[] arguments)
    {
        using Process python = PeerProgram.Start(PeerProgram.Python, [Path.Combine(AppContext.BaseDirectory, "Peers", "ledger_peer.py"), .. arguments]);
        Task<string> errors = python.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        string output = python.StandardOutput.ReadToEnd();
        python.WaitForExit();
        Assert.True(python.ExitCode == 0, errors.Result);
        return JsonDocument.Parse(output).RootElement;
    }
}
