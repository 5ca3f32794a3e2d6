using System.Globalization;
using Jangbu.Ledger;
using Book = Jangbu.Ledger.Ledger;

namespace Jangbu.Tests.Ledger;

/// <summary>
/// What a thief with the file and without the password can do to it, and what is said about it. Every change of the 100-entry file is tried when
/// <c>JANGBU_TAMPER=all</c>, else some of every line; <c>JANGBU_TAMPER_EDITS</c> sets the number of random edits of the 1,000-entry file.
/// </summary>
public sealed class TamperTests
{
    private static readonly bool All = Environment.GetEnvironmentVariable("JANGBU_TAMPER") == "all";
    private static readonly int Edits = int.Parse(Environment.GetEnvironmentVariable("JANGBU_TAMPER_EDITS") ?? "200", CultureInfo.InvariantCulture);

    private static readonly (byte[] File, byte[] Head) Hundred = Make(100);
    private static readonly List<byte[]> Lines = LedgerVectorTests.Lines(Hundred.File);
    private static readonly int[] Starts = [.. Lines.Select((_, i) => Lines.Take(i).Sum(line => line.Length))];

    [Fact]
    public void ByteChanged_AnywhereBelowLineOne_NamesTheLine()
    {
        Random random = new(1);
        foreach (int at in Places(Starts[1], Hundred.File.Length))
        {
            byte[] file = [.. Hundred.File];
            file[at] ^= (byte)random.Next(1, 256);
            Expect(file, at == file.Length - 1 ? new Found(LedgerState.Old, 0, 100, Lines[^1].Length) : Damaged(LineOf(at)), $"byte {at} changed");
        }
    }

    [Fact]
    public void ByteRemoved_AnywhereBelowLineOne_NamesTheLine()
    {
        foreach (int at in Places(Starts[1], Hundred.File.Length))
            Expect([.. Hundred.File[..at], .. Hundred.File[(at + 1)..]],
                at == Hundred.File.Length - 1 ? new Found(LedgerState.Old, 0, 100, Lines[^1].Length - 1) : Damaged(LineOf(at)), $"byte {at} removed");
    }

    [Fact]
    public void ByteInserted_AnywhereBelowLineOne_NamesTheLine()
    {
        Random random = new(2);
        foreach (int at in Places(Starts[1], Hundred.File.Length + 1))
        {
            byte inserted = random.Next(3) == 0 ? (byte)'\n' : (byte)random.Next(256);
            // Before a line end, a line end makes an empty line behind the whole one.
            Found expected = at < Hundred.File.Length ? Damaged(LineOf(at) + (inserted == '\n' && Hundred.File[at] == '\n' ? 1 : 0))
                : inserted == '\n' ? Damaged(Lines.Count + 1) : new Found(LedgerState.Sound, 0, 101, 1);
            Expect([.. Hundred.File[..at], inserted, .. Hundred.File[at..]], expected, $"{inserted:x2} inserted at byte {at}");
        }
    }

    [Fact]
    public void LineRemovedRepeatedOrSwapped_NamesTheFirstWrongLine()
    {
        for (int line = 2; line <= Lines.Count; line++)
        {
            Found removed = line == Lines.Count ? new Found(LedgerState.Old, 0, 100, 0) : Damaged(line);
            Expect(Join([.. Lines.Take(line - 1), .. Lines.Skip(line)]), removed, $"line {line} removed");
            Expect(Join([.. Lines.Take(line), .. Lines.Skip(line - 1)]), Damaged(line + 1), $"line {line} repeated");
            for (int other = line + 1; other <= Lines.Count; other += All ? 1 : 13)
            {
                List<byte[]> swapped = [.. Lines];
                (swapped[line - 1], swapped[other - 1]) = (swapped[other - 1], swapped[line - 1]);
                Expect(Join(swapped), Damaged(line), $"lines {line} and {other} swapped");
            }
        }
    }

    [Fact]
    public void Truncated_Anywhere_IsTornOrCleanAndKnownToBeOldByTheHeadFile()
    {
        foreach (int length in Places(Starts[1], Hundred.File.Length))
        {
            int line = LineOf(length), torn = length - Starts[line - 1];
            Found expected = line == 2 ? Damaged(2) : new Found(LedgerState.Old, 0, line - 2, torn);
            Expect(Hundred.File[..length], expected, $"cut to {length} bytes");
            if (line > 2)
                Expect(Hundred.File[..length], expected with { State = LedgerState.Sound }, $"cut to {length} bytes, no head file", head: false);
        }
    }

