namespace Jangbu.Ledger;

/// <summary>One entry of a ledger (PROTOCOL §6). Immutable; its bytes are its own and live as long as it does.</summary>
public sealed class Entry
{
    internal Entry(long n, EntryHash prev, DateTimeOffset at, string kind, ReadOnlyMemory<byte> data, ReadOnlyMemory<byte> json, EntryHash hash)
    {
        N = n;
        Prev = prev;
        At = at;
        Kind = kind;
        Data = data;
        Json = json;
        Hash = hash;
    }

    /// <summary>Its number, from 1. It stands in line N + 1.</summary>
    public long N { get; }

    /// <summary>Hash of the entry before; <see cref="EntryHash.None"/> for the first.</summary>
    public EntryHash Prev { get; }

    /// <summary>When it was written, by this machine's clock.</summary>
    public DateTimeOffset At { get; }

    /// <summary>One of <see cref="EntryKind"/>.</summary>
    public string Kind { get; }

    /// <summary>The <c>data</c> object as JSON; its form was checked, what it means is for who reads it.</summary>
    public ReadOnlyMemory<byte> Data { get; }

    /// <summary>The whole entry as JSON, the bytes that are hashed and encrypted.</summary>
    public ReadOnlyMemory<byte> Json { get; }

    /// <summary>SHA-256 of <see cref="Json"/>: what the next entry names as <c>prev</c>.</summary>
    public EntryHash Hash { get; }

    /// <summary>Where its line stands in the file, for reading it again later.</summary>
    public EntryPosition Position { get; internal set; }
}
