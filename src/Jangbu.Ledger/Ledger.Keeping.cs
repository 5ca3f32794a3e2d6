using System.Globalization;
using System.Security.Cryptography;
using Jangbu.Crypto.Jose;

namespace Jangbu.Ledger;

public sealed partial class Ledger
{
    private const int CopySize = 1 << 20;

    /// <summary>
    /// Puts the ledger under another password: line 1 is written anew (same lane, same data key), every other byte stays. A crash leaves the file under the one
    /// password or under the other. Copies made before still open with the old one.
    /// </summary>
    public void ChangePassword(LedgerPassword password, DateTimeOffset at, int iterations = LedgerHeader.MinimumIterations)
    {
        ArgumentNullException.ThrowIfNull(password);
        ThrowIfReadOnly();
        Flush();
        LedgerHeader header = LedgerHeader.Wrap(Lane, _cipher.Key, password, iterations, at.ToUnixTimeSeconds(), _random);
        string temporary = NewLedgerFile.TemporaryName(Name);
        if (_storage.Exists(temporary))
            _storage.Delete(temporary);
        ILedgerFile file = _storage.Create(temporary);
        try
        {
            file.Write(0, header.ToLine());
            Copy(_file, _header.Length, _end, file, header.Length);
            file.Flush();
            _storage.Rename(temporary, Name);
        }
        catch
        {
            file.Dispose();
            throw;
        }
        // From here on the name means the new file; whether durably so, the disk says next.
        _file.Dispose();
        _file = file;
        _end += header.Length - _header.Length;
        _header = header;
        try
        {
            _storage.FlushFolder();
        }
        catch (LedgerStorageException failed)
        {
            _fault = failed;
            throw;
        }
    }

    /// <summary>
    /// Writes a copy of all that is durable to another storage, durably and in one step. The head file is not copied: it must stay where it can show that
    /// a copy put back is old.
    /// </summary>
    /// <exception cref="LedgerStorageException">The name is taken there (<see cref="StorageFailure.Exists"/>), or a disk failed.</exception>
    public void Backup(ILedgerStorage target, string name)
    {
        ArgumentNullException.ThrowIfNull(target);
        if (target.Exists(name))
            throw new LedgerStorageException(StorageFailure.Exists, $"there is a file {name} already");
        CopyAnew(_file, _end, target, name);
        target.Rename(NewLedgerFile.TemporaryName(name), name);
        target.FlushFolder();
    }

    /// <summary>
    /// Begins a new ledger file in a new lane from this one, as an old or damaged ledger must (PROTOCOL §6.1), and lets go of this one: open the name again.
    /// All good entries are taken over with their times; the old file keeps existing under the name that is returned. A crash leaves the old file or the new one.
    /// </summary>
    public string BeginAnew(LedgerPassword password, Guid lane, DateTimeOffset at, int iterations = LedgerHeader.MinimumIterations)
    {
        ArgumentNullException.ThrowIfNull(password);
        if (Head.N == 0)
            throw new InvalidOperationException("no entry of this ledger can be read, so there is nothing to begin a new one from");
        if (lane == Lane)
            throw new ArgumentException("a new ledger file has a lane of its own", nameof(lane));
        if (State != LedgerState.Damaged && _fault is null)
            Flush();
        using NewLedgerFile fresh = NewLedgerFile.Begin(_storage, Name, password, iterations, new Genesis(lane, Genesis.Id, (Lane, _durable)), at, _random);
        new EntryScan(_file, _cipher, _header).Run(_header.Length, default, _end, entry =>
        {
            if (entry.N > 1)
                fresh.Add(entry.Kind, entry.Data.Span, entry.At);
        });
        string kept = FreeName(_storage, Name + ".old");
        _storage.Link(Name, kept);
        fresh.Publish();
        fresh.WriteHead();
        Dispose();
        return kept;
    }

