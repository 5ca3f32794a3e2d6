using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Jangbu.Ledger.Drivers;

/// <summary>A real folder (mode 0700) of real files (mode 0600), by Linux system calls whose results are all looked at.</summary>
public sealed class FileLedgerStorage : ILedgerStorage
{
    private const UnixFileMode Others = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute
        | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private const int FileMode = 0x180; // 0600

    private readonly SafeFileHandle _folderHandle;

    private FileLedgerStorage(string folder, SafeFileHandle folderHandle)
    {
        Folder = folder;
        _folderHandle = folderHandle;
    }

    /// <summary>The folder's full path.</summary>
    public string Folder { get; }

    /// <summary>
    /// Opens a folder, making it (0700) when it is missing. One that others may enter is refused with the fix in the message;
    /// <paramref name="shared"/> lifts this for a folder that holds backups only, such as a memory stick without modes.
    /// </summary>
    public static FileLedgerStorage OpenFolder(string folder, bool shared = false)
    {
        if (!OperatingSystem.IsLinux())
            throw new PlatformNotSupportedException("the ledger's storage is written for Linux: elsewhere a flush that failed could not be told");
        folder = Path.GetFullPath(folder);
        MakeFolder(folder);
        SafeFileHandle handle = OpenHandle(folder, folder, LibC.ReadOnly | LibC.Directory | LibC.CloseOnExec);
        if (!shared && LetsOthersIn(handle))
        {
            handle.Dispose();
            throw new LedgerStorageException(StorageFailure.TooOpen, $"others may enter {folder}; mend it with: chmod 700 '{folder}'");
        }
        return new FileLedgerStorage(folder, handle);
    }

    /// <inheritdoc/>
    public bool Exists(string name) => new FileInfo(PathOf(name)) is { } file && (file.Exists || file.LinkTarget is not null);

    /// <inheritdoc/>
    public ILedgerFile Create(string name) => new FileLedgerFile(
        OpenHandle(PathOf(name), name, LibC.ReadWrite | LibC.Create | LibC.Exclusive | LibC.NoFollow | LibC.CloseOnExec), name);

    /// <inheritdoc/>
    public ILedgerFile Open(string name, bool writable)
    {
        SafeFileHandle handle = OpenHandle(PathOf(name), name, (writable ? LibC.ReadWrite : LibC.ReadOnly) | LibC.NoFollow | LibC.CloseOnExec);
        RefuseOthers(handle, name);
        return new FileLedgerFile(handle, name);
    }

    /// <inheritdoc/>
    public void Link(string name, string newName)
    {
        if (LibC.Link(PathOf(name), PathOf(newName)) != 0)
            throw Failure("link", $"{name} to {newName}");
    }

    /// <inheritdoc/>
    public void Rename(string name, string newName)
    {
        if (LibC.Rename(PathOf(name), PathOf(newName)) != 0)
            throw Failure("rename", $"{name} to {newName}");
    }

    /// <inheritdoc/>
    public void Delete(string name)
    {
        if (LibC.Unlink(PathOf(name)) != 0)
            throw Failure("unlink", name);
    }

    /// <inheritdoc/>
    public void FlushFolder() => Flush(_folderHandle, Folder);

    /// <inheritdoc/>
    public IDisposable Lock(string name)
    {
        SafeFileHandle handle = OpenHandle(PathOf(name), name, LibC.ReadWrite | LibC.Create | LibC.NoFollow | LibC.CloseOnExec);
        RefuseOthers(handle, name);
        FileLedgerFile file = new(handle, name);
        while (LibC.Lock(handle, LibC.LockExclusive | LibC.LockNonBlocking) != 0)
        {
            int error = Marshal.GetLastPInvokeError();
            if (error == LibC.Interrupted)
                continue;
            string holder = error == LibC.WouldBlock ? Holder(file) : "";
            file.Dispose();
            throw error == LibC.WouldBlock
                ? new LedgerStorageException(StorageFailure.InUse, $"{PathOf(name)} is locked: the ledger is in use{holder}")
                : Failure("flock", name, error);
        }
        NoteHolder(file);
        return file;
    }

