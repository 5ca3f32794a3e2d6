using Jangbu.Benchmarks;

// jangbu-bench ledger [largest length]: figures of the ledger beside this machine's own limits, in one run.
return args switch
{
    ["ledger"] => LedgerBenchmarks.Run(1_000_000),
    ["ledger", var largest] => LedgerBenchmarks.Run(int.Parse(largest, System.Globalization.CultureInfo.InvariantCulture)),
    ["ledger-open", var folder, var way] => LedgerBenchmarks.OpenInThisProcess(folder, way),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine("usage: Jangbu.Benchmarks ledger [largest length]");
    return 2;
}
