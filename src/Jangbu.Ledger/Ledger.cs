using System.Security.Cryptography;
using Jangbu.Crypto;

namespace Jangbu.Ledger;

/// <summary>
/// What happened, provably: an append-only file of encrypted entries, each naming the hash of the one before (PROTOCOL §6). One process holds it, one thread
/// uses it. <see cref="Append"/> adds in memory; nothing may leave the machine before <see cref="Flush"/> has returned.
/// </summary>
public sealed partial class Ledger : IDisposable
{
    // What is waiting is written at the latest when it is this much, so that one act never comes near what is taken for a crash's debris.
    private const int MostWaiting = 4 << 20;

    private const int SnapshotEvery = 4096;

    private readonly ILedgerStorage _storage;
    private readonly IDisposable _lock;
    private readonly LineCipher _cipher;
    private readonly RandomNumberGenerator _random;
    private ILedgerFile _file;
    private LedgerHeader _header;
    private byte[] _waiting = new byte[4096];
    private int _waitingLength;
    private int _waitingLines;
    private long _end;
    private LedgerHead _durable;
    private LedgerHead _headOnDisk;
    private DateTimeOffset _lastAt;
    private EntryPosition _headPosition;
    private long _snapshotN;
    private RecordTree? _records;
    private LedgerStorageException? _fault;

    private Ledger(ILedgerStorage storage, string name, IDisposable held, ILedgerFile file, LedgerHeader header, LineCipher cipher, RandomNumberGenerator random)
    {
        _storage = storage;
        Name = name;
        _lock = held;
        _file = file;
        _header = header;
        _cipher = cipher;
        _random = random;
    }

    /// <summary>The file's name in its storage.</summary>
    public string Name { get; }

    /// <summary>The first entry: lane, person, and the ledger this one was begun from.</summary>
    public Genesis Genesis { get; private set; } = new(default, default, null);

    /// <summary>The lane of this file.</summary>
    public Guid Lane => Genesis.Lane;

    /// <summary>The last entry, durable or not yet.</summary>
    public LedgerHead Head { get; private set; }

    /// <summary>The last entry that is on the disk.</summary>
    public LedgerHead DurableHead => _durable;

    /// <summary>What the file was when it was opened.</summary>
    public LedgerState State { get; private set; }

    /// <summary>The first damaged line, from 1; 0 when none is.</summary>
    public long DamagedLine { get; private set; }

    /// <summary>What is wrong with it.</summary>
    public LedgerDamage Damage { get; private set; }

    /// <summary>Bytes of an unfinished last write that opening cut off; worth telling the person. Nothing acknowledged was among them.</summary>
    public long TornBytes { get; private set; }

    /// <summary>What the head file said at opening.</summary>
    public HeadFile HeadFile { get; private set; }

    /// <summary>Why nothing is written any more: damage found at opening, or a write or flush that failed. Null while all is well.</summary>
    public string? ReadOnlyReason =>
        _fault is not null ? _fault.Message : State == LedgerState.Damaged ? $"line {DamagedLine} is damaged ({Damage})" : null;

    /// <summary>Bytes of the file, with what waits to be written.</summary>
    public long Length => _end + _waitingLength;

    /// <summary>Whether entries wait for <see cref="Flush"/>.</summary>
    public bool HasUnflushed => _waitingLength > 0;

    /// <summary>
    /// Adds an entry after the last one, in memory. Its cost does not depend on how long the ledger is.
    /// </summary>
    /// <param name="kind">One of <see cref="EntryKind"/> but <see cref="EntryKind.Genesis"/>.</param>
    /// <param name="data">The <c>data</c> object as JSON, in the kind's form.</param>
    /// <param name="at">This machine's time; written with milliseconds.</param>
    /// <exception cref="ArgumentException">The data has not the kind's form, or the line would be too long.</exception>
    /// <exception cref="LedgerStorageException">An earlier write failed; what was appended since the last flush that returned is lost or not, the disk knows.</exception>
    public Entry Append(string kind, ReadOnlySpan<byte> data, DateTimeOffset at)
    {
        ThrowIfReadOnly();
        if (kind == EntryKind.Genesis || !EntrySchema.IsValid(kind, data))
            throw new ArgumentException($"no data of an entry of kind {kind}", nameof(data));
        if (_waitingLength > MostWaiting)
            Flush();
        at = new DateTimeOffset(at.UtcTicks - at.UtcTicks % TimeSpan.TicksPerMillisecond, TimeSpan.Zero);
        byte[] json = EntryText.Write(Head.N + 1, Head.Hash, at, kind, data);
        if (LineCipher.TokenLength(json.Length) + 1 > EntryScan.MaximumLine)
            throw new ArgumentException($"data of {data.Length} bytes makes a line longer than one may be", nameof(data));
        if (!EntryText.TryRead(json, out Entry? entry) || entry!.Prev != Head.Hash || entry.N != Head.N + 1)
            throw new System.Diagnostics.UnreachableException($"entry {Head.N + 1} of kind {kind} does not read as it was written");
        entry.Position = new EntryPosition(Length - _header.Length, AddLine(json, at));
        Head = new LedgerHead(entry.N, entry.Hash);
        _lastAt = at;
        _headPosition = entry.Position;
        _records?.Add(entry);
        return entry;
    }

