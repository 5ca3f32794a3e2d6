namespace Jangbu.Ledger;

/// <summary>
/// Reads every byte of a ledger again and says the first thing wrong. It writes nothing and needs no lock: of a ledger in use it sees what was written when it began.
/// </summary>
public sealed class LedgerVerifier(ILedgerStorage storage, string name)
{
    private const int EntriesAtOnce = 1024;

    /// <summary>Verifies.</summary>
    /// <param name="password">The ledger's password.</param>
    /// <param name="records">Checks of the records by the layer above; without it they are among <see cref="LedgerVerification.NotChecked"/>.</param>
    /// <param name="progress">Gets bytes read and bytes in all.</param>
    /// <param name="cancellationToken">Ends the reading between two blocks.</param>
    public LedgerVerification Verify(LedgerPassword password, IRecordVerifier? records = null, Action<long, long>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(password);
        if (!storage.Exists(name))
            return new LedgerVerification { Outcome = LedgerOpenOutcome.Missing };
        using ILedgerFile file = storage.Open(name, writable: false);
        LedgerOpenOutcome outcome = Ledger.Unlock(file, password, out LedgerHeader? header, out LineCipher? cipher);
        using LineCipher? held = cipher;
        if (outcome != LedgerOpenOutcome.Opened)
            return outcome == LedgerOpenOutcome.NoLedger
                ? new LedgerVerification { Outcome = outcome, State = LedgerState.Damaged, DamagedLine = 1, Damage = LedgerDamage.Header }
                : new LedgerVerification { Outcome = outcome };
        return Read(file, header!, cipher!, records is null ? null : new RecordChecks(records), progress, cancellationToken);
    }

    private LedgerVerification Read(ILedgerFile file, LedgerHeader header, LineCipher cipher, RecordChecks? records, Action<long, long>? progress,
        CancellationToken cancellationToken)
    {
        HeadFile headFile = LedgerHead.Read(storage, name, cipher, out LedgerHead named);
        bool found = false;
        Genesis? genesis = null;
        long length = file.Length;
        EntryScan scan = new(file, cipher, header, named.N);
        scan.Run(header.Length, default, length, entry =>
        {
            found |= entry.N == named.N && entry.Hash == named.Hash;
            if (entry.N == 1)
                genesis = Genesis.Read(entry);
            records?.Add(entry);
        }, done =>
        {
            cancellationToken.ThrowIfCancellationRequested();
            progress?.Invoke(done, length);
        });
        records?.CheckWaiting();
        if (headFile == HeadFile.Read && !found)
            headFile = HeadFile.NamesMissingEntry;
        LedgerDamage damage = scan.Damage == LedgerDamage.None && scan.Head.N == 0 ? LedgerDamage.Genesis : scan.Damage;
        long line = damage == LedgerDamage.None ? 0 : scan.NextLine;
        if (records?.Wrong is { } wrong)
            (damage, line) = (LedgerDamage.Record, wrong.Line);
        byte[] spelling = new byte[header.Length];
        return new LedgerVerification
        {
            Outcome = LedgerOpenOutcome.Opened,
            State = damage != LedgerDamage.None ? LedgerState.Damaged : headFile == HeadFile.NamesMissingEntry ? LedgerState.Old : LedgerState.Sound,
            Head = scan.Head,
            Genesis = genesis,
            GoodBytes = scan.End,
            DamagedLine = line,
            Damage = damage,
            Reason = records?.Wrong?.Reason,
            TornBytes = damage == LedgerDamage.Genesis ? 0 : scan.TornBytes,
            HeadFile = headFile,
            HeaderRespelled = file.Read(0, spelling) != spelling.Length || !spelling.AsSpan().SequenceEqual(header.ToLine()),
            Checked = [VerificationPart.Header, VerificationPart.Tokens, VerificationPart.Chain, VerificationPart.Forms,
                .. headFile is HeadFile.Read or HeadFile.NamesMissingEntry ? [VerificationPart.Head] : Array.Empty<VerificationPart>(),
                .. records is not null ? [VerificationPart.Records] : Array.Empty<VerificationPart>()],
            NotChecked = [.. headFile is HeadFile.Missing or HeadFile.Unreadable ? [VerificationPart.Head] : Array.Empty<VerificationPart>(),
                .. records is null ? [VerificationPart.Records] : Array.Empty<VerificationPart>()],
        };
    }

    // Checks of records, those put off a thousand entries at a time: enough for all cores, few enough to stop soon after the first wrong one.
    private sealed class RecordChecks(IRecordVerifier records)
    {
        private readonly List<Func<string?>> _later = [];
        private readonly List<(long Line, int From)> _waiting = [];

        public (long Line, string Reason)? Wrong { get; private set; }

        public void Add(Entry entry)
        {
            if (Wrong is not null)
                return;
            _waiting.Add((entry.N + 1, _later.Count));
            string? reason = records.Add(entry, _later);
            if (reason is null && _waiting.Count < EntriesAtOnce)
                return;
            CheckWaiting();
            // A wrong signature in a line before goes first.
            if (reason is not null)
                Wrong ??= (entry.N + 1, reason);
        }

        public void CheckWaiting()
        {
            string?[] reasons = new string?[_later.Count];
            Parallel.For(0, _later.Count, i => reasons[i] = _later[i]());
            int first = Array.FindIndex(reasons, reason => reason is not null);
            if (first >= 0)
                Wrong ??= (_waiting.FindLast(entry => entry.From <= first).Line, reasons[first]!);
            _later.Clear();
            _waiting.Clear();
        }
    }
}
