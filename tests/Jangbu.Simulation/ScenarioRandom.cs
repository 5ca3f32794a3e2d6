using System.Security.Cryptography;

namespace Jangbu.Simulation;

/// <summary>Entropy that a seed repeats (SplitMix64), eight bytes at a step: ten thousand nodes ask for millions.</summary>
public sealed class ScenarioRandom(ulong seed) : RandomNumberGenerator
{
    private ulong state = seed;

    /// <inheritdoc/>
    public override void GetBytes(byte[] data) => GetBytes(data.AsSpan());

    /// <inheritdoc/>
    public override void GetBytes(Span<byte> data)
    {
        while (data.Length >= sizeof(ulong))
        {
            BitConverter.TryWriteBytes(data, Next());
            data = data[sizeof(ulong)..];
        }
        ulong rest = Next();
        for (int i = 0; i < data.Length; i++)
            data[i] = unchecked((byte)(rest >> (8 * i)));
    }

    /// <summary>The next 64 bits.</summary>
    public ulong Next()
    {
        unchecked
        {
            state += 0x9E37_79B9_7F4A_7C15;
            return Mix(state);
        }
    }

    /// <summary>Spreads 64 bits over 64 others.</summary>
    public static ulong Mix(ulong mixed)
    {
        unchecked
        {
            mixed = (mixed ^ (mixed >> 30)) * 0xBF58_476D_1CE4_E5B9;
            mixed = (mixed ^ (mixed >> 27)) * 0x94D0_49BB_1331_11EB;
            return mixed ^ (mixed >> 31);
        }
    }

    /// <summary>A number below <paramref name="limit"/>.</summary>
    public int Below(int limit) => (int)(Next() % (ulong)limit);

    /// <summary>A fraction from 0 to below 1.</summary>
    public double Fraction() => (Next() >> 11) / (double)(1UL << 53);
}
