using System.Security.Cryptography;

namespace Jangbu.Tests.Sctp;

/// <summary>Entropy that a seed repeats; its first words may be given, to choose tags and TSNs.</summary>
internal sealed class SeededRandom(int seed, params uint[] first) : RandomNumberGenerator
{
    private readonly Random _random = new(seed);
    private readonly Queue<uint> _first = new(first);

    public override void GetBytes(byte[] data) => GetBytes(data.AsSpan());

    public override void GetBytes(Span<byte> data)
    {
        if (data.Length == sizeof(uint) && _first.TryDequeue(out uint word))
            BitConverter.TryWriteBytes(data, word);
        else
            _random.NextBytes(data);
    }
}
