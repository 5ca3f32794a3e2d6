using System.Buffers.Binary;
using System.Security.Cryptography;
using Jangbu.Crypto;

namespace Jangbu.Ledger;

/// <summary>
/// What reading a ledger up to some entry gave, kept in <c>&lt;ledger&gt;.index</c> so that a long ledger opens at once. It is sealed under the ledger's data key and
/// bound to that entry's hash and place; it can be thrown away at any time, and whatever does not fit is not used.
/// </summary>
internal sealed record LedgerSnapshot(Genesis Genesis, LedgerHead Head, DateTimeOffset At, EntryPosition Position, ReadOnlyMemory<byte> State)
{
    //  magic (8) | salt (16) | chunks: AES-256-GCM of up to 1 MiB, each with its tag (16); nonce = number of the chunk, AAD = 1 for the last one
    //  plaintext: lane (16) | id (32) | has imports (1), lane (16), n (8), hash (32) | n (8) | hash (32) | ticks (8) | offset (8) | length (4) | state
    private static readonly byte[] Magic = "JBINDEX1"u8.ToArray();
    private static readonly byte[] KeyLabel = "jangbu/1/index"u8.ToArray();

    private const int SaltSize = 16, TagSize = 16, NonceSize = 12, Chunk = 1 << 20, Fixed = 165;

    // More is not read into memory.
    private const long Longest = 1 << 30;

    public static string FileName(string ledger) => ledger + ".index";

    public static string TemporaryName(string ledger) => FileName(ledger) + ".new";

    public void Write(ILedgerStorage storage, string ledger, LineCipher cipher, RandomNumberGenerator random)
    {
        if (State.Length > Longest / 2)
            return;
        byte[] plain = ToBytes();
        byte[] salt = new byte[SaltSize];
        random.GetBytes(salt);
        using AesGcm aes = new(Key(cipher, salt), TagSize);
        if (storage.Exists(TemporaryName(ledger)))
            storage.Delete(TemporaryName(ledger));
        using (ILedgerFile file = storage.Create(TemporaryName(ledger)))
        {
            file.Write(0, [.. Magic, .. salt]);
            byte[] sealedChunk = new byte[Chunk + TagSize];
            long at = Magic.Length + SaltSize;
            for (int number = 0, start = 0; start < plain.Length; number++, start += Chunk)
            {
                int length = Math.Min(Chunk, plain.Length - start);
                aes.Encrypt(Nonce(number), plain.AsSpan(start, length), sealedChunk.AsSpan(0, length), sealedChunk.AsSpan(length, TagSize),
                    Last(start + length == plain.Length));
                file.Write(at, sealedChunk.AsSpan(0, length + TagSize));
                at += length + TagSize;
            }
            file.Flush();
        }
        CryptographicOperations.ZeroMemory(plain);
        storage.Rename(TemporaryName(ledger), FileName(ledger));
        storage.FlushFolder();
    }

    /// <summary>Reads the snapshot if there is one that opens under this ledger's key; whether it fits the file is for the caller.</summary>
    public static LedgerSnapshot? Read(ILedgerStorage storage, string ledger, LineCipher cipher)
    {
        if (!storage.Exists(FileName(ledger)))
            return null;
        using ILedgerFile file = storage.Open(FileName(ledger), writable: false);
        long length = file.Length - Magic.Length - SaltSize;
        byte[] opening = new byte[Magic.Length + SaltSize];
        if (length is < TagSize + Fixed or > Longest || file.Read(0, opening) != opening.Length || !opening.AsSpan(0, Magic.Length).SequenceEqual(Magic))
            return null;
        int chunks = (int)((length + Chunk + TagSize - 1) / (Chunk + TagSize));
        byte[] plain = new byte[length - (long)chunks * TagSize];
        byte[] sealedChunk = new byte[Chunk + TagSize];
        using AesGcm aes = new(Key(cipher, opening.AsSpan(Magic.Length)), TagSize);
        for (int number = 0; number < chunks; number++)
        {
            int size = (int)Math.Min(Chunk + TagSize, length - (long)number * (Chunk + TagSize));
            if (size <= TagSize || file.Read(opening.Length + (long)number * (Chunk + TagSize), sealedChunk.AsSpan(0, size)) != size)
                return null;
            try
            {
                aes.Decrypt(Nonce(number), sealedChunk.AsSpan(0, size - TagSize), sealedChunk.AsSpan(size - TagSize, TagSize),
                    plain.AsSpan(number * Chunk, size - TagSize), Last(number == chunks - 1));
            }
            catch (AuthenticationTagMismatchException)
            {
                return null;
            }
        }
        return FromBytes(plain);
    }

