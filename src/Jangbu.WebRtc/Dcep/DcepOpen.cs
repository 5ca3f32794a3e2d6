using System.Buffers.Binary;
using System.Text;
using System.Text.Unicode;
using Jangbu.WebRtc.Sctp;

namespace Jangbu.WebRtc.Dcep;

/// <summary>DATA_CHANNEL_OPEN: the label, protocol and reliability of a channel, sent on the stream that becomes it.</summary>
//   0                   1                   2                   3     RFC 8832 §5.1
//  | Message type=3 | Channel type  |            Priority           |
//  |                    Reliability parameter                       |
//  |         Label length           |       Protocol length         |
//  /                     Label, then protocol, UTF-8                /
internal readonly record struct DcepOpen(string Label, string Protocol, bool IsOrdered, Reliability Reliability, int Priority)
{
    public const int HeaderLength = 12;
    public const byte MessageType = 3;

    private const byte UnorderedBit = 0x80;
    private const byte Reliable = 0;
    private const byte LimitedRetransmits = 1;
    private const byte LimitedTime = 2;

    /// <returns>False for another message type, an unknown channel type, lengths that do not add up, or text that is not UTF-8.</returns>
    public static bool TryRead(ReadOnlySpan<byte> message, out DcepOpen open)
    {
        open = default;
        if (message.Length < HeaderLength || message[0] != MessageType)
            return false;
        int kind = message[1] & ~UnorderedBit;
        uint parameter = BinaryPrimitives.ReadUInt32BigEndian(message[4..]);
        int labelLength = BinaryPrimitives.ReadUInt16BigEndian(message[8..]);
        int protocolLength = BinaryPrimitives.ReadUInt16BigEndian(message[10..]);
        if (kind > LimitedTime || message.Length != HeaderLength + labelLength + protocolLength)
            return false;
        ReadOnlySpan<byte> label = message.Slice(HeaderLength, labelLength);
        ReadOnlySpan<byte> protocol = message[(HeaderLength + labelLength)..];
        if (!Utf8.IsValid(label) || !Utf8.IsValid(protocol))
            return false;
        Reliability reliability = kind switch
        {
            LimitedRetransmits => new Reliability((int)Math.Min(parameter, int.MaxValue), null),
            LimitedTime => new Reliability(null, TimeSpan.FromMilliseconds(parameter)),
            _ => Reliability.Full,
        };
        open = new DcepOpen(
            Encoding.UTF8.GetString(label), Encoding.UTF8.GetString(protocol), (message[1] & UnorderedBit) == 0, reliability,
            BinaryPrimitives.ReadUInt16BigEndian(message[2..]));
        return true;
    }

    /// <summary>Marshals the message; label and protocol take at most 65,535 bytes each.</summary>
    public byte[] Marshal()
    {
        int labelLength = Encoding.UTF8.GetByteCount(Label);
        int protocolLength = Encoding.UTF8.GetByteCount(Protocol);
        byte[] message = new byte[HeaderLength + labelLength + protocolLength];
        (byte kind, uint parameter) = Reliability switch
        {
            { MaxRetransmits: { } times } => (LimitedRetransmits, (uint)times),
            { MaxPacketLifeTime: { } life } => (LimitedTime, (uint)life.TotalMilliseconds),
            _ => (Reliable, 0u),
        };
        message[0] = MessageType;
        message[1] = (byte)(kind | (IsOrdered ? 0 : UnorderedBit));
        BinaryPrimitives.WriteUInt16BigEndian(message.AsSpan(2), (ushort)Priority);
        BinaryPrimitives.WriteUInt32BigEndian(message.AsSpan(4), parameter);
        BinaryPrimitives.WriteUInt16BigEndian(message.AsSpan(8), (ushort)labelLength);
        BinaryPrimitives.WriteUInt16BigEndian(message.AsSpan(10), (ushort)protocolLength);
        Encoding.UTF8.GetBytes(Label, message.AsSpan(HeaderLength));
        Encoding.UTF8.GetBytes(Protocol, message.AsSpan(HeaderLength + labelLength));
        return message;
    }
}
