// The sample of docs/WEBRTC.md. Start it twice and paste each one's description into the other:
//   dotnet run --project examples/DataChannels -- offer      and      dotnet run --project examples/DataChannels -- answer
using System.Text;
using Jangbu.WebRtc.Drivers;

bool offers = args is ["offer"];
await using PeerConnectionHost host = await PeerConnectionHost.StartAsync(new() { Servers = args.Length > 1 ? args[1..] : [] });
await using HostedPeerConnection connection = offers ? await host.CreateOfferAsync() : await host.AcceptOfferAsync(Paste("offer"));
Console.WriteLine(Convert.ToBase64String(Encoding.UTF8.GetBytes(connection.LocalDescription)));
if (offers)
    await connection.AcceptAnswerAsync(Paste("answer"));

HostedDataChannel channel = offers ? await connection.CreateChannelAsync("chat") : await connection.ChannelsAsync().FirstAsync();
Console.WriteLine($"connected by {(await connection.ConnectedAsync()).Kind}");
await channel.SendAsync($"hello from the one that {(offers ? "offered" : "answered")}");
await foreach (DataChannelMessage message in channel.ReadAllAsync())
{
    Console.WriteLine(message.Text);
    break;
}

static string Paste(string what)
{
    Console.WriteLine($"paste the {what} of the other side:");
    return Encoding.UTF8.GetString(Convert.FromBase64String(Console.ReadLine() ?? ""));
}