    /// <inheritdoc/>
    public void Dispose() => _folderHandle.Dispose();

    internal static void Flush(SafeFileHandle handle, string name)
    {
        // fsync for the folder: its names are metadata. A failure is final: the kernel may already have dropped the pages.
        while (LibC.Sync(handle) != 0)
            if (Marshal.GetLastPInvokeError() != LibC.Interrupted)
                throw Failure("fsync", name);
    }

    internal static LedgerStorageException Failure(string call, string name) => Failure(call, name, Marshal.GetLastPInvokeError());

    private static LedgerStorageException Failure(string call, string name, int error) => new(error switch
    {
        LibC.NoSpace or LibC.OverQuota or LibC.FileTooBig => StorageFailure.Full,
        LibC.ReadOnlyFileSystem => StorageFailure.ReadOnly,
        LibC.NotPermitted or LibC.AccessDenied or LibC.TooManyLinks => StorageFailure.Denied,
        LibC.NoEntry => StorageFailure.Missing,
        LibC.EntryExists => StorageFailure.Exists,
        _ => StorageFailure.Failed,
    }, error == LibC.TooManyLinks ? $"{call} {name}: a symbolic link stands there" : $"{call} {name}: {Marshal.GetPInvokeErrorMessage(error)}");

    private static void MakeFolder(string folder)
    {
        if (Directory.Exists(folder))
            return;
        try
        {
            if (!OperatingSystem.IsWindows())
                Directory.CreateDirectory(folder, OwnerOnly);
        }
        catch (UnauthorizedAccessException denied)
        {
            throw new LedgerStorageException(StorageFailure.Denied, denied.Message);
        }
        catch (IOException failed)
        {
            throw new LedgerStorageException(failed.Message, failed);
        }
        if (Path.GetDirectoryName(folder) is { } above)
        {
            using SafeFileHandle handle = OpenHandle(above, above, LibC.ReadOnly | LibC.Directory | LibC.CloseOnExec);
            Flush(handle, above);
        }
    }

    private static SafeFileHandle OpenHandle(string path, string name, int flags)
    {
        int descriptor;
        while ((descriptor = LibC.Open(path, flags, FileMode)) < 0)
            if (Marshal.GetLastPInvokeError() != LibC.Interrupted)
                throw Failure("open", name);
        return new SafeFileHandle(descriptor, ownsHandle: true);
    }

    private void RefuseOthers(SafeFileHandle handle, string name)
    {
        if (!LetsOthersIn(handle))
            return;
        handle.Dispose();
        throw new LedgerStorageException(StorageFailure.TooOpen, $"others may read {PathOf(name)}; mend it with: chmod 600 '{PathOf(name)}'");
    }

    private static bool LetsOthersIn(SafeFileHandle handle) => !OperatingSystem.IsWindows() && (File.GetUnixFileMode(handle) & Others) != 0;

    // For the message only: the lock is the kernel's, so staleness does not matter, and a full disk must not keep a ledger from being read.
    private static void NoteHolder(FileLedgerFile file)
    {
        try
        {
            file.Truncate(0);
            file.Write(0, Encoding.ASCII.GetBytes(Environment.ProcessId.ToString(CultureInfo.InvariantCulture)));
        }
        catch (LedgerStorageException failed) when (failed.Reason == StorageFailure.Full)
        {
            file.Truncate(0);
        }
    }

    private static string Holder(FileLedgerFile file)
    {
        Span<byte> text = stackalloc byte[10];
        int length = file.Read(0, text);
        return length > 0 && int.TryParse(text[..length], CultureInfo.InvariantCulture, out int process) ? $" by process {process}" : "";
    }

    private string PathOf(string name)
    {
        if (name.Length == 0 || name is "." or ".." || name.Contains('/') || name.Contains('\0'))
            throw new ArgumentException($"'{name}' is no file name", nameof(name));
        return Path.Combine(Folder, name);
    }
}