    /// <summary>
    /// Writes all that was appended with one call and flushes it with one. When this returns, it is on the disk; when it throws, nobody knows, and the ledger
    /// writes no more until it is opened again.
    /// </summary>
    public void Flush()
    {
        ThrowIfReadOnly();
        if (_waitingLength == 0)
            return;
        try
        {
            _file.Write(_end, _waiting.AsSpan(0, _waitingLength));
            _file.Flush();
        }
        catch (LedgerStorageException failed)
        {
            _fault = failed;
            throw;
        }
        _end += _waitingLength;
        _waitingLength = 0;
        _waitingLines = 0;
        _durable = Head;
    }

    /// <summary>
    /// Brings the head file up to the last durable entry, if it lags. To be called now and then (some seconds), not before each answer. An old ledger keeps
    /// the head file that shows its age. A failure leaves the ledger usable: the older head file stands.
    /// </summary>
    public void WriteHead()
    {
        if (State != LedgerState.Sound || _durable == _headOnDisk || _fault is not null)
            return;
        _durable.Write(_storage, Name, _cipher, _lastAt.ToUnixTimeSeconds(), _random);
        _headOnDisk = _durable;
    }

    /// <summary>
    /// Whether so many entries came since the last snapshot that writing one is worth it: some thousands, and more the longer the ledger is, so that a ledger's
    /// snapshots together cost little more than the last of them.
    /// </summary>
    public bool SnapshotIsDue => _durable.N - _snapshotN > SnapshotEvery + _snapshotN / 4;

    /// <summary>
    /// Keeps what a fold made of all entries so far, sealed, so that the next opening begins there. It replaces the last snapshot; losing it costs time and nothing else.
    /// </summary>
    /// <param name="state">The fold's state after the last entry; nothing may wait for <see cref="Flush"/>.</param>
    public void WriteSnapshot(ReadOnlySpan<byte> state)
    {
        if (HasUnflushed)
            throw new InvalidOperationException("a snapshot is of what is on the disk: flush first");
        if (State != LedgerState.Sound || _fault is not null)
            return;
        WriteHead();
        new LedgerSnapshot(Genesis, _durable, _lastAt, _headPosition, state.ToArray()).Write(_storage, Name, _cipher, _random);
        _snapshotN = _durable.N;
    }

    /// <summary>
    /// The tree over all records. The first use reads the ledger once; from then on it grows with each entry appended.
    /// </summary>
    public RecordTree Records
    {
        get
        {
            if (_records is not null)
                return _records;
            if (HasUnflushed)
                Flush();
            RecordTree records = new(_cipher.Key);
            new EntryScan(_file, _cipher, _header).Run(_header.Length, default, _end, records.Add);
            return _records = records;
        }
    }

    /// <summary>Reads one entry again, from the disk or from what waits to be written.</summary>
    /// <exception cref="LedgerStorageException">What stands there now is not that entry.</exception>
    public Entry Read(EntryPosition position)
    {
        byte[] line = new byte[position.Length];
        long offset = position.Offset + _header.Length;
        if (offset >= _end)
            _waiting.AsSpan((int)(offset - _end), position.Length).CopyTo(line);
        else if (_file.Read(offset, line) != line.Length)
            throw new LedgerStorageException($"{Name} ends before byte {offset + position.Length}");
        if (!_cipher.TryDecrypt(line, out ReadOnlyMemory<byte> json) || !EntryText.TryRead(json, out Entry? entry))
            throw new LedgerStorageException($"{Name} was changed at byte {offset} since it was opened");
        entry!.Position = position;
        return entry;
    }

    /// <summary>Lets go of file and lock. What was not flushed is not written.</summary>
    public void Dispose()
    {
        _file.Dispose();
        _cipher.Dispose();
        _lock.Dispose();
    }

    private int AddLine(ReadOnlySpan<byte> json, DateTimeOffset at)
    {
        int length = LineCipher.TokenLength(json.Length);
        if (_waiting.Length - _waitingLength < length + 1)
            Array.Resize(ref _waiting, Math.Max(2 * _waiting.Length, _waitingLength + length + 1));
        _cipher.Encrypt(json, at.ToUnixTimeSeconds(), _random, _waiting.AsSpan(_waitingLength, length), _waitingLines++);
        _waiting[_waitingLength + length] = (byte)'\n';
        _waitingLength += length + 1;
        return length;
    }

    private void ThrowIfReadOnly()
    {
        if (_fault is not null)
            throw new LedgerStorageException(_fault.Reason, $"{Name} is read only since a write failed: {_fault.Message}");
        if (State == LedgerState.Damaged)
            throw new LedgerStorageException(StorageFailure.ReadOnly, $"{Name} is read only: {ReadOnlyReason}");
    }
}
