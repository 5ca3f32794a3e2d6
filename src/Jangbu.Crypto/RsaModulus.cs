namespace Jangbu.Crypto;

/// <summary>What a modulus must be before anything is computed with it (PROTOCOL §1). Cheap: a pass over its bytes for each small prime.</summary>
internal static class RsaModulus
{
    // The odd primes of the ROCA fingerprint (Nemec and others, 2017): the weak generator's primes are 65537^a modulo the product of these.
    private static readonly int[] Primes =
    [
        3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83, 89, 97, 101, 103, 107, 109, 113, 127, 131, 137,
        139, 149, 151, 157, 163, 167,
    ];

    private static readonly bool[][] PowersOf65537 = Array.ConvertAll(Primes, prime =>
    {
        bool[] powers = new bool[prime];
        for (int power = 1; !powers[power]; power = power * (65537 % prime) % prime)
            powers[power] = true;
        return powers;
    });

    /// <summary>Looks at size, small factors and the ROCA fingerprint.</summary>
    /// <param name="modulus">Big-endian without leading zeros.</param>
    public static KeyError Check(ReadOnlySpan<byte> modulus)
    {
        if (modulus.Length is not (2048 / 8 or 3072 / 8 or 4096 / 8) || (modulus[0] & 0x80) == 0)
            return KeyError.OtherSize;
        if ((modulus[^1] & 1) == 0)
            return KeyError.SmallFactor;
        bool predictable = true;
        for (int i = 0; i < Primes.Length; i++)
        {
            int remainder = 0;
            foreach (byte digit in modulus)
                remainder = (remainder << 8 | digit) % Primes[i];
            if (remainder == 0)
                return KeyError.SmallFactor;
            predictable &= PowersOf65537[i][remainder];
        }
        return predictable ? KeyError.PredictableModulus : KeyError.None;
    }
}