    [Fact]
    public void LineOne_AnyByteChangedRemovedOrInserted_IsNeverTakenSilently()
    {
        byte[] header = Lines[0];
        int salt = System.Text.Encoding.ASCII.GetString(header).IndexOf("salt", StringComparison.Ordinal) + 7;
        for (int at = 0; at < header.Length; at++)
        {
            // Each other salt costs a PBKDF2.
            if (!All && at >= salt && at < salt + 22 && at % 11 != 0)
                continue;
            byte[] changed = [.. Hundred.File];
            changed[at] ^= 1;
            foreach (byte[] file in new[] { changed, [.. Hundred.File[..at], .. Hundred.File[(at + 1)..]], [.. Hundred.File[..at], (byte)' ', .. Hundred.File[at..]] })
            {
                LedgerVerification found = Verify(file, head: true);
                bool told = found.Outcome is LedgerOpenOutcome.NoLedger or LedgerOpenOutcome.WrongPassword
                    || found.State == LedgerState.Damaged && found.DamagedLine is 1 or 2 || found.HeaderRespelled;
                Assert.True(told, $"byte {at} of line 1: {found}");
            }
        }
    }

    [Fact]
    public void RandomEditsOfManyBytes_OfAThousandEntries_NameTheFirstLineTouched()
    {
        (byte[] file, byte[] head) = Make(1000);
        List<byte[]> lines = LedgerVectorTests.Lines(file);
        int[] starts = [.. lines.Select((_, i) => i).Select(i => lines.Take(i).Sum(line => line.Length))];
        for (int seed = 0; seed < Edits; seed++)
        {
            Random random = new(seed);
            byte[] edited = file;
            for (int edit = random.Next(1, 4); edit > 0; edit--)
                edited = Edit(edited, lines[0].Length, random);
            int first = file.AsSpan().CommonPrefixLength(edited);
            if (first == file.Length && first == edited.Length)
                continue;
            int line = Math.Min(~Array.BinarySearch(starts, first + 1), lines.Count + 1);
            LedgerVerification found = Verify(edited, head: true, head);
            bool atTheEnd = line >= lines.Count || edited.AsSpan(Math.Min(first, edited.Length)).Count((byte)'\n') <= 1;
            bool right = found.State == LedgerState.Damaged && found.DamagedLine == line
                || atTheEnd && (found.TornBytes > 0 || found.State == LedgerState.Old) && found.Head.N == line - 2
                || found.State == LedgerState.Old && found.TornBytes == 0 && first == edited.Length && found.Head.N == line - 2;
            Assert.True(right, $"seed {seed}: first touched is line {line}; found {found.State}, line {found.DamagedLine}, {found.Head.N} entries, {found.TornBytes} torn");
        }
    }

    private static byte[] Edit(byte[] file, int from, Random random)
    {
        int at = random.Next(from, file.Length), length = Math.Min(random.Next(1, 64), file.Length - at);
        byte[] bytes = new byte[length];
        random.NextBytes(bytes);
        return random.Next(4) switch
        {
            0 => [.. file[..at], .. file[(at + length)..]],
            1 => [.. file[..at], .. bytes, .. file[at..]],
            2 => [.. file[..at], .. file[from..(from + length)], .. file[(at + length)..]],
            _ => [.. file[..at], .. bytes, .. file[(at + length)..]],
        };
    }

    private sealed record Found(LedgerState State, long Line, long Entries, long Torn);

    private static Found Damaged(int line) => new(LedgerState.Damaged, line, line - 2, 0);

    private static void Expect(byte[] file, Found expected, string what, bool head = true)
    {
        LedgerVerification found = Verify(file, head);
        Assert.True(expected == new Found(found.State, found.DamagedLine, found.Head.N, found.TornBytes),
            $"{what}: expected {expected}, found {found.State}, line {found.DamagedLine}, {found.Head.N} entries, {found.TornBytes} torn");
    }

    private static LedgerVerification Verify(byte[] file, bool head, byte[]? headFile = null) =>
        new LedgerVerifier(LedgerFixture.Disk(file, head ? headFile ?? Hundred.Head : null), LedgerFixture.Name).Verify(LedgerFixture.Password);

    // Every place in the lines that begin and end the file and in one in the middle, every 101st elsewhere.
    private static IEnumerable<int> Places(int from, int to)
    {
        for (int at = from; at < to; at++)
            if (All || at % 101 == 0 || at > to - 60 || LineOf(Math.Min(at, Hundred.File.Length - 1)) is 2)
                yield return at;
    }

    private static int LineOf(int at) => Array.BinarySearch(Starts, at) is var found && found >= 0 ? found + 1 : ~found;

    private static byte[] Join(IEnumerable<byte[]> lines) => [.. lines.SelectMany(line => line)];

    private static (byte[] File, byte[] Head) Make(int notes)
    {
        SimulatedStorage storage = new();
        using Book ledger = LedgerFixture.Create(storage);
        for (int i = 0; i < notes; i++)
            LedgerFixture.AppendNote(ledger, i);
        ledger.Flush();
        ledger.WriteHead();
        return (storage.Bytes(LedgerFixture.Name), storage.Bytes(LedgerFixture.Name + ".head"));
    }
}
