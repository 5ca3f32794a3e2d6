using System.Buffers.Binary;

namespace Jangbu.WebRtc.Sctp;

/// <summary>One parameter (or error cause: the same layout) inside a chunk, as a view.</summary>
//   0                   1                   2                   3     RFC 9260 §3.2.1
//  |        Parameter type         |       Parameter length        |  length covers this header and the value, not the padding
internal readonly ref struct Parameter(ReadOnlySpan<byte> whole)
{
    public const int HeaderLength = 4;

    public ReadOnlySpan<byte> Whole { get; } = whole;

    public ParameterType Type => (ParameterType)BinaryPrimitives.ReadUInt16BigEndian(Whole);

    public ReadOnlySpan<byte> Value => Whole[HeaderLength..];
}

/// <summary>Parameter types that are read or written here.</summary>
internal enum ParameterType
{
    HeartbeatInformation = 1,
    Ipv4Address = 5,
    Ipv6Address = 6,
    StateCookie = 7,
    UnrecognizedParameter = 8,
    CookiePreservative = 9,
    HostNameAddress = 11,
    SupportedAddressTypes = 12,
    OutgoingResetRequest = 13,
    IncomingResetRequest = 14,
    SsnTsnResetRequest = 15,
    ReconfigurationResponse = 16,
    AddOutgoingStreamsRequest = 17,
    AddIncomingStreamsRequest = 18,
    ZeroChecksumAcceptable = 0x8001,
    SupportedExtensions = 0x8008,
    ForwardTsnSupported = 0xC000,
}

/// <summary>Walks parameters; ends at a length that lies.</summary>
internal ref struct ParameterReader(ReadOnlySpan<byte> rest)
{
    private ReadOnlySpan<byte> _rest = rest;

    public bool Malformed { get; private set; }

    public bool TryNext(out Parameter parameter)
    {
        parameter = default;
        if (_rest.IsEmpty)
            return false;
        if (_rest.Length < Parameter.HeaderLength)
            return Fail();
        int length = BinaryPrimitives.ReadUInt16BigEndian(_rest[2..]);
        if (length < Parameter.HeaderLength || length > _rest.Length)
            return Fail();
        parameter = new Parameter(_rest[..length]);
        int padded = (length + 3) & ~3;
        _rest = padded >= _rest.Length ? default : _rest[padded..];
        return true;
    }

    private bool Fail()
    {
        Malformed = true;
        _rest = default;
        return false;
    }
}
