using System.Buffers.Binary;

namespace Jangbu.Fuzz;

/// <summary>Makes new inputs from old ones: bits, bytes, integers, blocks, splices, words of a dictionary. All from one seed.</summary>
public sealed class Mutator(int seed, IReadOnlyList<byte[]> dictionary, int largest)
{
    private static readonly long[] Interesting =
        [0, 1, -1, 2, 16, 32, 64, 100, 127, 128, 255, 256, 511, 512, 1000, 1023, 1024, 4095, 4096, 32767, 32768, 65535, 65536, int.MaxValue, uint.MaxValue, int.MinValue];

    private readonly Random _random = new(seed);

    /// <summary>A mutation of <paramref name="input"/>; <paramref name="other"/> may lend a part.</summary>
    public byte[] Mutate(byte[] input, byte[] other)
    {
        List<byte> bytes = [.. input];
        int rounds = 1 << _random.Next(0, 5);
        for (int i = 0; i < rounds; i++)
            Once(bytes, other);
        if (bytes.Count > largest)
            bytes.RemoveRange(largest, bytes.Count - largest);
        return [.. bytes];
    }

    private void Once(List<byte> bytes, byte[] other)
    {
        int at = bytes.Count == 0 ? 0 : _random.Next(bytes.Count);
        switch (_random.Next(10))
        {
            case 0 when bytes.Count > 0:
                bytes[at] ^= (byte)(1 << _random.Next(8));
                break;
            case 1 when bytes.Count > 0:
                bytes[at] = (byte)_random.Next(256);
                break;
            case 2 when bytes.Count > 0:
                bytes[at] = unchecked((byte)(bytes[at] + _random.Next(-16, 17)));
                break;
            case 3:
                WriteInteger(bytes, at);
                break;
            case 4 when bytes.Count > 0:
                bytes.RemoveRange(at, Math.Min(Length(), bytes.Count - at));
                break;
            case 5:
                byte[] noise = new byte[Length()];
                _random.NextBytes(noise);
                bytes.InsertRange(at, noise);
                break;
            case 6 when bytes.Count > 0:
                bytes.InsertRange(_random.Next(bytes.Count + 1), bytes.GetRange(at, Math.Min(Length(), bytes.Count - at)));
                break;
            case 7 when other.Length > 0:
                int from = _random.Next(other.Length);
                bytes.InsertRange(at, other.AsSpan(from, Math.Min(Length(), other.Length - from)).ToArray());
                break;
            case 8 when other.Length > 0:
                bytes.RemoveRange(at, bytes.Count - at);
                bytes.AddRange(other.AsSpan(Math.Min(at, other.Length)).ToArray());
                break;
            default:
                PutWord(bytes, at);
                break;
        }
    }

    private void WriteInteger(List<byte> bytes, int at)
    {
        Span<byte> integer = stackalloc byte[8];
        long value = Interesting[_random.Next(Interesting.Length)];
        if (_random.Next(2) == 0)
            BinaryPrimitives.WriteInt64BigEndian(integer, value);
        else
            BinaryPrimitives.WriteInt64BigEndian(integer, unchecked(bytes.Count + _random.Next(-4, 5)));
        int width = 1 << _random.Next(3);
        for (int i = 0; i < width && at + i < bytes.Count; i++)
            bytes[at + i] = integer[8 - width + i];
    }

    private void PutWord(List<byte> bytes, int at)
    {
        if (dictionary.Count == 0)
            return;
        byte[] word = dictionary[_random.Next(dictionary.Count)];
        if (_random.Next(2) == 0)
            bytes.InsertRange(at, word);
        else
            for (int i = 0; i < word.Length && at + i < bytes.Count; i++)
                bytes[at + i] = word[i];
    }

    private int Length() => _random.Next(4) == 0 ? _random.Next(1, 257) : _random.Next(1, 9);
}
