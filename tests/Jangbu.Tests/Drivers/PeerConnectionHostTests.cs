using Jangbu.WebRtc;
using Jangbu.WebRtc.Drivers;
using Jangbu.WebRtc.Ice;

namespace Jangbu.Tests.Drivers;

/// <summary>The async face over real loopback sockets and OpenSSL.</summary>
public sealed class PeerConnectionHostTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task TwoHosts_ExchangeMessagesAndCloseInOrder()
    {
        using var patience = new CancellationTokenSource(Patience);
        await using PeerConnectionHost one = await StartAsync(), two = await StartAsync();
        (HostedPeerConnection offering, HostedPeerConnection answering) = await ConnectAsync(one, two, patience.Token);
        HostedDataChannel channel = await offering.CreateChannelAsync("chat", cancellationToken: patience.Token);
        await channel.OpenedAsync(patience.Token);
        HostedDataChannel other = await answering.ChannelsAsync(patience.Token).FirstAsync();
        Assert.Equal("chat", other.Label);
        await channel.SendAsync("안녕", patience.Token);
        await channel.SendAsync(new byte[] { 1, 2, 3 }, patience.Token);
        await channel.SendAsync("", patience.Token);
        List<DataChannelMessage> received = [];
        await foreach (DataChannelMessage message in other.ReadAllAsync(patience.Token))
        {
            received.Add(message);
            if (received.Count == 3)
                break;
        }
        Assert.Equal(["안녕", "\u0001\u0002\u0003", ""], received.Select(message => message.Text));
        Assert.Equal([true, false, true], received.Select(message => message.IsText));
        Assert.Equal(CandidateType.Host, (await offering.ConnectedAsync(patience.Token)).Kind);
        Assert.Equal(PeerConnectionCloseReason.ClosedLocally, await offering.CloseAsync(patience.Token));
        Assert.Equal(PeerConnectionCloseReason.ClosedByPeer, await answering.Completion.WaitAsync(patience.Token));
        await Assert.ThrowsAsync<IOException>(async () => await other.SendAsync("late", patience.Token));
        Assert.Empty(await other.ReadAllAsync(patience.Token).ToListAsync());
    }

    [Fact]
    public async Task MoreThanAllBuffersHold_ArrivesWhole()
    {
        using var patience = new CancellationTokenSource(Patience);
        await using PeerConnectionHost one = await StartAsync(), two = await StartAsync();
        (HostedPeerConnection offering, HostedPeerConnection answering) = await ConnectAsync(one, two, patience.Token);
        HostedDataChannel channel = await offering.CreateChannelAsync("bulk", cancellationToken: patience.Token);
        HostedDataChannel other = await answering.ChannelsAsync(patience.Token).FirstAsync();
        const int Count = 300, Size = 60_000; // 18 MB; the reader has 1 MiB before its connection takes no more
        Task sending = Task.Run(async () =>
        {
            for (int i = 0; i < Count; i++)
                await channel.SendAsync(Enumerable.Repeat((byte)(i % 256), Size).ToArray(), patience.Token);
        });
        int read = 0;
        await foreach (DataChannelMessage message in other.ReadAllAsync(patience.Token))
        {
            Assert.Equal((Size, (byte)(read % 256)), (message.Bytes.Length, message.Bytes.Span[Size - 1]));
            if (++read == Count)
                break;
        }
        await sending;
    }

    [Fact]
    public async Task Message_LongerThanThePeerTakes_IsAnErrorOfItsSender()
    {
        using var patience = new CancellationTokenSource(Patience);
        await using PeerConnectionHost one = await StartAsync(), two = await StartAsync();
        (HostedPeerConnection offering, _) = await ConnectAsync(one, two, patience.Token);
        HostedDataChannel channel = await offering.CreateChannelAsync("c", cancellationToken: patience.Token);
        await channel.OpenedAsync(patience.Token);
        IOException error = await Assert.ThrowsAsync<IOException>(async () => await channel.SendAsync(new byte[300_000], patience.Token));
        Assert.Contains("longer", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Dispose_EndsEverythingThatWaits()
    {
        PeerConnectionHost host = await StartAsync();
        HostedPeerConnection connection = await host.CreateOfferAsync();
        HostedDataChannel channel = await connection.CreateChannelAsync("c");
        Task opened = channel.OpenedAsync(), connected = connection.ConnectedAsync();
        await host.DisposeAsync();
        await Assert.ThrowsAsync<IOException>(() => opened);
        await Assert.ThrowsAsync<IOException>(() => connected);
        Assert.Equal(PeerConnectionCloseReason.AbortedLocally, await connection.Completion.WaitAsync(Patience));
        await Assert.ThrowsAsync<ObjectDisposedException>(() => host.CreateOfferAsync());
    }

    [Fact]
    public async Task Descriptions_ThatCannotBeUsed_AreNamed()
    {
        await using PeerConnectionHost host = await StartAsync();
        await Assert.ThrowsAsync<FormatException>(() => host.AcceptOfferAsync("v=0"));
        await Assert.ThrowsAsync<FormatException>(() => host.AcceptOfferAsync("nonsense"));
        ArgumentException error = await Assert.ThrowsAsync<ArgumentException>(() => PeerConnectionHost.StartAsync(new() { Servers = ["http://x"] }));
        Assert.Contains("http://x", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task HundredConnections_OnOneThread_AllExchange()
    {
        using var patience = new CancellationTokenSource(Patience);
        await using PeerConnectionHost host = await StartAsync();
        await Task.WhenAll(Enumerable.Range(0, 50).Select(async i =>
        {
            (HostedPeerConnection offering, HostedPeerConnection answering) = await ConnectAsync(host, host, patience.Token);
            HostedDataChannel channel = await offering.CreateChannelAsync($"c{i}", cancellationToken: patience.Token);
            await channel.SendAsync($"message {i}", patience.Token);
            HostedDataChannel other = await answering.ChannelsAsync(patience.Token).FirstAsync();
            DataChannelMessage message = await other.ReadAllAsync(patience.Token).FirstAsync();
            Assert.Equal(($"c{i}", $"message {i}"), (other.Label, message.Text));
        }));
    }

    private static Task<PeerConnectionHost> StartAsync() => PeerConnectionHost.StartAsync(new() { Loopback = true });

    private static async Task<(HostedPeerConnection Offering, HostedPeerConnection Answering)> ConnectAsync(
        PeerConnectionHost one, PeerConnectionHost two, CancellationToken cancellationToken)
    {
        HostedPeerConnection offering = await one.CreateOfferAsync(cancellationToken);
        HostedPeerConnection answering = await two.AcceptOfferAsync(offering.LocalDescription, cancellationToken);
        await offering.AcceptAnswerAsync(answering.LocalDescription, cancellationToken);
        return (offering, answering);
    }
}
