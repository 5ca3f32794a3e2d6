using Jangbu.Payments.Records;

namespace Jangbu.Payments.Books;

/// <summary>
/// Records of a contact that passed all checks of PROTOCOL §2.1 and are about to be booked together. Each record is checked against the
/// book and those before it here; an envelope is taken whole or not at all, so it is tried on a copy of the state that its records touch.
/// </summary>
internal sealed class Arrival(Account account)
{
    private readonly List<Record> _taken = [];
    private readonly Dictionary<Guid, LaneState> _lanes = [];
    private readonly HashSet<Guid> _ids = [];
    private readonly Dictionary<RecordHash, Record> _byHash = [];
    private readonly HashSet<(Guid Lane, RecordHash Transaction)> _spoken = [];

    /// <summary>The new records, in the order in which they are booked.</summary>
    public IReadOnlyList<Record> Taken => _taken;

    /// <summary>Letters of all signed texts: an entry has a limit.</summary>
    public int Length { get; private set; }

    /// <summary>Tries an envelope's records. On failure nothing changed.</summary>
    /// <param name="records">Of the contact, in the order of the envelope.</param>
    /// <param name="refusal">Why it is refused.</param>
    public bool TryAdd(IReadOnlyList<Record> records, out Refusal refusal)
    {
        int before = _taken.Count;
        refusal = default;
        foreach (Record record in records)
        {
            if (TryAdd(record, out refusal))
                continue;
            List<Record> kept = _taken[..before];
            Clear();
            foreach (Record earlier in kept)
                Take(earlier);
            return false;
        }
        return true;
    }

    /// <summary>The heads of their lanes once this is booked.</summary>
    public IEnumerable<LaneHead> Heads()
    {
        foreach (Lane lane in account.Theirs)
        {
            if (!_lanes.ContainsKey(lane.Id))
                yield return lane.Head;
        }
        foreach ((Guid id, LaneState state) in _lanes)
            yield return new LaneHead(id, state.Count, state.HeadHash);
    }

    /// <summary>Their transactions here that nobody withdrew here, in order.</summary>
    public IEnumerable<Record> Undecided()
    {
        HashSet<RecordHash> withdrawn = [.. _taken.Select(record => record.Body).OfType<Withdrawal>().Select(body => body.Transaction)];
        return _taken.Where(record => record.Kind == RecordKind.Transaction && !withdrawn.Contains(record.Hash));
    }

    private bool TryAdd(Record record, out Refusal refusal)
    {
        RecordHeader header = record.Header;
        LaneState? lane = _lanes.GetValueOrDefault(header.Lane);
        Lane? booked = account.TheirLane(header.Lane);
        long count = lane?.Count ?? booked?.Count ?? 0;
        refusal = new Refusal(RefusalCode.UnknownLane);
        if (count == 0 && header.Seq > 1)
            return false;
        LaneHead? head = count == 0 ? null : new LaneHead(header.Lane, count, HashAt(header.Lane, count));
        refusal = new Refusal(RefusalCode.Busy);
        if (count == 0 && LanesAfter() >= LaneHead.MaxLanes)
            return false;
        if (header.Seq <= count)
        {
            if (HashAt(header.Lane, header.Seq) == record.Hash)
                return true;
            refusal = new Refusal(RefusalCode.Fork, head, TextAt(header.Lane, header.Seq), record);
            return false;
        }
        refusal = new Refusal(RefusalCode.Gap, head);
        if (header.Seq > count + 1)
            return false;
        if (count > 0 && header.Prev != HashAt(header.Lane, count))
        {
            refusal = new Refusal(RefusalCode.Fork, head, TextAt(header.Lane, count), record);
            return false;
        }
        refusal = new Refusal(RefusalCode.BadRecord);
        if (!IsAckSound(header.Ack, lane?.LastAck ?? booked?.LastAck ?? []))
            return false;
        refusal = new Refusal(RefusalCode.IdConflict);
        if (account.HasId(header.Id) || _ids.Contains(header.Id))
            return false;
        refusal = new Refusal(RefusalCode.BadRecord);
        if ((record.Kind == RecordKind.Open) != (header.Seq == 1) || !KeepsTheRulesOfItsKind(record))
            return false;
        refusal = new Refusal(RefusalCode.Busy);
        if (record.Kind == RecordKind.Transaction && account.UndecidedIncoming.Count + Undecided().Count() >= Account.MaxUndecided)
            return false;
        Take(record);
        return true;
    }

