using FsCheck;
using FsCheck.Fluent;
using Jangbu.WebRtc.Sctp;

namespace Jangbu.Tests.Sctp;

/// <summary>The tracker and the reassembly against simple models.</summary>
public sealed class ReceiveQueueTests
{
    [Fact]
    public void Tracker_AnyOrder_AgreesWithASet() => Prop.ForAll<byte[], uint>((offsets, start) =>
    {
        TsnTracker tracker = new();
        tracker.Start(new Tsn(start));
        SortedSet<int> model = [];
        int cumulative = -1;
        for (int i = 0; i < offsets.Length; i++)
        {
            int offset = offsets[i] % 60;
            if (i % 17 == 16)
            {
                tracker.AdvanceTo(new Tsn(start) + offset);
                for (int skipped = cumulative + 1; skipped <= offset; skipped++)
                    model.Add(skipped);
            }
            else if (tracker.Add(new Tsn(start) + offset) != model.Add(offset))
            {
                return false;
            }
            while (model.Contains(cumulative + 1))
                cumulative++;
            if (tracker.Cumulative - new Tsn(start) != cumulative || tracker.Highest - new Tsn(start) != Math.Max(cumulative, model.Count == 0 ? -1 : model.Max))
                return false;
            for (int at = 0; at < 62; at++)
            {
                if (tracker.Contains(new Tsn(start) + at) != model.Contains(at))
                    return false;
            }
            for (int run = 1; run < tracker.RunCount; run++)
            {
                if (tracker.Run(run).First - tracker.Run(run - 1).Last < 2)
                    return false; // neighbours must have become one
            }
        }
        return true;
    }).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    public void Fragments_InAnyOrderAndTwice_MakeEachMessageOnce(int seed)
    {
        Random random = new(seed);
        for (int round = 0; round < 40; round++)
        {
            Tsn first = new(unchecked((uint)random.Next() * 2)), next = first;
            int[] numbers = new int[4];
            List<byte[]> chunks = [];
            List<(int Stream, bool Ordered, byte[] Bytes)> sent = [];
            for (int i = 0; i < 60; i++)
            {
                int stream = random.Next(4);
                bool ordered = random.Next(3) > 0;
                byte[] message = new byte[random.Next(1, 600)];
                random.NextBytes(message);
                sent.Add((stream, ordered, message));
                byte[][] parts = [.. message.Chunk(random.Next(3) == 0 ? 600 : 70)];
                int ssn = ordered ? numbers[stream]++ : 0;
                for (int part = 0; part < parts.Length; part++)
                {
                    int flags = (part == 0 ? 2 : 0) | (part == parts.Length - 1 ? 1 : 0) | (ordered ? 0 : 4);
                    chunks.Add(RawPeer.Data(next, parts[part], flags, stream, ssn));
                    next = next.Next;
                }
            }
            ReceiveQueue queue = new(1 << 20, 1 << 18, new BufferPool());
            queue.Start(first);
            List<(int Stream, bool Ordered, byte[] Bytes)> got = [];
            int window = round % 4 == 0 ? chunks.Count : 1 + round * 3;
            List<byte[]> shuffled = [.. chunks.Concat(chunks.Where(_ => random.Next(5) == 0)).Select((chunk, i) => (chunk, Key: i + random.Next(window)))
                .OrderBy(pair => pair.Key).Select(pair => pair.chunk)];
            foreach (byte[] bytes in shuffled)
            {
                Assert.True(DataChunk.TryRead(new Chunk(bytes), out DataChunk data));
                Assert.True(queue.Add(TimeSpan.Zero, data) is ReceiveOutcome.Accepted or ReceiveOutcome.Duplicate);
                while (queue.TryDequeue(out ReceivedMessage message))
                {
                    got.Add((message.Stream.Value, !message.IsUnordered, message.Buffer.AsSpan(0, message.Length).ToArray()));
                    queue.Release(message);
                }
            }
            Assert.Equal(0, queue.Buffered);
            Assert.Equal(next.Previous, queue.Tracker.Cumulative);
            Assert.Null(queue.UnfinishedSince);
            for (int stream = 0; stream < 4; stream++)
                Assert.Equal(sent.Where(kept => kept.Stream == stream && kept.Ordered).Select(kept => Convert.ToHexString(kept.Bytes)),
                    got.Where(kept => kept.Stream == stream && kept.Ordered).Select(kept => Convert.ToHexString(kept.Bytes)));
            Assert.Equal(sent.Where(kept => !kept.Ordered).Select(kept => Convert.ToHexString(kept.Bytes)).Order(),
                got.Where(kept => !kept.Ordered).Select(kept => Convert.ToHexString(kept.Bytes)).Order());
        }
    }

    [Theory]
    [InlineData(ReceiveQueue.MaxAhead, true)]
    [InlineData(ReceiveQueue.MaxAhead + 1, false)]
    public void Chunk_FarAhead_IsTakenOnlyWithinTheTable(int ahead, bool taken)
    {
        ReceiveQueue queue = new(1 << 20, 1 << 18, new BufferPool());
        queue.Start(new Tsn(0));
        Assert.True(DataChunk.TryRead(new Chunk(RawPeer.Data(new Tsn(uint.MaxValue) + ahead, [1], 2, 0, 0)), out DataChunk data));
        Assert.Equal(taken ? ReceiveOutcome.Accepted : ReceiveOutcome.Full, queue.Add(TimeSpan.Zero, data));
    }
}
