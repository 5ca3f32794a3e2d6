using System.Buffers;

namespace Jangbu.Ledger;

/// <summary>
/// Tells what a power cut left of the last write from what somebody changed or the disk lost later. A write that was not finished is a line without its end; on disks
/// that write sectors out of order it can also be a last stretch with whole sectors of zeros or foreign bytes in it, and good lines behind them.
/// Such a stretch is debris only if it is the last write and nothing says that the write was finished: every line that still opens belongs to the same write as the
/// first bad one (<see cref="LineCipher.TryReadPlace"/>), and the head file names no entry of it.
/// </summary>
internal static class CrashDebris
{
    // What one act writes is below this; a longer stretch is no interrupted write.
    private const int Longest = 8 << 20;

    private const int Sector = 512;

    // Bytes outside a line's letters within one sector, from which on nobody calls it an edit; fewer where the stretch has but a part of the sector.
    private const int ForeignInSector = 16, FewestForeign = 2;

    private static readonly SearchValues<byte> Letters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_=\n"u8);

    /// <param name="file">The ledger.</param>
    /// <param name="offset">Where the first bad line begins.</param>
    /// <param name="length">Where the file ends.</param>
    /// <param name="cipher">Its cipher.</param>
    /// <param name="missing">Number of the entry that should stand in the first bad line.</param>
    /// <param name="named">Number of the entry that the head file names, 0 for none.</param>
    public static bool IsAllFrom(ILedgerFile file, long offset, long length, LineCipher cipher, long missing, long named)
    {
        if (length - offset > Longest)
            return false;
        byte[] rest = new byte[length - offset];
        if (file.Read(offset, rest) != rest.Length)
            return false;
        if (!rest.AsSpan().Contains((byte)'\n'))
            return true;
        return named < missing && (HasLostSector(rest, offset) || rest[^1] != '\n' && rest.AsSpan().ContainsAnyExcept(Letters))
            && IsOneWrite(rest, cipher, missing);
    }

    private static bool IsOneWrite(ReadOnlySpan<byte> rest, LineCipher cipher, long missing)
    {
        for (int length; (length = rest.IndexOf((byte)'\n')) >= 0; rest = rest[(length + 1)..])
        {
            if (!cipher.TryDecrypt(rest[..length], out ReadOnlyMemory<byte> json))
                continue;
            // The entry with which the write of this one began is not after the missing one.
            if (!EntryText.TryRead(json, out Entry? entry) || !LineCipher.TryReadPlace(rest[..length], out int place) || entry!.N - place > missing)
                return false;
        }
        return true;
    }

    private static bool HasLostSector(ReadOnlySpan<byte> rest, long offset)
    {
        for (int at = 0; at < rest.Length;)
        {
            int size = (int)Math.Min(Sector - (offset + at) % Sector, rest.Length - at);
            int foreign = 0;
            foreach (byte letter in rest.Slice(at, size))
                foreign += Letters.Contains(letter) ? 0 : 1;
            if (foreign >= Math.Clamp(size / 4, FewestForeign, ForeignInSector))
                return true;
            at += size;
        }
        return false;
    }
}
