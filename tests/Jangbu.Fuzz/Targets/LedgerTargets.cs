using System.Security.Cryptography;
using System.Text;
using Jangbu.Crypto;
using Jangbu.Crypto.Fernet;
using Jangbu.Ledger;

namespace Jangbu.Fuzz.Targets;

/// <summary>A ledger file: as somebody without its password gives it, and as somebody who has it.</summary>
public static class LedgerTargets
{
    private const string Name = "fuzz";

    private static readonly LedgerPassword Password = new("fuzz");
    private static readonly FernetKey DataKey = FernetKey.FromBytes(SHA256.HashData("fuzz"u8));
    private static readonly byte[] File = MakeFile();

    public static IEnumerable<FuzzTarget> All =>
    [
        // Behind a fixed line 1: each other one would cost PBKDF2.
        new("ledger-lines", static input =>
        {
            byte[] file = [.. File, .. input];
            LedgerVerification found = Verify(file);
            PromiseBrokenException.Unless(found.State == LedgerState.Damaged == found.DamagedLine > 0, "damage without a line");
            PromiseBrokenException.Unless(found.State == LedgerState.Damaged || found.GoodBytes + found.TornBytes == file.Length, "bytes that nobody looked at");
            PromiseBrokenException.Unless(found.Head.N == 1, "an entry that nobody with the password wrote");
            return found.State == LedgerState.Sound;
        })
        { Seeds = [File[^200..^1], [(byte)'x']], Largest = 8192, Allowance = 1 << 20, Dictionary = FuzzTarget.Words("\n", "gAAAAA", "==", "\0\0\0\0\0\0\0\0") },

        new("ledger-entry", static input =>
        {
            byte[] file = [.. File, .. FernetToken.EncryptToUtf8(DataKey, input, 1, CryptoTargets.Random), (byte)'\n'];
            LedgerVerification found = Verify(file);
            PromiseBrokenException.Unless(found.Head.N == (found.State == LedgerState.Sound ? 2 : 1), "a wrong entry in the chain");
            return found.State == LedgerState.Sound;
        })
        {
            Seeds = [Entry(2, Verify(File).Head.Hash, "note", $"{{\"tx\":\"{EntryHash.None}\",\"label\":\"x\"}}"), Entry(2, Verify(File).Head.Hash, "sent", "{\"records\":[\"a.b.c\"]}")],
            Dictionary = FuzzTarget.Words("\"n\":2", "\"prev\":", "\"at\":", "\"kind\":", "\"data\":", "received", "genesis", "receipt", "imports", "{", "}", "[", "]", "\""),
            Allowance = 1 << 20,
        },

        new("checkpoint", static input =>
        {
            if (!Checkpoint.TryRead(Encoding.Latin1.GetString(input), out Checkpoint? checkpoint))
                return false;
            PromiseBrokenException.Unless(Checkpoint.TryRead(checkpoint.Jws, out Checkpoint? again) && again == checkpoint, "a checkpoint that reads differently");
            return true;
        })
        { Seeds = [Encoding.ASCII.GetBytes(Checkpoint.Sign(CryptoTargets.Person, Guid.Empty, 7, EntryHash.None).Jws)], Allowance = 32768 },
    ];

    private static LedgerVerification Verify(byte[] file)
    {
        using OneFile storage = new(file);
        return new LedgerVerifier(storage, Name).Verify(Password);
    }

    private static byte[] MakeFile()
    {
        byte[] key = new byte[FernetKey.Length];
        DataKey.CopyTo(key);
        using var outer = FernetKey.FromPassword("fuzz", new byte[16], 600_000);
        string header = $"{{\"format\":\"jangbu-ledger\",\"v\":1,\"lane\":\"{Guid.Empty}\",\"kdf\":{{\"name\":\"PBKDF2-HMAC-SHA256\",\"iterations\":600000,"
            + $"\"salt\":\"AAAAAAAAAAAAAAAAAAAAAA\"}},\"wrapped\":\"{FernetToken.Encrypt(outer, key, 1, CryptoTargets.Random)}\"}}\n";
        byte[] genesis = Entry(1, EntryHash.None, "genesis", $"{{\"lane\":\"{Guid.Empty}\",\"id\":\"{PeerId.FromThumbprint(new byte[32])}\"}}");
        return [.. Encoding.ASCII.GetBytes(header), .. FernetToken.EncryptToUtf8(DataKey, genesis, 1, CryptoTargets.Random), (byte)'\n'];
    }

    private static byte[] Entry(int n, EntryHash prev, string kind, string data) => Encoding.ASCII.GetBytes(
        $"{{\"n\":{n},\"prev\":\"{prev}\",\"at\":\"2026-11-22T06:30:00.000Z\",\"kind\":\"{kind}\",\"data\":{data}}}");

    // A folder with one file in it, for reading.
    private sealed class OneFile(byte[] bytes) : ILedgerStorage, ILedgerFile
    {
        public long Length => bytes.Length;

        public bool Exists(string name) => name == Name;

        public ILedgerFile Open(string name, bool writable) => this;

        public int Read(long offset, Span<byte> buffer)
        {
            int length = (int)Math.Clamp(bytes.Length - offset, 0, buffer.Length);
            bytes.AsSpan((int)Math.Min(offset, bytes.Length), length).CopyTo(buffer);
            return length;
        }

        public ILedgerFile Create(string name) => throw ForReading();

        public void Write(long offset, ReadOnlySpan<byte> bytes) => throw ForReading();

        public void Truncate(long length) => throw ForReading();

        public void Flush() => throw ForReading();

        public void Link(string name, string newName) => throw ForReading();

        public void Rename(string name, string newName) => throw ForReading();

        public void Delete(string name) => throw ForReading();

        public void FlushFolder() => throw ForReading();

        public IDisposable Lock(string name) => throw ForReading();

        public void Dispose()
        {
        }

        private static PromiseBrokenException ForReading() => new("the verifier wrote");
    }
}
