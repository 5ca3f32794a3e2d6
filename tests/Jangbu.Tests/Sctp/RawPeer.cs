using System.Buffers.Binary;
using Jangbu.WebRtc.Sctp;

namespace Jangbu.Tests.Sctp;

/// <summary>
/// A peer made by hand: it sends exactly the chunks that a test gives and keeps what the association under test answers. Time stands
/// still but when the test moves it.
/// </summary>
internal sealed class RawPeer
{
    public const uint Tag = 0x1111_1111;
    public static readonly Tsn FirstTsn = new(1000);

    private readonly byte[] _buffer = new byte[65_536];

    public RawPeer(AssociationOptions? options = null, params uint[] words)
    {
        Subject = new Association(options ?? new AssociationOptions(), new SeededRandom(7, words));
    }

    public Association Subject { get; }

    public TimeSpan Now { get; set; } = TimeSpan.FromSeconds(100);

    /// <summary>The subject's tag, as its INIT or INIT ACK gave it.</summary>
    public uint SubjectTag { get; set; }

    public Tsn SubjectTsn { get; private set; }

    public byte[] Cookie { get; private set; } = [];

    public List<Kept> Events { get; } = [];

    /// <summary>Whether this reads the subject's events; not when somebody else does.</summary>
    public bool KeepEvents { get; set; } = true;

    /// <summary>Becomes established: our INIT, its INIT ACK, our COOKIE ECHO, its COOKIE ACK.</summary>
    public RawPeer Establish(uint window = 1 << 20, ushort streams = 100, params byte[][] parameters)
    {
        Answer(Init(window: window, outbound: streams, inbound: streams, parameters: parameters), tag: 0);
        List<RawChunk> answers = Answer(CookieEcho());
        Assert.Equal(ChunkType.CookieAck, answers[0].Type);
        Assert.Equal(AssociationState.Established, Subject.State);
        Assert.Equal(AssociationEventKind.Established, Events[^1].Kind);
        return this;
    }

    public byte[] CookieEcho() => RawChunk.Make(ChunkType.CookieEcho, 0, Cookie);

    public static byte[] Init(
        ChunkType type = ChunkType.Init, uint tag = Tag, uint window = 1 << 20, ushort outbound = 100, ushort inbound = 100, params byte[][] parameters)
    {
        byte[] value = new byte[16];
        BinaryPrimitives.WriteUInt32BigEndian(value, tag);
        BinaryPrimitives.WriteUInt32BigEndian(value.AsSpan(4), window);
        BinaryPrimitives.WriteUInt16BigEndian(value.AsSpan(8), outbound);
        BinaryPrimitives.WriteUInt16BigEndian(value.AsSpan(10), inbound);
        BinaryPrimitives.WriteUInt32BigEndian(value.AsSpan(12), FirstTsn.Value);
        return RawChunk.Make(type, 0, [.. value, .. parameters.SelectMany(parameter => parameter)]);
    }

    /// <summary>Every extension that the subject knows.</summary>
    public static byte[][] Extensions => [RawChunk.Parameter(0xC000), RawChunk.Parameter(0x8008, 130, 192)];

    public static byte[] Data(
        int tsn, string text, int flags = DataChunk.BeginningFlag | DataChunk.EndingFlag, int stream = 1, int ssn = 0, uint protocol = 51) =>
        Data(FirstTsn + tsn, System.Text.Encoding.UTF8.GetBytes(text), flags, stream, ssn, protocol);

    public static byte[] Data(Tsn tsn, byte[] payload, int flags, int stream, int ssn, uint protocol = 51)
    {
        byte[] value = new byte[12 + payload.Length];
        BinaryPrimitives.WriteUInt32BigEndian(value, tsn.Value);
        BinaryPrimitives.WriteUInt16BigEndian(value.AsSpan(4), (ushort)stream);
        BinaryPrimitives.WriteUInt16BigEndian(value.AsSpan(6), (ushort)ssn);
        BinaryPrimitives.WriteUInt32BigEndian(value.AsSpan(8), protocol);
        payload.CopyTo(value, 12);
        return RawChunk.Make(ChunkType.Data, (byte)flags, value);
    }