    private byte[] ToBytes()
    {
        byte[] plain = new byte[Fixed + State.Length];
        Span<byte> rest = plain;
        Put(ref rest, Genesis.Lane);
        Genesis.Id.CopyTo(rest);
        rest = rest[PeerId.Length..];
        (Guid lane, LedgerHead head) = Genesis.Imports ?? default;
        rest[0] = Genesis.Imports is null ? (byte)0 : (byte)1;
        rest = rest[1..];
        Put(ref rest, lane);
        Put(ref rest, head);
        Put(ref rest, Head);
        BinaryPrimitives.WriteInt64BigEndian(rest, At.UtcTicks);
        BinaryPrimitives.WriteInt64BigEndian(rest[8..], Position.Offset);
        BinaryPrimitives.WriteInt32BigEndian(rest[16..], Position.Length);
        State.Span.CopyTo(rest[20..]);
        return plain;
    }

    // Only who has the data key could have written it, so its numbers are taken as they are.
    private static LedgerSnapshot FromBytes(ReadOnlyMemory<byte> plain)
    {
        ReadOnlySpan<byte> rest = plain.Span;
        Guid lane = new(rest[..16], bigEndian: true);
        PeerId id = PeerId.FromThumbprint(rest[16..48]);
        (Guid, LedgerHead)? imports = rest[48] == 0 ? null : (new Guid(rest[49..65], bigEndian: true), TakeHead(rest[65..]));
        return new LedgerSnapshot(new Genesis(lane, id, imports), TakeHead(rest[105..]),
            new DateTimeOffset(BinaryPrimitives.ReadInt64BigEndian(rest[145..]), TimeSpan.Zero),
            new EntryPosition(BinaryPrimitives.ReadInt64BigEndian(rest[153..]), BinaryPrimitives.ReadInt32BigEndian(rest[161..])), plain[Fixed..]);
    }

    private static LedgerHead TakeHead(ReadOnlySpan<byte> bytes) =>
        new(BinaryPrimitives.ReadInt64BigEndian(bytes), new EntryHash(bytes.Slice(8, EntryHash.Size)));

    private static void Put(ref Span<byte> rest, Guid lane)
    {
        lane.TryWriteBytes(rest, bigEndian: true, out int written);
        rest = rest[written..];
    }

    private static void Put(ref Span<byte> rest, LedgerHead head)
    {
        BinaryPrimitives.WriteInt64BigEndian(rest, head.N);
        head.Hash.CopyTo(rest[8..]);
        rest = rest[(8 + EntryHash.Size)..];
    }

    private static byte[] Key(LineCipher cipher, ReadOnlySpan<byte> salt)
    {
        byte[] key = new byte[32];
        HKDF.DeriveKey(HashAlgorithmName.SHA256, cipher.Key, key, salt, KeyLabel);
        return key;
    }

    private static byte[] Nonce(int number)
    {
        byte[] nonce = new byte[NonceSize];
        BinaryPrimitives.WriteInt32BigEndian(nonce.AsSpan(NonceSize - 4), number);
        return nonce;
    }

    private static byte[] Last(bool last) => [last ? (byte)1 : (byte)0];
}
