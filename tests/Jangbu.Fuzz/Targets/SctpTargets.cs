using System.Buffers.Binary;
using System.Security.Cryptography;
using Jangbu.WebRtc.Dcep;
using Jangbu.WebRtc.Sctp;

namespace Jangbu.Fuzz.Targets;

/// <summary>
/// What comes out of DTLS: an input is a row of packets for an established association with channels above it, each a length byte (in words)
/// and its chunks. Header and checksum are put right here, or nothing behind them would ever be reached.
/// </summary>
public static class SctpTargets
{
    private const int MaxAnswers = 200;
    private const uint Tag = 0x01010101;

    private static readonly byte[] Open =
    [
        0, 3, 0, 34, 0, 0, 0, 9, 0, 1, 0, 0, 0, 0, 0, 50, 3, 0, 1, 0, 0, 0, 0, 0, 0, 3, 0, 3, (byte)'p', (byte)'a', (byte)'y', (byte)'p', (byte)'/', (byte)'1', 0, 0,
    ];

    private static readonly byte[] Text = [0, 3, 0, 18, 0, 0, 0, 10, 0, 1, 0, 1, 0, 0, 0, 51, (byte)'h', (byte)'i', 0, 0];
    private static readonly byte[] Part = [0, 2, 0, 20, 0, 0, 0, 12, 0, 1, 0, 3, 0, 0, 0, 53, 1, 2, 3, 4];
    private static readonly byte[] Sack = [3, 0, 0, 20, 1, 1, 1, 1, 0, 1, 0, 0, 0, 1, 0, 0, 0, 2, 0, 2];
    private static readonly byte[] Forward = [192, 0, 0, 12, 0, 0, 0, 14, 0, 1, 0, 3];
    private static readonly byte[] Reset = [130, 0, 0, 22, 0, 13, 0, 18, 0, 0, 0, 9, 0, 0, 0, 0, 0, 0, 0, 10, 0, 1, 0, 0];
    private static readonly byte[] Heartbeat = [4, 0, 0, 12, 0, 1, 0, 8, 1, 2, 3, 4];
    private static readonly byte[] Shutdown = [7, 0, 0, 8, 1, 1, 1, 1];
    private static readonly byte[] Error = [9, 0, 0, 12, 0, 6, 0, 8, 255, 0, 0, 4];

    public static IEnumerable<FuzzTarget> All =>
    [
        new("sctp", Feed)
        {
            Seeds =
            [
                [9, .. Open, 5, .. Text], [9, .. Open, 5, .. Part, 3, .. Forward], [9, .. Open, 6, .. Reset], [5, .. Sack, 3, .. Heartbeat], [8, .. Text, .. Error], [2, .. Shutdown],
            ],
            Dictionary = [Open, Text, Part, Sack, Forward, Reset, Heartbeat, Shutdown, Error, [14, 0, 0, 4], [8, 0, 0, 4], [11, 0, 0, 4], [63, 0, 0, 4], [255, 0, 0, 4]],
            // One fragment far ahead makes the association's table as large as it may become: 640 KiB, once.
            Largest = 2048, Allowance = 1 << 20,
        },
    ];

    private static bool Feed(byte[] input)
    {
        using OneByteRandom random = new();
        Association association = new(new AssociationOptions { MaxMessageSize = 4096, ReceiveWindow = 1 << 16 }, random);
        DataChannelSet channels = new(association);
        TimeSpan now = TimeSpan.FromSeconds(1);
        channels.Start(now, isDtlsClient: true);
        byte[] packet = new byte[2048];
        Drain(channels, packet);
        // INIT ACK with a cookie of four bytes, streams and a window; zero checksums are taken since our INIT offered it.
        byte[] initAck =
        [
            2, 0, 0, 40, 9, 9, 9, 9, 0, 1, 0, 0, 0, 100, 0, 100, 0, 0, 0, 9, 0, 7, 0, 8, 1, 2, 3, 4, 0xC0, 0, 0, 4, 0x80, 8, 0, 6, 130, 192, 0, 0,
        ];
        Receive(association, packet, initAck, now);
        Drain(channels, packet);
        Receive(association, packet, [11, 0, 0, 4], now);
        Drain(channels, packet);
        PromiseBrokenException.Unless(association.State == AssociationState.Established, "the harness does not establish");
        Channel channel = channels.Open(now, new ChannelOptions { Label = "ours" });
        channels.Send(now, channel, isText: false, packet);
        Drain(channels, packet);
        long before = association.Stats.Dropped;
        ReadOnlySpan<byte> rest = input;
        while (rest.Length > 1)
        {
            int length = Math.Min(rest[0] * 4, rest.Length - 1);
            now += TimeSpan.FromMilliseconds(rest[0]);
            Receive(association, packet, rest.Slice(1, length), now);
            rest = rest[(1 + length)..];
            Drain(channels, packet);
            if (association.Deadline <= now)
                association.Advance(now);
            Drain(channels, packet);
            PromiseBrokenException.Unless(association.BytesInFlight >= 0, "more was acknowledged than sent");
            PromiseBrokenException.Unless(association.BytesInFlight == 0 || association.Deadline is not null, "something is awaited and has no timer");
        }
        return association.Stats.Dropped == before;
    }

    private static void Receive(Association association, byte[] packet, ReadOnlySpan<byte> chunks, TimeSpan now)
    {
        packet.AsSpan(0, 12).Clear();
        BinaryPrimitives.WriteUInt16BigEndian(packet, 5000);
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(2), 5000);
        BinaryPrimitives.WriteUInt32BigEndian(packet.AsSpan(4), Tag);
        chunks.CopyTo(packet.AsSpan(12));
        association.Receive(now, packet.AsSpan(0, 12 + chunks.Length));
    }

    private static void Drain(DataChannelSet channels, byte[] packet)
    {
        while (channels.TryDequeue(out _))
        {
            // the events are the association's to make, not the target's to judge
        }
        for (int answers = 0; channels.Association.TryTransmit(packet, out int length); answers++)
        {
            PromiseBrokenException.Unless(answers < MaxAnswers, "packets without end at one moment");
            PromiseBrokenException.Unless(length <= channels.Association.MaxPacketSize, "a packet longer than the path takes");
        }
    }

    /// <summary>Entropy of ones: tags and TSNs are then known.</summary>
    private sealed class OneByteRandom : RandomNumberGenerator
    {
        public override void GetBytes(byte[] data) => Array.Fill(data, (byte)1);

        public override void GetBytes(Span<byte> data) => data.Fill(1);
    }
}