    /// <summary>A SACK; the cumulative TSN counts from the subject's first, which is 0.</summary>
    public byte[] Sack(int cumulative, uint window = 1 << 20, params (int Start, int End)[] gaps)
    {
        byte[] value = new byte[12 + 4 * gaps.Length];
        BinaryPrimitives.WriteUInt32BigEndian(value, (SubjectTsn + cumulative).Value);
        BinaryPrimitives.WriteUInt32BigEndian(value.AsSpan(4), window);
        BinaryPrimitives.WriteUInt16BigEndian(value.AsSpan(8), (ushort)gaps.Length);
        for (int i = 0; i < gaps.Length; i++)
        {
            BinaryPrimitives.WriteUInt16BigEndian(value.AsSpan(12 + 4 * i), (ushort)gaps[i].Start);
            BinaryPrimitives.WriteUInt16BigEndian(value.AsSpan(14 + 4 * i), (ushort)gaps[i].End);
        }
        return RawChunk.Make(ChunkType.Sack, 0, value);
    }

    /// <summary>Sends one packet of these chunks and gives what comes back.</summary>
    public List<RawChunk> Answer(params byte[][] chunks) => Answer(chunks, SubjectTag);

    public List<RawChunk> Answer(byte[] chunk, uint tag) => Answer([chunk], tag);

    public List<RawChunk> Answer(byte[][] chunks, uint tag)
    {
        Send(Packet(tag, chunks));
        return Take();
    }

    public void Send(byte[] packet)
    {
        Subject.Receive(Now, packet);
        while (KeepEvents && Subject.TryDequeue(out AssociationEvent happened))
            Events.Add(Kept.Of(happened));
    }

    /// <summary>Lets time pass to the subject's next deadline, and gives what it sends then.</summary>
    public List<RawChunk> Wait()
    {
        Assert.NotNull(Subject.Deadline);
        return Pass(Subject.Deadline.Value - Now);
    }

    /// <summary>Lets so much time pass; fires every deadline on the way.</summary>
    public List<RawChunk> Pass(TimeSpan duration)
    {
        TimeSpan end = Now + duration;
        List<RawChunk> all = [];
        while (Subject.Deadline is { } deadline && deadline <= end)
        {
            Now = deadline > Now ? deadline : Now;
            Subject.Advance(Now);
            while (KeepEvents && Subject.TryDequeue(out AssociationEvent happened))
                Events.Add(Kept.Of(happened));
            all.AddRange(Take());
        }
        Now = end;
        return all;
    }

    /// <summary>Takes what the subject wishes to send; checks every packet.</summary>
    public List<RawChunk> Take()
    {
        List<RawChunk> chunks = [];
        while (Subject.TryTransmit(_buffer, out int length))
        {
            byte[] packet = _buffer.AsSpan(0, length).ToArray();
            Assert.True(length <= Subject.MaxPacketSize && length % 4 == 0, $"a packet of {length}");
            uint checksum = BinaryPrimitives.ReadUInt32LittleEndian(packet.AsSpan(8));
            Packets++;
            ChunkReader reader = new(packet.AsSpan(12));
            bool first = true;
            while (reader.TryNext(out Chunk chunk))
            {
                if (first)
                    Assert.True(checksum == Crc32c.OfPacket(packet) || (checksum == 0 && chunk.Type is not (ChunkType.Init or ChunkType.CookieEcho)));
                first = false;
                RawChunk raw = new(chunk.Type, chunk.Flags, chunk.Value.ToArray(), BinaryPrimitives.ReadUInt32BigEndian(packet.AsSpan(4)), checksum, Packets);
                Note(raw);
                chunks.Add(raw);
            }
            Assert.False(reader.Malformed);
        }
        return chunks;
    }

    public int Packets { get; private set; }

