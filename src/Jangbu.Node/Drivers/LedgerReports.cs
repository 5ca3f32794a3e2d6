using Jangbu.Ledger;
using Jangbu.Payments.Books;

namespace Jangbu.Node.Drivers;

/// <summary>What reading a ledger again shows, as a report.</summary>
internal static class LedgerReports
{
    /// <summary>Verifies a home's ledger.</summary>
    public static LedgerReport Verify(HomeFolder folder, LedgerPassword password, IProgress<double>? progress, CancellationToken cancellationToken)
    {
        BookVerifier records = new();
        LedgerVerification found = new LedgerVerifier(folder.Storage, HomeFolder.LedgerName).Verify(password, records,
            progress is null ? null : (done, all) => progress.Report(all == 0 ? 1 : (double)done / all), cancellationToken);
        return Of(found, records.Book.RecordCount, records.Book.IsOld);
    }

    /// <summary>A verification as a report.</summary>
    public static LedgerReport Of(LedgerVerification found, long records, bool old)
    {
        switch (found.Outcome)
        {
            case LedgerOpenOutcome.Missing:
                throw new JangbuException(FailureCode.HomeMissing, ExitCategory.NotFound, "there is no ledger", ("home", HomeFolder.LedgerName));
            case LedgerOpenOutcome.WrongPassword:
                throw new JangbuException(FailureCode.WrongPassword, ExitCategory.Access, $"the password does not open {HomeFolder.LedgerName}", ("file", HomeFolder.LedgerName));
            default:
                break;
        }
        bool isOld = old || found.State == Jangbu.Ledger.LedgerState.Old;
        return new LedgerReport
        {
            State = found.State == Jangbu.Ledger.LedgerState.Damaged ? LedgerState.Damaged : isOld ? LedgerState.Old : LedgerState.Ok,
            Entries = found.Head.N,
            Records = records,
            Head = new LedgerHead(found.Head.N, found.Head.Hash.ToString(), found.Genesis?.Lane ?? Guid.Empty),
            Checked = [.. found.Checked.Select(Name)],
            NotChecked = [.. found.NotChecked.Select(Name)],
            Line = found.DamagedLine > 0 ? found.DamagedLine : null,
            Why = found.State == Jangbu.Ledger.LedgerState.Damaged ? found.Reason ?? found.Damage.ToString()
                : isOld ? (old ? "a record of its own lane was given back" : "the head file names an entry that is missing") : null,
            TornBytes = found.TornBytes,
        };
    }

    private static string Name(VerificationPart part) => part switch
    {
        VerificationPart.Header => "header",
        VerificationPart.Tokens => "tokens",
        VerificationPart.Chain => "chain",
        VerificationPart.Forms => "forms",
        VerificationPart.Head => "head",
        VerificationPart.Records => "records",
        _ => throw new System.Diagnostics.UnreachableException($"part {part}"),
    };
}
