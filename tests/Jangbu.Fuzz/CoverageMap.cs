using System.Runtime.CompilerServices;

namespace Jangbu.Fuzz;

/// <summary>
/// Where the instrumented parsers count the edges they pass: the scheme of AFL, <c>map[here ^ previous]++; previous = here &gt;&gt; 1</c>.
/// Instrumented code calls <see cref="Hit"/>; one thread at a time.
/// </summary>
public static class CoverageMap
{
    /// <summary>Entries of the map: a power of two, far above the number of branch targets of our parsers.</summary>
    public const int Size = 1 << 16;

    private static readonly byte[] Counts = new byte[Size];
    private static int s_previous;

    /// <summary>The counts since the last <see cref="Clear"/>.</summary>
    public static ReadOnlySpan<byte> Current => Counts;

    /// <summary>Called at each branch target of instrumented code.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Hit(int here)
    {
        ref byte count = ref Counts[(here ^ s_previous) & (Size - 1)];
        count = unchecked((byte)(count + 1));
        s_previous = here >> 1;
    }

    /// <summary>Forgets what was counted, before a run.</summary>
    public static void Clear()
    {
        Array.Clear(Counts);
        s_previous = 0;
    }
}
