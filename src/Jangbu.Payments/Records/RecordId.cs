using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Jangbu.Payments.Records;

/// <summary>UUIDs as records use them: version 7 for records (RFC 9562 §5.7), lower case on the wire.</summary>
public static class RecordId
{
    //   0                   1                   2                   3
    //  |                 unix milliseconds, upper 32                  |
    //  |     milliseconds, lower 16     |  ver  |       random 12      |
    //  |var|                        random 62                          |

    /// <summary>A new UUIDv7 of this time.</summary>
    public static Guid Create(DateTimeOffset at, RandomNumberGenerator random)
    {
        ArgumentNullException.ThrowIfNull(random);
        Span<byte> bytes = stackalloc byte[16];
        random.GetBytes(bytes[6..]);
        long milliseconds = at.ToUnixTimeMilliseconds();
        BinaryPrimitives.WriteUInt32BigEndian(bytes, unchecked((uint)(milliseconds >> 16)));
        BinaryPrimitives.WriteUInt16BigEndian(bytes[4..], unchecked((ushort)milliseconds));
        bytes[6] = (byte)((bytes[6] & 0x0F) | 0x70);
        bytes[8] = (byte)((bytes[8] & 0x3F) | 0x80);
        return new Guid(bytes, bigEndian: true);
    }

    /// <summary>Reads a UUID in lower case with hyphens, of any version.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out Guid id)
    {
        foreach (char c in text)
        {
            if (!char.IsAsciiHexDigitLower(c) && c != '-')
            {
                id = default;
                return false;
            }
        }
        return Guid.TryParseExact(text, "D", out id);
    }

    /// <summary>Reads a UUIDv7 in lower case.</summary>
    public static bool TryParseVersion7(ReadOnlySpan<char> text, out Guid id) =>
        TryParse(text, out id) && id.Version == 7 && (id.Variant & 0xC) == 0x8;

    /// <summary>Lower case with hyphens.</summary>
    public static string Format(Guid id) => id.ToString("D");
}
