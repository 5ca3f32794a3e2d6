using System.Text.Json.Nodes;
using Jangbu.WebRtc;

namespace Jangbu.Bench.DataChannelPeer;

/// <summary>The offerer: one of the four kinds of work over one channel.</summary>
internal abstract class Working : IWork
{
    protected Working(PeerConnection connection, string label) =>
        Channel = connection.CreateDataChannel(TimeSpan.Zero, label);

    public bool IsDone { get; protected set; }

    public object Result { get; protected set; } = new();

    protected DataChannel Channel { get; }

    protected TimeSpan? Started { get; private set; }

    public static Working Create(PeerArguments arguments, PeerConnection connection) => arguments.Mode switch
    {
        "echo" => new Echo(connection, (int)arguments.Number("n", 100), (int)arguments.Number("size", 1_024), arguments.Number("spread", 0) != 0),
        "tput" => new Throughput(connection, (int)arguments.Number("size", 16_384), (long)arguments.Number("total", 1e9), arguments.Number("secs", 5)),
        "rtt" => new RoundTrips(connection, (int)arguments.Number("size", 1_024), (int)arguments.Number("window", 1), arguments.Number("secs", 5)),
        _ => new FirstEcho(connection),
    };

    public void Take(TimeSpan now, in PeerConnectionEvent e)
    {
        if (e.Channel != Channel)
            return;
        if (e.Kind == PeerConnectionEventKind.ChannelOpened)
        {
            Started = now;
            Begin(now);
        }
        else if (e.Kind == PeerConnectionEventKind.MessageReceived)
        {
            TakeMessage(now, e.IsText, e.Payload.Span);
        }
        else if (e.Kind == PeerConnectionEventKind.BufferedAmountLow)
        {
            Advance(now);
        }
    }

    /// <summary>How long the loop may sleep for this work's sake.</summary>
    public virtual TimeSpan? Patience(TimeSpan now) => null;

    public virtual void Advance(TimeSpan now)
    {
    }

    protected abstract void Begin(TimeSpan now);

    protected abstract void TakeMessage(TimeSpan now, bool isText, ReadOnlySpan<byte> data);

    /// <summary>From the making of the connection to the first echo: the message is sent before anything stands.</summary>
    private sealed class FirstEcho : Working
    {
        public FirstEcho(PeerConnection connection)
            : base(connection, "echo") => Channel.Send(TimeSpan.Zero, "x");

        protected override void Begin(TimeSpan now)
        {
        }

        protected override void TakeMessage(TimeSpan now, bool isText, ReadOnlySpan<byte> data) => IsDone = true;
    }

    private sealed class Echo(PeerConnection connection, int count, int size, bool spread) : Working(connection, "echo")
    {
        private int _sent, _echoed, _bad;

        protected override void Begin(TimeSpan now)
        {
            for (int i = 0; i < Math.Min(count, 16); i++)
                SendNext(now);
            IsDone = count == 0;
        }

        protected override void TakeMessage(TimeSpan now, bool isText, ReadOnlySpan<byte> data)
        {
            if (isText || !data.SequenceEqual(Message(_echoed)))
                _bad++;
            _echoed++;
            if (_sent < count)
                SendNext(now);
            IsDone = _echoed == count;
            Result = new { ok = _bad == 0, echoed = _echoed, bad = _bad };
        }

        private void SendNext(TimeSpan now) => Channel.Send(now, Message(_sent++));

        private byte[] Message(int i)
        {
            byte[] data = new byte[spread ? (int)(i * 7919L % (size + 1)) : size];
            for (int k = 0; k < data.Length; k++)
                data[k] = (byte)((31L * i + k) % 256);
            for (int k = 0; k < Math.Min(4, data.Length); k++)
                data[k] = (byte)(i >> (24 - 8 * k) & 255);
            return data;
        }
    }

    private sealed class Throughput : Working
    {
        private const int HighWater = 4 << 20;
        private readonly byte[] _data;
        private readonly long _total;
        private readonly TimeSpan _time;
        private long _sent;
        private bool _ended;

        public Throughput(PeerConnection connection, int size, long total, double seconds)
            : base(connection, "sink")
        {
            _data = new byte[size];
            Array.Fill(_data, (byte)7);
            _total = total;
            _time = TimeSpan.FromSeconds(seconds);
            Channel.BufferedAmountLowThreshold = HighWater / 4;
        }

        public override TimeSpan? Patience(TimeSpan now) => Started is { } started && !_ended ? started + _time - now : null;

        public override void Advance(TimeSpan now)
        {
            if (Started is not { } started || _ended)
                return;
            while (Channel.BufferedAmount < HighWater && _sent < _total && now - started < _time)
            {
                Channel.Send(now, _data);
                _sent += _data.Length;
            }
            if (_sent < _total && now - started < _time)
                return;
            _ended = true;
            Channel.Send(now, "END");
        }

        protected override void Begin(TimeSpan now) => Advance(now);

        protected override void TakeMessage(TimeSpan now, bool isText, ReadOnlySpan<byte> data)
        {
            long bytes = JsonNode.Parse(data)!["bytes"]!.GetValue<long>();
            Result = new { mb_per_s = bytes / 1e6 / (now - Started!.Value).TotalSeconds, bytes };
            IsDone = true;
        }
    }

    private sealed class RoundTrips(PeerConnection connection, int size, int window, double seconds) : Working(connection, "echo")
    {
        private readonly byte[] _data = new byte[size];
        private long _count;

        protected override void Begin(TimeSpan now)
        {
            Array.Fill(_data, (byte)7);
            for (int i = 0; i < window; i++)
                Channel.Send(now, _data);
        }

        protected override void TakeMessage(TimeSpan now, bool isText, ReadOnlySpan<byte> data)
        {
            _count++;
            double elapsed = (now - Started!.Value).TotalSeconds;
            Result = new { per_s = _count / elapsed, count = _count };
            IsDone |= elapsed >= seconds;
            if (!IsDone)
                Channel.Send(now, _data);
        }
    }
}
