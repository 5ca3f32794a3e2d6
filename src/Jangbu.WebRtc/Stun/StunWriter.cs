using System.Buffers.Binary;
using System.Net;
using System.Security.Cryptography;
using System.Text;

namespace Jangbu.WebRtc.Stun;

/// <summary>Writes one STUN message into the caller's buffer, attribute by attribute; signature and fingerprint come last.</summary>
public ref struct StunWriter
{
    /// <summary>Enough for any request of ICE or TURN without payload: user name 513 bytes, realm and nonce 763 each.</summary>
    public const int BufferLength = 2560;

    private readonly Span<byte> _buffer;
    private readonly StunTransactionId _id;

    /// <summary>Starts a message.</summary>
    /// <exception cref="ArgumentException">The buffer is shorter than a header; later, shorter than what is added.</exception>
    public StunWriter(Span<byte> buffer, StunClass messageClass, StunMethod method, StunTransactionId id)
    {
        if (buffer.Length < StunMessage.HeaderLength)
            throw new ArgumentException("a STUN message needs at least 20 bytes", nameof(buffer));
        _buffer = buffer;
        _id = id;
        int bits = (int)method, kind = (int)messageClass;
        int type = (bits & 0x000F) | ((bits & 0x0070) << 1) | ((bits & 0x0F80) << 2) | ((kind & 1) << 4) | ((kind & 2) << 7);
        BinaryPrimitives.WriteUInt16BigEndian(buffer, (ushort)type);
        BinaryPrimitives.WriteUInt16BigEndian(buffer[2..], 0);
        BinaryPrimitives.WriteUInt32BigEndian(buffer[4..], StunMessage.MagicCookie);
        id.Write(buffer[8..]);
        Length = StunMessage.HeaderLength;
    }

    /// <summary>Bytes written so far; the message is whole after each call.</summary>
    public int Length { get; private set; }

    /// <summary>The message as it stands.</summary>
    public readonly ReadOnlySpan<byte> Message => _buffer[..Length];

    /// <summary>Adds an attribute, padded with zeros.</summary>
    public void Add(StunAttribute attribute, scoped ReadOnlySpan<byte> value) => value.CopyTo(Reserve(attribute, value.Length));

    /// <summary>Adds a four-byte attribute.</summary>
    public void Add(StunAttribute attribute, uint value) => BinaryPrimitives.WriteUInt32BigEndian(Reserve(attribute, 4), value);

    /// <summary>Adds an eight-byte attribute.</summary>
    public void Add(StunAttribute attribute, ulong value) => BinaryPrimitives.WriteUInt64BigEndian(Reserve(attribute, 8), value);

    /// <summary>Adds a text attribute in UTF-8.</summary>
    public void Add(StunAttribute attribute, string text) => Encoding.UTF8.GetBytes(text, Reserve(attribute, Encoding.UTF8.GetByteCount(text)));

    /// <summary>Adds an address, masked where the attribute's type is one of the XOR kind.</summary>
    public void Add(StunAttribute attribute, IPEndPoint endpoint)
    {
        ArgumentNullException.ThrowIfNull(endpoint);
        Span<byte> value = stackalloc byte[StunAddress.MaxLength];
        int length = StunAddress.Write(value, endpoint, _id, attribute != StunAttribute.MappedAddress);
        Add(attribute, value[..length]);
    }

    /// <summary>Adds ERROR-CODE with the phrase (RFC 8489 §14.8).</summary>
    public void AddError(int code, string reason)
    {
        Span<byte> value = Reserve(StunAttribute.ErrorCode, 4 + Encoding.UTF8.GetByteCount(reason));
        value[0] = value[1] = 0;
        value[2] = (byte)(code / 100);
        value[3] = (byte)(code % 100);
        Encoding.UTF8.GetBytes(reason, value[4..]);
    }

    /// <summary>Adds UNKNOWN-ATTRIBUTES, the companion of error 420.</summary>
    public void AddUnknown(scoped ReadOnlySpan<ushort> types)
    {
        Span<byte> value = Reserve(StunAttribute.UnknownAttributes, types.Length * 2);
        for (int index = 0; index < types.Length; index++)
            BinaryPrimitives.WriteUInt16BigEndian(value[(index * 2)..], types[index]);
    }

    /// <summary>Signs with HMAC-SHA1 (RFC 8489 §14.5): short-term key = password, long-term key = <see cref="LongTermKey"/>.</summary>
    public void AddIntegrity(scoped ReadOnlySpan<byte> key)
    {
        Span<byte> value = Reserve(StunAttribute.MessageIntegrity, StunMessage.IntegrityLength);
        HMACSHA1.HashData(key, _buffer[..(Length - 24)], value);
    }

    /// <summary>Signs with HMAC-SHA256 (RFC 8489 §14.6).</summary>
    public void AddIntegritySha256(scoped ReadOnlySpan<byte> key)
    {
        Span<byte> value = Reserve(StunAttribute.MessageIntegritySha256, 32);
        HMACSHA256.HashData(key, _buffer[..(Length - 36)], value);
    }

    /// <summary>Adds FINGERPRINT, which must be last (RFC 8489 §14.7).</summary>
    public void AddFingerprint()
    {
        Span<byte> value = Reserve(StunAttribute.Fingerprint, 4);
        BinaryPrimitives.WriteUInt32BigEndian(value, Crc32.Compute(_buffer[..(Length - 8)]) ^ StunMessage.FingerprintMask);
    }

    /// <summary>The long-term key MD5(user:realm:password) of RFC 8489 §9.2.2, 16 bytes.</summary>
    public static byte[] LongTermKey(string username, string realm, string password) =>
        MD5.HashData(Encoding.UTF8.GetBytes($"{username}:{realm}:{password}"));

    private Span<byte> Reserve(StunAttribute attribute, int length)
    {
        int padded = (length + 3) & ~3;
        if (_buffer.Length - Length < 4 + padded)
            throw new ArgumentException($"the buffer of {_buffer.Length} bytes is too short for this STUN message");
        Span<byte> at = _buffer.Slice(Length, 4 + padded);
        BinaryPrimitives.WriteUInt16BigEndian(at, (ushort)attribute);
        BinaryPrimitives.WriteUInt16BigEndian(at[2..], (ushort)length);
        at[(4 + length)..].Clear();
        Length += 4 + padded;
        BinaryPrimitives.WriteUInt16BigEndian(_buffer[2..], (ushort)(Length - StunMessage.HeaderLength));
        return at.Slice(4, length);
    }
}
