using System.Net;
using System.Runtime.InteropServices;

namespace Jangbu.WebRtc.Drivers;

internal sealed unsafe partial class LinuxUdpSocketSet
{
    /// <summary>Segments of one send: the kernel's UDP_MAX_SEGMENTS of old.</summary>
    private const int MaxSegments = 64;

    /// <summary>Messages of one sendmmsg.</summary>
    private const int SendCount = 64;

    /// <summary>How long a full send queue is waited for before its datagrams are given up.</summary>
    private const int FullQueuePatience = 5;

    /// <summary>A run of datagrams that leaves as one message: same socket, same address, same length but for the last.</summary>
    private readonly record struct Run(int First, int Count, int Offset, int Length, int Segment);

    private readonly Run[] _runs = new Run[SendCount];

    private protected override void FlushCore(ReadOnlySpan<Outgoing> outgoing)
    {
        int next = 0;
        while (next < outgoing.Length)
        {
            UdpSocketToken token = outgoing[next].Token;
            bool known = _sockets.TryGetValue(token.Value, out Entry? entry);
            int runs = 0;
            while (next < outgoing.Length && outgoing[next].Token == token && runs < SendCount)
                next = TakeRun(outgoing, next, known && entry!.Segments, out _runs[runs++]);
            if (known)
                SendRuns(entry!, outgoing, _runs.AsSpan(0, runs));
            else
                Stats.DatagramsRefused += runs;
        }
    }

    private static int TakeRun(ReadOnlySpan<Outgoing> outgoing, int first, bool segments, out Run run)
    {
        Outgoing head = outgoing[first];
        int next = first + 1, length = head.Length;
        while (segments && next < outgoing.Length && next - first < MaxSegments)
        {
            Outgoing follower = outgoing[next];
            bool joins = follower.Token == head.Token && follower.Length <= head.Length && follower.Length > 0
                && length + follower.Length <= MaxDatagramLength && Equal(follower.Remote, head.Remote);
            if (!joins)
                break;
            length += follower.Length;
            next++;
            if (follower.Length < head.Length)
                break;
        }
        run = new(first, next - first, head.Offset, length, head.Length);
        return next;
    }

    private static bool Equal(IPEndPoint one, IPEndPoint other) => ReferenceEquals(one, other) || one.Equals(other);

    private void SendRuns(Entry entry, ReadOnlySpan<Outgoing> outgoing, ReadOnlySpan<Run> runs)
    {
        LibC.MessageOfMany* messages = stackalloc LibC.MessageOfMany[SendCount];
        LibC.Vector* vectors = stackalloc LibC.Vector[SendCount];
        byte* names = stackalloc byte[SendCount * 32];
        byte* controls = stackalloc byte[SendCount * 32];
        byte* buffer = (byte*)Marshal.UnsafeAddrOfPinnedArrayElement(SendBuffer, 0);
        for (int i = 0; i < runs.Length; i++)
        {
            Run run = runs[i];
            vectors[i] = new() { Start = buffer + run.Offset, Length = (nuint)run.Length };
            messages[i] = new()
            {
                Message = new()
                {
                    Name = names + i * 32,
                    NameLength = (uint)_endPoints.Write(outgoing[run.First].Remote, new(names + i * 32, 32)),
                    Vectors = vectors + i,
                    VectorCount = 1,
                },
            };
            if (run.Count == 1)
                continue;
            var header = (LibC.ControlHeader*)(controls + i * 32);
            *header = new() { Length = (nuint)sizeof(LibC.ControlHeader) + sizeof(ushort), Level = LibC.SolUdp, Type = LibC.UdpSegment };
            *(ushort*)(header + 1) = (ushort)run.Segment;
            messages[i].Message.Control = (byte*)header;
            messages[i].Message.ControlLength = (nuint)sizeof(LibC.ControlHeader) + 8;
        }
        int sent = 0;
        bool waited = false;
        while (sent < runs.Length)
        {
            int count = LibC.sendmmsg(entry.File, messages + sent, (uint)(runs.Length - sent), LibC.DontWait);
            Stats.SystemCalls++;
            if (count > 0)
            {
                for (int i = 0; i < count; i++)
                    Stats.DatagramsSent += runs[sent + i].Count;
                sent += count;
                continue;
            }
            int error = Marshal.GetLastPInvokeError();
            if (error == LibC.EINTR || (error is LibC.EAGAIN or LibC.ENOBUFS && !waited && WaitUntilWritable(entry.File, out waited)))
                continue;
            if (runs[sent].Count > 1 && error is LibC.EIO or LibC.EINVAL or LibC.EMSGSIZE)
                SendOneByOne(entry, outgoing, runs[sent]);
            else
                Stats.DatagramsRefused += runs[sent].Count;
            sent++;
        }
    }

    /// <summary>The kernel or the interface cannot segment: from now on this socket sends each datagram by itself.</summary>
    private void SendOneByOne(Entry entry, ReadOnlySpan<Outgoing> outgoing, Run run)
    {
        entry.Segments = false;
        Span<Run> one = stackalloc Run[1];
        for (int i = run.First; i < run.First + run.Count; i++)
        {
            one[0] = new(i, 1, outgoing[i].Offset, outgoing[i].Length, outgoing[i].Length);
            SendRuns(entry, outgoing, one);
        }
    }

    private static bool WaitUntilWritable(int file, out bool waited)
    {
        waited = true;
        var entry = new LibC.PollEntry { File = file, Events = LibC.PollOut };
        return LibC.poll(&entry, 1, FullQueuePatience) > 0;
    }
}
