using System.Runtime.InteropServices;

namespace Jangbu.WebRtc.Drivers;

/// <summary>What is called of Linux's C library; the structures are those of 64-bit Linux.</summary>
internal static unsafe partial class LibC
{
    internal const int EINTR = 4, EIO = 5, EAGAIN = 11, EINVAL = 22, EMSGSIZE = 90, ENOBUFS = 105;
    internal const int DontWait = 0x40;
    internal const int SolUdp = 17, UdpSegment = 103, UdpGro = 104;
    internal const int SolIp = 0, IpMtuDiscover = 10, PmtuDiscoverDont = 0;
    internal const int EpollCtlAdd = 1, EpollCtlDelete = 2;
    internal const uint EpollIn = 1;
    internal const int CloseOnExec = 0x80000, EventNonBlocking = 0x800;
    internal const short PollOut = 4;

    [LibraryImport("libc", SetLastError = true)] internal static partial int recvmmsg(int socket, MessageOfMany* messages, uint count, int flags, nint timeout);
    [LibraryImport("libc", SetLastError = true)] internal static partial int sendmmsg(int socket, MessageOfMany* messages, uint count, int flags);
    [LibraryImport("libc", SetLastError = true)] internal static partial int epoll_create1(int flags);
    [LibraryImport("libc", SetLastError = true)] internal static partial int epoll_ctl(int epoll, int operation, int file, void* entry);
    [LibraryImport("libc", SetLastError = true)] internal static partial int epoll_wait(int epoll, void* events, int count, int milliseconds);
    [LibraryImport("libc", SetLastError = true)] internal static partial int eventfd(uint start, int flags);
    [LibraryImport("libc", SetLastError = true)] internal static partial int poll(PollEntry* entries, nuint count, int milliseconds);
    [LibraryImport("libc", SetLastError = true)] internal static partial nint read(int file, void* buffer, nuint count);
    [LibraryImport("libc", SetLastError = true)] internal static partial nint write(int file, void* buffer, nuint count);
    [LibraryImport("libc", SetLastError = true)] internal static partial int close(int file);

    /// <summary>struct iovec.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct Vector
    {
        public byte* Start;
        public nuint Length;
    }

    /// <summary>struct msghdr; musl's narrower lengths lie in the same bytes on little-endian machines.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct Message
    {
        public byte* Name;
        public uint NameLength;
        public Vector* Vectors;
        public nuint VectorCount;
        public byte* Control;
        public nuint ControlLength;
        public int Flags;
    }

    /// <summary>struct mmsghdr.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct MessageOfMany
    {
        public Message Message;
        public uint Length;
    }

    /// <summary>struct cmsghdr.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct ControlHeader
    {
        public nuint Length;
        public int Level;
        public int Type;
    }

    /// <summary>struct pollfd.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct PollEntry
    {
        public int File;
        public short Events;
        public short Returned;
    }
}
