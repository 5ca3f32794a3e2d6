using System.Buffers;

namespace Jangbu.Ledger;

/// <summary>
/// Tells what a power cut left of the last write from what somebody changed. A write that was not finished is a line without its end; on disks that write
/// sectors out of order it can also be a last stretch with whole sectors of zeros or foreign bytes in it, line ends among them. Only behind the
/// last entry that opens: who could put debris there could as well cut the file, so taking it for a crash gives nobody more than that.
/// </summary>
internal static class CrashDebris
{
    // What one act writes is far below this; a longer stretch is no interrupted write.
    private const int Longest = 8 << 20;

    private const int Sector = 512;

    // Bytes outside a line's letters within one sector, from which on nobody calls it an edit.
    private const int ForeignInSector = 16;

    private static readonly SearchValues<byte> Letters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_=\n"u8);

    public static bool IsAllFrom(ILedgerFile file, long offset, long length, LineCipher cipher)
    {
        if (length - offset > Longest)
            return false;
        byte[] rest = new byte[length - offset];
        if (file.Read(offset, rest) != rest.Length)
            return false;
        if (!rest.AsSpan().Contains((byte)'\n'))
            return true;
        return !AnyLineOpens(rest, cipher) && (HasLostSector(rest, offset) || rest[^1] != '\n' && rest.AsSpan().ContainsAnyExcept(Letters));
    }

    private static bool AnyLineOpens(ReadOnlySpan<byte> rest, LineCipher cipher)
    {
        for (int length; (length = rest.IndexOf((byte)'\n')) >= 0; rest = rest[(length + 1)..])
            if (cipher.TryDecrypt(rest[..length], out _))
                return true;
        return false;
    }

    private static bool HasLostSector(ReadOnlySpan<byte> rest, long offset)
    {
        for (int at = 0; at < rest.Length;)
        {
            int size = (int)Math.Min(Sector - (offset + at) % Sector, rest.Length - at);
            ReadOnlySpan<byte> sector = rest.Slice(at, size);
            int foreign = 0;
            foreach (byte letter in sector)
                foreign += Letters.Contains(letter) ? 0 : 1;
            if (foreign >= ForeignInSector || size > 1 && !sector.ContainsAnyExcept((byte)0))
                return true;
            at += size;
        }
        return false;
    }
}
