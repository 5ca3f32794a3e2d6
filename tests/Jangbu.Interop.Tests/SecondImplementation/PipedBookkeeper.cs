using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Jangbu.Crypto;
using Jangbu.Ledger;
using Jangbu.Ledger.Drivers;
using Jangbu.Payments;
using Jangbu.Payments.Books;
using Jangbu.Payments.Jobs;
using Jangbu.Payments.Records;
using LedgerFile = Jangbu.Ledger.Ledger;

namespace Jangbu.Interop.Tests.SecondImplementation;

/// <summary>
/// One of us with a real home, whose contact is a person in Python. The messages of their sessions go as JSON lines through that
/// process's standard streams instead of a data channel, so that thousands can be compared in seconds.
/// </summary>
public sealed class PipedBookkeeper : IDisposable
{
    private const string Secret = "비밀번호 for tests";
    private const string LedgerName = "ledger.jbledger";
    private static readonly Asset Won = Asset.Parse("KRW");

    private readonly RandomNumberGenerator _random = RandomNumberGenerator.Create();
    private readonly LedgerPassword _password = new(Secret);
    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private readonly FileLedgerStorage _storage;
    private readonly Bookkeeper _bookkeeper;
    private readonly PeerId _contact;
    private PaymentSession? _session;

    public PipedBookkeeper()
    {
        Folder = Directory.CreateTempSubdirectory("jangbu-second-").FullName;
        File.WriteAllText(PasswordFile, Secret + "\n");
        Directory.CreateDirectory(Ours, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        using (Process python = PythonPeer.Start("person", "begin", Theirs, PasswordFile, "파이썬"))
        {
            string talk = python.StandardError.ReadToEnd();
            python.WaitForExit();
            Assert.True(python.ExitCode == 0, talk);
        }
        IdentityKey key = IdentityKey.Generate(2048);
        ContactCard card = ContactCard.Create(key, "우리", Now);
        File.WriteAllText(Path.Combine(Ours, "key.pem"), PrivateKeyFile.Export(key, Secret));
        File.WriteAllText(Path.Combine(Ours, "card.jbcard"), card.Jws);
        _storage = FileLedgerStorage.OpenFolder(Ours);
        _bookkeeper = Bookkeeper.Begin(LedgerFile.Create(_storage, LedgerName, _password, card.Id, Guid.NewGuid(), Now, _random), card, new RsaPersonKeys(key), _random, Now);
        Assert.True(ContactCard.TryRead(File.ReadAllText(Path.Combine(Theirs, "card.jbcard")), out ContactCard? theirs, out string? code), code);
        _contact = theirs.Id;
        Turn(() => _bookkeeper.AddContact(theirs));
    }

    public string Folder { get; }

    public string Ours => Path.Combine(Folder, "1");

    public string Theirs => Path.Combine(Folder, "2");

    public string PasswordFile => Path.Combine(Folder, "password");

    public Account Account => _bookkeeper.Book.TryFind(_contact, out Contact? contact) ? contact.Account : throw new InvalidOperationException("the contact is gone");

    private static DateTimeOffset Now => TimeProvider.System.GetUtcNow();

    /// <summary>Sets the policy toward the person in Python, in KRW.</summary>
    public void SetPolicy(string limit, string autoAccept) => Turn(() => _bookkeeper.SetPolicy(_contact, Won, limit, autoAccept));

    /// <summary>Signs a request; it goes out with the next session.</summary>
    public void Ask(string amount) => Turn(() => _bookkeeper.Ask(_contact, new Request(Amount.Parse(amount), Won)));

    /// <summary>Signs a payment to the person in Python; it goes out with the next session.</summary>
    public void Pay(string amount) => Turn(() => _bookkeeper.Pay(_contact, new Transaction(Amount.Parse(amount), Won)));

    /// <summary>Speaks with the process until it ends; gives what it wrote to standard error, its last line being the summary.</summary>
    public (IReadOnlyList<string> Findings, JsonElement Summary) SpeakWith(Process python)
    {
        Task<string> talk = python.StandardError.ReadToEndAsync();
        python.StandardInput.AutoFlush = true;
        while (python.StandardOutput.ReadLine() is string line)
        {
            JsonElement step = JsonDocument.Parse(line).RootElement;
            Turn(() => Take(step, python.StandardInput));
            while (_session is not null && _session.TryTransmit(out string? message))
                python.StandardInput.WriteLine(JsonSerializer.Serialize(new { text = message }));
        }
        python.WaitForExit();
        string[] lines = talk.Result.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.True(lines.Length > 0 && lines[^1].StartsWith("{\"made\"", StringComparison.Ordinal), talk.Result);
        return (lines[..^1], JsonDocument.Parse(lines[^1]).RootElement);
    }

    /// <summary>Closes the ledger and verifies it from the disk, with every entry's meaning and every signature.</summary>
    public LedgerVerification Verify()
    {
        _bookkeeper.Dispose();
        return new LedgerVerifier(_storage, LedgerName).Verify(_password);
    }

    public void Dispose()
    {
        _bookkeeper.Dispose();
        _storage.Dispose();
        _password.Dispose();
        _random.Dispose();
        Directory.Delete(Folder, recursive: true);
    }

    private void Take(JsonElement step, StreamWriter python)
    {
        if (step.TryGetProperty("session", out _))
        {
            _session?.Abort();
            python.WriteLine("{}");
            _session = _bookkeeper.OpenSession(_contact);
        }
        else if (step.TryGetProperty("text", out JsonElement text))
        {
            _session!.Receive(Encoding.UTF8.GetBytes(text.GetString()!));
        }
        else
        {
            _session!.Receive(step.GetProperty("binary").GetBytesFromBase64(), isText: false);
        }
    }

    private void Turn(Action act)
    {
        _bookkeeper.Turn(_clock.Elapsed, Now);
        act();
        while (_bookkeeper.TryDequeueJob(out Job? job))
        {
            job.Run();
            _bookkeeper.Complete(job);
        }
        _bookkeeper.Flush();
        while (_bookkeeper.TryDequeue(out _))
        {
        }
    }
}
