using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using Jangbu.WebRtc.Dcep;
using Jangbu.WebRtc.Sctp;

namespace Jangbu.Interop.Tests.WebRtc;

/// <summary>Our SCTP and data channels against aiortc's, without ICE and DTLS between: packets over pipes, some of them lost.</summary>
public sealed class SctpAiortcTests : IDisposable
{
    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private readonly RandomNumberGenerator _random = RandomNumberGenerator.Create();
    private readonly BlockingCollection<byte[]> _arrived = [];
    private readonly byte[] _buffer = new byte[2048];
    private readonly Random _faults = new(5);
    private Process? _peer;
    private double _loss;

    [Theory]
    [InlineData("controlling", 0.0)]
    [InlineData("controlled", 0.0)]
    [InlineData("controlling", 0.05)]
    [InlineData("controlled", 0.05)]
    public void Channels_OfEveryKind_EchoEveryMessage(string role, double loss)
    {
        DataChannelSet set = Start(role, loss);
        Channel[] channels =
        [
            set.Open(_clock.Elapsed, new ChannelOptions { Label = "ordered", Protocol = "p" }),
            set.Open(_clock.Elapsed, new ChannelOptions { Label = "unordered", Ordered = false }),
        ];
        const int Count = 300;
        int sent = 0, echoed = 0;
        Dictionary<Channel, HashSet<string>> awaited = channels.ToDictionary(channel => channel, _ => new HashSet<string>());
        Run(set, () => echoed == Count, happened =>
        {
            if (happened.Kind != ChannelEventKind.Message)
                return;
            Assert.True(awaited[happened.Channel!].Remove(Key(happened.IsText, happened.Payload.Span)), "an echo of what was not sent, or twice");
            echoed++;
        }, () =>
        {
            if (sent == Count || channels.Any(channel => channel.State != ChannelState.Open) || sent - echoed >= 16)
                return;
            Channel channel = channels[sent % 2];
            bool text = sent % 3 == 0;
            byte[] message = sent < 4 ? [] : Encoding.ASCII.GetBytes($"{sent:D6}".PadRight(6 + sent * 199, 'x'));
            awaited[channel].Add(Key(text, message));
            Assert.Equal(SendResult.Queued, set.Send(_clock.Elapsed, channel, text, message));
            sent++;
        });
        if (loss == 0)
            Assert.Equal(0, set.Association.Stats.Dropped);
    }

    [Fact]
    public void Channels_OpenedByThePeerAndClosedByEither_CloseOnBothSides()
    {
        DataChannelSet set = Start("controlled", 0);
        Channel ours = set.Open(_clock.Elapsed, new ChannelOptions { Label = "ours" });
        Channel? theirs = null;
        Run(set, () => theirs is not null, happened =>
        {
            if (happened.Kind == ChannelEventKind.Opened && happened.Channel == ours)
                set.Send(_clock.Elapsed, ours, isText: true, "open:theirs"u8);
            else if (happened.Kind == ChannelEventKind.Opened)
                theirs = happened.Channel;
        });
        Assert.Equal(("theirs", false), (theirs!.Label, theirs.IsOurs));
        Assert.NotEqual(ours.Id!.Value.Value & 1, theirs.Id!.Value.Value & 1);
        set.Send(_clock.Elapsed, theirs, isText: true, "close"u8);
        set.Close(_clock.Elapsed, ours);
        Run(set, () => theirs.State == ChannelState.Closed && ours.State == ChannelState.Closed, _ => { });
        Assert.Empty(set.Channels);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_peer is { HasExited: false })
            _peer.Kill();
        _peer?.Dispose();
        _arrived.Dispose();
        _random.Dispose();
    }

    private DataChannelSet Start(string role, double loss)
    {
        PeerProgram.RequirePython("aiortc");
        _loss = loss;
        _peer = PeerProgram.Start(PeerProgram.Python, Path.Combine(AppContext.BaseDirectory, "Peers", "sctp_peer.py"), role);
        new Thread(() => Read(_peer.StandardOutput.BaseStream)) { IsBackground = true }.Start();
        DataChannelSet set = new(new Association(new AssociationOptions(), _random));
        // aiortc takes the parity of its numbers from its ICE role: controlled means DTLS client there, and even.
        set.Start(_clock.Elapsed, isDtlsClient: role == "controlling");
        return set;
    }

    private void Read(Stream stream)
    {
        byte[] length = new byte[2];
        while (stream.ReadAtLeast(length, 2, throwOnEndOfStream: false) == 2)
        {
            byte[] packet = new byte[BinaryPrimitives.ReadUInt16BigEndian(length)];
            if (stream.ReadAtLeast(packet, packet.Length, throwOnEndOfStream: false) < packet.Length)
                return;
            _arrived.Add(packet);
        }
    }

    private void Run(DataChannelSet set, Func<bool> done, Action<ChannelEvent> happened, Action? turn = null)
    {
        Association association = set.Association;
        Stream to = _peer!.StandardInput.BaseStream;
        TimeSpan end = _clock.Elapsed + TimeSpan.FromSeconds(60);
        while (!done())
        {
            Assert.True(_clock.Elapsed < end, $"not done after a minute; {association.State}, {association.Stats}");
            turn?.Invoke();
            while (set.TryDequeue(out ChannelEvent next))
                happened(next);
            while (association.TryTransmit(_buffer.AsSpan(2), out int length))
            {
                if (_faults.NextDouble() < _loss)
                    continue;
                BinaryPrimitives.WriteUInt16BigEndian(_buffer, (ushort)length);
                to.Write(_buffer, 0, 2 + length);
            }
            to.Flush();
            TimeSpan wait = (association.Deadline ?? TimeSpan.MaxValue) - _clock.Elapsed;
            if (_arrived.TryTake(out byte[]? packet, (int)Math.Clamp(wait.TotalMilliseconds, 0, 5)) && _faults.NextDouble() >= _loss)
                association.Receive(_clock.Elapsed, packet);
            if (association.Deadline <= _clock.Elapsed)
                association.Advance(_clock.Elapsed);
        }
    }

    private static string Key(bool text, ReadOnlySpan<byte> message) => $"{text}{Convert.ToHexString(SHA256.HashData(message))}";
}
