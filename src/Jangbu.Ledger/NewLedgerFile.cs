using System.Security.Cryptography;

namespace Jangbu.Ledger;

/// <summary>A ledger file that is written beside and gets its name only when all of it is on the disk.</summary>
internal sealed class NewLedgerFile : IDisposable
{
    private const int WriteSize = 1 << 20;

    private readonly ILedgerStorage _storage;
    private readonly string _name;
    private readonly ILedgerFile _file;
    private readonly LedgerHeader _header;
    private readonly LineCipher _cipher;
    private readonly RandomNumberGenerator _random;
    private readonly byte[] _buffer = new byte[WriteSize + EntryScan.MaximumLine];
    private int _buffered;
    private long _written;
    private DateTimeOffset _at;
    private EntryPosition _position;

    private NewLedgerFile(ILedgerStorage storage, string name, LedgerHeader header, LineCipher cipher, RandomNumberGenerator random)
    {
        _storage = storage;
        _name = name;
        _header = header;
        _cipher = cipher;
        _random = random;
        if (storage.Exists(TemporaryName(name)))
            storage.Delete(TemporaryName(name));
        _file = storage.Create(TemporaryName(name));
    }

    public Genesis Genesis { get; private set; } = new(default, default, null);

    public LedgerHead Head { get; private set; }

    /// <summary>A file of this name is an attempt that was not finished.</summary>
    public static string TemporaryName(string ledger) => ledger + ".new";

    /// <summary>Begins a ledger with a data key of its own.</summary>
    public static NewLedgerFile Begin(ILedgerStorage storage, string name, LedgerPassword password, int iterations, Genesis genesis, DateTimeOffset at, RandomNumberGenerator random)
    {
        Span<byte> dataKey = stackalloc byte[LineCipher.KeySize];
        random.GetBytes(dataKey);
        LedgerHeader header = LedgerHeader.Wrap(genesis.Lane, dataKey, password, iterations, at.ToUnixTimeSeconds(), random);
        NewLedgerFile fresh = new(storage, name, header, new LineCipher(dataKey), random) { Genesis = genesis };
        CryptographicOperations.ZeroMemory(dataKey);
        fresh.Add(header.ToLine());
        fresh.Add(EntryKind.Genesis, genesis.ToData(), at);
        return fresh;
    }

    /// <summary>Adds an entry after the last.</summary>
    public void Add(string kind, ReadOnlySpan<byte> data, DateTimeOffset at)
    {
        _at = new DateTimeOffset(at.UtcTicks - at.UtcTicks % TimeSpan.TicksPerMillisecond, TimeSpan.Zero);
        byte[] json = EntryText.Write(Head.N + 1, Head.Hash, _at, kind, data);
        Head = new LedgerHead(Head.N + 1, EntryHash.Of(json));
        byte[] line = new byte[LineCipher.TokenLength(json.Length) + 1];
        _cipher.Encrypt(json, _at.ToUnixTimeSeconds(), _random, line);
        line[^1] = (byte)'\n';
        _position = new EntryPosition(_written + _buffered - _header.Length, line.Length - 1);
        Add(line);
    }

    /// <summary>Makes the file durable and gives it its name, replacing what had it, durably.</summary>
    public void Publish()
    {
        WriteOut();
        _file.Flush();
        _storage.Rename(TemporaryName(_name), _name);
        _storage.FlushFolder();
    }

    /// <summary>Writes the head file of the published ledger.</summary>
    public void WriteHead() => Head.Write(_storage, _name, _cipher, _at.ToUnixTimeSeconds(), _random);

    /// <summary>The open ledger; this object is done with.</summary>
    public Ledger ToLedger(IDisposable held) => Ledger.Adopt(_storage, _name, held, _file, _header, _cipher, _random, Genesis, Head, _position, _written, _at);

    public void Dispose()
    {
        _file.Dispose();
        _cipher.Dispose();
    }

    private void Add(ReadOnlySpan<byte> line)
    {
        line.CopyTo(_buffer.AsSpan(_buffered));
        _buffered += line.Length;
        if (_buffered >= WriteSize)
            WriteOut();
    }

    private void WriteOut()
    {
        _file.Write(_written, _buffer.AsSpan(0, _buffered));
        _written += _buffered;
        _buffered = 0;
    }
}
