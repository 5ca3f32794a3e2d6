using System.Diagnostics;

namespace Jangbu.Fuzz;

/// <summary>What a run found out about one target.</summary>
/// <param name="Executions">How many inputs were fed.</param>
/// <param name="Edges">How many edges were seen.</param>
/// <param name="Corpus">How many inputs were kept.</param>
/// <param name="Accepted">How many inputs were accepted.</param>
/// <param name="Finding">The first thing wrong, or null.</param>
public sealed record FuzzReport(string Target, long Executions, int Edges, int Corpus, long Accepted, FuzzFinding? Finding);

/// <summary>An input that broke a promise.</summary>
public sealed record FuzzFinding(string What, byte[] Input);

/// <summary>Coverage-guided fuzzing in one process and one thread: an input that passes an edge as never before is kept and mutated further.</summary>
public sealed class FuzzLoop(FuzzTarget target, int seed)
{
    /// <summary>No input may take longer; measured again before it counts, since other work shares the processor.</summary>
    private static readonly TimeSpan LongestRun = TimeSpan.FromMilliseconds(10);

    private readonly byte[] _seen = new byte[CoverageMap.Size];
    private readonly List<byte[]> _corpus = [];
    private readonly Mutator _mutator = new(seed, target.Dictionary, target.Largest);
    private readonly Random _random = new(seed);
    private long _executions;
    private long _accepted;
    private FuzzFinding? _finding;

    /// <summary>Fuzzes for a time.</summary>
    public FuzzReport Run(TimeSpan time)
    {
        foreach (byte[] input in target.Seeds.Append([]))
        {
            long before = _accepted;
            Feed(input);
            if (input.Length > 0 && _accepted == before)
                _finding ??= new FuzzFinding("a seed is not accepted, so the target tests nothing", input);
            _corpus.Add(input);
        }
        long end = Stopwatch.GetTimestamp() + (long)(time.TotalSeconds * Stopwatch.Frequency);
        while (_finding is null && (_executions % 64 != 0 || Stopwatch.GetTimestamp() < end))
        {
            byte[] parent = _corpus[Pick()];
            byte[] input = _mutator.Mutate(parent, _corpus[_random.Next(_corpus.Count)]);
            if (Feed(input) && _corpus.Count < 20_000)
                _corpus.Add(input);
        }
        return new FuzzReport(target.Name, _executions, _seen.Count(bits => bits != 0), _corpus.Count, _accepted, _finding);
    }

    /// <summary>Prefers what was found last.</summary>
    private int Pick() => _random.Next(3) == 0 ? _random.Next(_corpus.Count) : _corpus.Count - 1 - (int)(_random.NextDouble() * _random.NextDouble() * _corpus.Count);

    /// <returns>True when the input passed edges as never before.</returns>
    private bool Feed(byte[] input)
    {
        _executions++;
        CoverageMap.Clear();
        long start = Stopwatch.GetTimestamp();
        long allocated = GC.GetAllocatedBytesForCurrentThread();
        try
        {
            if (target.Feed(input))
                _accepted++;
        }
        catch (Exception wrong)
        {
            _finding = new FuzzFinding(wrong is PromiseBrokenException ? wrong.Message : wrong.ToString(), input);
            return false;
        }
        allocated = GC.GetAllocatedBytesForCurrentThread() - allocated;
        TimeSpan took = Stopwatch.GetElapsedTime(start);
        bool isNew = Merge();
        if (allocated > AllowedBytes(input) && Again(input, out _) > AllowedBytes(input))
            _finding = new FuzzFinding($"{allocated} bytes allocated for an input of {input.Length}", input);
        else if (took > LongestRun && IsSlow(input))
            _finding = new FuzzFinding($"{took.TotalMilliseconds:0.0} ms for an input of {input.Length} bytes", input);
        return isNew;
    }

    private long AllowedBytes(byte[] input) => (16L * input.Length) + target.Allowance;

    /// <summary>The first run of new code also pays for its compilation: only what happens three times over is the parser's own.</summary>
    private bool IsSlow(byte[] input)
    {
        for (int i = 0; i < 5; i++)
        {
            Again(input, out TimeSpan took);
            if (took <= LongestRun)
                return false;
        }
        return true;
    }

    private long Again(byte[] input, out TimeSpan took)
    {
        long start = Stopwatch.GetTimestamp();
        long allocated = GC.GetAllocatedBytesForCurrentThread();
        target.Feed(input);
        took = Stopwatch.GetElapsedTime(start);
        return GC.GetAllocatedBytesForCurrentThread() - allocated;
    }

    private bool Merge()
    {
        bool isNew = false;
        ReadOnlySpan<byte> counts = CoverageMap.Current;
        for (int i = counts.IndexOfAnyExcept((byte)0); i >= 0;)
        {
            byte bucket = Bucket(counts[i]);
            if ((_seen[i] & bucket) == 0)
            {
                _seen[i] |= bucket;
                isNew = true;
            }
            int next = counts[(i + 1)..].IndexOfAnyExcept((byte)0);
            i = next < 0 ? -1 : i + 1 + next;
        }
        return isNew;
    }

    /// <summary>Counts in the classes of AFL, so that loops of a few more rounds are not all new.</summary>
    private static byte Bucket(byte count) => count switch
    {
        1 => 1,
        2 => 2,
        3 => 4,
        < 8 => 8,
        < 16 => 16,
        < 32 => 32,
        < 128 => 64,
        _ => 128,
    };
}
