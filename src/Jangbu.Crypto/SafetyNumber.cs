using System.Globalization;
using System.Numerics;
using System.Security.Cryptography;

namespace Jangbu.Crypto;

/// <summary>The sixty digits that two people compare aloud; the same for both (PROTOCOL §1).</summary>
public static class SafetyNumber
{
    private const int Rounds = 5_200, Groups = 12, GroupBits = 20;

    /// <summary>Sixty digits, the same whichever of the two comes first. Takes some milliseconds.</summary>
    public static string Compute(PeerId a, PeerId b)
    {
        (PeerId lower, PeerId higher) = a.CompareTo(b) <= 0 ? (a, b) : (b, a);
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData([.. "jangbu/1/safety"u8, .. lower.ToByteArray(), .. higher.ToByteArray()], hash);
        for (int round = 1; round < Rounds; round++)
            SHA256.HashData(hash, hash);
        var number = new BigInteger(hash[..(Groups * GroupBits / 8)], isUnsigned: true, isBigEndian: true);
        return string.Concat(Enumerable.Range(1, Groups).Select(group =>
            ((int)(number >> GroupBits * (Groups - group) & ((1 << GroupBits) - 1)) % 100_000).ToString("D5", CultureInfo.InvariantCulture)));
    }

    /// <summary>The digits in groups of five, with blanks between.</summary>
    public static string Format(string digits)
    {
        ArgumentNullException.ThrowIfNull(digits);
        return string.Join(' ', digits.Chunk(5).Select(group => new string(group)));
    }
}
