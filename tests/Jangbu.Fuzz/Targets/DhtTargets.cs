using System.Buffers.Binary;
using System.Net;
using System.Security.Cryptography;
using Jangbu.Dht;
using Jangbu.Dht.Bencoding;
using Jangbu.Dht.Krpc;

namespace Jangbu.Fuzz.Targets;

/// <summary>What any address on the network may send to a DHT node.</summary>
public static class DhtTargets
{
    private static readonly IReadOnlyList<byte[]> Words = FuzzTarget.Words(
        "d1:ad2:id20:abcdefghij0123456789e1:q4:ping1:t2:aa1:y1:qe", "1:y1:q", "1:y1:r", "1:y1:e", "1:t2:aa", "2:id20:", "6:target20:", "5:token8:", "1:v", "1:k32:", "3:sig64:", "3:seqi",
        "4:salt", "3:casi", "5:nodes", "6:nodes6", "4:wantl2:n42:n6e", "2:roi1e", "i-0e", "i01e", "99999999999:", "lllllllllllll", "e", "de", "le", "0:");

    private static readonly IReadOnlyList<byte[]> Messages = FuzzTarget.Words(
        "d1:ad2:id20:abcdefghij0123456789e1:q4:ping1:t2:aa1:y1:qe",
        "d1:ad2:id20:abcdefghij01234567896:target20:mnopqrstuvwxyz123456e1:q9:find_node1:t2:aa1:y1:qe",
        "d1:ad2:id20:abcdefghij01234567899:info_hash20:mnopqrstuvwxyz123456e1:q9:get_peers1:t2:aa1:y1:qe",
        "d1:ad2:id20:abcdefghij01234567896:target20:mnopqrstuvwxyz123456e1:q3:get1:t2:aa1:y1:qe",
        "d1:ad2:id20:abcdefghij01234567895:token8:aoeusnth1:v12:Hello World!e1:q3:put1:t2:aa1:y1:qe",
        "d1:rd2:id20:mnopqrstuvwxyz123456e1:t2:aa1:y1:re",
        "d1:eli201e23:A Generic Error Ocurrede1:t2:aa1:y1:ee");

    public static IEnumerable<FuzzTarget> All =>
    [
        new("bencode", static input => Bencode.TryMeasure(input, BencodeOrder.Strict, out int length) && length == input.Length)
        {
            Seeds = [.. Messages, .. FuzzTarget.Words("i-42e", "4:spam", "l4:spami7ee", "d3:cow3:mooe")], Dictionary = Words,
        },

        new("krpc", static input => KrpcMessage.TryRead(input, out _)) { Seeds = Messages, Dictionary = Words, Largest = 2048 },

        // A whole node is fed a datagram in two halves of time: it must neither throw nor grow with what strangers send.
        new("dht-node", static input =>
        {
            if (input.Length < 4)
                return true;
            int port = 1024 + (BinaryPrimitives.ReadUInt16BigEndian(input) & 0x3fff);
            Victim.Receive(new IPEndPoint(new IPAddress([198, 51, 100, input[2]]), port), input.AsSpan(3));
            return true;
        })
        { Seeds = [.. Messages.Select(message => (byte[])[0, 1, 2, .. message])], Dictionary = Words, Largest = 2048, Allowance = 65536 },
    ];

    private static NodeUnderAttack Victim { get; } = new();

    private sealed class NodeUnderAttack
    {
        private readonly DhtNode _node = new(new DhtOptions { Mode = DhtMode.Server, ItemCapacity = 64, SubnetItemCapacity = 32 }, RandomNumberGenerator.Create());
        private readonly byte[] _buffer = new byte[DhtNode.MaximumDatagramLength];
        private TimeSpan _now = TimeSpan.FromHours(1);

        public void Receive(IPEndPoint from, ReadOnlySpan<byte> datagram)
        {
            _now += TimeSpan.FromMilliseconds(5);
            _node.Receive(_now, from, datagram);
            _node.Advance(_now);
            while (_node.TryTransmit(_buffer, out int length, out IPEndPoint _))
                PromiseBrokenException.Unless(length is > 0 and <= 1472, $"a datagram of {length} bytes leaves");
            while (_node.TryDequeue(out DhtEvent _))
                continue;
        }
    }
}
