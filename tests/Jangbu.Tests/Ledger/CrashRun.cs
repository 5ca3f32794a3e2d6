using System.Text;
using Jangbu.Ledger;
using Book = Jangbu.Ledger.Ledger;

namespace Jangbu.Tests.Ledger;

/// <summary>Plays a run on a simulated disk, cuts the power at its calls, and looks at what is left.</summary>
internal sealed class CrashRun(int seed, CrashBug bug = CrashBug.None)
{
    private static readonly LedgerPassword Other = new("other password");

    private readonly List<string> _labels = [];
    private int _acknowledged;
    private bool _created;
    private bool _replacing;
    private int _notes;
    private int _cuts;
    private int _points;
    private int _call;
    private Random _chance = new(seed);

    public SimulatedStorage Storage { get; private set; } = new();

    public int PlayRandom(int cutsPerCall)
    {
        Begin(cutsPerCall);
        using (Book ledger = Create())
        {
            for (int act = _chance.Next(3, 9); act > 0; act--)
                switch (_chance.Next(10))
                {
                    case 0:
                        ledger.WriteHead();
                        break;
                    case 1:
                        ChangePassword(ledger);
                        break;
                    case 2:
                        WriteSnapshot(ledger);
                        break;
                    default:
                        Append(ledger, _chance.Next(1, 5));
                        break;
                }
        }
        return _points;
    }

    public int PlayScenario(string scenario, int cutsPerCall)
    {
        Begin(cutsPerCall);
        CrashScenario.All[scenario](this);
        return _points;
    }

    /// <summary>Lets each call of the scenario fail once in each way: the failure must be told, and what is left must be right.</summary>
    public int PlayFailures(string scenario)
    {
        Begin(0);
        CrashScenario.All[scenario](this);
        int calls = _call;
        foreach (StorageFailure reason in new[] { StorageFailure.Failed, StorageFailure.Full, StorageFailure.ReadOnly, StorageFailure.Denied })
            for (int failing = 1; failing <= calls; failing++)
            {
                Begin(0);
                Storage.Before = _ =>
                {
                    if (++_call == failing)
                        throw new LedgerStorageException(reason, $"call {failing} fails by plan");
                };
                LedgerStorageException told = Assert.Throws<LedgerStorageException>(() => CrashScenario.All[scenario](this));
                Assert.Equal(reason, told.Reason);
                Check(Storage.Reopen(), deep: false);
                for (int cut = 0; cut < 4; cut++)
                    Check(Storage.Crash(_chance), deep: false);
            }
        return calls;
    }

    public Book Create()
    {
        Book ledger = Book.Create(Storage, LedgerFixture.Name, LedgerFixture.Password, LedgerFixture.Me, LedgerFixture.Lane, LedgerFixture.Start, new FewSalts());
        _created = true;
        return ledger;
    }

    public Book Open()
    {
        LedgerOpening opening = Book.Open(Storage, LedgerFixture.Name, LedgerFixture.Password, new FewSalts(), _ => { });
        Assert.Equal(LedgerState.Sound, opening.Ledger!.State);
        return opening.Ledger;
    }

    public void Append(Book ledger, int count)
    {
        for (int i = 0; i < count; i++)
        {
            byte[] note = LedgerFixture.Note(++_notes, 8 + _notes * 37 % 200);
            ledger.Append(EntryKind.Note, note, LedgerFixture.Start.AddSeconds(_notes));
            _labels.Add(Encoding.UTF8.GetString(note));
        }
        if (bug == CrashBug.AcknowledgesBeforeFlush)
            _acknowledged = _labels.Count;
        ledger.Flush();
        _acknowledged = _labels.Count;
        Cut();
    }

    public void WriteSnapshot(Book ledger) => ledger.WriteSnapshot(Encoding.UTF8.GetBytes(string.Join('\n', _labels)));

    public static void ChangePassword(Book ledger) => ledger.ChangePassword(Other, LedgerFixture.Start);

    public void Restore(string copy)
    {
        // What the copy lacks may be gone from the name from here on: it lives under the other name, and the head file tells.
        _replacing = true;
        Book.Restore(Storage, copy, Storage, LedgerFixture.Name, LedgerFixture.Password, out string? kept);
        Assert.NotNull(kept);
    }

    public static void BeginAnew(Book ledger, Guid lane) => ledger.BeginAnew(LedgerFixture.Password, lane, LedgerFixture.Start);