    // One lane's `ack` never falls behind, and never names a record of mine with another hash. One above my head is the book's to count.
    private bool IsAckSound(IReadOnlyList<LaneHead> ack, IReadOnlyList<LaneHead> before)
    {
        foreach (LaneHead earlier in before)
        {
            if (Lane.Acknowledged(ack, earlier.Lane) < earlier.Seq)
                return false;
        }
        foreach (LaneHead head in ack)
        {
            if (account.MyLane(head.Lane) is Lane lane && head.Seq <= lane.Count && lane.HashAt(head.Seq) != head.Hash)
                return false;
        }
        return true;
    }

    private bool KeepsTheRulesOfItsKind(Record record)
    {
        Guid lane = record.Header.Lane;
        switch (record.Body)
        {
            case Decision decision:
                HashSet<RecordHash> here = [];
                foreach (Verdict verdict in decision.Verdicts)
                {
                    if (account.Find(verdict.Transaction) is not { IsOutgoing: true } || HasSpoken(lane, verdict.Transaction) || !here.Add(verdict.Transaction))
                        return false;
                }
                return true;
            case Withdrawal withdrawal:
                return IsTheirTransaction(withdrawal.Transaction) && !HasSpoken(lane, withdrawal.Transaction);
            case BalanceStatement { Accepts: RecordHash accepted } balance:
                return !IsHeld(accepted) || (account.FindBalance(accepted) is { IsOutgoing: true } mine && balance.Negates(mine.Body));
            default:
                return true;
        }
    }

    private bool HasSpoken(Guid lane, RecordHash transaction) => account.HasSpoken(lane, transaction) || _spoken.Contains((lane, transaction));

    private bool IsTheirTransaction(RecordHash hash) =>
        account.Find(hash) is { IsOutgoing: false } || (_byHash.TryGetValue(hash, out Record? staged) && staged.Kind == RecordKind.Transaction);

    private bool IsHeld(RecordHash hash) => account.Holds(hash) || _byHash.ContainsKey(hash);

    private void Take(Record record)
    {
        RecordHeader header = record.Header;
        if (!_lanes.TryGetValue(header.Lane, out LaneState? lane))
        {
            Lane? booked = account.TheirLane(header.Lane);
            _lanes.Add(header.Lane, lane = new LaneState(booked?.Count ?? 0));
        }
        lane.Add(record);
        _taken.Add(record);
        _ids.Add(header.Id);
        _byHash.Add(record.Hash, record);
        Length += record.Jws.Length;
        if (record.Body is Decision decision)
            _spoken.UnionWith(decision.Verdicts.Select(verdict => (header.Lane, verdict.Transaction)));
        else if (record.Body is Withdrawal withdrawal)
            _spoken.Add((header.Lane, withdrawal.Transaction));
    }

    private void Clear()
    {
        _taken.Clear();
        _lanes.Clear();
        _ids.Clear();
        _byHash.Clear();
        _spoken.Clear();
        Length = 0;
    }

    private int LanesAfter() => account.Theirs.Count + _lanes.Keys.Count(id => account.TheirLane(id) is null);

    private RecordHash HashAt(Guid lane, long seq) =>
        _lanes.TryGetValue(lane, out LaneState? state) && seq > state.Booked ? state.At(seq).Hash : account.TheirLane(lane)!.HashAt(seq);

    private string TextAt(Guid lane, long seq) =>
        _lanes.TryGetValue(lane, out LaneState? state) && seq > state.Booked ? state.At(seq).Jws : account.TheirLane(lane)!.TextAt(seq);

    /// <summary>A lane with the records added here.</summary>
    private sealed class LaneState(long booked)
    {
        private readonly List<Record> _records = [];

        public long Booked { get; } = booked;

        public long Count => Booked + _records.Count;

        public RecordHash HeadHash => _records[^1].Hash;

        public IReadOnlyList<LaneHead> LastAck => _records[^1].Header.Ack;

        public Record At(long seq) => _records[(int)(seq - Booked - 1)];

        public void Add(Record record) => _records.Add(record);
    }
}

/// <summary>Why an envelope changed nothing.</summary>
/// <param name="Code">The code that goes to the peer.</param>
/// <param name="Head">With `gap` and `fork`: the last record held of that lane.</param>
/// <param name="Held">With `fork`: the text of the record that the new one does not fit.</param>
/// <param name="Forked">With `fork`: the record that does not fit.</param>
internal readonly record struct Refusal(RefusalCode Code, LaneHead? Head = null, string? Held = null, Record? Forked = null);
