using System.Buffers.Binary;

namespace Jangbu.WebRtc.Sctp;

/// <summary>Cause codes of ERROR and ABORT (RFC 9260 §3.3.10).</summary>
internal enum ErrorCauseCode
{
    InvalidStreamIdentifier = 1,
    MissingMandatoryParameter = 2,
    StaleCookie = 3,
    OutOfResource = 4,
    UnresolvableAddress = 5,
    UnrecognizedChunkType = 6,
    InvalidMandatoryParameter = 7,
    UnrecognizedParameters = 8,
    NoUserData = 9,
    CookieReceivedWhileShuttingDown = 10,
    RestartWithNewAddresses = 11,
    UserInitiatedAbort = 12,
    ProtocolViolation = 13,
}

/// <summary>Marshals ERROR and ABORT chunks that carry one cause.</summary>
internal static class ErrorCause
{
    /// <summary>What of an offending chunk or parameter is sent back: enough to see what it was, too little to make a reflector of us.</summary>
    public const int MaxEcho = 128;

    /// <param name="type"><see cref="ChunkType.Error"/> or <see cref="ChunkType.Abort"/>.</param>
    /// <param name="value">The cause's own bytes; cut at <see cref="MaxEcho"/>.</param>
    public static byte[] Chunk(ChunkType type, ErrorCauseCode code, ReadOnlySpan<byte> value, byte flags = 0)
    {
        if (value.Length > MaxEcho)
            value = value[..MaxEcho];
        byte[] chunk = new byte[Sctp.Chunk.HeaderLength + Parameter.HeaderLength + value.Length];
        chunk[0] = (byte)type;
        chunk[1] = flags;
        BinaryPrimitives.WriteUInt16BigEndian(chunk.AsSpan(2), (ushort)chunk.Length);
        BinaryPrimitives.WriteUInt16BigEndian(chunk.AsSpan(4), (ushort)code);
        BinaryPrimitives.WriteUInt16BigEndian(chunk.AsSpan(6), (ushort)(Parameter.HeaderLength + value.Length));
        value.CopyTo(chunk.AsSpan(8));
        return chunk;
    }

    /// <summary>The cause "invalid stream identifier" has two reserved bytes after the stream.</summary>
    public static byte[] InvalidStream(StreamId stream)
    {
        Span<byte> value = stackalloc byte[4];
        BinaryPrimitives.WriteUInt16BigEndian(value, stream.Value);
        return Chunk(ChunkType.Error, ErrorCauseCode.InvalidStreamIdentifier, value);
    }

    /// <summary>The cause "no user data" names the TSN that came without any.</summary>
    public static byte[] NoUserData(Tsn tsn)
    {
        Span<byte> value = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(value, tsn.Value);
        return Chunk(ChunkType.Abort, ErrorCauseCode.NoUserData, value);
    }

    /// <summary>The cause "stale cookie" says by how many microseconds.</summary>
    public static byte[] StaleCookie(TimeSpan staleness)
    {
        Span<byte> value = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(value, (uint)Math.Clamp(staleness.TotalMicroseconds, 0, uint.MaxValue));
        return Chunk(ChunkType.Error, ErrorCauseCode.StaleCookie, value);
    }
}