    /// <summary>Takes and acknowledges messages until the subject may have so many bytes in flight; TSNs count anew from here.</summary>
    public void GrowWindow(int bytes)
    {
        int next = 0;
        while (Subject.CongestionWindow < bytes)
        {
            Subject.Send(Now, new StreamId(1), PayloadProtocol.Binary, new byte[bytes]);
            List<RawChunk> sent = Take();
            while (sent.Count > 0)
            {
                next += sent.Count(chunk => chunk.Type == ChunkType.Data);
                sent = Answer(Sack(next - 1));
            }
        }
        SubjectTsn += next;
    }

    /// <summary>The messages told so far, as text.</summary>
    public List<string> Texts() =>
        [.. Events.Where(kept => kept.Kind == AssociationEventKind.Message).Select(kept => System.Text.Encoding.UTF8.GetString(kept.Payload))];

    public static byte[] Packet(uint tag, params byte[][] chunks)
    {
        List<byte> packet = [0x13, 0x88, 0x13, 0x88, (byte)(tag >> 24), (byte)(tag >> 16 & 255), (byte)(tag >> 8 & 255), (byte)(tag & 255), 0, 0, 0, 0];
        foreach (byte[] chunk in chunks)
        {
            packet.AddRange(chunk);
            while (packet.Count % 4 != 0)
                packet.Add(0);
        }
        byte[] bytes = [.. packet];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(8), Crc32c.OfPacket(bytes));
        return bytes;
    }

    /// <summary>The tag on the last packet that the subject sent.</summary>
    public uint LastTag { get; private set; }

    private void Note(RawChunk chunk)
    {
        LastTag = chunk.Tag;
        if (chunk.Type is not (ChunkType.Init or ChunkType.InitAck))
            return;
        SubjectTag = BinaryPrimitives.ReadUInt32BigEndian(chunk.Value);
        SubjectTsn = new Tsn(BinaryPrimitives.ReadUInt32BigEndian(chunk.Value.AsSpan(12)));
        ParameterReader reader = new(chunk.Value.AsSpan(16));
        while (reader.TryNext(out Parameter parameter))
        {
            if (parameter.Type == ParameterType.StateCookie)
                Cookie = parameter.Value.ToArray();
        }
    }
}

/// <summary>A chunk that the subject sent, with its packet's tag, checksum and number.</summary>
internal sealed record RawChunk(ChunkType Type, byte Flags, byte[] Value, uint Tag, uint Checksum, int Packet)
{
    /// <summary>A DATA chunk's TSN, or a SACK's cumulative one.</summary>
    public Tsn Tsn => new(BinaryPrimitives.ReadUInt32BigEndian(Value));

    /// <summary>A SACK's window.</summary>
    public uint Window => BinaryPrimitives.ReadUInt32BigEndian(Value.AsSpan(4));

    /// <summary>A SACK's gap blocks.</summary>
    public (int Start, int End)[] Gaps
    {
        get
        {
            (int, int)[] gaps = new (int, int)[BinaryPrimitives.ReadUInt16BigEndian(Value.AsSpan(8))];
            for (int i = 0; i < gaps.Length; i++)
                gaps[i] = (BinaryPrimitives.ReadUInt16BigEndian(Value.AsSpan(12 + 4 * i)), BinaryPrimitives.ReadUInt16BigEndian(Value.AsSpan(14 + 4 * i)));
            return gaps;
        }
    }

    /// <summary>The code of an ERROR's or ABORT's first cause.</summary>
    public ErrorCauseCode Cause => (ErrorCauseCode)BinaryPrimitives.ReadUInt16BigEndian(Value);

    public static byte[] Make(ChunkType type, byte flags, params byte[] value) =>
        [(byte)type, flags, (byte)((value.Length + 4) >> 8), (byte)((value.Length + 4) & 255), .. value];

    public static byte[] Parameter(int type, params byte[] value)
    {
        byte[] parameter = [(byte)(type >> 8), (byte)(type & 255), (byte)((value.Length + 4) >> 8), (byte)((value.Length + 4) & 255), .. value];
        Array.Resize(ref parameter, (parameter.Length + 3) & ~3);
        return parameter;
    }
}
