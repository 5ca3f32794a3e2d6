using System.Runtime.InteropServices;

namespace Jangbu.WebRtc.Dtls.OpenSsl;

/// <summary>
/// A BIO of our own that keeps datagram boundaries: each BIO_write is one datagram, each BIO_read takes one. (A memory BIO has no boundaries
/// and OpenSSL's own datagram pair exists only from 3.2.)
/// </summary>
internal static unsafe class DatagramBio
{
    private static readonly nint Method = CreateMethod();

    /// <summary>A BIO that calls <paramref name="session"/>; the handle is released by the BIO's destroy callback.</summary>
    internal static nint Create(OpenSslDtlsSession session, out nint handle)
    {
        nint bio = LibSsl.BIO_new(Method);
        // Weak: native memory must not keep a forgotten session alive, or its SafeHandle would never be finalized.
        handle = GCHandle.ToIntPtr(GCHandle.Alloc(session, GCHandleType.Weak));
        LibSsl.BIO_set_data(bio, handle);
        return bio;
    }

    /// <summary>The session behind a handle; null when it was collected already.</summary>
    internal static OpenSslDtlsSession? SessionOf(nint handle) => handle == 0 ? null : GCHandle.FromIntPtr(handle).Target as OpenSslDtlsSession;

    private static nint CreateMethod()
    {
        nint method = LibSsl.BIO_meth_new(LibSsl.BIO_get_new_index() | LibSsl.BioTypeSourceSink, "datagrams");
        bool made = method != 0
            && LibSsl.BIO_meth_set_write(method, &OnWrite) == 1
            && LibSsl.BIO_meth_set_read(method, &OnRead) == 1
            && LibSsl.BIO_meth_set_ctrl(method, &OnControl) == 1
            && LibSsl.BIO_meth_set_create(method, &OnCreate) == 1
            && LibSsl.BIO_meth_set_destroy(method, &OnDestroy) == 1;
        return made ? method : throw new InsufficientMemoryException("OpenSSL could not make a BIO method");
    }

    [UnmanagedCallersOnly]
    private static int OnWrite(nint bio, byte* data, int length)
    {
        if (SessionOf(LibSsl.BIO_get_data(bio)) is { } session)
            session.TakeOutput(data, length);
        return length;
    }

    [UnmanagedCallersOnly]
    private static int OnRead(nint bio, byte* buffer, int length)
    {
        LibSsl.BIO_clear_flags(bio, LibSsl.BioFlagsRetryMask);
        int read = SessionOf(LibSsl.BIO_get_data(bio)) is { } session ? session.GiveInput(buffer, length) : -1;
        if (read < 0)
            LibSsl.BIO_set_flags(bio, LibSsl.BioFlagsReadRetry);
        return read;
    }

    [UnmanagedCallersOnly]
    private static nint OnControl(nint bio, int command, nint number, void* pointer) => command switch
    {
        LibSsl.BioCtrlFlush => 1,
        _ => 0, // kernel TLS (73, 76), MTU overhead (49), pending (10, 13), push and pop (6, 7): no
    };

    [UnmanagedCallersOnly]
    private static int OnCreate(nint bio)
    {
        LibSsl.BIO_set_init(bio, 1);
        return 1;
    }

    [UnmanagedCallersOnly]
    private static int OnDestroy(nint bio)
    {
        nint handle = LibSsl.BIO_get_data(bio);
        if (handle != 0)
            GCHandle.FromIntPtr(handle).Free();
        LibSsl.BIO_set_data(bio, 0);
        return 1;
    }
}
