using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Jangbu.Ledger.Drivers;

/// <summary>A file opened by <see cref="FileLedgerStorage"/>. Interrupted and short calls are gone on with; every other failure is told.</summary>
internal sealed class FileLedgerFile(SafeFileHandle handle, string name) : ILedgerFile
{
    public long Length => RandomAccess.GetLength(handle);

    public unsafe int Read(long offset, Span<byte> buffer)
    {
        int done = 0;
        while (done < buffer.Length)
        {
            nint read;
            fixed (byte* start = buffer[done..])
                read = LibC.Read(handle, start, buffer.Length - done, offset + done);
            if (read == 0)
                break;
            if (read > 0)
                done += (int)read;
            else if (Marshal.GetLastPInvokeError() != LibC.Interrupted)
                throw FileLedgerStorage.Failure("pread", name);
        }
        return done;
    }

    public unsafe void Write(long offset, ReadOnlySpan<byte> bytes)
    {
        int done = 0;
        while (done < bytes.Length)
        {
            nint written;
            fixed (byte* start = bytes[done..])
                written = LibC.Write(handle, start, bytes.Length - done, offset + done);
            if (written > 0)
                done += (int)written;
            else if (written == 0)
                throw new LedgerStorageException($"pwrite {name}: nothing was written");
            else if (Marshal.GetLastPInvokeError() != LibC.Interrupted)
                throw FileLedgerStorage.Failure("pwrite", name);
        }
    }

    public void Truncate(long length)
    {
        while (LibC.Truncate(handle, length) != 0)
            if (Marshal.GetLastPInvokeError() != LibC.Interrupted)
                throw FileLedgerStorage.Failure("ftruncate", name);
    }

    public void Flush()
    {
        // fdatasync writes the size too when it grew; what it leaves out (times) nobody needs.
        while (LibC.SyncData(handle) != 0)
            if (Marshal.GetLastPInvokeError() != LibC.Interrupted)
                throw FileLedgerStorage.Failure("fdatasync", name);
    }

    public void Dispose() => handle.Dispose();
}
