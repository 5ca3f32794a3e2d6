using System.Security.Cryptography;
using Jangbu.Crypto;
using Jangbu.Ledger;
using Jangbu.Node.Drivers;
using Jangbu.Payments.Books;
using Jangbu.Payments.Export;

namespace Jangbu.Node;

// Keeping the ledger: verify, export, back up, restore, another password.
public sealed partial class JangbuNode
{
    /// <summary>Reads every byte of a home's ledger again: chain, forms, head file, and of each record its signature and place.</summary>
    /// <param name="options">Whose; only home and password matter. A node may have it open.</param>
    /// <param name="progress">Told the part that is read, 0 to 1.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="JangbuException">No home, a wrong password, or a disk that fails. Damage is in the report.</exception>
    public static Task<LedgerReport> VerifyLedgerAsync(JangbuOptions options, IProgress<double>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        return Task.Run(() =>
        {
            string password = PasswordSource.Read(options.Password, options.PasswordFile);
            using HomeFolder folder = HomeFolder.Open(options.Home);
            using LedgerPassword ledgerPassword = new(password);
            return folder.Try(() => LedgerReports.Verify(folder, ledgerPassword, progress, cancellationToken));
        }, cancellationToken);
    }

    /// <summary>The whole ledger in another form.</summary>
    public Task<byte[]> ExportAsync(ExportFormat format, CancellationToken cancellationToken = default) => Task.Run(() => _loop.Read(engine => format switch
    {
        ExportFormat.Json => engine.Book.Ledger.ExportJson(),
        ExportFormat.Fernet => engine.Book.Ledger.ExportFernet(_home.Password, WallClock.Now)
            ?? throw new JangbuException(FailureCode.WrongPassword, ExitCategory.Access, "the ledger was put under another password meanwhile", ("file", HomeFolder.LedgerName)),
        ExportFormat.Csv => CsvExport.Write(engine.Book.Book),
        ExportFormat.Hledger => HledgerExport.Write(engine.Book.Book),
        ExportFormat.Beancount => BeancountExport.Write(engine.Book.Book),
        _ => throw new ArgumentOutOfRangeException(nameof(format), format, "no such form"),
    }), cancellationToken);

    /// <summary>Writes a copy of all that is on the disk to a new file; the head file is not copied (PROTOCOL §6.1).</summary>
    public Task BackupAsync(string file, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(file);
        return Task.Run(() => _loop.Read(engine => BackupFile.Write(engine.Book.Ledger, file)), cancellationToken);
    }

    /// <summary>Puts a backup in the place of a home's ledger; what stood there keeps existing under another name. No node may have the home open.</summary>
    /// <returns>What was found in the backup. A damaged one changes nothing.</returns>
    public static Task<LedgerReport> RestoreAsync(JangbuOptions options, string file, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(file);
        return Task.Run(() =>
        {
            string password = PasswordSource.Read(options.Password, options.PasswordFile);
            using HomeFolder folder = HomeFolder.Open(options.Home);
            using LedgerPassword ledgerPassword = new(password);
            return folder.Try(() => BackupFile.Restore(folder, file, ledgerPassword));
        }, cancellationToken);
    }

    /// <summary>Puts key and ledger under another password. A crash leaves a home that opens with the one or with the other.</summary>
    public Task ChangePasswordAsync(string password, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(password);
        return Task.Run(() => _loop.Read(_ => _home.ChangePassword(password, WallClock.Now)), cancellationToken);
    }

    /// <summary>
    /// Begins a new ledger file in a new lane from an old or damaged one (PROTOCOL §6.1): what its person must say before it signs again. No node
    /// may have the home open.
    /// </summary>
    /// <returns>The name under which the old file keeps existing.</returns>
    public static Task<string> BeginAnewAsync(JangbuOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        return Task.Run(() =>
        {
            using RandomNumberGenerator random = RandomSource.Create();
            using OpenedHome home = OpenedHome.Open(options, random);
            return home.BeginAnew(random, WallClock.Now);
        }, cancellationToken);
    }
}
