using System.Diagnostics;
using System.Security.Cryptography;
using Jangbu.Crypto;
using Jangbu.Ledger;
using Jangbu.Ledger.Drivers;
using Jangbu.Payments;
using Jangbu.Payments.Books;
using Jangbu.Payments.Export;
using Jangbu.Payments.Jobs;
using Jangbu.Payments.Records;
using LedgerFile = Jangbu.Ledger.Ledger;

namespace Jangbu.Interop.Tests.Payments;

/// <summary>Exports read by the accounting programs they are for.</summary>
public sealed class AccountingProgramTests
{
    private static readonly DateTimeOffset Start = new(2026, 11, 22, 6, 30, 0, TimeSpan.Zero);

    [Fact]
    public void Hledger_CheckStrict_Passes()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/hledger"), "Debian's hledger is not installed");
        string file = Written(".journal", HledgerExport.Write);
        (int code, string said) = Run("/usr/bin/hledger", "check", "--strict", "-f", file);
        Assert.True(code == 0, said);
        (code, said) = Run("/usr/bin/hledger", "balance", "-f", file, "assets:jangbu:보라", "-N", "--flat");
        Assert.True(code == 0 && said.Contains("-12000", StringComparison.Ordinal), said);
    }

    [Fact]
    public void BeanCheck_Export_Passes()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/bean-check"), "Debian's beancount is not installed");
        (int code, string said) = Run("/usr/bin/bean-check", Written(".beancount", BeancountExport.Write));
        Assert.True(code == 0, said);
    }

    // A real ledger in a folder: 아라 gives 보라 one payment that is accepted, and one whose memo would break a careless export.
    private static string Written(string suffix, Func<Book, byte[]> export)
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("jangbu-export-");
        using IdentityKey keyOfA = IdentityKey.Generate(2048), keyOfB = IdentityKey.Generate(2048);
        using Bookkeeper a = Begin(Path.Combine(folder.FullName, "a"), keyOfA, "아라"), b = Begin(Path.Combine(folder.FullName, "b"), keyOfB, "보라");
        a.AddContact(b.Book.Card!);
        b.AddContact(a.Book.Card!);
        b.SetPolicy(a.Book.Me, Asset.Parse("KRW"), null, "20000");
        a.Pay(b.Book.Me, new Transaction(Amount.Parse("12000"), Asset.Parse("KRW"), "점심"));
        a.Pay(b.Book.Me, new Transaction(Amount.Parse("0.25"), Asset.Parse("A1B2C3"), "; | \"x\" (y) : [z]  \\"));
        Settle(a);
        foreach (string envelope in a.WriteEnvelopes(b.Book.Me))
            b.TakeEnvelope(System.Text.Encoding.UTF8.GetBytes(envelope), code => Assert.Null(code));
        Settle(b);
        foreach (string envelope in b.WriteEnvelopes(a.Book.Me))
            a.TakeEnvelope(System.Text.Encoding.UTF8.GetBytes(envelope), code => Assert.Null(code));
        Settle(a);
        Assert.Equal(1, a.Book.Contacts.Single().Account.History.Count(one => one.State == TransactionState.Accepted));
        string file = Path.Combine(folder.FullName, "export" + suffix);
        File.WriteAllBytes(file, export(a.Book));
        return file;
    }

    private static Bookkeeper Begin(string folder, IdentityKey key, string name)
    {
        Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var random = RandomNumberGenerator.Create();
        using var password = new LedgerPassword("시험");
        ContactCard card = ContactCard.Create(key, name, Start);
        LedgerFile ledger = LedgerFile.Create(FileLedgerStorage.OpenFolder(folder), "ledger.jbledger", password, card.Id, Guid.NewGuid(), Start, random);
        Bookkeeper bookkeeper = Bookkeeper.Begin(ledger, card, new RsaPersonKeys(key), random, Start);
        bookkeeper.Turn(TimeSpan.Zero, Start);
        return bookkeeper;
    }

    private static void Settle(Bookkeeper bookkeeper)
    {
        while (bookkeeper.TryDequeueJob(out Job? job))
        {
            job.Run();
            bookkeeper.Complete(job);
        }
        bookkeeper.Flush();
    }

    private static (int Code, string Said) Run(string program, params string[] arguments)
    {
        using Process process = PeerProgram.Start(program, arguments);
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string said = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, said + errors.Result);
    }
}
