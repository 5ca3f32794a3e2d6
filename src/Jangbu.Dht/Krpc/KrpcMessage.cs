using Jangbu.Dht.Bencoding;

namespace Jangbu.Dht.Krpc;

/// <summary>One KRPC message (BEP 5, 32, 42, 43, 44), a view into the datagram it was read from. A field that is absent is empty or null.</summary>
/// <remarks>
/// Read leniently where the network is sloppy (order of the frame's keys, unknown keys, extra arguments) and strictly where bytes are signed or
/// hashed: a value `v` must be in bencoding's one spelling. A key twice is refused, so two readers cannot see two messages.
/// </remarks>
public ref struct KrpcMessage
{
    /// <summary>Longest transaction id answered; others use 1 to 8 bytes, and a long one would only pad an answer.</summary>
    public const int MaximumTransactionLength = 32;

    /// <summary>Longest write token taken from another node; 4, 8 and 20 bytes are seen.</summary>
    public const int MaximumTokenLength = 64;

    private Field seen;

    [Flags]
    private enum Field
    {
        None = 0,
        Transaction = 1,
        Kind = 1 << 1,
        MethodName = 1 << 2,
        Arguments = 1 << 3,
        Id = 1 << 4,
        Target = 1 << 5,
        InfoHash = 1 << 6,
        Token = 1 << 7,
        Value = 1 << 8,
        Key = 1 << 9,
        Signature = 1 << 10,
        Salt = 1 << 11,
        Sequence = 1 << 12,
        Compare = 1 << 13,
        Port = 1 << 14,
        ImpliedPort = 1 << 15,
        Nodes = 1 << 16,
        Nodes6 = 1 << 17,
        Values = 1 << 18,
        Want = 1 << 19,
        ReadOnly = 1 << 20,
        Address = 1 << 21,
        Version = 1 << 22,
        Error = 1 << 23,
    }

    /// <summary>Query, response or error.</summary>
    public KrpcKind Kind { get; private set; }

    /// <summary>The transaction id `t`, echoed exactly.</summary>
    public ReadOnlySpan<byte> Transaction { get; private set; }

    /// <summary>Which query.</summary>
    public KrpcMethod Method { get; private set; }

    /// <summary>Whether the arguments of the query were all of the right kind and length; an answer of 203 is due otherwise.</summary>
    public bool IsProper { get; private set; }

    /// <summary>The sender's id.</summary>
    public NodeId Id { get; private set; }

    /// <summary>`target` or `info_hash`.</summary>
    public NodeId? Target { get; private set; }

    /// <summary>The write token.</summary>
    public ReadOnlySpan<byte> Token { get; private set; }

    /// <summary>The value `v`, still bencoded.</summary>
    public ReadOnlySpan<byte> Value { get; private set; }

    /// <summary>The Ed25519 public key `k`.</summary>
    public ReadOnlySpan<byte> Key { get; private set; }

    /// <summary>The signature `sig`.</summary>
    public ReadOnlySpan<byte> Signature { get; private set; }

    /// <summary>The salt.</summary>
    public ReadOnlySpan<byte> Salt { get; private set; }

    /// <summary>The sequence number.</summary>
    public long? Sequence { get; private set; }

    /// <summary>The sequence number that must be stored for a put to happen.</summary>
    public long? Compare { get; private set; }

    /// <summary>Port of an announced peer.</summary>
    public long? Port { get; private set; }

    /// <summary>The announced port is the one the datagram came from.</summary>
    public bool ImpliedPort { get; private set; }

    /// <summary>Compact IPv4 nodes.</summary>
    public ReadOnlySpan<byte> Nodes { get; private set; }

    /// <summary>Compact IPv6 nodes.</summary>
    public ReadOnlySpan<byte> Nodes6 { get; private set; }

    /// <summary>The bencoded list of compact peers.</summary>
    public ReadOnlySpan<byte> Values { get; private set; }

    /// <summary>Families asked for.</summary>
    public AddressFamilies Want { get; private set; }

    /// <summary>The sender answers no queries (BEP 43).</summary>
    public bool ReadOnly { get; private set; }

    /// <summary>How the answering node sees us (BEP 42).</summary>
    public ReadOnlySpan<byte> ExternalAddress { get; private set; }

    /// <summary>The client's version `v`.</summary>
    public ReadOnlySpan<byte> Version { get; private set; }

    /// <summary>The code of an error.</summary>
    public long ErrorCode { get; private set; }

    /// <summary>Whether this was said: the key `v` in the arguments.</summary>
    public readonly bool HasValue => (seen & Field.Value) != 0;

    /// <summary>Whether a key `k` was said, of whatever length.</summary>
    public readonly bool HasKey => (seen & Field.Key) != 0;

    /// <summary>Whether a signature was said.</summary>
    public readonly bool HasSignature => (seen & Field.Signature) != 0;

    /// <summary>Whether a sender's id was said.</summary>
    public readonly bool HasId => (seen & Field.Id) != 0;

    /// <summary>Whether the message said `nodes` or `nodes6`.</summary>
    public readonly bool HasNodes => (seen & (Field.Nodes | Field.Nodes6)) != 0;

    /// <summary>Reads a datagram; false when it is no KRPC message at all and must not be answered.</summary>
    public static bool TryRead(ReadOnlySpan<byte> datagram, out KrpcMessage message)
    {
        message = default;
        message.IsProper = true;
        return BencodeReader.TryDictionary(datagram, BencodeOrder.Any, out BencodeReader reader) && message.TryReadFrame(reader);
    }

    private bool TryReadFrame(BencodeReader reader)
    {
        ReadOnlySpan<byte> arguments = default, response = default, error = default, method = default;
        while (reader.TryNext(out ReadOnlySpan<byte> key, out ReadOnlySpan<byte> value))
        {
            bool taken = key switch
            {
                [(byte)'t'] => Once(Field.Transaction) && TryTake(value, out ReadOnlySpan<byte> t) && SetTransaction(t),
                [(byte)'y'] => Once(Field.Kind) && TryTake(value, out ReadOnlySpan<byte> y) && SetKind(y),
                [(byte)'q'] => Once(Field.MethodName) && Bencode.TryReadString(value, out method),
                [(byte)'a'] => arguments.IsEmpty && !(arguments = value).IsEmpty,
                [(byte)'r'] => response.IsEmpty && !(response = value).IsEmpty,
                [(byte)'e'] => error.IsEmpty && !(error = value).IsEmpty,
                [(byte)'v'] => Once(Field.Version) && SetVersion(value),
                _ => TakeExtension(key, value),
            };
            if (!taken)
                return false;
        }
        if (!reader.IsComplete || (seen & Field.Kind) == 0 || (seen & Field.Transaction) == 0)
            return false;
        switch (Kind)
        {
            case KrpcKind.Query:
                if ((seen & Field.MethodName) == 0)
                    return false;
                Method = MethodOf(method);
                bool read = TryReadArguments(arguments);
                IsProper &= read;
                return true;
            case KrpcKind.Response:
                return TryReadArguments(response) && IsProper && HasId;
            default:
                return TryReadError(error);
        }
    }

    private bool TakeExtension(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        if (key.SequenceEqual("ro"u8) && Once(Field.ReadOnly))
            ReadOnly = Bencode.TryReadInteger(value, out long flag) && flag == 1;
        else if (key.SequenceEqual("ip"u8) && Once(Field.Address) && Bencode.TryReadString(value, out ReadOnlySpan<byte> ip))
            ExternalAddress = ip;
        return true;
    }

    private bool TryReadArguments(ReadOnlySpan<byte> arguments)
    {
        if (!BencodeReader.TryDictionary(arguments, BencodeOrder.Any, out BencodeReader reader))
            return false;
        while (reader.TryNext(out ReadOnlySpan<byte> key, out ReadOnlySpan<byte> value))
            IsProper &= TakeArgument(key, value);
        return reader.IsComplete;
    }

    private bool TakeArgument(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        ReadOnlySpan<byte> text;
        switch (key.Length)
        {
            case 1 when key[0] == 'v':
                Value = value;
                return Once(Field.Value) && Bencode.IsValid(value);
            case 1 when key[0] == 'k':
                return Once(Field.Key) && TryTake(value, out text) && !(Key = text).IsEmpty;
            case 2 when key.SequenceEqual("id"u8):
                return Once(Field.Id) && TryTakeId(value, out NodeId? id) && SetId(id);
            case 3 when key.SequenceEqual("sig"u8):
                return Once(Field.Signature) && TryTake(value, out text) && !(Signature = text).IsEmpty;
            case 3 when key.SequenceEqual("seq"u8):
                return Once(Field.Sequence) && TryTakeNumber(value, out long? sequence) && (Sequence = sequence) >= 0;
            case 3 when key.SequenceEqual("cas"u8):
                return Once(Field.Compare) && TryTakeNumber(value, out long? compare) && (Compare = compare) is not null;
            case 4 when key.SequenceEqual("salt"u8):
                bool salted = Once(Field.Salt) & TryTake(value, out text);
                Salt = text;
                return salted;
            case 4 when key.SequenceEqual("port"u8):
                return Once(Field.Port) && TryTakeNumber(value, out long? port) && (Port = port) is not null;
            case 4 when key.SequenceEqual("want"u8):
                return Once(Field.Want) && TryTakeWant(value);
            case 5 when key.SequenceEqual("token"u8):
                bool held = Once(Field.Token) & TryTake(value, out text) && text.Length <= MaximumTokenLength;
                Token = text;
                return held;
            case 5 when key.SequenceEqual("nodes"u8):
                bool nodes = Once(Field.Nodes) & TryTake(value, out text) && text.Length % (NodeId.Size + NodeAddress.SizeIPv4) == 0;
                Nodes = nodes ? text : default;
                return nodes;
            case 6 when key.SequenceEqual("nodes6"u8):
                bool nodes6 = Once(Field.Nodes6) & TryTake(value, out text) && text.Length % (NodeId.Size + NodeAddress.SizeIPv6) == 0;
                Nodes6 = nodes6 ? text : default;
                return nodes6;
            case 6 when key.SequenceEqual("target"u8):
                return Once(Field.Target) && TryTakeId(value, out NodeId? target) && (Target = target) is not null;
            case 6 when key.SequenceEqual("values"u8):
                Values = value;
                return Once(Field.Values) && BencodeReader.TryList(value, BencodeOrder.Any, out _);
            case 9 when key.SequenceEqual("info_hash"u8):
                return Once(Field.InfoHash) && TryTakeId(value, out NodeId? hash) && (Target ??= hash) is not null;
            case 12 when key.SequenceEqual("implied_port"u8):
                bool implied = Once(Field.ImpliedPort) & Bencode.TryReadInteger(value, out long flag);
                ImpliedPort = flag != 0;
                return implied;
            default:
                return true;
        }
    }

    private bool TryReadError(ReadOnlySpan<byte> error)
    {
        // Some clients answer with a bare string or an empty list; the transaction alone is worth knowing then.
        if (BencodeReader.TryList(error, BencodeOrder.Any, out BencodeReader reader) && reader.TryNext(out ReadOnlySpan<byte> code)
            && Bencode.TryReadInteger(code, out long number))
            ErrorCode = number;
        return true;
    }

    private bool TryTakeWant(ReadOnlySpan<byte> value)
    {
        if (!BencodeReader.TryList(value, BencodeOrder.Any, out BencodeReader reader))
            return false;
        while (reader.TryNext(out ReadOnlySpan<byte> item))
        {
            if (item.SequenceEqual("2:n4"u8))
                Want |= AddressFamilies.IPv4;
            else if (item.SequenceEqual("2:n6"u8))
                Want |= AddressFamilies.IPv6;
        }
        return reader.IsComplete;
    }

    private bool Once(Field field)
    {
        bool first = (seen & field) == 0;
        seen |= field;
        return first;
    }

    private bool SetTransaction(ReadOnlySpan<byte> transaction)
    {
        Transaction = transaction;
        return transaction.Length is > 0 and <= MaximumTransactionLength;
    }

    private bool SetKind(ReadOnlySpan<byte> kind)
    {
        Kind = kind switch { [(byte)'q'] => KrpcKind.Query, [(byte)'r'] => KrpcKind.Response, _ => KrpcKind.Error };
        return kind is [(byte)'q' or (byte)'r' or (byte)'e'];
    }

    private bool SetVersion(ReadOnlySpan<byte> value)
    {
        if (Bencode.TryReadString(value, out ReadOnlySpan<byte> version))
            Version = version;
        return true;
    }

    private bool SetId(NodeId? id)
    {
        Id = id ?? default;
        return true;
    }

    private static bool TryTake(ReadOnlySpan<byte> value, out ReadOnlySpan<byte> text) => Bencode.TryReadString(value, out text);

    private static bool TryTakeNumber(ReadOnlySpan<byte> value, out long? number)
    {
        bool read = Bencode.TryReadInteger(value, out long plain);
        number = read ? plain : null;
        return read;
    }

    private static bool TryTakeId(ReadOnlySpan<byte> value, out NodeId? id)
    {
        id = null;
        if (!Bencode.TryReadString(value, out ReadOnlySpan<byte> text) || !NodeId.TryRead(text, out NodeId read))
            return false;
        id = read;
        return true;
    }

    private static KrpcMethod MethodOf(ReadOnlySpan<byte> name) =>
        name.SequenceEqual("ping"u8) ? KrpcMethod.Ping
        : name.SequenceEqual("find_node"u8) ? KrpcMethod.FindNode
        : name.SequenceEqual("get_peers"u8) ? KrpcMethod.GetPeers
        : name.SequenceEqual("announce_peer"u8) ? KrpcMethod.AnnouncePeer
        : name.SequenceEqual("get"u8) ? KrpcMethod.Get
        : name.SequenceEqual("put"u8) ? KrpcMethod.Put
        : KrpcMethod.Unknown;
}
