using System.Buffers;
using System.Numerics;

namespace Jangbu.WebRtc.Sctp;

/// <summary>
/// The buffers of one association. The shared pool keeps a few dozen arrays of a size for the whole process, fewer than one association has
/// under way; what it lacks would be allocated for each message.
/// </summary>
internal sealed class BufferPool
{
    /// <summary>Bytes kept for later; what comes back beyond goes to the shared pool. As much as a default receive window.</summary>
    public const int MaxKept = 1 << 20;

    private const int SmallestShift = 6;
    private const int LargestShift = 18;

    private readonly Stack<byte[]>[] _free = new Stack<byte[]>[LargestShift - SmallestShift + 1];
    private int _kept;

    /// <summary>Gives an array of at least so many bytes, with anything in it.</summary>
    public byte[] Rent(int length)
    {
        int index = Index(length);
        if (index < _free.Length && _free[index] is { Count: > 0 } free)
        {
            byte[] kept = free.Pop();
            _kept -= kept.Length;
            return kept;
        }
        return ArrayPool<byte>.Shared.Rent(index < _free.Length ? 1 << (index + SmallestShift) : length);
    }

    public void Return(byte[] buffer)
    {
        int index = Index(buffer.Length);
        if (index >= _free.Length || buffer.Length != 1 << (index + SmallestShift) || _kept + buffer.Length > MaxKept)
        {
            ArrayPool<byte>.Shared.Return(buffer);
            return;
        }
        (_free[index] ??= new Stack<byte[]>()).Push(buffer);
        _kept += buffer.Length;
    }

    /// <summary>Gives everything kept to the shared pool: nothing has been sent for a while.</summary>
    public void Trim()
    {
        foreach (Stack<byte[]>? free in _free)
        {
            while (free is not null && free.TryPop(out byte[]? buffer))
                ArrayPool<byte>.Shared.Return(buffer);
        }
        _kept = 0;
    }

    private static int Index(int length) => Math.Max(0, BitOperations.Log2((uint)Math.Max(1, length - 1)) + 1 - SmallestShift);
}
