using System.Buffers;

namespace Jangbu.Ledger;

/// <summary>
/// Reads a ledger's lines in order: many are decrypted, hashed and checked for form at once on all cores, then chained one after the other. Holds a few
/// blocks of the file in memory, whatever its length. <c>named</c> is the number of the entry that the head file names, 0 for none.
/// </summary>
internal sealed class EntryScan(ILedgerFile file, LineCipher cipher, LedgerHeader header, long named = 0)
{
    /// <summary>A line's greatest length with its line end (PROTOCOL §6).</summary>
    public const int MaximumLine = 1 << 20;

    // Enough lines for all cores, and room for the longest one.
    private const int BlockSize = 2 << 20, LinesAtOnce = 4096;

    // Fewer are not worth waking other threads.
    private const int LinesForParallel = 16;

    /// <summary>The last good entry.</summary>
    public LedgerHead Head { get; private set; }

    /// <summary>Where the last good line ends.</summary>
    public long End { get; private set; }

    /// <summary>What is wrong with the line at <see cref="End"/>; <see cref="LedgerDamage.None"/> when the file ends there, or only a crash's debris follows.</summary>
    public LedgerDamage Damage { get; private set; }

    /// <summary>Bytes that a crash left behind the last good line.</summary>
    public long TornBytes { get; private set; }

    /// <summary>The line at <see cref="End"/>, counted from 1.</summary>
    public long NextLine => Head.N + 2;

    /// <summary>Reads on from a known good entry (none: from line 2) to the end of the file or the first line that is wrong.</summary>
    /// <param name="start">Where the line after <paramref name="head"/> begins.</param>
    /// <param name="head">The entry before.</param>
    /// <param name="length">Bytes of the file to look at.</param>
    /// <param name="take">Gets each good entry in order.</param>
    /// <param name="progress">Gets the number of bytes read so far, now and then.</param>
    public void Run(long start, LedgerHead head, long length, Action<Entry> take, Action<long>? progress = null)
    {
        Head = head;
        End = start;
        byte[] block = ArrayPool<byte>.Shared.Rent(BlockSize);
        var lines = new List<(int Start, int Length)>(LinesAtOnce);
        var entries = new (Entry? Entry, LedgerDamage Damage)[LinesAtOnce];
        try
        {
            while (End < length)
            {
                int filled = file.Read(End, block.AsSpan(0, (int)Math.Min(BlockSize, length - End)));
                Cut(block.AsSpan(0, filled), lines);
                if (lines.Count == 0)
                {
                    Stop(filled >= MaximumLine ? LedgerDamage.LineTooLong : LedgerDamage.Token, length);
                    return;
                }
                Open(block, lines, entries);
                if (!Chain(lines, entries, length, take))
                    return;
                progress?.Invoke(End);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(block);
        }
    }

    private static void Cut(ReadOnlySpan<byte> block, List<(int, int)> lines)
    {
        lines.Clear();
        for (int at = 0; lines.Count < LinesAtOnce; )
        {
            int length = block[at..].IndexOf((byte)'\n');
            if (length < 0)
                return;
            lines.Add((at, length));
            at += length + 1;
        }
    }

    private void Open(byte[] block, List<(int Start, int Length)> lines, (Entry?, LedgerDamage)[] entries)
    {
        if (lines.Count < LinesForParallel)
        {
            for (int i = 0; i < lines.Count; i++)
                entries[i] = OpenLine(block.AsSpan(lines[i].Start, lines[i].Length));
            return;
        }
        Parallel.For(0, lines.Count, i => entries[i] = OpenLine(block.AsSpan(lines[i].Start, lines[i].Length)));
    }

    private (Entry?, LedgerDamage) OpenLine(ReadOnlySpan<byte> line)
    {
        if (line.Length >= MaximumLine)
            return (null, LedgerDamage.LineTooLong);
        if (!cipher.TryDecrypt(line, out ReadOnlyMemory<byte> json))
            return (null, LedgerDamage.Token);
        return EntryText.TryRead(json, out Entry? entry) ? (entry, LedgerDamage.None) : (null, LedgerDamage.Form);
    }

    private bool Chain(List<(int Start, int Length)> lines, (Entry? Entry, LedgerDamage Damage)[] entries, long length, Action<Entry> take)
    {
        long block = End;
        for (int i = 0; i < lines.Count; i++)
        {
            Entry? entry = entries[i].Entry;
            LedgerDamage damage = entry is null ? entries[i].Damage : Follow(entry);
            entries[i] = default;
            if (damage != LedgerDamage.None)
            {
                Stop(damage, length);
                return false;
            }
            entry!.Position = new EntryPosition(block + lines[i].Start - header.Length, lines[i].Length);
            Head = new LedgerHead(entry.N, entry.Hash);
            End = block + lines[i].Start + lines[i].Length + 1;
            take(entry);
        }
        return true;
    }

    private LedgerDamage Follow(Entry entry)
    {
        if (entry.N != Head.N + 1)
            return LedgerDamage.Order;
        if (entry.Prev != Head.Hash)
            return LedgerDamage.Chain;
        if ((entry.N == 1) != (entry.Kind == EntryKind.Genesis) || entry.N == 1 && Genesis.Read(entry).Lane != header.Lane)
            return LedgerDamage.Genesis;
        return LedgerDamage.None;
    }

    private void Stop(LedgerDamage damage, long length)
    {
        if (damage is LedgerDamage.Token or LedgerDamage.LineTooLong && CrashDebris.IsAllFrom(file, End, length, cipher, Head.N + 1, named))
            TornBytes = length - End;
        else
            Damage = damage;
    }
}
