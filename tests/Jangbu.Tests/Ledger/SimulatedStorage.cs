using Jangbu.Ledger;

namespace Jangbu.Tests.Ledger;

/// <summary>
/// A disk that keeps what was written and what was flushed apart, so that a power cut can be played at any point: un-flushed writes are lost, torn at
/// sectors, reordered, or leave zeros or foreign bytes; un-flushed names come and go in order. Calls can fail by plan.
/// </summary>
internal sealed class SimulatedStorage : ILedgerStorage
{
    public const int Sector = 512;

    private readonly Dictionary<string, Inode> _names = [];
    private readonly List<Action<Dictionary<string, Inode>>> _nameLog = [];
    private Dictionary<string, Inode> _durableNames = [];
    private readonly HashSet<string> _locks = [];

    /// <summary>Called before each call that changes or flushes; may throw to make it fail, or to play the power cut.</summary>
    public Action<StorageCall>? Before { get; set; }

    /// <summary>Mistakes that a careless storage or ledger would make, for trying whether the crash tests find them.</summary>
    public bool IgnoresFlush { get; set; }

    /// <inheritdoc cref="IgnoresFlush"/>
    public bool IgnoresFolderFlush { get; set; }

    public long BytesWritten { get; private set; }

    public int Flushes { get; private set; }

    public IEnumerable<string> Names => _names.Keys;

    public bool Exists(string name) => _names.ContainsKey(name);

    public ILedgerFile Create(string name)
    {
        Call(StorageCall.Create);
        if (_names.ContainsKey(name))
            throw new LedgerStorageException(StorageFailure.Exists, $"create {name}: exists");
        Inode inode = new();
        ChangeNames(names => names[name] = inode);
        return new SimulatedFile(this, inode, writable: true);
    }

    public ILedgerFile Open(string name, bool writable) => _names.TryGetValue(name, out Inode? inode)
        ? new SimulatedFile(this, inode, writable)
        : throw new LedgerStorageException(StorageFailure.Missing, $"open {name}: missing");

    public void Link(string name, string newName)
    {
        Call(StorageCall.Link);
        if (!_names.TryGetValue(name, out Inode? inode))
            throw new LedgerStorageException(StorageFailure.Missing, $"link {name}: missing");
        if (_names.ContainsKey(newName))
            throw new LedgerStorageException(StorageFailure.Exists, $"link {newName}: exists");
        ChangeNames(names => names[newName] = inode);
    }

    public void Rename(string name, string newName)
    {
        Call(StorageCall.Rename);
        if (!_names.TryGetValue(name, out Inode? inode))
            throw new LedgerStorageException(StorageFailure.Missing, $"rename {name}: missing");
        ChangeNames(names =>
        {
            names.Remove(name);
            names[newName] = inode;
        });
    }

    public void Delete(string name)
    {
        Call(StorageCall.Delete);
        if (!_names.ContainsKey(name))
            throw new LedgerStorageException(StorageFailure.Missing, $"delete {name}: missing");
        ChangeNames(names => names.Remove(name));
    }

    public void FlushFolder()
    {
        Call(StorageCall.FlushFolder);
        if (IgnoresFolderFlush)
            return;
        _durableNames = new(_names);
        _nameLog.Clear();
    }

    public IDisposable Lock(string name)
    {
        if (!_locks.Add(name))
            throw new LedgerStorageException(StorageFailure.InUse, $"{name} is locked");
        return new HeldLock(() => _locks.Remove(name));
    }

    public void Dispose() => _locks.Clear();

    public byte[] Bytes(string name) => _names[name].Content();

    public void Put(string name, byte[] bytes)
    {
        Inode inode = new() { Durable = bytes };
        _names[name] = inode;
        _durableNames[name] = inode;
    }

    /// <summary>What another process would find now, without a power cut: everything written, nothing locked.</summary>
    public SimulatedStorage Reopen() => After(_names, inode => inode.Content());

    /// <summary>What a power cut at this moment leaves, one of many by chance.</summary>
    public SimulatedStorage Crash(Random random)
    {
        Dictionary<string, Inode> names = new(_durableNames);
        int survived = random.Next(_nameLog.Count + 1);
        foreach (Action<Dictionary<string, Inode>> change in _nameLog.Take(survived))
            change(names);
        var mode = (CrashMode)random.Next(5);
        return After(names, inode => inode.AfterCrash(mode, random));
    }

    private SimulatedStorage After(Dictionary<string, Inode> names, Func<Inode, byte[]> content)
    {
        SimulatedStorage after = new() { IgnoresFlush = IgnoresFlush, IgnoresFolderFlush = IgnoresFolderFlush };
        Dictionary<Inode, Inode> copies = [];
        foreach ((string name, Inode inode) in names)
        {
            if (!copies.TryGetValue(inode, out Inode? copy))
                copies[inode] = copy = new Inode { Durable = content(inode) };
            after._names[name] = copy;
        }
        after._durableNames = new(after._names);
        return after;
    }

