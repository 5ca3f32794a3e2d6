using Jangbu.Ledger;
using Book = Jangbu.Ledger.Ledger;

namespace Jangbu.Tests.Ledger;

/// <summary>Short runs of everything that writes. Each tells the run what is acknowledged as it goes.</summary>
internal static class CrashScenario
{
    private static readonly Guid NewLane = new("d844a63f-b004-42d1-b055-a58640b470ba");

    public static readonly Dictionary<string, Action<CrashRun>> All = new()
    {
        ["create"] = run => run.Create().Dispose(),
        ["append"] = run =>
        {
            using Book ledger = run.Create();
            for (int i = 0; i < 4; i++)
                run.Append(ledger, 1 + i % 3);
        },
        ["head"] = run =>
        {
            using Book ledger = run.Create();
            run.Append(ledger, 2);
            ledger.WriteHead();
            run.Append(ledger, 1);
            ledger.WriteHead();
        },
        ["reopen"] = run =>
        {
            using (Book ledger = run.Create())
                run.Append(ledger, 3);
            using Book again = run.Open();
            run.Append(again, 2);
        },
        ["password"] = run =>
        {
            using Book ledger = run.Create();
            run.Append(ledger, 3);
            ledger.WriteHead();
            CrashRun.ChangePassword(ledger);
            run.Append(ledger, 2);
        },
        ["snapshot"] = run =>
        {
            using (Book ledger = run.Create())
            {
                run.Append(ledger, 2);
                run.WriteSnapshot(ledger);
                run.Append(ledger, 2);
            }
            using Book again = run.Open();
            run.Append(again, 1);
            run.WriteSnapshot(again);
            run.Append(again, 1);
        },
        ["backup"] = run =>
        {
            using Book ledger = run.Create();
            run.Append(ledger, 2);
            ledger.Backup(run.Storage, "copy");
            run.Append(ledger, 2);
        },
        ["restore"] = run =>
        {
            using (Book ledger = run.Create())
            {
                run.Append(ledger, 2);
                ledger.Backup(run.Storage, "copy");
                run.Append(ledger, 2);
                ledger.WriteHead();
            }
            run.Restore("copy");
        },
        ["anew"] = run =>
        {
            using Book ledger = run.Create();
            run.Append(ledger, 3);
            ledger.WriteHead();
            CrashRun.BeginAnew(ledger, NewLane);
            using Book fresh = run.Open();
            run.Append(fresh, 1);
        },
    };
}
