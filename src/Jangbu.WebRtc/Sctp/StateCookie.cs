using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Jangbu.WebRtc.Sctp;

/// <summary>
/// What an endpoint would have to remember of an INIT, handed to the peer instead and authenticated by HMAC-SHA-256, so that an INIT
/// costs no memory (RFC 9260 §5.1.3). Bound to tags and ports, stamped with the monotonic time it was made.
/// </summary>
internal readonly record struct StateCookie
{
    public const int Length = BodyLength + HMACSHA256.HashSizeInBytes;
    private const int BodyLength = 52;

    public VerificationTag LocalTag { get; init; }

    public VerificationTag PeerTag { get; init; }

    /// <summary>Our tag of the association that existed when the INIT came; zero when there was none.</summary>
    public VerificationTag LocalTieTag { get; init; }

    public VerificationTag PeerTieTag { get; init; }

    public Tsn LocalInitialTsn { get; init; }

    public Tsn PeerInitialTsn { get; init; }

    public uint PeerWindow { get; init; }

    public int OutboundStreams { get; init; }

    public int InboundStreams { get; init; }

    public bool ForwardTsn { get; init; }

    public bool Reconfiguration { get; init; }

    public bool ZeroChecksum { get; init; }

    public TimeSpan MadeAt { get; init; }

    public byte[] Seal(ReadOnlySpan<byte> secret, ushort localPort, ushort peerPort)
    {
        byte[] cookie = new byte[Length];
        Span<byte> body = cookie;
        BinaryPrimitives.WriteUInt32BigEndian(body, LocalTag.Value);
        BinaryPrimitives.WriteUInt32BigEndian(body[4..], PeerTag.Value);
        BinaryPrimitives.WriteUInt32BigEndian(body[8..], LocalTieTag.Value);
        BinaryPrimitives.WriteUInt32BigEndian(body[12..], PeerTieTag.Value);
        BinaryPrimitives.WriteUInt32BigEndian(body[16..], LocalInitialTsn.Value);
        BinaryPrimitives.WriteUInt32BigEndian(body[20..], PeerInitialTsn.Value);
        BinaryPrimitives.WriteUInt32BigEndian(body[24..], PeerWindow);
        BinaryPrimitives.WriteUInt16BigEndian(body[28..], (ushort)OutboundStreams);
        BinaryPrimitives.WriteUInt16BigEndian(body[30..], (ushort)InboundStreams);
        BinaryPrimitives.WriteUInt16BigEndian(body[32..], localPort);
        BinaryPrimitives.WriteUInt16BigEndian(body[34..], peerPort);
        body[36] = (byte)((ForwardTsn ? 1 : 0) | (Reconfiguration ? 2 : 0) | (ZeroChecksum ? 4 : 0));
        BinaryPrimitives.WriteInt64BigEndian(body[44..], MadeAt.Ticks);
        HMACSHA256.HashData(secret, body[..BodyLength], body[BodyLength..]);
        return cookie;
    }

    /// <returns>False when the cookie is not one of ours for these ports; its age is the caller's to judge.</returns>
    public static bool TryOpen(ReadOnlySpan<byte> cookie, ReadOnlySpan<byte> secret, ushort localPort, ushort peerPort, out StateCookie opened)
    {
        opened = default;
        if (cookie.Length != Length)
            return false;
        Span<byte> expected = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(secret, cookie[..BodyLength], expected);
        if (!CryptographicOperations.FixedTimeEquals(expected, cookie[BodyLength..]))
            return false;
        if (BinaryPrimitives.ReadUInt16BigEndian(cookie[32..]) != localPort || BinaryPrimitives.ReadUInt16BigEndian(cookie[34..]) != peerPort)
            return false;
        opened = new StateCookie
        {
            LocalTag = new VerificationTag(BinaryPrimitives.ReadUInt32BigEndian(cookie)),
            PeerTag = new VerificationTag(BinaryPrimitives.ReadUInt32BigEndian(cookie[4..])),
            LocalTieTag = new VerificationTag(BinaryPrimitives.ReadUInt32BigEndian(cookie[8..])),
            PeerTieTag = new VerificationTag(BinaryPrimitives.ReadUInt32BigEndian(cookie[12..])),
            LocalInitialTsn = new Tsn(BinaryPrimitives.ReadUInt32BigEndian(cookie[16..])),
            PeerInitialTsn = new Tsn(BinaryPrimitives.ReadUInt32BigEndian(cookie[20..])),
            PeerWindow = BinaryPrimitives.ReadUInt32BigEndian(cookie[24..]),
            OutboundStreams = BinaryPrimitives.ReadUInt16BigEndian(cookie[28..]),
            InboundStreams = BinaryPrimitives.ReadUInt16BigEndian(cookie[30..]),
            ForwardTsn = (cookie[36] & 1) != 0,
            Reconfiguration = (cookie[36] & 2) != 0,
            ZeroChecksum = (cookie[36] & 4) != 0,
            MadeAt = TimeSpan.FromTicks(BinaryPrimitives.ReadInt64BigEndian(cookie[44..])),
        };
        return true;
    }
}
