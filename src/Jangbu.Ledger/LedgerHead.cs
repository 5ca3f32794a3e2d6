using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Jangbu.Crypto.Jose;

namespace Jangbu.Ledger;

/// <summary>The last entry of a ledger: its number and hash. Beside the ledger it is the memory that a longer one existed.</summary>
/// <param name="N">Number of the last entry.</param>
/// <param name="Hash">Its hash.</param>
public readonly record struct LedgerHead(long N, EntryHash Hash)
{
    // Longer than the token ever is; a file that is longer is not read into memory.
    private const int MaximumLength = 512;

    internal static string FileName(string ledger) => ledger + ".head";

    // One token and "\n", written beside and renamed, so that there is always a whole one.
    internal void Write(ILedgerStorage storage, string ledger, LineCipher cipher, long unixSeconds, RandomNumberGenerator random)
    {
        byte[] json = Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{{\"n\":{N},\"hash\":\"{Hash}\"}}"));
        byte[] line = new byte[LineCipher.TokenLength(json.Length) + 1];
        cipher.Encrypt(json, unixSeconds, random, line);
        line[^1] = (byte)'\n';
        string name = FileName(ledger), fresh = name + ".new";
        if (storage.Exists(fresh))
            storage.Delete(fresh);
        using (ILedgerFile file = storage.Create(fresh))
        {
            file.Write(0, line);
            file.Flush();
        }
        storage.Rename(fresh, name);
        storage.FlushFolder();
    }

    internal static HeadFile Read(ILedgerStorage storage, string ledger, LineCipher cipher, out LedgerHead head)
    {
        head = default;
        if (!storage.Exists(FileName(ledger)))
            return HeadFile.Missing;
        byte[] buffer = new byte[MaximumLength];
        int length;
        using (ILedgerFile file = storage.Open(FileName(ledger), writable: false))
            length = file.Read(0, buffer);
        if (length is 0 or MaximumLength || buffer[length - 1] != '\n' || !cipher.TryDecrypt(buffer.AsSpan(0, length - 1), out ReadOnlyMemory<byte> json)
            || !StrictJson.TryParse(json.Span, out JsonValue? value) || !value.HasMembers(["n", "hash"])
            || !value.TryGetInteger("n", out long n) || n < 1
            || !value.TryGetText("hash", out string? hashText) || !EntryHash.TryParse(Encoding.UTF8.GetBytes(hashText), out EntryHash hash))
            return HeadFile.Unreadable;
        head = new LedgerHead(n, hash);
        return HeadFile.Read;
    }
}
