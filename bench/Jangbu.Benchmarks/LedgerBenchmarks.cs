using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Jangbu.Crypto;
using Jangbu.Ledger;
using Jangbu.Ledger.Drivers;

namespace Jangbu.Benchmarks;

/// <summary>
/// Does the ledger cost what the disk costs, whatever its length? Appends beside a bare write and fdatasync of the same size, turn by turn; opening; proofs; and
/// the seed's way (Python, one Fernet file written anew for each transaction) on the same disk in the same run.
/// </summary>
internal static class LedgerBenchmarks
{
    private const string Name = "bench.jbledger";
    private const int Turns = 200;

    private static readonly DateTimeOffset Start = new(2026, 11, 22, 6, 30, 0, TimeSpan.Zero);
    private static readonly RandomNumberGenerator Random = RandomNumberGenerator.Create();

    public static int Run(int largest)
    {
        string folder = Path.Combine(Environment.CurrentDirectory, "artifacts", "bench-ledger");
        if (Directory.Exists(folder))
            Directory.Delete(folder, recursive: true);
        using FileLedgerStorage storage = FileLedgerStorage.OpenFolder(folder);
        Console.WriteLine($"{Environment.ProcessorCount} cores, {RuntimeNow()}; medians of {Turns}; load average {File.ReadAllText("/proc/loadavg").Split(' ')[0]}");
        Console.WriteLine("| entries | append + flush | bare write + fdatasync | ratio | bytes / JSON | Python, rewritten | Python / ours |");
        Console.WriteLine("|---|---|---|---|---|---|---|");
        using Ledger.Ledger ledger = Create(storage, Name);
        using (Ledger.Ledger warm = Create(storage, "warm"))
        using (ILedgerFile cold = storage.Create("cold"))
            Appends(warm, cold);
        using ILedgerFile bare = storage.Create("bare");
        for (int length = 100; length <= largest; length *= 10)
        {
            Fill(ledger, length);
            (double append, double sync, double bytes) = Appends(ledger, bare);
            double? python = length <= 10_000 ? Python(folder, length) : null;
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"| {length:N0} | {append:F3} ms | {sync:F3} ms | {append / sync:F2} | {bytes:F2} | {(python is null ? "" : $"{python:F1} ms")} | {(python is null ? "" : $"{python / append:F0}")} |"));
            if (length == 100_000)
                ledger.WriteSnapshot("state"u8);
        }
        Groups(ledger);
        Proofs(largest);
        ledger.WriteSnapshot("state"u8);
        long entries = ledger.Head.N;
        ledger.Dispose();
        Child(folder, entries, "all");
        Child(folder, entries, "snapshot");
        Directory.Delete(folder, recursive: true);
        return 0;
    }

    /// <summary>Opens in a process of its own, so that the memory is that of opening alone.</summary>
    public static int OpenInThisProcess(string folder, string way)
    {
        using FileLedgerStorage storage = FileLedgerStorage.OpenFolder(folder);
        using LedgerPassword password = new("bench");
        using RandomNumberGenerator random = RandomNumberGenerator.Create();
        CountingFold fold = new(way == "snapshot");
        long start = Stopwatch.GetTimestamp();
        using Ledger.Ledger? ledger = Ledger.Ledger.Open(storage, Name, password, random, fold).Ledger;
        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds, cpu = Environment.CpuUsage.TotalTime.TotalSeconds;
        string peak = File.ReadLines("/proc/self/status").First(line => line.StartsWith("VmHWM", StringComparison.Ordinal)).Split(':')[1].Trim();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"opening, {way}: {seconds:F2} s and {cpu:F2} s of CPU, PBKDF2 and start of the process among it; {fold.Entries:N0} entries read, state {ledger!.State}, peak memory {peak}"));
        return ledger.State == LedgerState.Sound ? 0 : 1;
    }

    private static Ledger.Ledger Create(FileLedgerStorage storage, string name)
    {
        using LedgerPassword password = new("bench");
        PeerId me = PeerId.FromThumbprint(new byte[PeerId.Length]);
        return Ledger.Ledger.Create(storage, name, password, me, new Guid("cec4d949-36bc-48e1-9355-bae18943b58f"), Start, Random);
    }

    private static void Fill(Ledger.Ledger ledger, int length)
    {
        while (ledger.Head.N < length)
        {
            for (int i = 0; i < 1000 && ledger.Head.N < length; i++)
                ledger.Append(EntryKind.Sent, Record(), Start);
            ledger.Flush();
        }
    }

    private static (double Append, double Sync, double Bytes) Appends(Ledger.Ledger ledger, ILedgerFile bare)
    {
        List<double> appends = [], syncs = [];
        long json = 0, before = ledger.Length;
        byte[]? line = null;
        for (int i = 0; i < Turns; i++)
        {
            byte[] record = Record();
            long start = Stopwatch.GetTimestamp();
            Entry entry = ledger.Append(EntryKind.Sent, record, Start);
            ledger.Flush();
            appends.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            json += entry.Json.Length;
            line ??= RandomNumberGenerator.GetBytes(entry.Position.Length + 1);
            start = Stopwatch.GetTimestamp();
            bare.Write(bare.Length, line);
            bare.Flush();
            syncs.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        }
        return (Median(appends), Median(syncs), (double)(ledger.Length - before) / json);
    }

    private static void Groups(Ledger.Ledger ledger)
    {
        List<double> groups = [];
        for (int i = 0; i < Turns / 4; i++)
        {
            long start = Stopwatch.GetTimestamp();
            for (int k = 0; k < 64; k++)
                ledger.Append(EntryKind.Sent, Record(), Start);
            ledger.Flush();
            groups.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        }
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"64 appends and one flush: {Median(groups):F3} ms"));
    }

    private static void Proofs(int leaves)
    {
        MerkleTree tree = new();
        long start = Stopwatch.GetTimestamp();
        for (int i = 0; i < leaves; i++)
            tree.Add(MerkleTree.LeafHash(BitConverter.GetBytes(i), []));
        double each = Stopwatch.GetElapsedTime(start).TotalMicroseconds / leaves;
        List<double> proofs = [];
        EntryHash root = tree.Root;
        for (int i = 0; i < 1000; i++)
        {
            int index = RandomNumberGenerator.GetInt32(leaves);
            start = Stopwatch.GetTimestamp();
            InclusionProof proof = tree.ProveInclusion(index, leaves);
            proofs.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            if (!proof.Verify(tree.Leaf(index), root))
                throw new InvalidOperationException("a proof does not verify");
        }
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"tree of {leaves:N0} leaves: {each:F2} µs a leaf, inclusion proof {Median(proofs):F4} ms, the slowest {proofs.Max():F3} ms"));
    }

    private static double? Python(string folder, int length)
    {
        ProcessStartInfo start = new("python3", [Path.Combine(AppContext.BaseDirectory, "peers", "rewrite_ledger.py"), Path.Combine(folder, "python"),
            length.ToString(CultureInfo.InvariantCulture), "15"]) { RedirectStandardOutput = true };
        using Process process = Process.Start(start)!;
        string told = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? double.Parse(told.Split(' ')[0], CultureInfo.InvariantCulture) * 1000 : null;
    }

    private static void Child(string folder, long entries, string way)
    {
        Console.Write(string.Create(CultureInfo.InvariantCulture, $"{entries:N0} entries, "));
        Console.Out.Flush();
        using Process process = Process.Start(Environment.ProcessPath!, ["ledger-open", folder, way]);
        process.WaitForExit();
    }

    // As long as a transaction record under a 2048-bit key.
    private static byte[] Record() => Encoding.ASCII.GetBytes(
        $"{{\"records\":[\"{Letters(117)}.{Letters(330)}.{Letters(256)}\"]}}");

    private static string Letters(int bytes) => System.Buffers.Text.Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(bytes));

    private static double Median(List<double> values)
    {
        values.Sort();
        return values[values.Count / 2];
    }

    private static string RuntimeNow() => System.Runtime.InteropServices.RuntimeInformation.FrameworkDescription;

    private sealed class CountingFold(bool takesSnapshot) : ILedgerFold
    {
        public long Entries { get; private set; }

        public bool TryRestore(ReadOnlySpan<byte> state) => takesSnapshot;

        public void Add(Entry entry) => Entries++;
    }
}
