namespace Jangbu.WebRtc.Stun;

/// <summary>CRC-32 of ITU-T V.42, as FINGERPRINT asks (RFC 8489 §14.7). Not the CRC-32c that SCTP and the processor's instruction compute.</summary>
internal static class Crc32
{
    private const uint ReversedPolynomial = 0xEDB88320;
    private static readonly uint[] Table = MakeTable();

    /// <summary>The checksum of all of <paramref name="source"/>.</summary>
    public static uint Compute(ReadOnlySpan<byte> source)
    {
        uint crc = uint.MaxValue;
        foreach (byte value in source)
            crc = Table[unchecked((byte)crc) ^ value] ^ (crc >> 8);
        return ~crc;
    }

    private static uint[] MakeTable()
    {
        uint[] table = new uint[256];
        for (uint index = 0; index < table.Length; index++)
        {
            uint value = index;
            for (int bit = 0; bit < 8; bit++)
                value = (value & 1) != 0 ? (value >> 1) ^ ReversedPolynomial : value >> 1;
            table[index] = value;
        }

        return table;
    }
}
