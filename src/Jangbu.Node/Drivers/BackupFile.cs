using System.Security.Cryptography;
using Jangbu.Ledger;
using Jangbu.Ledger.Drivers;
using LedgerFile = Jangbu.Ledger.Ledger;

namespace Jangbu.Node.Drivers;

/// <summary>A copy of a ledger somewhere else.</summary>
internal static class BackupFile
{
    /// <summary>Writes one; the file must be new.</summary>
    public static bool Write(LedgerFile ledger, string file) => In(file, (folder, name) =>
    {
        ledger.Backup(folder, name);
        return true;
    });

    /// <summary>Puts one in the place of a home's ledger.</summary>
    public static LedgerReport Restore(HomeFolder home, string file, LedgerPassword password) => In(file, (folder, name) =>
        LedgerReports.Of(LedgerFile.Restore(folder, name, home.Storage, HomeFolder.LedgerName, password, out _), 0, old: false));

    private static T In<T>(string file, Func<FileLedgerStorage, string, T> work)
    {
        string full = Path.GetFullPath(file);
        string folder = Path.GetDirectoryName(full) ?? "/";
        try
        {
            using FileLedgerStorage storage = FileLedgerStorage.OpenFolder(folder, shared: true);
            return work(storage, Path.GetFileName(full));
        }
        catch (LedgerStorageException failed)
        {
            throw failed.Reason switch
            {
                StorageFailure.Exists => new JangbuException(FailureCode.FileExists, ExitCategory.Usage, $"{full} is there already; nothing was written", failed, ("file", full)),
                StorageFailure.Missing => new JangbuException(FailureCode.FileMissing, ExitCategory.NotFound, $"there is no file {full}", failed, ("file", full)),
                _ => HomeFolder.Translate(failed, folder),
            };
        }
    }
}
