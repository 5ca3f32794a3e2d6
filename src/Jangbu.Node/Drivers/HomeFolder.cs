using System.Text;
using Jangbu.Ledger;
using Jangbu.Ledger.Drivers;

namespace Jangbu.Node.Drivers;

/// <summary>The folder of one person (docs/CLI.md "A home"): mode 0700, files 0600, written beside and renamed. Failures are <see cref="JangbuException"/>.</summary>
internal sealed class HomeFolder : IDisposable
{
    /// <summary>The encrypted private key.</summary>
    public const string Key = "key.pem";

    /// <summary>The key under a password that is being changed to; gone when the change is done.</summary>
    public const string NextKey = "key.pem.next";

    /// <summary>The public key.</summary>
    public const string PublicKey = "public.pem";

    /// <summary>The contact card.</summary>
    public const string Card = "card.jbcard";

    /// <summary>The ledger; its head file and lock stand beside it.</summary>
    public const string LedgerName = "ledger.jbledger";

    /// <summary>The DHT nodes of last time.</summary>
    public const string Nodes = "nodes";

    /// <summary>The local socket while a node runs.</summary>
    public const string Socket = "node.sock";

    private const string Fresh = ".new";

    private HomeFolder(string path, FileLedgerStorage storage)
    {
        Path = path;
        Storage = storage;
    }

    /// <summary>The folder, absolute.</summary>
    public string Path { get; }

    /// <summary>The same folder as the ledger sees it.</summary>
    public FileLedgerStorage Storage { get; }

    /// <summary>Opens a home that must be there.</summary>
    public static HomeFolder Open(string path)
    {
        string full = System.IO.Path.GetFullPath(path);
        if (!File.Exists(System.IO.Path.Combine(full, Key)))
            throw new JangbuException(FailureCode.HomeMissing, ExitCategory.NotFound, $"there is no home in {full}; make one with: jangbu init", ("home", full));
        return Enter(full);
    }

    /// <summary>Opens the folder for a new home, making it.</summary>
    public static HomeFolder Make(string path)
    {
        string full = System.IO.Path.GetFullPath(path);
        HomeFolder home = Enter(full);
        foreach (string file in (string[])[Key, LedgerName])
        {
            if (!home.Storage.Exists(file))
                continue;
            home.Dispose();
            throw new JangbuException(FailureCode.HomeExists, ExitCategory.Usage, $"{full} holds a {file} already; nothing was changed",
                ("home", full), ("file", file));
        }
        return home;
    }

    /// <summary>Reads a small file as text; null when it is not there.</summary>
    public string? ReadText(string name)
    {
        byte[]? bytes = Read(name);
        return bytes is null ? null : Encoding.UTF8.GetString(bytes);
    }

    /// <summary>Reads a small file; null when it is not there.</summary>
    public byte[]? Read(string name) => Try<byte[]?>(() =>
    {
        if (!Storage.Exists(name))
            return null;
        using ILedgerFile file = Storage.Open(name, writable: false);
        if (file.Length > MaxSmallFile)
            throw new JangbuException(FailureCode.KeyUnusable, ExitCategory.Integrity, $"{name} has {file.Length} bytes; {MaxSmallFile} is the most it can have",
                ("file", name), ("reason", "too_large"));
        byte[] bytes = new byte[file.Length];
        int length = file.Read(0, bytes);
        return bytes[..length];
    });

    /// <summary>Writes a small file durably, replacing it in one step.</summary>
    public void Write(string name, ReadOnlySpan<byte> bytes)
    {
        byte[] copy = bytes.ToArray();
        Try(() =>
        {
            string fresh = name + Fresh;
            if (Storage.Exists(fresh))
                Storage.Delete(fresh);
            using (ILedgerFile file = Storage.Create(fresh))
            {
                file.Write(0, copy);
                file.Flush();
            }
            Storage.Rename(fresh, name);
            Storage.FlushFolder();
            return true;
        });
    }

    /// <summary>Writes a small text file durably.</summary>
    public void Write(string name, string text) => Write(name, Encoding.UTF8.GetBytes(text));

    /// <summary>Puts the key under the next password in the place of the key, durably.</summary>
    public void TakeNextKey() => Try(() =>
    {
        Storage.Rename(NextKey, Key);
        Storage.FlushFolder();
        return true;
    });

    /// <summary>Runs what touches the disk, and says in this project's words what went wrong.</summary>
    public T Try<T>(Func<T> work)
    {
        try
        {
            return work();
        }
        catch (LedgerStorageException failed)
        {
            throw Translate(failed, Path);
        }
    }

    /// <summary>The failure of a storage call as a caller should see it.</summary>
    public static JangbuException Translate(LedgerStorageException failed, string home) => failed.Reason switch
    {
        StorageFailure.InUse => new JangbuException(FailureCode.HomeInUse, ExitCategory.Access, failed.Message, failed, ("home", home)),
        StorageFailure.TooOpen => new JangbuException(FailureCode.HomeOpenToOthers, ExitCategory.Access, failed.Message, failed,
            ("path", home), ("fix", FixOf(failed.Message))),
        _ => new JangbuException(FailureCode.NotStored, ExitCategory.Access, $"not stored: {failed.Message}", failed, ("path", home), ("reason", failed.Reason switch
        {
            StorageFailure.Full => "full",
            StorageFailure.ReadOnly => "read_only",
            StorageFailure.Denied => "denied",
            _ => "failed",
        })),
    };

    /// <inheritdoc/>
    public void Dispose() => Storage.Dispose();

    private static HomeFolder Enter(string full)
    {
        try
        {
            return new HomeFolder(full, FileLedgerStorage.OpenFolder(full));
        }
        catch (LedgerStorageException failed)
        {
            throw Translate(failed, full);
        }
    }

    /// <summary>The storage's message ends with the command that mends it.</summary>
    private static string FixOf(string message) => message[(message.LastIndexOf("chmod", StringComparison.Ordinal) is int at and >= 0 ? at : message.Length)..];

    /// <summary>A key file of 4096 bits has 3.4 KB, a card 8 KiB, a thousand remembered nodes 30 KB.</summary>
    private const int MaxSmallFile = 256 * 1024;
}
