using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Jangbu.Dht;

/// <summary>
/// Write tokens (BEP 5): they prove that who writes also receives at its address. Bound to the address and to the target, so that one `get`
/// does not open every key (bittorrent.org issue 47); good for five to ten minutes.
/// </summary>
public sealed class WriteToken(RandomNumberGenerator random)
{
    /// <summary>Length of a token: 64 bits cannot be guessed at a few thousand tries a second.</summary>
    public const int Size = 8;

    /// <summary>How long one secret makes tokens; the one before it is still accepted.</summary>
    public static readonly TimeSpan Rotation = TimeSpan.FromMinutes(5);

    private readonly byte[] current = Fresh(random);
    private readonly byte[] previous = Fresh(random);
    private TimeSpan rotated;

    /// <summary>Writes the token for one address and one target.</summary>
    public void Write(TimeSpan now, NodeAddress address, NodeId target, Span<byte> token)
    {
        Rotate(now);
        Compute(current, address, target, token);
    }

    /// <summary>Whether <paramref name="token"/> was given to this address for this target, lately.</summary>
    public bool IsValid(TimeSpan now, NodeAddress address, NodeId target, ReadOnlySpan<byte> token)
    {
        Rotate(now);
        Span<byte> expected = stackalloc byte[Size];
        Compute(current, address, target, expected);
        if (CryptographicOperations.FixedTimeEquals(expected, token))
            return true;
        Compute(previous, address, target, expected);
        return CryptographicOperations.FixedTimeEquals(expected, token);
    }

    private static byte[] Fresh(RandomNumberGenerator random)
    {
        ArgumentNullException.ThrowIfNull(random);
        byte[] secret = new byte[16];
        random.GetBytes(secret);
        return secret;
    }

    private static void Compute(ReadOnlySpan<byte> secret, NodeAddress address, NodeId target, Span<byte> token)
    {
        // The port is left out: a NAT may change it between the get and the put.
        Span<byte> input = stackalloc byte[16 + NodeId.Size];
        int length = address.WriteAddress(input);
        target.CopyTo(input[length..]);
        Span<byte> mac = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(secret, input[..(length + NodeId.Size)], mac);
        mac[..Size].CopyTo(token);
    }

    private void Rotate(TimeSpan now)
    {
        if (now - rotated < Rotation)
            return;
        if (now - rotated >= Rotation * 2)
            random.GetBytes(previous);
        else
            current.CopyTo(previous, 0);
        random.GetBytes(current);
        rotated = now;
    }
}