    private void ChangeNames(Action<Dictionary<string, Inode>> change)
    {
        change(_names);
        _nameLog.Add(change);
    }

    private void Call(StorageCall call) => Before?.Invoke(call);

    internal enum CrashMode
    {
        Everything,
        OnlyFlushed,
        Torn,
        Zeros,
        Garbage,
    }

    internal sealed class Inode
    {
        public byte[] Durable { get; set; } = [];

        public List<(long Offset, byte[]? Bytes)> Pending { get; } = [];

        public byte[] Content() => Apply(Durable, Pending);

        public byte[] AfterCrash(CrashMode mode, Random random) => mode switch
        {
            CrashMode.Everything => Content(),
            CrashMode.OnlyFlushed => Durable,
            CrashMode.Torn => Torn(random),
            CrashMode.Zeros => Sectors(random, garbage: false),
            _ => Sectors(random, garbage: true),
        };

        // The writes arrived in order up to some byte or sector, and then no more.
        private byte[] Torn(Random random)
        {
            List<(long, byte[]?)> arrived = [];
            int whole = random.Next(Pending.Count + 1);
            arrived.AddRange(Pending.Take(whole));
            if (whole < Pending.Count && Pending[whole].Bytes is { } last)
            {
                long cut = random.Next(last.Length + 1);
                if (random.Next(3) > 0)
                    cut = Math.Max(0, (Pending[whole].Offset + cut) / Sector * Sector - Pending[whole].Offset);
                arrived.Add((Pending[whole].Offset, last[..(int)cut]));
            }
            return Apply(Durable, arrived);
        }

        // The size arrived; of the sectors that were changed any may have, the others hold zeros or what stood on the disk before.
        private byte[] Sectors(Random random, bool garbage)
        {
            byte[] content = Content();
            for (long sector = 0; sector < content.Length; sector += Sector)
            {
                int end = (int)Math.Min(sector + Sector, content.Length);
                bool changed = Pending.Any(write => write.Bytes is { } bytes && write.Offset < end && write.Offset + bytes.Length > sector);
                if (!changed || random.Next(2) == 0)
                    continue;
                for (int i = (int)sector; i < end; i++)
                    content[i] = i < Durable.Length ? Durable[i] : garbage ? (byte)random.Next(256) : (byte)0;
            }
            return content;
        }

        private static byte[] Apply(byte[] durable, List<(long Offset, byte[]? Bytes)> writes)
        {
            byte[] content = [.. durable];
            foreach ((long offset, byte[]? bytes) in writes)
            {
                if (bytes is null)
                {
                    Array.Resize(ref content, (int)offset);
                    continue;
                }
                if (content.Length < offset + bytes.Length)
                    Array.Resize(ref content, (int)offset + bytes.Length);
                bytes.CopyTo(content, offset);
            }
            return content;
        }
    }

    private sealed class SimulatedFile(SimulatedStorage storage, Inode inode, bool writable) : ILedgerFile
    {
        public long Length => inode.Pending.Aggregate((long)inode.Durable.Length,
            (length, write) => write.Bytes is null ? write.Offset : Math.Max(length, write.Offset + write.Bytes.Length));

        public int Read(long offset, Span<byte> buffer)
        {
            byte[] content = inode.Pending.Count == 0 ? inode.Durable : inode.Content();
            int length = (int)Math.Clamp(content.Length - offset, 0, buffer.Length);
            content.AsSpan((int)Math.Min(offset, content.Length), length).CopyTo(buffer);
            return length;
        }

        public void Write(long offset, ReadOnlySpan<byte> bytes)
        {
            if (!writable)
                throw new LedgerStorageException(StorageFailure.Denied, "opened for reading");
            byte[] copy = bytes.ToArray();
            inode.Pending.Add((offset, copy));
            try
            {
                storage.Call(StorageCall.Write);
            }
            catch (LedgerStorageException)
            {
                // A write that failed may have written a part.
                inode.Pending[^1] = (offset, copy[..(copy.Length / 2)]);
                throw;
            }
            storage.BytesWritten += copy.Length;
        }

        public void Truncate(long length)
        {
            storage.Call(StorageCall.Truncate);
            inode.Pending.Add((length, null));
        }

        public void Flush()
        {
            storage.Call(StorageCall.Flush);
            storage.Flushes++;
            if (storage.IgnoresFlush)
                return;
            inode.Durable = inode.Content();
            inode.Pending.Clear();
        }

        public void Dispose()
        {
        }
    }

    private sealed class HeldLock(Action release) : IDisposable
    {
        public void Dispose() => release();
    }
}

/// <summary>The calls of a storage that change something or make it durable.</summary>
public enum StorageCall
{
    Create,
    Write,
    Truncate,
    Flush,
    Link,
    Rename,
    Delete,
    FlushFolder,
}