    private void Begin(int cutsPerCall)
    {
        Storage = new SimulatedStorage { IgnoresFlush = bug == CrashBug.NoFlush, IgnoresFolderFlush = bug == CrashBug.NoFolderFlush };
        _chance = new Random(seed);
        _labels.Clear();
        (_acknowledged, _notes, _points, _call, _created, _replacing) = (0, 0, 0, 0, false, false);
        _cuts = cutsPerCall;
        Storage.Before = _ =>
        {
            _call++;
            Cut();
        };
    }

    private void Cut()
    {
        for (int i = 0; i < _cuts; i++)
        {
            Check(Storage.Crash(_chance), deep: _chance.Next(4) == 0);
            _points++;
        }
    }

    private void Check(SimulatedStorage left, bool deep)
    {
        string where = $"seed {seed}, call {_call}, point {_points}";
        if (deep)
            left = CutDuringRecovery(left);
        if (!left.Exists(LedgerFixture.Name))
        {
            Assert.False(_created, where + ": the ledger is gone");
            return;
        }
        List<string> found = Recover(left, where);
        // No temporary file is left, and recovering again changes nothing.
        Assert.DoesNotContain(left.Names, name => name.EndsWith(".new", StringComparison.Ordinal) && !name.StartsWith("copy", StringComparison.Ordinal));
        byte[] settled = left.Bytes(LedgerFixture.Name);
        SimulatedStorage again = left.Reopen();
        Assert.Equal(found, Recover(again, where));
        Assert.Equal(settled, again.Bytes(LedgerFixture.Name));
    }

    private List<string> Recover(SimulatedStorage left, string where)
    {
        List<string> found = [];
        Book? ledger = TryOpen(left, LedgerFixture.Password, found) ?? TryOpen(left, Other, found);
        Assert.True(ledger is not null, where + ": no password opens it");
        using (ledger)
        {
            Assert.True(ledger.State != LedgerState.Damaged, $"{where}: line {ledger.DamagedLine} is damaged: {ledger.Damage}");
            if (!_replacing)
            {
                Assert.True(ledger.State == LedgerState.Sound, where + ": the ledger is " + ledger.State);
                Assert.True(found.Count >= _acknowledged, $"{where}: {found.Count} of {_acknowledged} acknowledged entries are left");
            }
            else if (found.Count < _acknowledged)
            {
                Assert.True(ledger.State == LedgerState.Old, where + ": a restored copy is not known to be old");
                Assert.Contains(left.Names, name => name.Contains(".replaced", StringComparison.Ordinal));
            }
            Assert.Equal(_labels.Take(found.Count), found);
            ledger.Append(EntryKind.Note, LedgerFixture.Note(0), LedgerFixture.Start);
        }
        return found;
    }

    // The power goes again while the ledger is being opened.
    private SimulatedStorage CutDuringRecovery(SimulatedStorage left)
    {
        int calls = _chance.Next(6);
        left.Before = _ =>
        {
            if (calls-- == 0)
                throw new LedgerStorageException("the power is gone");
        };
        try
        {
            TryOpen(left, LedgerFixture.Password, [])?.Dispose();
        }
        catch (LedgerStorageException)
        {
            return left.Crash(_chance);
        }
        left.Before = null;
        return left;
    }

    private static Book? TryOpen(SimulatedStorage storage, LedgerPassword password, List<string> found)
    {
        LedgerOpening opening = Book.Open(storage, LedgerFixture.Name, password, new FewSalts(), new Notes(found));
        return opening.Ledger;
    }

    // A snapshot's state is the notes before it, a line each.
    private sealed class Notes(List<string> found) : ILedgerFold
    {
        public bool TryRestore(ReadOnlySpan<byte> state)
        {
            found.AddRange(Encoding.UTF8.GetString(state).Split('\n', StringSplitOptions.RemoveEmptyEntries));
            return true;
        }

        public void Add(Entry entry)
        {
            if (entry.Kind == EntryKind.Note)
                found.Add(Encoding.UTF8.GetString(entry.Data.Span));
        }
    }

    // One salt and IV for all, so that PBKDF2 is paid once a password; keys differ.
    private sealed class FewSalts : System.Security.Cryptography.RandomNumberGenerator
    {
        private byte _next;

        public override void GetBytes(byte[] data) => GetBytes(data.AsSpan());

        public override void GetBytes(Span<byte> data) => data.Fill(data.Length == 16 ? (byte)0x5a : _next++);
    }
}
