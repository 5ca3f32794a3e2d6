using System.Security.Cryptography;

namespace Jangbu.Tests.Node;

/// <summary>Entropy whose bytes a vector gives, one part a call.</summary>
public sealed class GivenBytes(IEnumerable<byte[]> parts) : RandomNumberGenerator
{
    private readonly Queue<byte[]> _parts = new(parts);

    /// <inheritdoc/>
    public override void GetBytes(byte[] data)
    {
        byte[] part = _parts.Dequeue();
        Assert.Equal(data.Length, part.Length);
        part.CopyTo(data, 0);
    }
}
