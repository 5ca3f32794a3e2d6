using System.Security.Cryptography;
using Jangbu.Crypto;

namespace Jangbu.Ledger;

public sealed partial class Ledger
{
    /// <summary>
    /// Makes a new ledger with its first entry, durably and in one step: a crash leaves either nothing or all of it. <paramref name="name"/> must be new.
    /// </summary>
    /// <param name="storage">Where; it stays the caller's.</param>
    /// <param name="name">The file's name.</param>
    /// <param name="password">Wraps the data key.</param>
    /// <param name="me">Whose ledger it is.</param>
    /// <param name="lane">The new file's lane, made for it alone.</param>
    /// <param name="at">This machine's time.</param>
    /// <param name="random">Keys, salts and IVs, as long as the ledger is open.</param>
    /// <param name="iterations">Of PBKDF2, 600,000 to 10,000,000.</param>
    public static Ledger Create(ILedgerStorage storage, string name, LedgerPassword password, PeerId me, Guid lane, DateTimeOffset at,
        RandomNumberGenerator random, int iterations = LedgerHeader.MinimumIterations)
    {
        ArgumentNullException.ThrowIfNull(storage);
        ArgumentNullException.ThrowIfNull(password);
        ArgumentNullException.ThrowIfNull(random);
        IDisposable held = storage.Lock(LockName(name));
        try
        {
            if (storage.Exists(name))
                throw new LedgerStorageException(StorageFailure.Exists, $"there is a ledger {name} already");
            NewLedgerFile fresh = NewLedgerFile.Begin(storage, name, password, iterations, new Genesis(lane, me, null), at, random);
            fresh.Publish();
            return fresh.ToLedger(held);
        }
        catch
        {
            held.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Opens a ledger and reads all of it. What an interrupted write left at the end is cut off (<see cref="TornBytes"/>); a damaged line ends the reading
    /// and makes the ledger read only.
    /// </summary>
    /// <param name="storage">Where; it stays the caller's.</param>
    /// <param name="name">The file's name.</param>
    /// <param name="password">Its password.</param>
    /// <param name="random">IVs, as long as the ledger is open.</param>
    /// <param name="take">Gets each entry in order.</param>
    /// <exception cref="LedgerStorageException">The disk failed, another process has the ledger (<see cref="StorageFailure.InUse"/>), or others may read it.</exception>
    public static LedgerOpening Open(ILedgerStorage storage, string name, LedgerPassword password, RandomNumberGenerator random, Action<Entry> take)
    {
        ArgumentNullException.ThrowIfNull(take);
        return Open(storage, name, password, random, new EveryEntry(take));
    }

    /// <summary>
    /// Opens a ledger as the other overload does, but begins from the snapshot written last (<see cref="WriteSnapshot"/>) when there is one that fits: then only the
    /// entry it was taken at and those after it are read. What stands before was read when the snapshot was taken; <see cref="LedgerVerifier"/> reads it again.
    /// </summary>
    public static LedgerOpening Open(ILedgerStorage storage, string name, LedgerPassword password, RandomNumberGenerator random, ILedgerFold fold)
    {
        ArgumentNullException.ThrowIfNull(storage);
        ArgumentNullException.ThrowIfNull(password);
        ArgumentNullException.ThrowIfNull(random);
        ArgumentNullException.ThrowIfNull(fold);
        if (!storage.Exists(name))
            return new LedgerOpening(LedgerOpenOutcome.Missing, null);
        IDisposable held = storage.Lock(LockName(name));
        ILedgerFile? file = null;
        LineCipher? cipher = null;
        try
        {
            file = storage.Open(name, writable: true);
            LedgerOpenOutcome outcome = Unlock(file, password, out LedgerHeader? header, out cipher);
            if (outcome == LedgerOpenOutcome.Opened)
            {
                Ledger ledger = new(storage, name, held, file, header!, cipher!, random);
                ledger.ReadAll(fold);
                return new LedgerOpening(outcome, ledger);
            }
            file.Dispose();
            held.Dispose();
            return new LedgerOpening(outcome, null);
        }
        catch
        {
            cipher?.Dispose();
            file?.Dispose();
            held.Dispose();
            throw;
        }
    }

    internal static string LockName(string name) => name + ".lock";

    internal static LedgerOpenOutcome Unlock(ILedgerFile file, LedgerPassword password, out LedgerHeader? header, out LineCipher? cipher)
    {
        byte[] line = new byte[LedgerHeader.MaximumLength + 1];
        int length = line.AsSpan(0, file.Read(0, line)).IndexOf((byte)'\n');
        header = null;
        cipher = null;
        if (length < 0 || !LedgerHeader.TryRead(line.AsSpan(0, length), out header))
            return LedgerOpenOutcome.NoLedger;
        cipher = header.Unwrap(password);
        return cipher is null ? LedgerOpenOutcome.WrongPassword : LedgerOpenOutcome.Opened;
    }

    private void ReadAll(ILedgerFold fold)
    {
        HeadFile = LedgerHead.Read(_storage, Name, _cipher, out LedgerHead named);
        LedgerSnapshot? snapshot = fold is EveryEntry ? null : LedgerSnapshot.Read(_storage, Name, _cipher);
        long start = _header.Length;
        bool found = false;
        if (snapshot is not null && Fits(snapshot, named) && fold.TryRestore(snapshot.State.Span))
        {
            (Genesis, Head, _lastAt, _headPosition) = (snapshot.Genesis, snapshot.Head, snapshot.At, snapshot.Position);
            _snapshotN = snapshot.Head.N;
            start += snapshot.Position.Offset + snapshot.Position.Length + 1;
            found = named == snapshot.Head;
        }
        EntryScan scan = new(_file, _cipher, _header, named.N);
        scan.Run(start, Head, _file.Length, entry =>
        {
            found |= entry.N == named.N && entry.Hash == named.Hash;
            if (entry.N == 1)
                Genesis = Genesis.Read(entry);
            (_lastAt, _headPosition) = (entry.At, entry.Position);
            fold.Add(entry);
        });
        if (HeadFile == HeadFile.Read && !found)
            HeadFile = HeadFile.NamesMissingEntry;
        Head = _durable = scan.Head;
        _headOnDisk = HeadFile == HeadFile.Read ? named : default;
        _end = scan.End;
        Damage = scan.Damage == LedgerDamage.None && scan.Head.N == 0 ? LedgerDamage.Genesis : scan.Damage;
        if (Damage != LedgerDamage.None)
        {
            State = LedgerState.Damaged;
            DamagedLine = scan.NextLine;
            return;
        }
        State = HeadFile == HeadFile.NamesMissingEntry ? LedgerState.Old : LedgerState.Sound;
        Settle(scan.TornBytes);
    }

    // The entry it was taken at must stand where it stood, and a head file that names an earlier one sends us through all of them, to find that one.
    private bool Fits(LedgerSnapshot snapshot, LedgerHead named)
    {
        if (snapshot.Genesis.Lane != _header.Lane || HeadFile == HeadFile.Read && named.N < snapshot.Head.N
            || HeadFile == HeadFile.Read && named.N == snapshot.Head.N && named.Hash != snapshot.Head.Hash)
            return false;
        byte[] line = new byte[snapshot.Position.Length + 1];
        return _file.Read(_header.Length + snapshot.Position.Offset, line) == line.Length && line[^1] == '\n'
            && _cipher.TryDecrypt(line.AsSpan(0, line.Length - 1), out ReadOnlyMemory<byte> json) && EntryHash.Of(json.Span) == snapshot.Head.Hash;
    }

    // What was read may come from a process that died before its flush: it is made durable before anything is built on it. So are the names.
    private void Settle(long torn)
    {
        if (torn > 0)
            _file.Truncate(_end);
        _file.Flush();
        foreach (string leftover in new[] { NewLedgerFile.TemporaryName(Name), LedgerHead.FileName(Name) + ".new", LedgerSnapshot.TemporaryName(Name) })
            if (_storage.Exists(leftover))
                _storage.Delete(leftover);
        _storage.FlushFolder();
        TornBytes = torn;
    }

    internal static Ledger Adopt(ILedgerStorage storage, string name, IDisposable held, ILedgerFile file, LedgerHeader header, LineCipher cipher,
        RandomNumberGenerator random, Genesis genesis, LedgerHead head, EntryPosition position, long end, DateTimeOffset at) =>
        new(storage, name, held, file, header, cipher, random)
        {
            Genesis = genesis,
            Head = head,
            _durable = head,
            _headPosition = position,
            _end = end,
            _lastAt = at,
            HeadFile = HeadFile.Missing,
        };

    private sealed class EveryEntry(Action<Entry> take) : ILedgerFold
    {
        public bool TryRestore(ReadOnlySpan<byte> state) => false;

        public void Add(Entry entry) => take(entry);
    }
}
