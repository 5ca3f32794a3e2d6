namespace Jangbu.Ledger;

/// <summary>An open file of an <see cref="ILedgerStorage"/>.</summary>
public interface ILedgerFile : IDisposable
{
    /// <summary>Bytes in the file now.</summary>
    long Length { get; }

    /// <summary>Reads until the buffer is full or the file ends; returns how many bytes that were.</summary>
    int Read(long offset, Span<byte> buffer);

    /// <summary>Writes all bytes at an offset, with one call where the system takes them. Durable after <see cref="Flush"/>.</summary>
    void Write(long offset, ReadOnlySpan<byte> bytes);

    /// <summary>Cuts the file. Durable after <see cref="Flush"/>.</summary>
    void Truncate(long length);

    /// <summary>When this returns, all bytes written to this file so far are on the disk. After a failure it must not be called again: the system may have forgotten the bytes.</summary>
    void Flush();
}
