using System.Security.Cryptography;

namespace Jangbu.Tests;

/// <summary>Entropy that a seed repeats (SplitMix64): for tests only.</summary>
internal sealed class SeededRandom(ulong seed) : RandomNumberGenerator
{
    private ulong _state = seed;

    public override void GetBytes(byte[] data) => GetBytes(data.AsSpan());

    public override void GetBytes(Span<byte> data)
    {
        for (int i = 0; i < data.Length; i++)
            data[i] = (byte)(Next() >> 56);
    }

    private ulong Next()
    {
        unchecked
        {
            ulong z = _state += 0x9E3779B97F4A7C15;
            z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
            z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
            return z ^ (z >> 31);
        }
    }
}