    /// <summary>
    /// Puts a backup in the place of a ledger. The backup is read to its end first; one that is damaged changes nothing. What stood there keeps existing
    /// under another name, and the head file stays, so an older copy is found to be old when it is opened.
    /// </summary>
    /// <param name="source">Where the backup is.</param>
    /// <param name="sourceName">The backup's name.</param>
    /// <param name="storage">Where the ledger is, or will be.</param>
    /// <param name="name">The ledger's name.</param>
    /// <param name="password">The backup's password.</param>
    /// <param name="kept">The name under which the replaced file still exists; null when there was none.</param>
    /// <returns>What was found in the backup; restored only when it is <see cref="LedgerState.Sound"/> or <see cref="LedgerState.Old"/>.</returns>
    public static LedgerVerification Restore(ILedgerStorage source, string sourceName, ILedgerStorage storage, string name, LedgerPassword password, out string? kept)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(storage);
        kept = null;
        using IDisposable held = storage.Lock(LockName(name));
        LedgerVerification found = new LedgerVerifier(source, sourceName).Verify(password);
        if (found.Outcome != LedgerOpenOutcome.Opened || found.State == LedgerState.Damaged)
            return found;
        using (ILedgerFile file = source.Open(sourceName, writable: false))
            CopyAnew(file, found.GoodBytes, storage, name);
        if (storage.Exists(name))
        {
            kept = FreeName(storage, name + ".replaced");
            storage.Link(name, kept);
        }
        storage.Rename(NewLedgerFile.TemporaryName(name), name);
        storage.FlushFolder();
        return found;
    }

    /// <summary>All entries as one JSON array, as they stand in the ledger.</summary>
    public byte[] ExportJson()
    {
        using MemoryStream json = new();
        json.WriteByte((byte)'[');
        new EntryScan(_file, _cipher, _header).Run(_header.Length, default, _end, entry =>
        {
            if (entry.N > 1)
                json.WriteByte((byte)',');
            json.Write(entry.Json.Span);
        });
        json.WriteByte((byte)']');
        return json.ToArray();
    }

    /// <summary>
    /// <see cref="ExportJson"/> as one Fernet token under the key that PBKDF2 gives for the password, with the salt and iterations of line 1:
    /// Python's <c>cryptography.fernet</c> opens it. Null when the password is not this ledger's.
    /// </summary>
    public byte[]? ExportFernet(LedgerPassword password, DateTimeOffset at)
    {
        ArgumentNullException.ThrowIfNull(password);
        using LineCipher? own = _header.Unwrap(password);
        if (own is null)
            return null;
        byte[] key = password.DeriveKey(_header.Salt, _header.Iterations);
        using LineCipher cipher = new(key);
        CryptographicOperations.ZeroMemory(key);
        byte[] json = ExportJson();
        byte[] token = new byte[LineCipher.TokenLength(json.Length)];
        cipher.Encrypt(json, at.ToUnixTimeSeconds(), _random, token);
        CryptographicOperations.ZeroMemory(json);
        return token;
    }

    /// <summary>Salt (base64url) and iterations of line 1, which whoever opens <see cref="ExportFernet"/> elsewhere needs.</summary>
    public (string Salt, int Iterations) KeyDerivation => (Base64UrlText.Encode(_header.Salt), _header.Iterations);

    private static string FreeName(ILedgerStorage storage, string name)
    {
        string free = name;
        for (int i = 2; storage.Exists(free); i++)
            free = name + i.ToString(CultureInfo.InvariantCulture);
        return free;
    }

    private static void CopyAnew(ILedgerFile from, long length, ILedgerStorage storage, string name)
    {
        string temporary = NewLedgerFile.TemporaryName(name);
        if (storage.Exists(temporary))
            storage.Delete(temporary);
        using ILedgerFile file = storage.Create(temporary);
        Copy(from, 0, length, file, 0);
        file.Flush();
    }

    private static void Copy(ILedgerFile from, long start, long end, ILedgerFile to, long offset)
    {
        byte[] buffer = new byte[CopySize];
        while (start < end)
        {
            int length = (int)Math.Min(buffer.Length, end - start);
            if (from.Read(start, buffer.AsSpan(0, length)) != length)
                throw new LedgerStorageException($"the file ends at byte {start} while it is copied");
            to.Write(offset, buffer.AsSpan(0, length));
            start += length;
            offset += length;
        }
    }
}
