using System.Text.Json.Nodes;
using Jangbu.WebRtc.Drivers;

namespace Jangbu.Interop.Tests.WebRtc;

/// <summary>Data channels with other people's stacks, each side offering once; messages of 0 to 60,000 bytes.</summary>
public sealed class DataChannelInteropTests
{
    private const int Most = 60_000;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(4);

    // werift cannot send empty messages (it writes an SCTP message of no bytes), so its begin at one byte; it is also the slowest.
    [Theory]
    [InlineData("aiortc", 1_000, 0)]
    [InlineData("libdatachannel", 1_000, 0)]
    [InlineData("werift", 200, 1)]
    public async Task Offer_ToAnotherStack_EchoesEveryMessage(string stack, int count, int least)
    {
        using var patience = new CancellationTokenSource(Patience);
        using var peer = LinePeer.Start(stack, "answerer");
        await using PeerConnectionHost host = await PeerConnectionHost.StartAsync();
        await using HostedPeerConnection connection = await host.CreateOfferAsync(patience.Token);
        HostedDataChannel channel = await connection.CreateChannelAsync("echo", cancellationToken: patience.Token);
        peer.Write("offer", connection.LocalDescription);
        await connection.AcceptAnswerAsync((await peer.ReadAsync(patience.Token))["sdp"]!.GetValue<string>(), patience.Token);
        await connection.ConnectedAsync(patience.Token);
        await Echo.SendAndCompareAsync(channel, count, least, Most, patience.Token);
    }

    [Theory]
    [InlineData("aiortc", 1_000, 1)]
    [InlineData("libdatachannel", 1_000, 1)]
    [InlineData("werift", 200, 2)]
    public async Task Answer_ToAnotherStack_EchoesEveryMessage(string stack, int count, int spread)
    {
        using var patience = new CancellationTokenSource(Patience);
        using var peer = LinePeer.Start(stack, "offerer", "echo", "--n", $"{count}", "--size", $"{Most}", "--spread", $"{spread}");
        await using PeerConnectionHost host = await PeerConnectionHost.StartAsync();
        string offer = (await peer.ReadAsync(patience.Token))["sdp"]!.GetValue<string>();
        await using HostedPeerConnection connection = await host.AcceptOfferAsync(offer, patience.Token);
        Task serving = Echo.ServeAsync(connection, patience.Token);
        peer.Write("answer", connection.LocalDescription);
        JsonNode result = await peer.ReadAsync(patience.Token);
        Assert.Equal((true, count, 0), (result["ok"]!.GetValue<bool>(), result["echoed"]!.GetValue<int>(), result["bad"]!.GetValue<int>()));
        await connection.CloseAsync(patience.Token);
        await serving;
    }
}
