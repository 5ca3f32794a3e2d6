using System.Buffers.Binary;
using System.Net;
using System.Security.Cryptography;
using System.Text;

namespace Jangbu.WebRtc.Stun;

/// <summary>A STUN message read in place (RFC 8489 §5); it lives as long as the datagram it looks at.</summary>
//   0                   1                   2                   3
//  |0 0|     STUN Message Type     |         Message Length        |  length without the header, a multiple of 4
//  |                         Magic Cookie                          |
//  |                     Transaction ID (96 bits)                  |
public readonly ref struct StunMessage
{
    /// <summary>Type, length, cookie, transaction id.</summary>
    public const int HeaderLength = 20;

    /// <summary>The fixed word of RFC 8489; messages of RFC 3489 lack it and are refused.</summary>
    public const uint MagicCookie = 0x2112A442;

    /// <summary>More attributes than any message of ICE or TURN has (a full one has about 14); bounds the walk over a hostile one.</summary>
    public const int MaxAttributes = 64;

    /// <summary>A signed message is copied to be checked; TURN's longest request with the longest realm and nonce stays below this.</summary>
    public const int MaxSignedLength = 4096;

    /// <summary>HMAC-SHA1 length.</summary>
    internal const int IntegrityLength = 20;

    /// <summary>FINGERPRINT is the CRC-32 XORed with this ("STUN").</summary>
    internal const uint FingerprintMask = 0x5354554E;

    private readonly ReadOnlySpan<byte> _bytes;
    private readonly int _attributesEnd;
    private readonly int _integrityAt;
    private readonly int _integritySha256At;

    private StunMessage(ReadOnlySpan<byte> bytes, int attributesEnd, int integrityAt, int integritySha256At, bool hasFingerprint)
    {
        _bytes = bytes;
        _attributesEnd = attributesEnd;
        _integrityAt = integrityAt;
        _integritySha256At = integritySha256At;
        HasFingerprint = hasFingerprint;
        TransactionId = StunTransactionId.Read(bytes[8..]);
        int type = BinaryPrimitives.ReadUInt16BigEndian(bytes);
        Class = (StunClass)(((type >> 4) & 1) | ((type >> 7) & 2));
        Method = (StunMethod)((type & 0x000F) | ((type >> 1) & 0x0070) | ((type >> 2) & 0x0F80));
    }

    /// <summary>Bytes of the whole message.</summary>
    public int Length => _bytes.Length;

    /// <summary>Request, indication or one of the two answers.</summary>
    public StunClass Class { get; }

    /// <summary>May be a value that <see cref="StunMethod"/> does not name.</summary>
    public StunMethod Method { get; }

    /// <summary>The transaction this belongs to.</summary>
    public StunTransactionId TransactionId { get; }

    /// <summary>Whether a (right) FINGERPRINT was there; a wrong one makes <see cref="TryRead"/> fail.</summary>
    public bool HasFingerprint { get; }

    /// <summary>Whether the message is signed at all.</summary>
    public bool HasIntegrity => _integrityAt > 0 || _integritySha256At > 0;

    /// <summary>Whether the bytes can be STUN: enough for the demultiplexer of RFC 7983, without reading the attributes.</summary>
    public static bool LooksLike(ReadOnlySpan<byte> datagram) =>
        datagram.Length >= HeaderLength && datagram[0] < 4 && BinaryPrimitives.ReadUInt32BigEndian(datagram[4..]) == MagicCookie;

    /// <summary>
    /// Reads a message that fills <paramref name="datagram"/> exactly. Attributes after MESSAGE-INTEGRITY are not covered by it and are
    /// therefore never seen, MESSAGE-INTEGRITY-SHA256 and FINGERPRINT excepted (RFC 8489 §14.5).
    /// </summary>
    /// <returns>False for anything else than one whole STUN message with a right FINGERPRINT or none.</returns>
    public static bool TryRead(ReadOnlySpan<byte> datagram, out StunMessage message)
    {
        message = default;
        if (!LooksLike(datagram))
            return false;
        int length = BinaryPrimitives.ReadUInt16BigEndian(datagram[2..]);
        if (length % 4 != 0 || length != datagram.Length - HeaderLength)
            return false;

        int end = datagram.Length, integrityAt = 0, integritySha256At = 0, count = 0;
        bool fingerprint = false;
        for (int at = HeaderLength; at < datagram.Length;)
        {
            if (fingerprint || ++count > MaxAttributes || !TryReadAttribute(datagram, at, out int type, out int valueLength, out int next))
                return false;
            switch ((StunAttribute)type)
            {
                case StunAttribute.MessageIntegrity when integrityAt == 0 && integritySha256At == 0:
                    if (valueLength != IntegrityLength)
                        return false;
                    integrityAt = at;
                    end = at;
                    break;
                case StunAttribute.MessageIntegritySha256 when integritySha256At == 0:
                    if (valueLength is < 16 or > 32 || valueLength % 4 != 0)
                        return false;
                    integritySha256At = at;
                    end = Math.Min(end, at);
                    break;
                case StunAttribute.Fingerprint:
                    if (valueLength != 4 || BinaryPrimitives.ReadUInt32BigEndian(datagram[(at + 4)..]) != (Crc32.Compute(datagram[..at]) ^ FingerprintMask))
                        return false;
                    fingerprint = true;
                    end = Math.Min(end, at);
                    break;
            }

            at = next;
        }

        message = new StunMessage(datagram, end, integrityAt, integritySha256At, fingerprint);
        return true;
    }

    /// <summary>Finds an attribute's value; the first counts if there are several.</summary>
    public bool TryGet(StunAttribute attribute, out ReadOnlySpan<byte> value)
    {
        for (int at = HeaderLength; at < _attributesEnd;)
        {
            TryReadAttribute(_bytes, at, out int type, out int length, out int next);
            if (type == (int)attribute)
            {
                value = _bytes.Slice(at + 4, length);
                return true;
            }

            at = next;
        }

        value = default;
        return false;
    }

    /// <summary>Whether an attribute is there.</summary>
    public bool Has(StunAttribute attribute) => TryGet(attribute, out _);

    /// <summary>A four-byte attribute, such as PRIORITY.</summary>
    public bool TryGetUInt32(StunAttribute attribute, out uint value)
    {
        bool found = TryGet(attribute, out ReadOnlySpan<byte> bytes) && bytes.Length == 4;
        value = found ? BinaryPrimitives.ReadUInt32BigEndian(bytes) : 0;
        return found;
    }

    /// <summary>An eight-byte attribute, such as the tie-breaker.</summary>
    public bool TryGetUInt64(StunAttribute attribute, out ulong value)
    {
        bool found = TryGet(attribute, out ReadOnlySpan<byte> bytes) && bytes.Length == 8;
        value = found ? BinaryPrimitives.ReadUInt64BigEndian(bytes) : 0;
        return found;
    }

    /// <summary>A text attribute of at most <paramref name="maxBytes"/> bytes of UTF-8.</summary>
    public bool TryGetText(StunAttribute attribute, int maxBytes, out string text)
    {
        bool found = TryGet(attribute, out ReadOnlySpan<byte> bytes) && bytes.Length <= maxBytes && System.Text.Unicode.Utf8.IsValid(bytes);
        text = found ? Encoding.UTF8.GetString(bytes) : "";
        return found;
    }

    /// <summary>An address attribute, unmasked where its type is one of the XOR kind.</summary>
    public bool TryGetAddress(StunAttribute attribute, out IPEndPoint? endpoint)
    {
        endpoint = null;
        return TryGet(attribute, out ReadOnlySpan<byte> value)
            && StunAddress.TryRead(value, TransactionId, attribute != StunAttribute.MappedAddress, out endpoint);
    }

    /// <summary>The sender's outer address: XOR-MAPPED-ADDRESS, else MAPPED-ADDRESS of an old server.</summary>
    public bool TryGetMappedAddress(out IPEndPoint? endpoint) =>
        TryGetAddress(StunAttribute.XorMappedAddress, out endpoint) || TryGetAddress(StunAttribute.MappedAddress, out endpoint);

    /// <summary>ERROR-CODE as a number of 300 to 699; 0 when it is missing or malformed.</summary>
    public int ErrorCode =>
        TryGet(StunAttribute.ErrorCode, out ReadOnlySpan<byte> value) && value.Length >= 4 && (value[2] & 7) is >= 3 and <= 6 && value[3] < 100
            ? ((value[2] & 7) * 100) + value[3] : 0;

    /// <summary>Lists attributes that must be understood and are not (RFC 8489 §6.3.1), as far as <paramref name="types"/> has room.</summary>
    public int FindUnknown(Span<ushort> types)
    {
        int found = 0;
        for (int at = HeaderLength; at < _attributesEnd && found < types.Length;)
        {
            TryReadAttribute(_bytes, at, out int type, out _, out int next);
            if (type < 0x8000 && !Enum.IsDefined((StunAttribute)type))
                types[found++] = (ushort)type;
            at = next;
        }

        return found;
    }

    /// <summary>Checks the signature: HMAC-SHA1 if it is there, else HMAC-SHA256; in constant time.</summary>
    /// <returns>False when unsigned, wrong, or longer than <see cref="MaxSignedLength"/>.</returns>
    public bool VerifyIntegrity(ReadOnlySpan<byte> key)
    {
        int at = _integrityAt > 0 ? _integrityAt : _integritySha256At;
        if (at <= 0 || at > MaxSignedLength)
            return false;
        int length = BinaryPrimitives.ReadUInt16BigEndian(_bytes[(at + 2)..]);
        Span<byte> signed = stackalloc byte[at];
        _bytes[..at].CopyTo(signed);
        // The header's length is counted as if the message ended with this attribute (RFC 8489 §14.5).
        BinaryPrimitives.WriteUInt16BigEndian(signed[2..], (ushort)(at - HeaderLength + 4 + length));
        Span<byte> expected = stackalloc byte[32];
        int written = _integrityAt > 0 ? HMACSHA1.HashData(key, signed, expected) : HMACSHA256.HashData(key, signed, expected);
        return CryptographicOperations.FixedTimeEquals(expected[..Math.Min(length, written)], _bytes.Slice(at + 4, length));
    }

    private static bool TryReadAttribute(ReadOnlySpan<byte> bytes, int at, out int type, out int length, out int next)
    {
        type = length = next = 0;
        if (bytes.Length - at < 4)
            return false;
        type = BinaryPrimitives.ReadUInt16BigEndian(bytes[at..]);
        length = BinaryPrimitives.ReadUInt16BigEndian(bytes[(at + 2)..]);
        next = at + 4 + ((length + 3) & ~3);
        return next <= bytes.Length;
    }
}
