using Jangbu.WebRtc.Drivers;

namespace Jangbu.Interop.Tests.WebRtc;

/// <summary>The two sides of an echo test.</summary>
internal static class Echo
{
    /// <summary>Sends messages of many lengths, sixteen under way, and compares what comes back, in order.</summary>
    public static async Task SendAndCompareAsync(HostedDataChannel channel, int count, int least, int most, CancellationToken cancellationToken)
    {
        int sent = 0, echoed = 0;
        for (; sent < Math.Min(count, 16); sent++)
            await channel.SendAsync(Message(sent, least, most), cancellationToken);
        await foreach (DataChannelMessage message in channel.ReadAllAsync(cancellationToken))
        {
            Assert.False(message.IsText);
            Assert.True(message.Bytes.Span.SequenceEqual(Message(echoed, least, most)), $"message {echoed} came back changed: {message.Bytes.Length} bytes");
            if (++echoed == count)
                return;
            if (sent < count)
                await channel.SendAsync(Message(sent++, least, most), cancellationToken);
        }
        Assert.Fail($"the channel closed after {echoed} echoes");
    }

    /// <summary>Sends every message of every channel back, until the connection ends.</summary>
    public static async Task ServeAsync(HostedPeerConnection connection, CancellationToken cancellationToken)
    {
        await foreach (HostedDataChannel channel in connection.ChannelsAsync(cancellationToken))
        {
            await foreach (DataChannelMessage message in channel.ReadAllAsync(cancellationToken))
            {
                if (message.IsText)
                    await channel.SendAsync(message.Text, cancellationToken);
                else
                    await channel.SendAsync(message.Bytes, cancellationToken);
            }
        }
    }

    private static byte[] Message(int i, int least, int most)
    {
        byte[] data = new byte[least + (int)(i * 7919L % (most - least + 1))];
        for (int k = 0; k < data.Length; k++)
            data[k] = (byte)((31L * i + k) % 256);
        return data;
    }
}
